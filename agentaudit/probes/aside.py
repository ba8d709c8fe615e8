"""Files that neither serve nor deploy, though they lie beside what does."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

ASIDE = frozenset(
    {
        *(Role.TEST, Role.EVAL, Role.EXAMPLE, Role.DOCS, Role.TOOLING),
        *(Role.VENDORED, Role.GENERATED),
    }
)
"""Roles of what neither serves nor deploys. A directory that is deployed itself is none of these,
whatever it is called."""
BY_HAND = regex(r"(?i)(?:^|/)(?:scripts?|notebooks?|migrations?)/")
"""Directories of what people run beside the application."""


def is_serving(repo: Repo, file: Place) -> bool:
    """Whether a file may be of the running application, and not only of what deploys it."""
    return repo.role(file) not in ASIDE and not BY_HAND.search(file.path)
