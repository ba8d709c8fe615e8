"""Responses: which links resolve, which are full, and what they pass together per level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct, field

from agentaudit.finding import Answer, Outcome
from agentaudit.rubric import Rubric
from agentaudit.score.layout import Applicability, Applies, Layout
from agentaudit.score.tally import Cell, Entry, Tally

PASSED, DOUBTED, FAILED = 1, 2, 3
"""Ranks of an applicable cell: the highest of a link's cells decides it."""

BEYOND = 5
"""A level above all others: "fails at no level"."""

_RANK = {
    Outcome.PASS: PASSED,
    Outcome.UNKNOWN: DOUBTED,
    Outcome.ERROR: DOUBTED,
    Outcome.FAIL: FAILED,
}


class LinkState(StrEnum):
    """What became of a response's link in one dimension."""

    RESOLVED = "resolved"
    BROKEN = "broken"
    """At least one of its criteria failed."""
    NOT_ASSESSED = "not_assessed"
    """None failed, but at least one could not be looked at."""


_STATE = {
    PASSED: LinkState.RESOLVED,
    DOUBTED: LinkState.NOT_ASSESSED,
    FAILED: LinkState.BROKEN,
}


class Mark(NamedTuple):
    """An applicable cell, as the loops over responses need it."""

    dimension: int
    level: int
    own: bool
    link: bool
    rank: int


def marks(layout: Layout, cells: Iterable[Cell], counting: Sequence[bool]) -> list[Mark | None]:
    """One per cell; None for what does not apply."""
    return [_mark(layout, cell, counting) for cell in cells]


def _mark(layout: Layout, cell: Cell, counting: Sequence[bool]) -> Mark | None:
    column = layout.columns[cell.column]
    if cell.outcome is Outcome.NOT_APPLICABLE or not counting[column.dimension]:
        return None
    rank = _RANK[cell.outcome]
    return Mark(column.dimension, column.level, column.own, column.link, rank)


def link_ranks(found: Iterable[Mark | None]) -> dict[int, int]:
    """Rank per dimension in which a response has a link."""
    ranks: dict[int, int] = {}
    for mark in found:
        if mark is not None and mark.link:
            ranks[mark.dimension] = max(ranks.get(mark.dimension, 0), mark.rank)
    return ranks


def link_states(
    rubric: Rubric,
    answers: Mapping[str, Answer],
    borrowed: Mapping[str, Iterable[Answer]] | None = None,
    applicability: Mapping[str, Applicability] | None = None,
) -> dict[str, LinkState]:
    """Links of a single response, by dimension id, by the same arithmetic as the whole audit.

    Dimensions in which it has no link are left out.
    """
    alone = Tally(rubric)
    alone.response("", "", "", answers, borrowed)
    layout = alone.layout
    ranks = link_ranks(marks(layout, alone.cells, counting(layout, applicability or {})))
    return {layout.dimensions[number]: _STATE[ranks[number]] for number in sorted(ranks)}


def counting(layout: Layout, applicability: Mapping[str, Applicability]) -> tuple[bool, ...]:
    """Which dimensions count: all but those known not to apply."""
    known = (applicability.get(id) for id in layout.dimensions)
    return tuple(found is None or found.applies is not Applies.NO for found in known)


class Reach(Struct):
    """How far a group of responses can be reconstructed."""

    full: int = 0
    partial: int = 0
    none: int = 0
    full_high: int = 0
    """Full if UNKNOWN is read as PASS."""
    links: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(dimension, rank) → links."""

    @property
    def total(self) -> int:
        return self.full + self.partial + self.none

    @property
    def share(self) -> Fraction:
        """Of the responses, that are full; there must be one."""
        return Fraction(self.full, self.total)

    @property
    def share_high(self) -> Fraction:
        return Fraction(self.full_high, self.total)

    def add(self, ranks: Mapping[int, int], count: int) -> None:
        """Count responses with these links in; one without any link is not reconstructable."""
        held = ranks.values()
        worst_rank = max(held, default=0)
        self.full += count * (worst_rank == PASSED)
        self.full_high += count * (worst_rank in {PASSED, DOUBTED})
        self.partial += count * (worst_rank > PASSED and PASSED in held)
        self.none += count * (worst_rank != PASSED and PASSED not in held)
        for dimension, rank in ranks.items():
            self.links[(dimension, rank)] += count

    def sum(self, other: Reach) -> None:
        """Add another group."""
        self.full += other.full
        self.partial += other.partial
        self.none += other.none
        self.full_high += other.full_high
        self.links.update(other.links)

    def state(self, rank: int, dimension: int | None = None) -> int:
        """Links of a rank, in one dimension or in all."""
        return sum(
            count
            for (number, found), count in self.links.items()
            if found == rank and dimension in {None, number}
        )

    def weakest(self) -> tuple[int, ...]:
        """Dimensions whose links resolve least often, where any does not resolve."""
        totals: Counter[int] = Counter()
        for (dimension, _), count in self.links.items():
            totals[dimension] += count
        shares = {d: self.links[(d, PASSED)] / total for d, total in totals.items()}
        least = min(shares.values(), default=1.0)
        return tuple(sorted(d for d, share in shares.items() if share == least < 1))


def reaches(tally: Tally, found: Sequence[Mark | None]) -> dict[Entry, Reach]:
    """Reach per entry."""
    groups: dict[Entry, Reach] = {}
    for (entry, numbers), count in tally.signatures.items():
        ranks = link_ranks(found[number] for number in numbers)
        groups.setdefault(tally.entries[entry], Reach()).add(ranks, count)
    return groups


class Together(NamedTuple):
    """What responses with the same answers pass together in one dimension."""

    first: int
    """Lowest level with an applicable criterion."""
    low: int
    """Lowest level with one that did not pass; `BEYOND` when all did."""
    high: int
    """Lowest level with one that failed."""


Joint = Counter[Together]
"""Responses by what they pass together."""


def joints(tally: Tally, found: Sequence[Mark | None], waived: frozenset[int]) -> list[Joint]:
    """Per dimension; waived columns are left out."""
    seen = [
        None if mark is None or not mark.own or tally.cells[number].column in waived else mark
        for number, mark in enumerate(found)
    ]
    sums: list[Joint] = [Counter() for _ in tally.layout.dimensions]
    for (_, numbers), count in tally.signatures.items():
        for dimension, together in _together(seen[number] for number in numbers):
            sums[dimension][together] += count
    return sums


def _together(found: Iterable[Mark | None]) -> Iterator[tuple[int, Together]]:
    lowest: dict[int, list[int]] = {}
    for mark in found:
        if mark is None:
            continue
        row = lowest.setdefault(mark.dimension, [BEYOND, BEYOND, BEYOND])
        for rank in range(mark.rank):
            row[rank] = min(row[rank], mark.level)
    return ((dimension, Together(*row)) for dimension, row in lowest.items())
