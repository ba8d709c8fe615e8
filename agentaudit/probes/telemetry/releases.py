"""Which releases of a library for Python a component may be given, by its lists and its locks."""

from __future__ import annotations

import re

from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_BY_LOCK = regex(r"\b(?:uv\s{1,9}sync|poetry\s{1,9}install|pdm\s{1,9}sync|pipenv\s{1,9}sync)\b")


def oldest(repo: Repo, component: Component, library: str) -> tuple[int, ...]:
    """The oldest of them, empty where nothing says one; where what builds the component installs by
    a lock, that says which."""
    pinned = re.compile(
        rf"(?<![\w-]){re.escape(library)}[\"']?(?:\s{{0,4}}=?\s{{0,4}}[\"']?(?:==|>=|~=|\^)\s{{0,4}}"
        r"|[\"']\s{0,4}\n\s{0,9}version\s{0,4}=\s{0,4}[\"'])(\d{1,3})\.(\d{1,3})\.(\d{1,3})"
    )
    needs = (need for each in component.manifests for need in each.dependencies)
    said = [need.place.text for need in needs if need.name == library]
    locks = {each.place: repo.read(each.place) or "" for each in component.locks}
    said += [text for place, text in locks.items() if place.path.endswith(".txt")]
    kept = [text for place, text in locks.items() if not place.path.endswith(".txt")]
    locked = [row for text in kept for row in pinned.findall(text)]
    builds = "\n".join(repo.read(each.place) or "" for each in component.build_files)
    by_lock = locked and _BY_LOCK.search(builds) is not None
    asked = [] if by_lock else [row for text in said for row in pinned.findall(text)]
    return min((tuple(map(int, row)) for row in [*locked, *asked]), default=())
