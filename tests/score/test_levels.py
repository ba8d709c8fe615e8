"""Levels, case by case. A case: what each criterion's subjects answered, and the level."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from agentaudit.finding import Answer
from agentaudit.score.layout import Applicability, Applies
from tests.score.worlds import (
    Asked,
    World,
    crashed,
    criterion,
    dimension,
    doubtful,
    excused,
    failing,
    passing,
    rubric,
)

P, F, U, N, E = passing(), failing("x"), doubtful("x"), excused(), crashed()


def one(levels: dict[int, str], *answers: tuple[Answer | None, ...], times: int = 1) -> World:
    """A dimension with one criterion per level; each row of `answers` is a response (`times`
    times), or for other subjects a set of subjects."""
    known = rubric(
        dimension("prompts", *(criterion(f"P-{n}", n, kind) for n, kind in levels.items()))
    )
    own = [f"P-{n}" for n, kind in levels.items() if kind == "response"]
    responses, subjects = [], []
    for number, row in enumerate(answers):
        given = {f"P-{n}": a for n, a in zip(levels, row, strict=True) if a is not None}
        if own:
            asked = {id: a for id, a in given.items() if id in own}
            responses += [Asked(f"{number}-{k}", asked) for k in range(times)]
        subjects += [(id, f"s{number}", a) for id, a in given.items() if id not in own]
    return World(known, tuple(responses), tuple(subjects))


R4 = {1: "response", 2: "response", 3: "response", 4: "response"}
C4 = {1: "component", 2: "component", 3: "component", 4: "component"}


@dataclass(frozen=True)
class Case:
    name: str
    world: World
    level: int
    high: int
    cap: int = 4


CASES = (
    Case("everything passes", one(R4, (P, P, P, P)), 4, 4),
    Case("nothing passes", one(R4, (F, F, F, F)), 0, 0),
    Case("stops below the first failure", one(R4, (P, P, F, P)), 2, 2),
    Case("a pass above a failure earns nothing", one(R4, (F, P, P, P)), 0, 0),
    Case("unknown stops the level, not the high one", one(R4, (P, U, P, P)), 1, 4),
    Case("a crash is like unknown", one(R4, (P, E, P, P)), 1, 4),
    Case("unknown, then a failure", one(R4, (P, U, F, P)), 1, 2),
    Case("n/a in between does not block", one(R4, (P, N, P, N)), 3, 3),
    Case("n/a at the top is not earned", one(R4, (P, P, N, N)), 2, 2),
    Case("n/a at the bottom does not block", one(R4, (N, P, N, N)), 2, 2),
    Case("all n/a earns nothing", one(R4, (N, N, N, N)), 0, 0),
    Case("n/a above a failure is not reached", one(R4, (P, F, N, P)), 1, 1),
    Case("components: every one must pass", one(C4, (P, P, P, P), (P, P, F, P)), 2, 2),
    Case("components: n/a is left out", one(C4, (P, P, P, N), (P, N, P, N)), 3, 3),
    Case("components: one unknown blocks", one(C4, (P, P, P, P), (P, U, P, P)), 1, 4),
    Case("nobody to ask is unknown", one(C4, (P, P, None, P)), 2, 4),
    Case("no response at all is unknown", one(R4), 0, 4),
    Case(
        "no level 3 in the rubric caps at 2",
        one({1: "response", 2: "response", 4: "response"}, (P, P, P)),
        2,
        2,
        2,
    ),
    Case("no level 1 caps at 0", one({2: "response", 3: "response"}, (P, P)), 0, 0, 0),
    Case("no criterion at all caps at 0", one({}), 0, 0, 0),
    Case(
        "components and responses both decide",
        one({1: "component", 2: "response"}, (F, P)),
        0,
        0,
        2,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_level(case: Case) -> None:
    held = case.world.standing().dimensions[0]
    assert held is not None
    assert (held.level, held.level_high, held.level_cap) == (case.level, case.high, case.cap)


@pytest.mark.parametrize(
    ("passing_of", "total", "level"),
    [(95, 100, 2), (94, 100, 1), (19, 20, 2), (18, 20, 1), (1, 1, 2), (189, 200, 1), (190, 200, 2)],
)
def test_95_of_100_responses_are_enough(passing_of: int, total: int, level: int) -> None:
    rows = [(P, P)] * passing_of + [(P, F)] * (total - passing_of)
    assert one({1: "response", 2: "response"}, *rows).standing().level == level


def test_criteria_must_pass_together() -> None:
    """96 % pass each of two criteria, but only 92 % both."""
    known = rubric(dimension("prompts", criterion("P-1", 1), criterion("P-2", 1)))
    rows = [(P, P)] * 92 + [(P, F)] * 4 + [(F, P)] * 4
    responses = [Asked(str(n), {"P-1": a, "P-2": b}) for n, (a, b) in enumerate(rows)]
    assert World(known, tuple(responses)).standing().level == 0


def test_lower_levels_count_into_the_higher_ones() -> None:
    """Each level loses 4 responses; together they lose 8, which is too many for level 2."""
    rows = [(P, P)] * 92 + [(P, F)] * 4 + [(F, P)] * 4
    assert one({1: "response", 2: "response"}, *rows).standing().level == 1


def test_responses_without_an_applicable_criterion_are_not_passes() -> None:
    """99 responses to which nothing applies do not dilute the one that fails."""
    rows = [(N,)] * 99 + [(F,)]
    assert one({1: "response"}, *rows).standing().level == 0


def test_responses_that_only_a_higher_level_concerns_do_not_dilute_a_lower_one() -> None:
    rows = [(N, P)] * 99 + [(F, P)]
    assert one({1: "response", 2: "response"}, *rows).standing().level == 0


def test_a_rare_doubt_does_not_earn_a_level() -> None:
    """Nothing of level 2 applied; one answer turned into UNKNOWN must not reach level 2."""
    rows = [(P, N)] * 100
    hidden = [(P, N)] * 99 + [(P, U)]
    levels = {1: "response", 2: "response"}
    assert one(levels, *rows).standing().level == 1
    assert one(levels, *hidden).standing().level == 1


def test_the_system_is_its_weakest_dimension() -> None:
    known = rubric(
        dimension("environment", criterion("E-1", 1), criterion("E-2", 2)),
        dimension("prompts", criterion("P-1", 1), criterion("P-2", 2)),
        dimension("rag", criterion("R-1", 1), criterion("R-2", 2)),
    )
    answers = {"E-1": P, "E-2": P, "P-1": P, "P-2": F, "R-1": F, "R-2": F}
    system = World(known, (Asked("a", answers),))
    card = system.scorecard()
    assert (card.level, card.weakest) == (0, ("rag",))
    no_rag = World(known, system.responses, (), (), {"rag": Applicability(Applies.NO, "none")})
    card = no_rag.scorecard()
    assert (card.level, card.weakest) == (1, ("prompts",))
    assert card.dimensions[2].level is None


def test_all_weakest_are_named_lowest_score_first() -> None:
    known = rubric(
        dimension("environment", criterion("E-1", 1), criterion("E-2", 2)),
        dimension("prompts", criterion("P-1", 1), criterion("P-2", 2)),
    )
    answers = {"E-1": F, "E-2": P, "P-1": F, "P-2": F}
    assert World(known, (Asked("a", answers),)).scorecard().weakest == ("prompts", "environment")


@pytest.mark.parametrize(("responses", "provisional"), [(0, True), (29, True), (30, False)])
def test_fewer_than_30_responses_are_provisional(responses: int, provisional: bool) -> None:
    system = one({1: "response"}, *[(P,)] * responses)
    assert system.scorecard().provisional is provisional
