"""`.dockerignore`: which files of a tree never reach a build."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.sources.git.globs import compiled

_MOST = 500
"""Patterns that are read of one file."""
_MOST_WORK = 2_000_000
"""Patterns times paths: of more, the first patterns count."""


def ignored(text: str, paths: Iterable[str]) -> frozenset[str]:
    """Those of `paths`, relative to the directory of the file, that it keeps out.

    The last pattern that matches a path or a directory above it decides; `!` takes back.
    """
    paths = list(paths)
    patterns = list(_patterns(text))[: max(1, _MOST_WORK // max(1, len(paths)))]
    return frozenset(path for path in paths if _out(path, patterns))


def _patterns(text: str) -> Iterable[tuple[bool, str]]:
    for line in text.split("\n")[:_MOST]:
        line = line.strip()
        if line and not line.startswith("#"):
            keep = line.startswith("!")
            pattern = line.removeprefix("!").strip().removeprefix("./").strip("/")
            if pattern and pattern != ".":
                yield keep, pattern


def _out(path: str, patterns: Iterable[tuple[bool, str]]) -> bool:
    parts = path.split("/")
    above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    out = False
    for keep, pattern in patterns:
        if out == keep:
            expression = compiled(pattern)
            if any(expression.fullmatch(each) for each in above):
                out = not keep
    return out
