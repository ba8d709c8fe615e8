"""Which traces are wanted, by what their spans and resources say: `where` of a source and of a run.

Conditions are met at reading, on everything recorded, and only the answer is kept: choosing traces
by an attribute does not change what is seen of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentaudit.semconv import Vocabulary
from agentaudit.sources.traces.options import TraceSource


class Selection:
    """The conditions of all sources and of the run, one bit each."""

    def __init__(self, run: Iterable[tuple[str, str]], sources: Sequence[TraceSource]) -> None:
        self._bits: dict[tuple[str, str], int] = {}
        self.needed = self._mask(run)
        """Conditions that every trace of the run must meet."""
        self._by_name: dict[str, list[int]] = {}
        for source in sources:
            mask = self._mask(source.where.items())
            self._by_name.setdefault(source.name, []).append(mask)
        self._names = frozenset(name for name, _ in self._bits)

    def __bool__(self) -> bool:
        return bool(self._bits)

    @property
    def size(self) -> int:
        """How many bits it takes."""
        return len(self._bits)

    def reads(self, name: str) -> bool:
        """Whether a condition asks for the attribute `name`."""
        return name in self._names

    def met(self, attributes: Mapping[str, Any]) -> int:
        """The conditions that these attributes meet, as bits."""
        found = 0
        for (name, wanted), bit in self._bits.items():
            if name in attributes and wanted in _texts(attributes[name]):
                found |= bit
        return found

    def stripped(self, attributes: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
        """Without what was read for a condition only."""
        if not any(name in attributes for name in self._names):
            return attributes
        return {name: held for name, held in attributes.items() if vocabulary.wants(name)}

    def takes(self, name: str, met: int) -> bool:
        """Whether the source gives up a trace that meets these conditions."""
        return any(met & mask == mask for mask in self._by_name.get(name, ()))

    def _mask(self, pairs: Iterable[tuple[str, str]]) -> int:
        mask = 0
        for pair in pairs:
            mask |= self._bits.setdefault(pair, 1 << len(self._bits))
        return mask


def _texts(held: Any) -> set[str]:
    """A value as people write it on a command line; each of a list."""
    if isinstance(held, list):
        return {text for item in held for text in _texts(item)}
    if isinstance(held, bool):
        return {"true" if held else "false"}
    return {str(held)}
