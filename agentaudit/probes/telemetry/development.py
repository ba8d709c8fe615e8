"""Whether what code imports is installed where customers are served."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Dependency, Repo

_GROUP = regex(
    r"^\s*\[(?:tool\.poetry\.group\.(?:dev|test|docs|lint|eval)\w*\.dependencies"
    r"|tool\.poetry\.dev-dependencies|tool\.pdm\.dev-dependencies|tool\.uv|dev-packages)\]"
)
_GROUPS = regex(r"^\s*\[dependency-groups\]")
_EXTRAS = regex(r"^\s*\[project\.optional-dependencies\]")
_TABLE = regex(r"\s*\[[\w.\"-]")
_KEY = regex(r"^\s*[\"']?([\w-]{1,60})[\"']?\s*=\s*\[")
_ASIDE = regex(r"(?i)dev|test|docs|lint|eval")
_BROUGHT = {"langsmith": regex(r"langchain(?:-[a-z-]{1,60})?|langgraph(?:-supervisor|-swarm)?")}
"""Packages that others need themselves: langchain-core asks for langsmith, and the rest for it."""


def for_development(repo: Repo, component: Component, library: str) -> Place | None:
    """Where a package of Python is declared, if only in groups for development, or in extras that
    its image is built without; bundlers of scripts
    take what they need from any group."""
    declared = [
        need for each in component.manifests for need in each.dependencies if need.name == library
    ]
    if declared and all(_is_aside(repo, component, need) for need in declared):
        return None if _is_brought(repo, component, library) else declared[0].place
    return None


def installed(repo: Repo, component: Component) -> Iterator[str]:
    """Names of packages that are declared for where it serves."""
    needs = (need for each in component.manifests for need in each.dependencies)
    yield from (need.name for need in needs if not _is_aside(repo, component, need))


def _is_brought(repo: Repo, component: Component, library: str) -> bool:
    """Whether a package that is installed where it serves brings the library along."""
    if (bringing := _BROUGHT.get(library)) is None:
        return False
    needs = (need for each in component.manifests for need in each.dependencies)
    return any(
        bringing.fullmatch(need.name) and not _is_aside(repo, component, need) for need in needs
    )


def _is_aside(repo: Repo, component: Component, need: Dependency) -> bool:
    if need.ecosystem != "python" or need.place.line is None:
        return False
    name = need.place.path.rpartition("/")[2]
    if name.endswith(".txt"):
        told = (repo.read(file.place) or "" for file in component.build_files)
        aside = re.search(r"(?i)(?:^|[-_.])(?:dev|test|docs|lint)", name)
        return aside is not None and not any(name in text for text in told)
    lines = (repo.read(need.place) or "").split("\n")
    above = lines[: need.place.line]
    at = next((n for n in range(len(above) - 1, -1, -1) if _TABLE.match(above[n])), -1)
    if at < 0:
        return False
    key = next((m for line in reversed(above[at:]) if (m := _KEY.match(line))), None)
    if _GROUPS.match(above[at]):
        return bool(key and _ASIDE.search(key[1]))
    if key and _EXTRAS.match(above[at]):
        return _left_out(repo, component, _including(lines, key[1]))
    return bool(_GROUP.match(above[at]))


def _including(lines: list[str], extra: str) -> set[str]:
    """The extra, and those that ask for it: `all = ["acme[tracing]"]`."""
    found, size = {extra}, 0
    while len(found) > size:
        size, key = len(found), ""
        for line in lines:
            key = named[1] if (named := _KEY.match(line)) else key
            asked = re.findall(r"\w\[([\w,\s.-]{1,300})\]", line[:500])
            if key and found & {each.strip() for a in asked for each in a.split(",")}:
                found.add(key)
    return found


def _left_out(repo: Repo, component: Component, extras: set[str]) -> bool:
    """Whether there is an image, and it is built without any of the extras."""
    files = (*(b.place for b in component.build_files), *component.built_by)
    said = [repo.read(each) or "" for each in files]
    names = "|".join(sorted(map(re.escape, extras)))
    asked = re.compile(rf"all-extras|(?<![\w-])(?:{names})(?![\w-])")
    return bool(component.build_files) and not any(map(asked.search, said))
