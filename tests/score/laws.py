"""The laws of scoring that hold for every system and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import NamedTuple, Self

from msgspec.structs import replace

from agentaudit.finding import Answer, Cause, Outcome
from agentaudit.score import (
    Applicability,
    Applies,
    Scorecard,
    Tally,
)
from agentaudit.score.fix import path
from agentaudit.score.rounding import PLACES
from agentaudit.score.standing import Standing
from tests.score.worlds import (
    Asked,
    World,
    assert_not_raised,
    crashed,
    doubtful,
    excused,
    failing,
    figures,
    passing,
    scorecard,
)

DOUBTS = {Outcome.UNKNOWN, Outcome.ERROR}


class Made(NamedTuple):
    """What is made of a system, once for all laws: it takes longer than most of them."""

    tally: Tally
    standing: Standing
    card: Scorecard

    @classmethod
    def of(cls, system: World) -> Self:
        tally = system.tally()
        return cls(tally, system.settled(tally), scorecard(system, tally))


Law = Callable[[World, Made, Random], None]
"""System, what is made of it, and a source of chance."""
LAWS: list[Law] = []


def law(holds: Law) -> Law:
    """Asked of every made-up system."""
    LAWS.append(holds)
    return holds


def here_and_there(chance: Random, new: Callable[[], Answer]) -> Callable[[str, Answer], Answer]:
    """Replace a few answers, half of them or nearly all."""
    odds = chance.choice((0.05, 0.5, 0.95))
    return lambda _, answer: new() if chance.random() < odds else answer


def silenced(system: World, ids: set[str]) -> World:
    """Nobody can be asked these criteria; what responses answer to them is unknown."""
    blind = system.mapped(lambda id, answer: doubtful("traces") if id in ids else answer)
    gone = tuple((id, "not_configured", (Cause("traces"),)) for id in sorted(ids))
    return replace(
        blind,
        subjects=tuple(s for s in blind.subjects if s[0] not in ids),
        silences=(*blind.silences, *gone),
    )


@law
def unknown_and_error_are_never_credited(system: World, made: Made, chance: Random) -> None:
    """The low figures are those of a system in which all of it had failed."""
    failed = system.mapped(lambda _, a: failing("x") if a.outcome in DOUBTS else a)
    assert figures(made.standing) == figures(failed.standing())


@law
def hiding_never_raises(system: World, made: Made, chance: Random) -> None:
    """Any answers, also those that say "does not apply", turned into UNKNOWN or ERROR."""
    change = here_and_there(chance, lambda: chance.choice((doubtful("hidden"), crashed())))
    assert_not_raised(made.standing, system.mapped(change).standing())


@law
def a_new_failure_never_raises(system: World, made: Made, chance: Random) -> None:
    worse = system.mapped(here_and_there(chance, lambda: failing("lost")))
    asked = {id for id, _, _ in system.subjects}
    extra = [(id, "new", failing("new")) for id in sorted(asked) if chance.random() < 0.3]
    own = [c.id for c in system.rubric.criteria if c.subject == "response"]
    added = [
        Asked(f"new {n}", dict.fromkeys(own, failing("new"))) for n in range(chance.randrange(3))
    ]
    worse = replace(
        worse,
        subjects=(*worse.subjects, *extra),
        responses=(*worse.responses, *(added if system.responses else ())),
    )
    assert_not_raised(made.standing, worse.standing())


@law
def taking_a_kind_of_source_away_never_raises(system: World, made: Made, chance: Random) -> None:
    """Its criteria can no longer be asked; dimensions known not to apply are then in doubt."""
    ids = {c.id for c in system.rubric.criteria if chance.random() < 0.5}
    traces = chance.random() < 0.5
    if traces:
        ids |= {c.id for c in system.rubric.criteria if c.subject == "response"}
    undone = [d for d in system.rubric.dimensions if chance.random() < 0.5]
    ids |= {c.id for d in undone for c in d.criteria}
    doubt: dict[str, Applicability] = {
        d.id: Applicability(Applies.UNKNOWN, "not looked") for d in undone
    }
    less = silenced(system, ids)
    if traces:
        less = replace(less, responses=())
    less = replace(less, applicability={**system.applicability, **doubt})
    assert_not_raised(made.standing, less.standing())


@law
def not_applicable_is_never_a_pass(system: World, made: Made, chance: Random) -> None:
    """More of it raises nothing, and where there is nothing else there is no figure."""
    ids = sorted({id for id, _, _ in system.subjects})
    own = [c.id for c in system.rubric.criteria if c.subject == "response"]
    more = replace(
        system,
        subjects=(*system.subjects, *((id, "n/a", excused()) for id in ids)),
        responses=(
            *system.responses,
            *(Asked(f"n/a {n}", dict.fromkeys(own, excused())) for n in range(chance.randrange(4))),
        )
        if system.responses
        else (),
    )
    assert_not_raised(made.standing, more.standing())
    nothing = system.mapped(lambda _, answer: excused()).standing()
    assert not any(figures(nothing).values())
    assert nothing.reach.none == nothing.reach.total or own


@law
def low_is_never_above_high(system: World, made: Made, chance: Random) -> None:
    standing = made.standing
    assert 0 <= standing.score.low <= standing.score.high <= 100
    assert standing.level <= standing.level_high
    assert standing.reach.full <= standing.reach.full_high <= standing.reach.total
    assert all(c.low <= c.high for c in standing.counts if c.applicable)
    for dimension in standing.dimensions:
        if dimension is not None:
            assert dimension.level <= dimension.level_high <= dimension.level_cap
            assert dimension.value is None or 0 <= dimension.value.low <= dimension.value.high <= 1


@law
def all_counts_add_up(system: World, made: Made, chance: Random) -> None:
    card, reach = made.card, made.card.reconstructable
    assert reach.full + reach.partial + reach.none == reach.total == len(system.responses)
    assert sum(row.total for row in reach.by_entry) == reach.total
    assert sum(row.full for row in reach.by_entry) == reach.full
    assert sum(d.links.total for d in card.dimensions) == reach.links.total
    asked = {c.id: 0 for c in system.rubric.criteria}
    for id, _, _ in system.subjects:
        asked[id] += 1
    for dimension in card.dimensions:
        for criterion in dimension.criteria:
            own = criterion.subject == "response"
            subjects = len(system.responses) if own else asked[criterion.id]
            counts = criterion.counts
            total = counts.passed + counts.fail + counts.unknown + counts.error
            assert total + counts.not_applicable == max(1, subjects)
            assert criterion.findings


def mended(system: World, causes: set[Cause]) -> World:
    """The system once these causes are gone: answers that had no other pass."""

    def mend(id: str, answer: Answer) -> Answer:
        named = {c if c.fact else Cause(id, c.place, c.reason) for c in answer.causes}
        bad = answer.outcome in {Outcome.FAIL, Outcome.UNKNOWN}
        return passing() if bad and named and named <= causes else answer

    found = system.mapped(mend)
    asked = {id for id, _, _ in system.subjects}
    own = {c.id for c in system.rubric.criteria if c.subject == "response"}
    told = {id: set(why) for id, _, why in system.silences if id not in asked | own}
    heard = [(id, "found", passing()) for id, why in told.items() if why and why <= causes]
    return replace(found, subjects=(*found.subjects, *heard))


@law
def a_fix_that_completes_nothing_alone_says_what_does(
    system: World, made: Made, chance: Random
) -> None:
    done = set[Cause]()
    for step in path(made.tally, made.standing)[:3]:
        if step.completes_with:
            assert not step.gain.responses
            now = mended(system, done).standing().reach.full
            then = mended(system, done | {step.cause, *step.completes_with}).standing().reach.full
            assert then > now
        done.add(step.cause)


@law
def figures_are_rounded_down(system: World, made: Made, chance: Random) -> None:
    card, standing = made.card, made.standing
    pairs = [(card.score.low, standing.score.low), (card.score.high, standing.score.high)]
    if card.reconstructable.low is not None:
        pairs.append((card.reconstructable.low, standing.reach.share))
    pairs.append((card.coverage, standing.coverage))
    for shown, exact in pairs:
        assert 0 <= exact - Fraction(str(shown)) < Fraction(1, 10**PLACES)
