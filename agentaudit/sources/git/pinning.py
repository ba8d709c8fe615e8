"""Which of the files that pin a runtime are about which component."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from agentaudit.source import Place
from agentaudit.sources.git import pins
from agentaudit.sources.git.parts import Part
from agentaudit.sources.git.reader import Reader, ancestors


class Pinning:
    """The pins of a tree, each read once; `owners` tells the components that a path is about: one,
    none, or all of them, which are `parts`."""

    def __init__(
        self, reader: Reader, parts: Sequence[Part], owners: Callable[[str], list[Part]]
    ) -> None:
        self._reader = reader
        self._kinds = Counter(kind for part in parts for kind in _kinds(part))
        self._paths = list(reader.named(pins.is_pin))
        self._read: dict[str, tuple[tuple[Place, str], ...]] = {}
        self._above: dict[str, list[int]] = {}
        """Directory → the pins that stand there."""
        self._about: dict[str, dict[int, None]] = {}
        """Component → the pins that are about it alone."""
        self._all: dict[int, None] = {}
        for number, path in enumerate(self._paths):
            self._above.setdefault(pins.home(path), []).append(number)
            found = owners(path)
            if len(found) == 1:
                self._about.setdefault(found[0].home, {})[number] = None
            elif found:
                self._all[number] = None

    def of(self, part: Part, ecosystems: set[str]) -> Iterator[tuple[Place, str]]:
        """What is pinned for a component whose manifests are of these ecosystems."""
        above = [number for home in ancestors(part.home) for number in self._above.get(home, ())]
        own = {*above, *self._about.get(part.home, ())}
        kinds = _kinds(part)
        alone = {kind for kind in kinds if self._kinds[kind] == 1}
        for number in sorted({*own, *(self._all if alone else ())}):
            path = self._paths[number]
            if number in own and pins.concerns(path, ecosystems):
                if path not in self._read:
                    self._read[path] = tuple(pins.read(self._reader, path))
                yield from self._read[path]
            elif number in self._about.get(part.home, ()):
                yield from pins.meant(self._reader, path, kinds)
            elif number in self._all:
                yield from pins.meant(self._reader, path, alone)


def _kinds(part: Part) -> set[str]:
    return {manifest.ecosystem for manifest in part.manifests.values()}
