"""`.dockerignore` and `.gitignore`: which files never reach a build, and which never a commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
    return ((keep, pattern) for keep, pattern, _ in _lines(text))


def _lines(text: str) -> Iterator[tuple[bool, str, str]]:
    for line in text.split("\n")[:_MOST]:
        line = line.strip()
        if line and not line.startswith("#"):
            keep = line.startswith("!")
            pattern = line.removeprefix("!").strip().removeprefix("./").strip("/")
            if pattern and pattern != ".":
                yield keep, pattern, line


class Unversioned:
    """What the `.gitignore` files of a commit keep out of it: directory → text."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._homes = {
            home: [(keep, _anywhere(line, pattern)) for keep, pattern, line in _lines(text)]
            for home, text in texts.items()
        }

    def __call__(self, path: str) -> bool:
        """Whether git would leave a file at this path out; the innermost file decides."""
        for home in sorted(self._homes, key=len, reverse=True):
            if (not home or path.startswith(home + "/")) and _out(
                path[len(home) :].lstrip("/"), self._homes[home]
            ):
                return True
        return False


def _anywhere(line: str, pattern: str) -> str:
    """In `.gitignore` a pattern without a slash matches in every directory."""
    inner = line.removeprefix("!").strip().rstrip("/")
    return pattern if "/" in inner else f"**/{pattern}"


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
