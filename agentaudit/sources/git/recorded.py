"""A path as a running container recorded it, matched to a file of the repository."""

from __future__ import annotations

from collections.abc import Mapping

from agentaudit.expressions import regex

_INSTALLED = regex(
    r"/(?:site-packages|dist-packages|node_modules|lib/python[0-9.]{1,6}|go/pkg/mod)/|^node:|^<"
)
_DRIVE = regex(r"[A-Za-z]:[\\/]|\\\\")


class Ambiguous(Exception):
    """Several files match equally well; the text names a few."""


class Elsewhere(Exception):
    """The path is inside an installed library or the language itself."""


def candidates(files: Mapping[str, str], path: str, within: str) -> str:
    """The one file of `files` that `path` means; empty when there is none.

    A relative path must match in full, below `within` first; an absolute one by its longest tail,
    as only the container knew where the repository was put. Raises Ambiguous, Elsewhere.
    """
    path = path.removeprefix("file://")
    if _DRIVE.match(path) or ("\\" in path and "/" not in path):
        path = "/" + path.replace("\\", "/")
    installed = _INSTALLED.search(path)
    parts = [part for part in path[installed.end() if installed else 0 :].split("/") if part]
    parts = [part for part in parts if part != "."]
    if installed:
        return _packaged(files, parts, within)
    if not parts or ".." in parts or len(parts) > 200:
        return ""
    if not path.startswith("/"):
        return _exact(files, "/".join(parts), within) or _ending(files, parts, within)
    tails = (parts[start:] for start in range(len(parts)))
    return next(filter(None, (_ending(files, tail, within) for tail in tails)), "")


def _packaged(files: Mapping[str, str], parts: list[str], within: str) -> str:
    """A file among installed packages: ours only if the whole path within the package is."""
    found = _ending(files, parts, within) if len(parts) > 1 else ""
    if not found:
        raise Elsewhere("/".join(parts))
    return found


def _exact(files: Mapping[str, str], path: str, within: str) -> str:
    inside = f"{within}/{path}" if within else path
    return inside if inside in files else path if path in files else ""


def _ending(files: Mapping[str, str], tail: list[str], within: str) -> str:
    found = _all_ending(files, tail)
    if within and len(found) > 1:
        found = [path for path in found if path.startswith(within + "/")] or found
    if len(found) > 1:
        raise Ambiguous(", ".join(sorted(found)[:3]))
    return found[0] if found else ""


def _all_ending(files: Mapping[str, str], tail: list[str]) -> list[str]:
    end = "/".join(tail)
    return [path for path in files if path == end or path.endswith("/" + end)]
