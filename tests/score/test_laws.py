"""The laws of scoring, over made-up systems: each must hold for every one of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from agentaudit.finding import Answer, Cause, Outcome
from agentaudit.score import (
    Applicability,
    Applies,
    GateSettings,
    Population,
    Tally,
    exit_codes,
    score,
    scorecard_json,
)
from agentaudit.score.assembly import Run
from agentaudit.score.fix import path, unmended
from agentaudit.score.responses import PASSED
from agentaudit.score.rounding import PLACES, down
from agentaudit.source import Ledger
from tests.score.worlds import (
    SIZE,
    Asked,
    World,
    assert_not_raised,
    crashed,
    doubtful,
    excused,
    failing,
    figures,
    fold,
    passing,
    scorecard,
    world,
)

worlds = st.binary(min_size=SIZE, max_size=SIZE).map(world)
seeds = st.integers(min_value=0, max_value=2**32)
DOUBTS = {Outcome.UNKNOWN, Outcome.ERROR}


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


@given(worlds)
def test_unknown_and_error_are_never_credited(system: World) -> None:
    """The low figures are those of a system in which all of it had failed."""
    failed = system.mapped(lambda _, a: failing("x") if a.outcome in DOUBTS else a)
    assert figures(system.standing()) == figures(failed.standing())


@given(worlds)
def test_high_is_what_it_would_be_if_all_unknown_passed(system: World) -> None:
    standing = system.standing()
    silent = {id for id, _, _ in system.silences}
    asked = {id for id, _, _ in system.subjects}
    own = {c.id for c in system.rubric.criteria if c.subject == "response"}
    others = {c.id for c in system.rubric.criteria} - own
    answered = others - asked
    assume(system.responses or not own)
    filled = [
        replace(r, answers={id: r.answers.get(id, passing()) for id in sorted(own)})
        for r in system.responses
    ]
    known = replace(
        system,
        responses=tuple(filled),
        subjects=(*system.subjects, *((id, "s", passing()) for id in sorted(answered | silent))),
    ).mapped(lambda _, a: passing() if a.outcome in DOUBTS else a)
    best = known.standing()
    assert standing.level_high == best.level
    assert standing.reach.full_high == best.reach.full
    blank = any(
        d is not None
        and d.value is not None
        and not any(standing.counts[c.index].applicable for c in system.tally().layout.of(number))
        for number, d in enumerate(standing.dimensions)
    )
    assert blank or standing.score.high == best.score.low or not standing.scored


@given(worlds, seeds)
def test_hiding_never_raises(system: World, seed: int) -> None:
    """Any answers, also those that say "does not apply", turned into UNKNOWN or ERROR."""
    chance = Random(seed)
    change = here_and_there(chance, lambda: chance.choice((doubtful("hidden"), crashed())))
    assert_not_raised(system.standing(), system.mapped(change).standing())


@given(worlds, seeds)
def test_a_new_failure_never_raises(system: World, seed: int) -> None:
    chance = Random(seed)
    worse = system.mapped(here_and_there(chance, lambda: failing("lost")))
    asked = {id for id, _, _ in system.subjects}
    extra = [(id, "new", failing("new")) for id in sorted(asked) if chance.random() < 0.3]
    own = [c.id for c in system.rubric.criteria if c.subject == "response"]
    added = [Asked(f"new {n}", dict.fromkeys(own, failing("new"))) for n in range(seed % 3)]
    worse = replace(
        worse,
        subjects=(*worse.subjects, *extra),
        responses=(*worse.responses, *(added if system.responses else ())),
    )
    assert_not_raised(system.standing(), worse.standing())


@given(worlds, seeds, st.booleans())
def test_taking_a_kind_of_source_away_never_raises(system: World, seed: int, traces: bool) -> None:
    """Its criteria can no longer be asked; dimensions known not to apply are then in doubt."""
    chance = Random(seed)
    ids = {c.id for c in system.rubric.criteria if chance.random() < 0.5}
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
    assert_not_raised(system.standing(), less.standing())


@given(worlds, seeds)
def test_not_applicable_is_never_a_pass(system: World, seed: int) -> None:
    """More of it raises nothing, and where there is nothing else there is no figure."""
    chance = Random(seed)
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
    assert_not_raised(system.standing(), more.standing())
    nothing = system.mapped(lambda _, answer: excused()).standing()
    assert not any(figures(nothing).values())
    assert nothing.reach.none == nothing.reach.total or own


@given(worlds, seeds)
def test_merging_is_exact_in_any_grouping(system: World, seed: int) -> None:
    chance = Random(seed)
    system = replace(system, responses=system.responses[:15])  # 15 part in as many ways as 100
    places = {name: [chance.randrange(3) for _ in range(50)] for name in ("r", "s", "u")}

    def part(name: str, answers: tuple[Any, ...], number: int) -> list[Any]:
        return [a for a, at in zip(answers, places[name], strict=False) if at == number]

    def tallies() -> list[Tally]:
        return [
            fold(
                system,
                part("r", system.responses, number),
                part("s", system.subjects, number),
                part("u", system.silences, number),
            )
            for number in range(3)
        ]

    a, b, c = tallies()
    a.merge(b)
    a.merge(c)
    d, e, f = tallies()
    e.merge(f)
    e.merge(d)
    whole = scorecard(system, system.tally())
    assert scorecard(system, a) == whole
    assert scorecard(system, e) == whole


@given(worlds, seeds)
def test_order_does_not_change_a_byte(system: World, seed: int) -> None:
    chance = Random(seed)

    def shuffled(answers: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(answers, len(answers)))

    other = replace(
        system,
        responses=shuffled(system.responses),
        subjects=shuffled(system.subjects),
        silences=shuffled(system.silences),
        applicability=dict(reversed(list(system.applicability.items()))),
    )
    assert scorecard_json(other.scorecard()) == scorecard_json(system.scorecard())


@given(worlds)
def test_low_is_never_above_high(system: World) -> None:
    standing = system.standing()
    assert 0 <= standing.score.low <= standing.score.high <= 100
    assert standing.level <= standing.level_high
    assert standing.reach.full <= standing.reach.full_high <= standing.reach.total
    assert all(c.low <= c.high for c in standing.counts if c.applicable)
    for dimension in standing.dimensions:
        if dimension is not None:
            assert dimension.level <= dimension.level_high <= dimension.level_cap
            assert dimension.value is None or 0 <= dimension.value.low <= dimension.value.high <= 1


@given(worlds)
def test_all_counts_add_up(system: World) -> None:
    card = system.scorecard()
    reach = card.reconstructable
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


@given(worlds)
def test_fixes_gain_exactly_what_they_promise(system: World) -> None:
    """The first three one by one, the rest together, against scoring the mended system anew."""
    assume(system.responses or not any(c.subject == "response" for c in system.rubric.criteria))
    tally, standing = system.tally(), system.standing()
    steps, done, before = path(tally, standing), set(), standing
    for part in (steps[:1], steps[1:2], steps[2:3], steps[3:]):
        done |= {step.cause for step in part}
        after = mended(system, done).standing() if part else before
        assert sum(s.gain.responses for s in part) == after.reach.full - before.reach.full
        links = after.reach.state(PASSED) - before.reach.state(PASSED)
        assert sum(s.gain.links for s in part) == links
        assert sum(s.gain.points for s in part) == after.score.low - before.score.low
        before = after
    assert unmended(standing, steps) == standing.reach.total - before.reach.full


@given(worlds)
def test_a_fix_that_completes_nothing_alone_says_what_does(system: World) -> None:
    tally, standing = system.tally(), system.standing()
    done: set[Cause] = set()
    for step in path(tally, standing)[:3]:
        if step.completes_with:
            assert not step.gain.responses
            now = mended(system, done).standing().reach.full
            then = mended(system, done | {step.cause, *step.completes_with}).standing().reach.full
            assert then > now
        done.add(step.cause)


@given(worlds)
def test_figures_are_rounded_down(system: World) -> None:
    card, standing = system.scorecard(), system.standing()
    pairs = [(card.score.low, standing.score.low), (card.score.high, standing.score.high)]
    if card.reconstructable.low is not None:
        pairs.append((card.reconstructable.low, standing.reach.share))
    pairs.append((card.coverage, standing.coverage))
    for shown, exact in pairs:
        assert 0 <= exact - Fraction(str(shown)) < Fraction(1, 10**PLACES)


@given(st.fractions(min_value=0, max_value=100))
def test_rounding_is_exact(value: Fraction) -> None:
    assert 0 <= value - Fraction(str(down(value))) < Fraction(1, 10**PLACES)


thresholds = st.one_of(st.none(), st.sampled_from((0.0, 1.0, 50.0, 99.9999, 100.0)))


@given(
    worlds,
    thresholds,
    thresholds,
    st.one_of(st.none(), st.integers(0, 4)),
    st.integers(0, 4),
    st.integers(0, 12),
)
def test_a_gate_is_never_green_by_accident(
    system: World,
    points: float | None,
    share: float | None,
    level: int | None,
    unread: int,
    unrecognised: int,
) -> None:
    ledger = Ledger("traces", "otlp:t.jsonl", read=200, unread=unread)
    ledger.recognised, ledger.unrecognised = {"planner": 100}, {"planner": unrecognised}
    card = score(
        system.rubric,
        system.tally(),
        applicability=system.applicability,
        run=Run("agentaudit", "2026-11-21", "scan"),
        population=Population(len(system.responses), len(system.responses)),
        conditions=GateSettings(points, level, share),
        ledgers=[ledger],
    )
    standing = system.standing()
    asked = any(value is not None for value in (points, share, level))
    assert (card.gate.verdict == "none") == (not asked)
    if card.gate.verdict == "pass":
        assert standing.coverage > 0
        assert points is None or standing.score.low >= Fraction(str(points))
        assert level is None or standing.level >= level
        assert share is None or 100 * standing.reach.share >= Fraction(str(share))
        assert unread * 100 <= 200 + unread
        assert unrecognised * 20 <= 100 + unrecognised
        assert not card.errors
    if asked and card.gate.verdict != "pass":
        assert any(exit_codes(card))
