"""Where a system stands: every number of the scorecard, exact and without words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from agentaudit.score.layout import Applicability, Column
from agentaudit.score.level import Ladder
from agentaudit.score.responses import Mark, Reach, counting, joints, marks, reaches
from agentaudit.score.tally import Entry, Tally
from agentaudit.score.value import Counts, Range, answered, count, dimension, mean

PROVISIONAL = 30
"""With fewer responses a level is provisional."""


class DimensionStanding(Struct, frozen=True):
    """One dimension that counts."""

    value: Range | None
    """Shares from 0 to 1; None when the rubric has no criterion for it."""
    level: int
    level_high: int
    level_lower: int
    """What a sample proves, were only its lower end of sampling error true."""
    level_upper: int
    """What a sample does not rule out."""
    level_cap: int
    assessed: bool
    """Whether any subject got PASS or FAIL."""


class Standing(Struct, frozen=True):
    """All numbers. Shares are exact fractions from 0 to 1, scores from 0 to 100."""

    counting: tuple[bool, ...]
    counts: tuple[Counts, ...]
    """Per column."""
    totals: Counter[int]
    """Subjects per cell of the tally."""
    marks: list[Mark | None]
    dimensions: tuple[DimensionStanding | None, ...]
    """None where the dimension does not apply."""
    score: Range
    level: int
    level_high: int
    weakest: tuple[int, ...]
    """Numbers of the dimensions at the lowest level, lowest value first."""
    entries: dict[Entry, Reach]
    reach: Reach

    @property
    def coverage(self) -> Fraction:
        """Share of applicable (criterion, subject) pairs that got PASS or FAIL."""
        asked = sum(c.applicable for c in self.counts)
        return Fraction(sum(c.passed + c.failed for c in self.counts), asked or 1)

    @property
    def scored(self) -> int:
        """How many dimensions the score is the mean of."""
        return sum(d is not None and d.value is not None for d in self.dimensions)


def settle(
    tally: Tally,
    applicability: Mapping[str, Applicability],
    waived: frozenset[int] = frozenset(),
) -> Standing:
    """All numbers of a tally. `waived` columns are left out of the levels, and of nothing else."""
    layout = tally.layout
    counts_in = counting(layout, applicability)
    totals = answered(tally)
    counts = count(tally, totals, counts_in)
    found = marks(layout, tally.cells, counts_in)
    entries = reaches(tally, found)
    reach = Reach()
    for part in entries.values():
        reach.sum(part)
    together = joints(tally, found, waived)
    ladders = [
        Ladder(rungs, counts, joint, reach.total, waived)
        for rungs, joint in zip(layout.rungs, together, strict=True)
    ]
    standings = tuple(
        _dimension(layout.of(number), ladder) if counts_in[number] else None
        for number, ladder in enumerate(ladders)
    )
    held = [s for s in standings if s is not None]
    share = mean([s.value for s in held if s.value])
    points = Range(100 * share.low, 100 * share.high)
    level = min((s.level for s in held), default=0)
    high = min((s.level_high for s in held), default=0)
    weak = _weakest(standings, level)
    return Standing(
        counts_in, counts, totals, found, standings, points, level, high, weak, entries, reach
    )


def _dimension(columns: Sequence[Column], ladder: Ladder) -> DimensionStanding:
    counts = [ladder.counts[column.index] for column in columns]
    return DimensionStanding(
        dimension(columns, ladder.counts),
        ladder.level(),
        ladder.level(high=True),
        ladder.level(end="lower"),
        ladder.level(end="upper"),
        ladder.cap,
        any(c.passed + c.failed for c in counts),
    )


def _weakest(standings: tuple[DimensionStanding | None, ...], level: int) -> tuple[int, ...]:
    at = [
        (s.value.low if s.value else Fraction(0), number)
        for number, s in enumerate(standings)
        if s is not None and s.level == level
    ]
    return tuple(number for _, number in sorted(at))
