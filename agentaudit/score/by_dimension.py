"""Conditions on a single dimension."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from agentaudit.score import trust
from agentaudit.score.asked import DimensionGate, Evidenced
from agentaudit.score.rounding import down, whole
from agentaudit.score.scorecard import Condition
from agentaudit.score.standing import DimensionStanding
from agentaudit.score.value import Range


def conditions(id: str, asked: DimensionGate, on: Evidenced) -> Iterator[Condition]:
    """What is asked of one dimension. One that does not apply, or of which nothing was assessed,
    gives no verdict: a condition that silently held would be a pass by accident."""
    number = on.layout.dimensions.index(id)
    wanted = (("fail_under", asked.fail_under), ("min_level", asked.min_level))
    for name, required in wanted:
        if required is None:
            continue
        standing, unwaived = on.standing.dimensions[number], on.unwaived.dimensions[number]
        where = f"{name} {id}"
        if standing is None or unwaived is None:
            why = f"{id} does not apply: leave it out of gate.dimensions"
            yield trust.unassessed(where, why, required)
        elif not standing.assessed or standing.value is None:
            yield trust.unassessed(where, f"nothing was assessed in {id}", required)
        elif name == "fail_under":
            yield _score(where, required, standing.value, remedy(number, on, ()))
        else:
            yield _level(where, int(required), unwaived, remedy(number, on, on.waived))


def _score(name: str, required: float, value: Range, todo: str) -> Condition:
    low, high = 100 * value.low, 100 * value.high
    held = low >= Fraction(str(required))
    words = f"score {whole(down(low))} of 100"
    if high > low:
        words += f", {whole(down(high))} if everything that could not be looked at passed"
    return Condition(
        name=name,
        verdict="pass" if held else "fail",
        actual=down(low),
        required=required,
        low=down(low),
        high=down(high),
        interval=None,
        message=words if held else words + todo,
    )


def _level(name: str, required: int, standing: DimensionStanding, todo: str) -> Condition:
    held = standing.level >= required
    words = f"level {standing.level}"
    if standing.level_high > standing.level:
        words += f", {standing.level_high} if everything that could not be looked at passed"
    return Condition(
        name=name,
        verdict="pass" if held else "fail",
        actual=standing.level,
        required=required,
        low=standing.level,
        high=standing.level_high,
        interval=None,
        message=words if held else words + todo,
    )


def remedy(number: int, on: Evidenced, waived: Collection[int]) -> str:
    """What to do first in a dimension: its lowest criterion that is not met and not waived."""
    for column in sorted(on.layout.of(number), key=lambda column: column.level):
        counts = on.standing.counts[column.index]
        if counts.applicable and counts.low < column.target and column.index not in waived:
            return f"; next: {column.criterion.id} {column.criterion.title}"
    return ""
