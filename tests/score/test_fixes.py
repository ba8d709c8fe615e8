"""Fixes, case by case: which causes, in which order, with which gains."""

from __future__ import annotations

from random import Random
from time import process_time

import pytest

from agentaudit.finding import Answer, Cause
from agentaudit.score import Tally
from agentaudit.score.fix import path, unmended
from agentaudit.score.scorecard import Fix
from agentaudit.score.standing import settle
from tests.score.worlds import (
    Asked,
    World,
    crashed,
    criterion,
    dimension,
    doubtful,
    failing,
    passing,
    rubric,
)

P, E = passing(), crashed()
RUBRIC = rubric(
    dimension("prompts", criterion("P-2", 2), criterion("P-3", 3)),
    dimension("models", criterion("M-2", 2), criterion("M-1", 1, "component")),
)
ALL = {"P-2": P, "P-3": P, "M-2": P}


def world(*rows: tuple[int, dict[str, Answer]], app: Answer = P) -> World:
    """Responses, as (how many, what they answer other than a pass)."""
    responses = [
        Asked(f"{number}-{time}", ALL | changed)
        for number, (times, changed) in enumerate(rows)
        for time in range(times)
    ]
    return World(RUBRIC, tuple(responses), (("M-1", "app", app),))


def fixes(system: World) -> list[Fix]:
    return list(system.scorecard().fixes)


def gains(system: World) -> list[tuple[str, int, int]]:
    return [(f.cause.fact, f.gain_responses, f.gain_links) for f in fixes(system)]


def test_most_responses_first_and_each_gain_adds_to_those_before() -> None:
    system = world(
        (61, {}),
        (19, {"P-2": failing("prompt"), "P-3": failing("prompt")}),
        (8, {"M-2": failing("model")}),
        (6, {"M-2": failing("model"), "P-2": failing("prompt")}),
        (6, {"M-2": failing("other")}),
    )
    assert gains(system) == [("prompt", 19, 25), ("model", 14, 14), ("other", 6, 6)]
    reach = system.scorecard().reconstructable
    assert reach.full + 19 + 14 + 6 == reach.total
    assert reach.no_fix_known == 0


def test_links_break_a_tie_of_responses() -> None:
    both = failing("a", "z")
    system = world((4, {"P-2": both, "M-2": failing("z")}), (1, {"P-2": failing("q")}))
    assert gains(system) == [("q", 1, 1), ("z", 0, 4), ("a", 4, 4)]


def test_points_break_a_tie_of_links() -> None:
    system = world((1, {"P-2": failing("a")}), app=failing("practice"))
    assert gains(system) == [("a", 1, 1), ("practice", 0, 0)]
    (first, second) = fixes(system)
    assert (first.gain_points, second.gain_points) == (25, 25)


def test_what_was_not_examined_is_mended_by_letting_it_be_read() -> None:
    """Nothing is known to be missing in an image whose layers nobody could read."""
    unread = doubtful(Cause("image.digest", "intake", "not_examined"))
    (fix,) = fixes(world((1, {"P-2": unread})))
    assert (fix.cause.reason, fix.effort) == ("not_examined", "S")
    assert fix.text.startswith("Let the audit read the layers of the image.\n")


def test_an_answer_passes_only_when_all_its_causes_are_mended() -> None:
    system = world((3, {"P-2": failing("a", "b")}))
    first, second = fixes(system)
    assert (first.gain_responses, second.gain_responses) == (0, 3)
    assert [c.fact for c in first.completes_with] == ["b"]
    assert second.completes_with == ()


def test_the_nearest_response_says_what_else_is_needed() -> None:
    system = world(
        (9, {"P-2": failing("a", "b", "c")}),
        (2, {"P-2": failing("a", "d")}),
        (3, {"P-2": failing("a", "e")}),
    )
    assert [c.fact for c in fixes(system)[0].completes_with] == ["e"]


def test_a_cause_at_two_places_is_two_fixes() -> None:
    here, there = Cause("commit", "planner"), Cause("commit", "worker")
    system = world((2, {"P-2": failing(here)}), (1, {"P-2": failing(there)}))
    assert [f.cause.place for f in fixes(system)] == ["planner", "worker"]


def test_causes_that_name_no_fact_are_never_one() -> None:
    system = world((1, {"P-2": failing(""), "M-2": failing("")}))
    assert sorted(f.cause.fact for f in fixes(system)) == ["M-2", "P-2"]


@pytest.mark.parametrize("answer", [E, failing(), doubtful()])
def test_no_fix_is_known_for_a_crash_or_an_answer_without_a_cause(answer: Answer) -> None:
    system = world((5, {"P-2": answer, "M-2": failing("model")}), (1, {"M-2": failing("model")}))
    reach = system.scorecard().reconstructable
    assert gains(system) == [("model", 1, 6)]
    assert reach.no_fix_known == 5


def test_a_borrowed_crash_leaves_no_fix_beside_a_failure() -> None:
    known = rubric(dimension("models", criterion("M-3", 3, "model")))
    asked = Asked("a", {}, {"M-3": (failing("version"), E)})
    card = World(known, (asked,), (("M-3", "m", failing("version")),)).scorecard()
    assert [(f.gain_responses, f.gain_points) for f in card.fixes] == [(0, 100)]
    assert card.reconstructable.no_fix_known == 1


def test_text_and_effort_come_from_the_lowest_level_that_fails() -> None:
    system = world((1, {"P-2": failing("a"), "P-3": failing("a"), "M-2": failing("a")}))
    (fix,) = fixes(system)
    assert fix.criteria == ("P-2", "P-3", "M-2")
    assert (fix.text, fix.effort) == ("mend P-2", "L")


@pytest.mark.parametrize(
    ("changed", "assumed"),
    [
        ({"P-2": failing(Cause("a"))}, False),
        ({"P-3": failing(Cause("a"))}, True),
        ({"P-3": failing(Cause("a", "", "broken"))}, False),
        ({"P-2": doubtful(Cause("a", "", "dropped_by_store"))}, True),
        ({"P-2": failing(Cause("a")), "P-3": failing(Cause("a"))}, True),
    ],
)
def test_what_is_only_assumed_to_resolve_says_so(changed: dict[str, Answer], assumed: bool) -> None:
    (fix,) = fixes(world((1, changed)))
    assert fix.assumed is assumed


def test_levels_1_and_4_and_components_gain_points_only() -> None:
    (fix,) = fixes(world((2, {}), app=failing("practice")))
    assert (fix.gain_responses, fix.gain_links, fix.gain_points) == (0, 0, 25)


def test_nothing_to_mend_is_no_fix() -> None:
    assert fixes(world((3, {}))) == []


def test_at_most_two_hundred_are_listed_and_the_count_of_responses_stays_exact() -> None:
    rows = [(1, {"P-2": failing(f"fact {n:03}")}) for n in range(250)]
    card = world(*rows).scorecard()
    assert len(card.fixes) == 200
    assert card.reconstructable.no_fix_known == 0


def test_twenty_thousand_cases_and_forty_causes_take_seconds() -> None:
    chance = Random(7)
    causes = [Cause(f"fact {n}", f"service {n % 5}") for n in range(40)]
    known = rubric(
        dimension("prompts", *(criterion(f"P-{n}", 2 + n % 2) for n in range(10))),
        dimension("models", *(criterion(f"M-{n}", 2 + n % 2) for n in range(10))),
    )
    tally = Tally(known)
    for number in range(20_000):
        few = chance.sample(causes, 6)
        answers = {c.id: P for c in known.criteria}
        for id in chance.sample(sorted(answers), 4):
            answers[id] = failing(*chance.sample(few, 2))
        tally.response(str(number), "entry", "service", answers)
    assert len(tally.signatures) > 19_000
    standing = settle(tally, {})
    start = process_time()
    steps = path(tally, standing)
    assert process_time() - start < 10
    assert len(steps) == 40
    assert unmended(standing, steps) == 0
