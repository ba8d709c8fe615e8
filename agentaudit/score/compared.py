"""What got worse since the baseline. Only criteria that both sides ask are compared, and only what
sampling error does not explain counts."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.evidence import safe
from agentaudit.score import trust
from agentaudit.score.asked import Evidenced
from agentaudit.score.baseline import Baseline, Held
from agentaudit.score.by_dimension import remedy
from agentaudit.score.dimension import Interval
from agentaudit.score.interval import wilson
from agentaudit.score.layout import Column
from agentaudit.score.rounding import down
from agentaudit.score.scorecard import Condition

_MOST = 5
"""Names in one note."""


def conditions(baseline: Baseline, on: Evidenced) -> Iterator[Condition]:
    """A failure for each level lost and each criterion newly unmet; else one line that says so."""
    worse = [*_levels(baseline, on), *_criteria(baseline, on)]
    yield from worse
    if not worse:
        known = sum(c.criterion.id in baseline.criteria for c in on.layout.columns)
        yield _condition(
            "baseline",
            "pass",
            f"no level lost and no criterion newly unmet since {baseline.as_of}, "
            f"{known} criteria compared",
        )


def notes(baseline: Baseline, on: Evidenced) -> Iterator[str]:
    """What is new or gone, and gates nothing."""
    then, now = baseline.rubric, on.layout.rubric
    if then.sha256 != now.sha256:
        other = f"is {now.version} now" if now.version != then.version else "has changed since"
        yield safe(
            f"rubric {then.id} {then.version} of the baseline {other}: "
            "a difference may come from the questions"
        )
    asked = {column.criterion.id: column for column in on.layout.columns}
    applicable = {id for id, column in asked.items() if on.standing.counts[column.index].applicable}
    new = sorted(applicable - baseline.criteria.keys())
    if new:
        yield f"not in the baseline, so not compared: {_listed(new)}"
    gone = sorted(baseline.criteria.keys() - applicable)
    if gone:
        yield f"in the baseline, and asked of nothing now: {_listed(gone)}"
    if found := [words for print, words in on.places.items() if print not in baseline.places]:
        yield safe(f"places that fail and are not in the baseline: {_listed(sorted(found))}")
    better = [
        id
        for id, before in baseline.criteria.items()
        if id in applicable and not before.met and _met(asked[id], on)
    ]
    if better:
        yield f"met now and not in the baseline of {baseline.as_of}: {_listed(sorted(better))}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _met(column: Column, on: Evidenced) -> bool:
    counts = on.standing.counts[column.index]
    return bool(counts.passed) and counts.low >= column.target


def _levels(baseline: Baseline, on: Evidenced) -> Iterator[Condition]:
    for number, id in enumerate(on.layout.dimensions):
        before, standing = baseline.dimensions.get(id), on.unwaived.dimensions[number]
        if before is None or standing is None:
            continue
        reached = standing.level_upper if on.sampled else standing.level
        if reached >= before:
            continue
        name = f"baseline level {id}"
        if not standing.assessed:
            yield trust.unassessed(name, f"nothing was assessed in {id}: read its sources", before)
            continue
        words = f"level {before} on {baseline.as_of}, level {standing.level} now"
        yield _condition(
            name,
            "fail",
            words + remedy(number, on, on.waived),
            standing.level,
            before,
            standing.level_high,
        )


def _criteria(baseline: Baseline, on: Evidenced) -> Iterator[Condition]:
    for column in on.layout.columns:
        before = baseline.criteria.get(column.criterion.id)
        counts = on.standing.counts[column.index]
        if before is None or not before.met or not counts.applicable or column.index in on.waived:
            continue
        bounds = None
        if on.sampled and column.own and on.standing.reach.total:
            bounds = wilson(counts.passed, counts.applicable)
        upper = bounds.high if bounds else counts.low
        if upper < column.target:
            interval = None
            if bounds:
                low, high = down(100 * bounds.low), down(100 * bounds.high)
                interval = Interval(low=low, high=high, method="wilson", n=counts.applicable)
            yield _unmet(column, before, baseline.as_of, on, interval)


def _unmet(
    column: Column, before: Held, since: str, on: Evidenced, interval: Interval | None
) -> Condition:
    id, counts = column.criterion.id, on.standing.counts[column.index]
    required = down(100 * column.target)
    if not counts.passed + counts.failed:
        words = f"met on {since} ({before.share}), and nothing could be looked at now"
        return trust.unassessed(f"baseline {id}", f"{words}: read its sources", required)
    words = (
        f"met on {since} ({before.share} passed), {counts.passed:,} of {counts.applicable:,} now"
    )
    if counts.unknown + counts.error:
        words += f", {counts.unknown + counts.error:,} not assessed"
    words += f"; mend it, or waive {id} in agentaudit.yaml for a while: {column.criterion.title}"
    share = down(100 * counts.low)
    return _condition(
        f"baseline {id}", "fail", words, share, required, down(100 * counts.high), interval
    )


def _condition(
    name: str,
    verdict: str,
    message: str,
    actual: float | None = None,
    required: float | None = None,
    high: float | None = None,
    interval: Interval | None = None,
) -> Condition:
    return Condition.model_validate(
        {
            "name": safe(name),
            "verdict": verdict,
            "actual": actual,
            "required": required,
            "low": actual,
            "high": high,
            "interval": interval,
            "message": safe(message),
        }
    )
