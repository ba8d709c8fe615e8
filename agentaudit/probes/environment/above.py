"""Templates of an environment in the directories above a component, which may be about it too."""

from __future__ import annotations

import re
from collections.abc import Collection

from agentaudit.expressions import regex
from agentaudit.probes.environment.variables import KEY_OF
from agentaudit.source import Component, Place, Repo

_NAMES = (".env.example", ".env.sample", ".env.template", "env.example", "example.env", ".env.dist")
_SETS = regex(
    r"^[ \t]*(?:#[ \t]?)?(?:export[ \t]+)?([A-Z][A-Z0-9_]{1,100})(?:[ \t]*=|[ \t]*$)", re.MULTILINE
)
_LOADS = frozenset(("load_dotenv", "BaseSettings"))
"""What reads such a file."""


def listed(repo: Repo, component: Component, names: Collection[str]) -> Place | None:
    """The template that lists every one of the names."""
    pieces = component.path.split("/")
    for depth in range(len(pieces) - 1, -1, -1) if names and component.path != "." else ():
        home = "/".join(pieces[:depth])
        for name in _NAMES:
            for file in repo.files(f"{home}/{name}".lstrip("/")):
                told = set(_SETS.findall((repo.read(file) or "")[:200_000]))
                if file.repo == component.repo and told and not lacking(told, names):
                    return file
    return None


def lacking(told: Collection[str], names: Collection[str]) -> set[str]:
    """The names that are not told, and the keys that libraries ask for where none is."""
    keyed = any("KEY" in name or "TOKEN" in name for name in told)
    own = (name for name in names if not (keyed and name.startswith(KEY_OF)))
    return set(own) - _LOADS - set(told)
