"""Fixes: which causes to mend, in which order, and exactly what each gains.

Mending a cause turns an answer into a pass when it was the last cause of that answer. The path is
greedy: each step takes the cause that completes most responses given those before it, then most
links, then most points. Every gain counts what that step completes, so that gains add up.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import NamedTuple

from msgspec import Struct, field

from agentaudit.finding import Cause, Outcome
from agentaudit.score.layout import BORROWED
from agentaudit.score.responses import PASSED
from agentaudit.score.standing import Standing
from agentaudit.score.tally import Tally
from agentaudit.score.value import ONE_UNKNOWN, worth

SHOWN = 200
"""Fixes that are listed; for later ones nobody needs to know what else completes a response."""

PARTNERS = 20
"""How many other causes a fix names at most."""

NO_FIX = -1
"""A set of causes that nothing known would mend: a crash, or an answer that names no cause."""


class Gain(NamedTuple):
    """What one step completes."""

    responses: int
    links: int
    points: Fraction
    """Of the score, 0 to 100."""


class Step(Struct, frozen=True):
    """One cause to mend."""

    cause: Cause
    columns: tuple[int, ...]
    """Criteria that it fails, in rubric order."""
    gain: Gain
    completes_with: tuple[Cause, ...]
    """Where it completes no response: what else the nearest response to complete still lacks."""
    assumed: bool
    """Whether it gains only if what is then recorded also resolves, or is then found."""


class Worth(NamedTuple):
    """What mending one set of causes is worth; points in units of `_Work.scale`."""

    responses: int
    links: int
    points: int


class _Work(Struct):
    """All sets of causes (bit masks over the sorted causes) and what each is worth."""

    causes: list[Cause]
    masks: list[int]
    """Per cell of the tally; 0 for a pass."""
    scale: int
    items: dict[int, Worth] = field(default_factory=dict)
    reach: list[int] = field(default_factory=list)
    """Responses that each cause keeps from being full: breaks ties."""

    def add(self, mask: int, responses: int = 0, links: int = 0, points: int = 0) -> None:
        """Add what completing a set of causes is worth; nothing for `NO_FIX`."""
        if mask > 0:
            old = self.items.get(mask, Worth(0, 0, 0))
            self.items[mask] = Worth(
                old.responses + responses, old.links + links, old.points + points
            )


def path(tally: Tally, standing: Standing) -> tuple[Step, ...]:
    """The greedy path through all causes."""
    blame = _blame(tally, standing)
    causes = sorted(blame)
    numbers = {cause: number for number, cause in enumerate(causes)}
    masks = [_mask(tally, standing, number, numbers) for number in range(len(tally.cells))]
    points = _points(tally, standing)
    work = _Work(causes, masks, lcm(*(p.denominator for p in points.values())))
    work.reach = [0] * len(causes)
    _add_points(work, tally, standing, points, numbers)
    _add_responses(work, tally, standing)
    return tuple(_Walk(work).steps(blame))


class _Blame(Struct):
    """What a cause is to blame for."""

    columns: set[int] = field(default_factory=set)
    doubted: bool = False
    """Whether some answer with it was UNKNOWN: mending it only lets us look."""
    follows: bool = False
    """Whether a criterion asks where the fact leads, which a recorded fact alone does not meet."""

    def charge(self, tally: Tally, column: int, cause: Cause, doubted: bool) -> None:
        criterion = tally.layout.columns[column].criterion
        traced = criterion.subject == "response" or criterion.subject in BORROWED
        self.columns.add(column)
        self.doubted |= doubted
        self.follows |= traced and criterion.level > 2 and cause.reason != "broken"


def _blame(tally: Tally, standing: Standing) -> dict[Cause, _Blame]:
    blame: dict[Cause, _Blame] = {}
    for cell, mark in zip(tally.cells, standing.marks, strict=True):
        if mark is not None:
            doubted = cell.outcome is Outcome.UNKNOWN
            for cause in cell.causes:
                blame.setdefault(cause, _Blame()).charge(tally, cell.column, cause, doubted)
    for column, causes in _silent(tally, standing):
        for cause in causes:
            blame.setdefault(cause, _Blame()).charge(tally, column, cause, True)
    return blame


def _silent(tally: Tally, standing: Standing) -> Iterator[tuple[int, tuple[Cause, ...]]]:
    """Columns that nobody could be asked, with why."""
    asked = {tally.cells[number].column for number in standing.totals}
    for column, silence in tally.silences.items():
        if column not in asked and standing.counts[column] == ONE_UNKNOWN:
            yield column, silence.causes


def _mask(tally: Tally, standing: Standing, number: int, numbers: dict[Cause, int]) -> int:
    mark = standing.marks[number]
    if mark is None or mark.rank == PASSED:
        return 0
    return _bits(tally.cells[number].causes, numbers)


def _bits(causes: Iterable[Cause], numbers: dict[Cause, int]) -> int:
    mask = 0
    for cause in causes:
        mask |= 1 << numbers[cause]
    return mask or NO_FIX


def _points(tally: Tally, standing: Standing) -> dict[int, Fraction]:
    points: dict[int, Fraction] = {}
    for number, held in enumerate(standing.dimensions):
        if held is not None and held.value is not None:
            points |= worth(tally.layout.of(number), standing.counts, standing.scored)
    return points


def _add_points(
    work: _Work,
    tally: Tally,
    standing: Standing,
    points: dict[int, Fraction],
    numbers: dict[Cause, int],
) -> None:
    units = {
        column: value.numerator * (work.scale // value.denominator)
        for column, value in points.items()
    }
    for number, subjects in standing.totals.items():
        if work.masks[number]:
            work.add(work.masks[number], points=subjects * units[tally.cells[number].column])
    for column, causes in _silent(tally, standing):
        work.add(_bits(causes, numbers), points=units[column])


def _add_responses(work: _Work, tally: Tally, standing: Standing) -> None:
    for (_, numbers), count in tally.signatures.items():
        lacking: dict[int, int] = {}
        for number in numbers:
            mark = standing.marks[number]
            if mark is not None and mark.link and mark.rank != PASSED:
                mask = work.masks[number]
                lacking[mark.dimension] = _union(lacking.get(mark.dimension, 0), mask)
        whole = 0
        for mask in lacking.values():
            work.add(mask, links=count)
            whole = _union(whole, mask)
        work.add(whole, responses=count)
        for cause in _ones(max(whole, 0)):
            work.reach[cause] += count


def _union(first: int, second: int) -> int:
    return NO_FIX if NO_FIX in (first, second) else first | second


def _ones(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit.bit_length() - 1
        mask ^= bit


class _Walk:
    """The greedy walk. Gains only grow as causes are mended, so a heap with stale entries serves;
    the whole walk costs the sum of the sizes of all sets, not steps times sets."""

    def __init__(self, work: _Work) -> None:
        self.work = work
        self.left = list(work.items)
        """Per set, the causes not yet mended."""
        self.worths = list(work.items.values())
        self.sets: list[list[int]] = [[] for _ in work.causes]
        """Per cause, the sets it is in."""
        self.gains = [Worth(0, 0, 0) for _ in work.causes]
        self.heap: list[tuple[int, int, int, int, int]] = []
        for number, mask in enumerate(self.left):
            for cause in _ones(mask):
                self.sets[cause].append(number)
            self._credit(number)
        for cause in range(len(work.causes)):
            heapq.heappush(self.heap, self._rank(cause))

    def steps(self, blame: dict[Cause, _Blame]) -> Iterator[Step]:
        done = [False] * len(self.work.causes)
        count = 0
        while self.heap:
            ranked = heapq.heappop(self.heap)
            number = ranked[-1]
            if done[number] or ranked != self._rank(number):
                continue
            done[number] = True
            cause, gain = self.work.causes[number], self.gains[number]
            charged = blame[cause]
            yield Step(
                cause,
                tuple(sorted(charged.columns)),
                Gain(gain.responses, gain.links, Fraction(gain.points, self.work.scale)),
                () if gain.responses or count >= SHOWN else self._partners(number),
                charged.doubted or charged.follows,
            )
            count += 1
            self._mend(number)

    def _rank(self, cause: int) -> tuple[int, int, int, int, int]:
        gain = self.gains[cause]
        return -gain.responses, -gain.links, -gain.points, -self.work.reach[cause], cause

    def _credit(self, number: int) -> bool:
        """Credit a set that lacks one cause to that cause; whether it was such a set."""
        mask = self.left[number]
        if not mask or mask & (mask - 1):
            return False
        cause = mask.bit_length() - 1
        old, new = self.gains[cause], self.worths[number]
        self.gains[cause] = Worth(*(a + b for a, b in zip(old, new, strict=True)))
        return True

    def _mend(self, cause: int) -> None:
        bit = 1 << cause
        for number in self.sets[cause]:
            self.left[number] ^= bit
            if self._credit(number):
                heapq.heappush(self.heap, self._rank(self.left[number].bit_length() - 1))

    def _partners(self, cause: int) -> tuple[Cause, ...]:
        """The other causes of the response nearest to complete; most responses, then order."""
        counts: dict[int, int] = {}
        for number in self.sets[cause]:
            if responses := self.worths[number].responses:
                counts[self.left[number]] = counts.get(self.left[number], 0) + responses
        if not counts:
            return ()
        near = min((mask.bit_count(), -count) for mask, count in counts.items())
        ties = (mask for mask, count in counts.items() if (mask.bit_count(), -count) == near)
        best = min(ties, key=lambda mask: tuple(islice(_ones(mask), PARTNERS)))
        others = (other for other in _ones(best) if other != cause)
        return tuple(self.work.causes[other] for other in islice(others, PARTNERS))


def unmended(standing: Standing, steps: Sequence[Step]) -> int:
    """Responses that no known fix completes."""
    return standing.reach.total - standing.reach.full - sum(s.gain.responses for s in steps)
