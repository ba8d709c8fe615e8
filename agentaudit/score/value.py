"""Counts, and the values of criteria and dimensions that follow from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from agentaudit.finding import Outcome
from agentaudit.score.layout import Column
from agentaudit.score.tally import Tally


class Counts(NamedTuple):
    """Subjects of one criterion, by outcome."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0
    error: int = 0

    @property
    def applicable(self) -> int:
        return self.passed + self.failed + self.unknown + self.error

    @property
    def low(self) -> Fraction:
        """Share of passes; UNKNOWN and ERROR are not credited."""
        return Fraction(self.passed, self.applicable)

    @property
    def high(self) -> Fraction:
        """The same with UNKNOWN and ERROR read as passes."""
        return Fraction(self.applicable - self.failed, self.applicable)


_ORDER = (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE, Outcome.ERROR)
ONE_UNKNOWN = Counts(unknown=1)
"""A criterion that nobody could be asked."""


class Range(NamedTuple):
    """A value with UNKNOWN counted as failed, and as passed."""

    low: Fraction
    high: Fraction


NOTHING_KNOWN = Range(Fraction(0), Fraction(1))


def answered(tally: Tally) -> Counter[int]:
    """Subjects per cell; what responses borrow counts where it was asked, not here."""
    own = [tally.layout.columns[cell.column].own for cell in tally.cells]
    totals = Counter(tally.subjects)
    for (_, numbers), count in tally.signatures.items():
        for number in numbers:
            if own[number]:
                totals[number] += count
    return totals


def count(tally: Tally, totals: Counter[int], counting: Sequence[bool]) -> tuple[Counts, ...]:
    """Counts per column; `counting` says which dimensions apply.

    Where one does not, every subject (or the absence of any) is NOT_APPLICABLE.
    """
    sums = [[0] * len(_ORDER) for _ in tally.layout.columns]
    for number, subjects in totals.items():
        cell = tally.cells[number]
        sums[cell.column][_ORDER.index(cell.outcome)] += subjects
    return tuple(
        _counts(tuple(row), counting[column.dimension])
        for column, row in zip(tally.layout.columns, sums, strict=True)
    )


def _counts(row: tuple[int, ...], counting: bool) -> Counts:
    if not counting:
        return Counts(not_applicable=max(1, sum(row)))
    return Counts(*row) if any(row) else ONE_UNKNOWN


def dimension(columns: Sequence[Column], counts: Sequence[Counts]) -> Range | None:
    """Weighted mean over the applicable criteria; None when the rubric has no criterion.

    Criteria that are all NOT_APPLICABLE in a dimension that applies leave nothing known.
    """
    if not columns:
        return None
    asked = [column for column in columns if counts[column.index].applicable]
    weights = sum((column.weight for column in asked), Fraction(0))
    if not weights:
        return NOTHING_KNOWN
    low = sum((c.weight * counts[c.index].low for c in asked), Fraction(0))
    high = sum((c.weight * counts[c.index].high for c in asked), Fraction(0))
    return Range(low / weights, high / weights)


def mean(ranges: Sequence[Range]) -> Range:
    """Unweighted mean; nothing known of nothing."""
    if not ranges:
        return NOTHING_KNOWN
    size = len(ranges)
    return Range(
        sum((r.low for r in ranges), Fraction(0)) / size,
        sum((r.high for r in ranges), Fraction(0)) / size,
    )


def worth(columns: Sequence[Column], counts: Sequence[Counts], scored: int) -> dict[int, Fraction]:
    """Points (0 to 100) that one more pass adds to the score, per column of one dimension;
    `scored` is how many dimensions the score is the mean of."""
    asked = [column for column in columns if counts[column.index].applicable]
    weights = sum((column.weight for column in asked), Fraction(0))
    return {
        c.index: 100 * c.weight / (weights * counts[c.index].applicable * scored) for c in asked
    }
