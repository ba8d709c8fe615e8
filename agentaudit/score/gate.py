"""Gates: conditions on the numbers, never green by accident.

A condition compares the exact, unrounded low figure. One that has no number to compare, or whose
number cannot be relied on, is not assessed: then there is no verdict, whatever else passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from agentaudit.score import by_dimension, compared, trust
from agentaudit.score.asked import Evidenced, GateSettings
from agentaudit.score.dimension import Interval
from agentaudit.score.interval import Bounds
from agentaudit.score.responses import DOUBTED
from agentaudit.score.rounding import down, whole
from agentaudit.score.scorecard import Condition, Gate
from agentaudit.score.standing import PROVISIONAL


def judge(settings: GateSettings, on: Evidenced) -> Gate:
    """Every condition with its verdict, and the verdict that follows."""
    conditions = list(_conditions(settings, on))
    verdicts = {condition.verdict for condition in conditions}
    if not conditions:
        verdict = "none"
    elif "not_assessed" in verdicts:
        verdict = "no_verdict"
    else:
        verdict = "fail" if "fail" in verdicts else "pass"
    return Gate.model_validate(
        {"verdict": verdict, "conditions": conditions, "notes": tuple(_notes(settings, on))}
    )


def _conditions(settings: GateSettings, on: Evidenced) -> Iterator[Condition]:
    for obstacle in sorted(on.obstacles, key=lambda found: (found.name, found.message)):
        yield trust.unassessed(obstacle.name, obstacle.message)
    if settings.min_reconstructable is not None:
        yield _reconstructable(settings.min_reconstructable, settings.compare, on)
    if settings.fail_under is not None:
        yield _score(settings.fail_under, on)
    if settings.min_level is not None:
        yield _level(settings.min_level, on)
    for id, asked in sorted(settings.dimensions.items()):
        yield from by_dimension.conditions(id, asked, on)
    if settings.baseline:
        yield from compared.conditions(settings.baseline, on)
    for name in settings.require_sources:
        yield trust.required(name, on.ledgers)
    if settings.demands:
        yield from trust.expired(on.waivers)
        yield from trust.crashed(on.errors)
        yield from trust.unread(on.ledgers)
        yield from trust.unrecognised(on.ledgers, settings.excluded_services)


def _reconstructable(required: float, compare: str, on: Evidenced) -> Condition:
    reach, bounds = on.standing.reach, on.interval
    name = "min_reconstructable"
    looked = sum(count for (_, rank), count in reach.links.items() if rank != DOUBTED)
    if not reach.total or not looked:
        why = "no response was found" if not reach.total else "no link of any response was assessed"
        return trust.unassessed(name, f"{why}: configure the sources that show it", required)
    low, high = 100 * reach.share, 100 * reach.share_high
    proven = 100 * Fraction(bounds.low) if bounds and compare == "interval" else low
    held = proven >= Fraction(str(required))
    error = ""
    if bounds and 100 * bounds.low <= required <= 100 * bounds.high:
        error = f" (within sampling error: {whole(100 * bounds.low)} to {whole(100 * bounds.high)})"
    words = f"{reach.full} of {reach.total} responses are fully reconstructable{error}"
    if bounds and compare == "interval":
        words += f", the lower end {whole(100 * bounds.low)} is compared"
    return Condition(
        name=name,
        verdict="pass" if held else "fail",
        actual=down(low),
        required=required,
        low=down(low),
        high=down(high),
        interval=_interval(bounds, reach.total),
        message=_advised(words, held, on),
    )


def _interval(bounds: Bounds | None, n: int) -> Interval | None:
    if bounds is None:
        return None
    return Interval(
        low=down(100 * Fraction(bounds.low)),
        high=down(100 * Fraction(bounds.high)),
        method="wilson",
        n=n,
    )


def _score(required: float, on: Evidenced) -> Condition:
    low, high = on.standing.score
    if not on.standing.coverage:
        return trust.unassessed("fail_under", "nothing was assessed: configure a source", required)
    held = low >= Fraction(str(required))
    words = f"score {whole(down(low))} of 100"
    if high > low:
        words += f", {whole(down(high))} if everything that could not be looked at passed"
    return Condition(
        name="fail_under",
        verdict="pass" if held else "fail",
        actual=down(low),
        required=required,
        low=down(low),
        high=down(high),
        interval=None,
        message=_advised(words, held, on),
    )


def _level(required: int, on: Evidenced) -> Condition:
    standing = on.unwaived
    below = [
        (on.layout.dimensions[number], held.assessed)
        for number, held in enumerate(standing.dimensions)
        if held is not None and held.level < required
    ]
    names = ", ".join(name for name, _ in below)
    if not standing.coverage or (below and not any(assessed for _, assessed in below)):
        blind = names or "every dimension"
        return trust.unassessed("min_level", f"nothing was assessed in {blind}", required)
    provisional = standing.reach.total < PROVISIONAL
    words = f"level {standing.level}" + (f", held back by {names}" if below else "")
    words += f", provisional below {PROVISIONAL} responses" if provisional else ""
    return Condition(
        name="min_level",
        verdict="fail" if below else "pass",
        actual=standing.level,
        required=required,
        low=standing.level,
        high=standing.level_high,
        interval=None,
        message=_advised(words, not below, on),
    )


def _advised(words: str, held: bool, on: Evidenced) -> str:
    return words if held or not on.advice else f"{words}; next: {on.advice}"


def _notes(settings: GateSettings, on: Evidenced) -> Iterator[str]:
    if settings.configured_seed not in {None, on.seed}:
        yield f"sampled with seed {on.seed}, not the configured {settings.configured_seed}"
    waived = sorted({w.criterion for w in on.waivers if w.state == "in_force"})
    levels = any(asked.min_level is not None for asked in settings.dimensions.values())
    if waived and (settings.min_level is not None or levels or settings.baseline):
        yield f"levels and baseline leave out waived criteria: {', '.join(waived)}"
    if settings.ignored_waivers:
        yield f"{settings.ignored_waivers} declared waivers are ignored, as --no-waivers asks"
    if settings.baseline:
        yield from compared.notes(settings.baseline, on)
