"""Counts, and the values of criteria and dimensions that follow from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
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
_PLACE = {outcome: place for place, outcome in enumerate(_ORDER)}
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
        sums[cell.column][_PLACE[cell.outcome]] += subjects
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
    asked = _asked(columns, counts)
    if not asked:
        return NOTHING_KNOWN
    unit = lcm(*(applicable for _, _, applicable in asked))
    low = high = weights = 0
    for column, held, applicable in asked:
        share = column.weight * (unit // applicable)
        low += share * held.passed
        high += share * (applicable - held.failed)
        weights += column.weight
    return Range(Fraction(low, weights * unit), Fraction(high, weights * unit))


def _asked(columns: Sequence[Column], counts: Sequence[Counts]) -> list[tuple[Column, Counts, int]]:
    """Applicable columns with their counts, and how many of these are applicable."""
    held = ((column, counts[column.index]) for column in columns)
    return [(column, found, found.applicable) for column, found in held if found.applicable]


def mean(ranges: Sequence[Range]) -> Range:
    """Unweighted mean; nothing known of nothing."""
    if not ranges:
        return NOTHING_KNOWN
    return Range(_mean([r.low for r in ranges]), _mean([r.high for r in ranges]))


def _mean(values: Sequence[Fraction]) -> Fraction:
    pairs = [value.as_integer_ratio() for value in values]
    unit = lcm(*(parts for _, parts in pairs))
    return Fraction(sum(share * (unit // parts) for share, parts in pairs), unit * len(pairs))


def worth(columns: Sequence[Column], counts: Sequence[Counts], scored: int) -> dict[int, Fraction]:
    """Points (0 to 100) that one more pass adds to the score, per column of one dimension;
    `scored` is how many dimensions the score is the mean of."""
    asked = _asked(columns, counts)
    weights = sum(column.weight for column, _, _ in asked) * scored
    return {
        column.index: Fraction(100 * column.weight, weights * applicable)
        for column, _, applicable in asked
    }
