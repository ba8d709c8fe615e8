"""Levels of a dimension: what must hold for each, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from agentaudit.score.interval import wilson
from agentaudit.score.layout import Column
from agentaudit.score.responses import Joint
from agentaudit.score.value import Counts

SHARE = (95, 100)
"""Of responses, that must pass all their criteria up to a level together: 95 of 100."""

TOP = 4

End = Literal["lower", "point", "upper"]
"""Of the sampling error of a share: its lower end, the share itself, its upper end."""


class Ladder(Struct, frozen=True):
    """Everything that decides the level of one dimension."""

    columns: tuple[Column, ...]
    counts: Sequence[Counts]
    joint: Joint
    responses: int
    waived: frozenset[int] = frozenset()
    """Columns that neither block nor are asked for (gates only)."""

    @property
    def cap(self) -> int:
        """Highest level before the first one that the rubric has no criterion for."""
        held = {column.level for column in self.columns}
        return next((level - 1 for level in range(1, TOP + 1) if level not in held), TOP)

    def level(self, *, high: bool = False, end: End = "point") -> int:
        """Highest level reached; `high` reads UNKNOWN and ERROR as PASS, `end` says which end of
        the sampling error counts for what responses pass."""
        reached = 0
        for level in range(1, self.cap + 1):
            if self._blocked(level, high) or not self._together(level, high, end):
                break
            if self._earned(level, high):
                reached = level
        return reached

    def _blocked(self, level: int, high: bool) -> bool:
        """Whether a subject that is not a response does not pass a criterion of this level."""
        alone = (
            self.counts[column.index]
            for column in self._at(level)
            if column.index not in self.waived and not (column.own and self.responses)
        )
        return any(c.failed or (not high and c.unknown + c.error) for c in alone)

    def _together(self, level: int, high: bool, end: End) -> bool:
        """Whether 95 % of the responses with an applicable criterion up to here pass them all."""
        asked = [(t, count) for t, count in self.joint.items() if t.first <= level]
        passing = sum(count for t, count in asked if (t.high if high else t.low) > level)
        total = sum(count for _, count in asked)
        if end == "point" or not total:
            return SHARE[1] * passing >= SHARE[0] * total
        bounds = wilson(passing, total)
        return SHARE[1] * (bounds.low if end == "lower" else bounds.high) >= SHARE[0]

    def _earned(self, level: int, high: bool) -> bool:
        """Whether anything of this level passed: what does not apply earns nothing.

        Passes are asked for, not applicable subjects: else a doubt where nothing applied, too rare
        to block, would earn the level.
        """
        return any(
            column.index in self.waived or _passes(self.counts[column.index], high)
            for column in self._at(level)
        )

    def _at(self, level: int) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.level == level)


def _passes(counts: Counts, high: bool) -> int:
    return counts.applicable - counts.failed if high else counts.passed
