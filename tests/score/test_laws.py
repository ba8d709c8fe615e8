"""The laws of scoring, over made-up systems: each must hold for every one of them."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from agentaudit.score import (
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
from tests.score.laws import DOUBTS, LAWS, Made, mended
from tests.score.worlds import (
    SIZE,
    World,
    fold,
    passing,
    scorecard,
    world,
)

worlds = st.binary(min_size=SIZE, max_size=SIZE).map(world)
seeds = st.integers(min_value=0, max_value=2**32)


@given(worlds, seeds)
def test_every_law_of_one_system(system: World, seed: int) -> None:
    """Together, for to make a system and to score it takes longer than most laws."""
    made = Made.of(system)
    for holds in LAWS:
        holds(system, made, Random(seed))


@given(worlds)
def test_high_is_what_it_would_be_if_all_unknown_passed(system: World) -> None:
    tally = system.tally()
    standing = system.settled(tally)
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
        and not any(standing.counts[c.index].applicable for c in tally.layout.of(number))
        for number, d in enumerate(standing.dimensions)
    )
    assert blank or standing.score.high == best.score.low or not standing.scored


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
def test_fixes_gain_exactly_what_they_promise(system: World) -> None:
    """The first three one by one, the rest together, against scoring the mended system anew."""
    assume(system.responses or not any(c.subject == "response" for c in system.rubric.criteria))
    tally = system.tally()
    standing = system.settled(tally)
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
    tally = system.tally()
    card = score(
        system.rubric,
        tally,
        applicability=system.applicability,
        run=Run("agentaudit", "2026-11-21", "scan"),
        population=Population(len(system.responses), len(system.responses)),
        conditions=GateSettings(points, level, share),
        ledgers=[ledger],
    )
    standing = system.settled(tally)
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
