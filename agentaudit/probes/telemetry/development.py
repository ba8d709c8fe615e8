"""Whether what code imports is installed where customers are served."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.source import Component, Dependency, Repo

_GROUP = re.compile(
    r"^\s*\[(?:tool\.poetry\.group\.(?:dev|test|docs|lint|eval)\w*\.dependencies"
    r"|tool\.poetry\.dev-dependencies|tool\.pdm\.dev-dependencies|tool\.uv|dev-packages)\]"
)
_GROUPS = re.compile(r"^\s*\[dependency-groups\]")
_KEY = re.compile(r"^\s*[\"']?([\w-]{1,60})[\"']?\s*=\s*\[")
_ASIDE = re.compile(r"(?i)dev|test|docs|lint|eval")


def for_development(repo: Repo, component: Component, library: str) -> Place | None:
    """Where a package of Python is declared, if only in groups for development; bundlers of scripts
    take what they need from any group."""
    declared = [
        need for each in component.manifests for need in each.dependencies if need.name == library
    ]
    if declared and all(_is_aside(repo, need) for need in declared):
        return declared[0].place
    return None


def _is_aside(repo: Repo, need: Dependency) -> bool:
    if need.ecosystem != "python" or need.place.line is None:
        return False
    name = need.place.path.rpartition("/")[2]
    if name.endswith(".txt"):
        return bool(re.search(r"(?i)(?:^|[-_.])(?:dev|test|docs|lint)", name))
    above = (repo.read(need.place) or "").split("\n")[: need.place.line]
    at = next(
        (n for n in range(len(above) - 1, -1, -1) if re.match(r"\s*\[[\w.\"-]", above[n])), -1
    )
    if at < 0:
        return False
    key = next((m for line in reversed(above[at:]) if (m := _KEY.match(line))), None)
    if _GROUPS.match(above[at]):
        return bool(key and _ASIDE.search(key[1]))
    return bool(_GROUP.match(above[at]))
