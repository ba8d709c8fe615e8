"""A rubric laid out in columns: what the arithmetic needs to know of each criterion, by number."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import cache, cached_property
from itertools import takewhile
from math import lcm

from msgspec import Struct

from agentaudit.evidence import Evidence
from agentaudit.rubric import Criterion, Rubric

LINK_LEVELS = (2, 3)
"""Levels whose criteria make up the links of a response: recorded and resolves."""

TOP = 4
"""The highest level."""

BORROWED = frozenset({"image", "model"})
"""Subjects whose answers also count for every response that used them."""


class Applies(StrEnum):
    """Whether a dimension applies to the audited system."""

    YES = "yes"
    NO = "no"
    """Every kind of source that could show it was read, and showed nothing."""
    UNKNOWN = "unknown"
    """Not every such source was read: the dimension counts."""


class Applicability(Struct, frozen=True):
    """Whether a dimension applies, and on which evidence that was decided."""

    applies: Applies
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Column(Struct, frozen=True):
    """One criterion, by position."""

    index: int
    dimension: int
    criterion: Criterion
    weight: int
    """In units that make the weight of every criterion a whole number: sums of whole numbers are
    exact, too, and take a tenth of the time of fractions."""
    target: Fraction
    own: bool
    """Whether it is asked about responses themselves."""
    link: bool
    """Whether it is part of a response's link."""
    level: int


Rung = tuple[Column, ...]
"""Criteria of one level of a dimension."""
Rungs = tuple[Rung, ...]
"""From level 1 on, up to the first level that the rubric has no criterion for."""


class Layout:
    """All criteria of a rubric as columns, and its dimensions by number."""

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric
        self.dimensions = tuple(dimension.id for dimension in rubric.dimensions)
        unit = lcm(*(_exact(c.weight).denominator for c in rubric.criteria))
        self.columns = tuple(
            _column(index, number, criterion, unit)
            for index, (number, criterion) in enumerate(
                (number, criterion)
                for number, dimension in enumerate(rubric.dimensions)
                for criterion in dimension.criteria
            )
        )
        self.by_id = {column.criterion.id: column for column in self.columns}
        self.own = tuple(column for column in self.columns if column.own)
        self._of: list[list[Column]] = [[] for _ in self.dimensions]
        for column in self.columns:
            self._of[column.dimension].append(column)

    def of(self, dimension: int) -> Sequence[Column]:
        """Columns of one dimension, in rubric order."""
        return self._of[dimension]

    @cached_property
    def rungs(self) -> tuple[Rungs, ...]:
        """Per dimension."""
        return tuple(_rungs(columns) for columns in self._of)


def _rungs(columns: Sequence[Column]) -> Rungs:
    levels = (tuple(c for c in columns if c.level == level) for level in range(1, TOP + 1))
    return tuple(takewhile(bool, levels))


@cache
def _exact(number: float) -> Fraction:
    """The number as it is written in the rubric."""
    return Fraction(str(number))


def _column(index: int, dimension: int, criterion: Criterion, unit: int) -> Column:
    own = criterion.subject == "response"
    weight = _exact(criterion.weight)
    return Column(
        index,
        dimension,
        criterion,
        weight.numerator * (unit // weight.denominator),
        _exact(criterion.target),
        own,
        criterion.level in LINK_LEVELS and (own or criterion.subject in BORROWED),
        criterion.level,
    )
