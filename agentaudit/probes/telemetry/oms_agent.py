"""The agent of Azure Monitor on clusters, which keeps events, pods and the memory of containers."""

from __future__ import annotations

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_OFF = regex(r"(?i)\benabled\s*[:=]\s*[\"']?false\b")


def is_used(repo: Repo, place: Place) -> bool:
    """Whether a line that names the agent switches it on, in a file that something deploys: many
    templates come with modules that they never use."""
    rows = (repo.read(place) or "").split("\n")
    at = (place.line or 1) - 1
    if any(map(_OFF.search, rows[at : at + 4])):
        return False
    name = place.path.rpartition("/")[2]
    if not name.endswith(".bicep") or name.startswith("main"):
        return True
    return any(
        f"{name}'" in (repo.read(file) or "")
        for file in repo.files("**/*.bicep", saying=(name,))
        if file.path != place.path
    )
