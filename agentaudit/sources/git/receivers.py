"""Who runs with the variables of manifests, charts and blueprints."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from agentaudit.code import Setting
from agentaudit.expressions import regex
from agentaudit.sources.git.given import Given, Key
from agentaudit.sources.git.owned import Owned

_ENVIRONMENT = regex(r"(?i:env)[^.]{0,40}\.|(?:^|\.)[A-Z][A-Z0-9_]{2,100}$")
"""Keys of an environment, and what is called as its variables are."""


class Receivers:
    """Everything that such files give variables to, and which components run there."""

    def __init__(
        self,
        found: Iterable[Given],
        owned: Owned,
        built: Mapping[tuple[str, int | None], Collection[str]],
    ) -> None:
        self._owned = owned
        self._built = built
        self._lines: dict[tuple[str, int], list[Given]] = {}
        """Line → the innermost that it tells of."""
        self._homes: dict[tuple[str, int], Collection[str] | None] = {}
        self._meant: dict[Key, list[Given]] = {}
        self._running: dict[Key, Collection[str] | None] = {}
        for given in sorted(found, key=lambda each: each.depth):
            for line in given.lines:
                held = self._lines.setdefault((given.place.path, line), [])
                if held and held[0].depth < given.depth:
                    held.clear()
                held.append(given)
            for key in given.keys:
                self._meant.setdefault(key, []).append(given)

    def of(
        self, home: str, path: str, rows: Iterable[Setting], *, shared: bool
    ) -> Iterator[Setting]:
        """The settings of a file that a component runs with; where nobody can tell who does, those
        that it `shared`. Of a program of somebody else all but its environment is told."""
        for row in rows:
            homes = self._on((path, row.place.line or 0))
            if homes is None or (not homes and not _ENVIRONMENT.search(row.path)):
                if shared:
                    yield row
            elif home in homes:
                yield row

    def _on(self, line: tuple[str, int]) -> Collection[str] | None:
        """The components that a line is about; None where it cannot be told."""
        if line not in self._homes:
            self._homes[line] = _together(map(self._runs, self._lines.get(line, ())))
        return self._homes[line]

    def _runs(self, given: Given) -> Collection[str] | None:
        """The components that run in it."""
        if given.image:
            others = [self._mean(given.means)] if given.means in self._meant else []
            return _together([self._owned.told(given.image, given.called), *others])
        built = self._built.get((given.place.path, given.place.line))
        return self._mean(given.means) if built is None else built

    def _mean(self, key: Key) -> Collection[str] | None:
        """The components that run in those of a name."""
        if key not in self._running:
            self._running[key] = _together(map(self._runs, self._meant.get(key, ())))
        return self._running[key]


def _together(found: Iterable[Collection[str] | None]) -> Collection[str] | None:
    """All of them; None where there is none, or one of them cannot be told."""
    homes = list(found)
    if not homes or None in homes:
        return None
    return {home for each in homes for home in each or ()}
