"""The paths of a tree, found by pattern without looking at each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from agentaudit.source import Place
from agentaudit.sources.git.globs import compiled

_WILD = frozenset("*?[")
_KEPT = 1000
"""Patterns whose answers are kept."""


class Paths:
    """Paths in the order of their characters."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._all = paths
        self._found: dict[str, tuple[str, ...]] = {}

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Those that match, in order. What is asked of a whole tree is asked for each component,
        and there may be thousands of them: it is looked for once."""
        if pattern not in self._found:
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[pattern] = tuple(self._matching(pattern))
        return self._found[pattern]

    def _matching(self, pattern: str) -> Iterator[str]:
        """What a pattern begins and ends with narrows the search."""
        fixed = next((at for at, sign in enumerate(pattern) if sign in _WILD), len(pattern))
        head = pattern[: pattern.rfind("/", 0, fixed) + 1]
        rest, last = pattern[len(head) :], pattern.rpartition("/")[2]
        likely = _below(self._likely(last), head)
        ending = last.removeprefix("*")
        if rest == f"**/{last}" and not set(ending) & _WILD:
            # most patterns ask for a name or a suffix anywhere below, and need no expression
            ending = ending if ending != last else f"/{last}"
            return (path for path in likely if f"/{path}".endswith(ending))
        if not set(last) & _WILD and rest == last:
            return (path for path in likely if path == pattern)
        fits = compiled(rest).fullmatch
        return (path for path in likely if fits(path, len(head)))

    def _likely(self, last: str) -> Sequence[str]:
        """What a pattern with this last part can match: by name or suffix, where it tells."""
        _, dot, suffix = last.rpartition(".")
        if not set(last) & _WILD:
            return self._by_end.get(f"/{last}", ())
        return self._by_end.get(suffix, ()) if dot and not set(suffix) & _WILD else self._all

    @cached_property
    def _by_end(self) -> dict[str, list[str]]:
        """By `/name` and by suffix."""
        found: dict[str, list[str]] = {}
        for path in self._all:
            name = path.rpartition("/")[2]
            found.setdefault(f"/{name}", []).append(path)
            found.setdefault(name.rpartition(".")[2], []).append(path)
        return found


class Whole(dict[str, Place]):
    """Path → the file as a whole."""

    def __init__(self, repo: str) -> None:
        super().__init__()
        self._repo = repo

    def __missing__(self, path: str) -> Place:
        found = self[path] = Place(self._repo, path)
        return found


def _below(paths: Sequence[str], head: str) -> Sequence[str]:
    """Those that begin with a directory, which ends with a slash, or is the whole tree."""
    if not head:
        return paths
    behind = f"{head[:-1]}0"  # the sign after the slash
    return paths[bisect_left(paths, head) : bisect_left(paths, behind)]
