"""Node packages: `node_modules/NAME/package.json`, and the lock file that npm hides among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentaudit import parse
from agentaudit.expressions import regex
from agentaudit.image import FileMap, Package
from agentaudit.sources.images.extract.wanted import LISTS, SMALL, Wanted

_NAME = r"(?:@[^/@]+/)?[^/@.][^/@]*"
WANTED = (
    Wanted(rf"(?:.+/)?node_modules/{_NAME}/package\.json", SMALL),
    Wanted(r"(?:.+/)?node_modules/\.package-lock\.json", LISTS),
)
_PACKAGE = regex(rf"(?:.+/)?node_modules/{_NAME}/package\.json")
_HIDDEN = "/.package-lock.json"


def packages(files: FileMap) -> Iterator[Package]:
    """What has a `package.json`, and what a hidden lock file lists although it is gone."""
    seen: set[str] = set()
    for path in files.below(""):
        if _PACKAGE.fullmatch(path):
            given = _json(files, path)
            found = _package(given.get("name"), given.get("version"), path)
            if found is not None:
                seen.add(path.removesuffix("/package.json"))
                yield found
    for path in files.below(""):
        if f"/{path}".endswith(f"/node_modules{_HIDDEN}"):
            yield from _gone(files, path, seen)


def _gone(files: FileMap, path: str, seen: set[str]) -> Iterator[Package]:
    """Entries of a hidden lock file without their directory."""
    above = path.removesuffix(f"node_modules{_HIDDEN}")
    listed = _json(files, path).get("packages")
    for place, entry in listed.items() if isinstance(listed, dict) else ():
        home = f"{above}{place}"
        if not isinstance(entry, dict) or home in seen or entry.get("link"):
            continue
        name = place.rpartition("node_modules/")[2]
        found = _package(
            name,
            entry.get("version"),
            path,
            installed=files.get(f"{home}/package.json") is not None,
        )
        if found is not None and not found.installed:
            yield found


def _package(name: Any, version: Any, path: str, *, installed: bool = True) -> Package | None:
    if not (isinstance(name, str) and isinstance(version, str) and name and version):
        return None
    return Package("node", name[:500], version[:500], path, installed=installed)


def _json(files: FileMap, path: str) -> dict[str, Any]:
    data = files.read(path)
    try:
        given = parse.json(data) if data else None
    except parse.Malformed:
        return {}
    return given if isinstance(given, dict) else {}
