"""Levels of a dimension: what must hold for each, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from agentaudit.score.interval import wilson
from agentaudit.score.layout import Rung, Rungs
from agentaudit.score.responses import Joint
from agentaudit.score.value import Counts

SHARE = (95, 100)
"""Of responses, that must pass all their criteria up to a level together: 95 of 100."""

End = Literal["lower", "point", "upper"]
"""Of the sampling error of a share: its lower end, the share itself, its upper end."""


class Ladder(Struct, frozen=True):
    """Everything that decides the level of one dimension."""

    rungs: Rungs
    counts: Sequence[Counts]
    joint: Joint
    responses: int
    waived: frozenset[int] = frozenset()
    """Columns that neither block nor are asked for (gates only)."""

    @property
    def cap(self) -> int:
        """Highest level before the first one that the rubric has no criterion for."""
        return len(self.rungs)

    def level(self, *, high: bool = False, end: End = "point") -> int:
        """Highest level reached; `high` reads UNKNOWN and ERROR as PASS, `end` says which end of
        the sampling error counts for what responses pass."""
        reached = 0
        for level, rung in enumerate(self.rungs, 1):
            if self._blocked(rung, high) or not self._together(level, high, end):
                break
            if self._earned(rung, high):
                reached = level
        return reached

    def _blocked(self, rung: Rung, high: bool) -> bool:
        """Whether a subject that is not a response does not pass a criterion of this level."""
        for column in rung:
            if column.index not in self.waived and not (column.own and self.responses):
                counts = self.counts[column.index]
                if counts.failed or (not high and counts.unknown + counts.error):
                    return True
        return False

    def _together(self, level: int, high: bool, end: End) -> bool:
        """Whether 95 % of the responses with an applicable criterion up to here pass them all."""
        passing = total = 0
        for together, count in self.joint.items():
            if together.first <= level:
                total += count
                if (together.high if high else together.low) > level:
                    passing += count
        if end == "point" or not total:
            return SHARE[1] * passing >= SHARE[0] * total
        bounds = wilson(passing, total)
        return SHARE[1] * (bounds.low if end == "lower" else bounds.high) >= SHARE[0]

    def _earned(self, rung: Rung, high: bool) -> bool:
        """Whether anything of this level passed: what does not apply earns nothing.

        Passes are asked for, not applicable subjects: else a doubt where nothing applied, too rare
        to block, would earn the level.
        """
        return any(
            column.index in self.waived or _passes(self.counts[column.index], high)
            for column in rung
        )


def _passes(counts: Counts, high: bool) -> int:
    return counts.applicable - counts.failed if high else counts.passed
