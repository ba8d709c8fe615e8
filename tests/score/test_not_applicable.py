"""N/A, case by case: what is left out, what is not, and what that leaves."""

from __future__ import annotations

import pytest

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Cause
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
NO = Applicability(Applies.NO, "no retrieval", (Evidence(Location("git:.", "."), "searched"),))
MAYBE = Applicability(Applies.UNKNOWN, "traces were not read")

VALUES: tuple[tuple[str, tuple[Answer, ...], tuple[float, float] | None], ...] = (
    ("all pass", (P, P), (1, 1)),
    ("n/a is not counted", (P, N), (1, 1)),
    ("n/a does not dilute a failure", (F, N, N, N), (0, 0)),
    ("unknown is a range", (P, U), (0.5, 1)),
    ("error is a range", (P, E, F, N), (0.3333, 0.6666)),
    ("only n/a is no value", (N, N), None),
    ("nobody asked is one unknown", (), (0, 1)),
)


@pytest.mark.parametrize(("answers", "value"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_value_of_a_criterion(
    answers: tuple[Answer, ...], value: tuple[float, float] | None
) -> None:
    known = rubric(dimension("prompts", criterion("P-1", 1, "component")))
    subjects = tuple(("P-1", f"s{n}", answer) for n, answer in enumerate(answers))
    found = World(known, (), subjects).scorecard().dimensions[0].criteria[0]
    assert (found.value and (found.value.low, found.value.high)) == value


def weighted(first: Answer, second: Answer) -> World:
    known = rubric(
        dimension("prompts", criterion("P-1", 1, "system", 3.0), criterion("P-2", 1, "system", 1.0))
    )
    return World(known, (), (("P-1", "", first), ("P-2", "", second)))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        (P, F, 75, 75),
        (F, P, 25, 25),
        (N, P, 100, 100),
        (P, N, 100, 100),
        (U, P, 25, 100),
        (N, F, 0, 0),
        (N, N, 0, 100),
    ],
)
def test_dimension_is_the_weighted_mean_of_what_applies(
    first: Answer, second: Answer, low: float, high: float
) -> None:
    score = weighted(first, second).scorecard().dimensions[0].score
    assert score is not None
    assert (score.low, score.high) == (low, high)


def two(applicability: Applicability | None, *rag: Answer) -> World:
    known = rubric(
        dimension("prompts", criterion("P-1", 1, "component")),
        dimension("rag", criterion("R-1", 1, "component"), criterion("R-2", 2)),
    )
    subjects = (("P-1", "app", P), *(("R-1", f"s{n}", a) for n, a in enumerate(rag)))
    known_about = {} if applicability is None else {"rag": applicability}
    return World(known, (Asked("a", {"R-2": rag[-1] if rag else N}),), subjects, (), known_about)


@pytest.mark.parametrize(
    ("applicability", "rag", "score", "level"),
    [
        (NO, (), (100, 100), 1),
        (NO, (N,), (100, 100), 1),
        (MAYBE, (), (50, 100), 0),
        (MAYBE, (N,), (50, 100), 0),
        (MAYBE, (U,), (50, 100), 0),
        (None, (F,), (50, 50), 0),
        (None, (P,), (100, 100), 1),
    ],
)
def test_a_dimension_is_left_out_only_when_it_is_known_not_to_apply(
    applicability: Applicability | None,
    rag: tuple[Answer, ...],
    score: tuple[float, float],
    level: int,
) -> None:
    card = two(applicability, *rag).scorecard()
    assert (card.score.low, card.score.high) == score
    assert card.level == level


def test_a_dimension_that_does_not_apply_shows_on_which_evidence() -> None:
    card = two(NO, F, F).scorecard()
    rag = card.dimensions[1]
    assert (rag.level, rag.level_high, rag.score, rag.links.total) == (None, None, None, 0)
    assert rag.applicability.reason == "no retrieval"
    first = rag.criteria[0]
    assert (first.counts.not_applicable, first.counts.fail) == (2, 0)
    assert first.value is None
    assert first.met is None
    (finding,) = first.findings
    assert finding.reason == "dimension_not_applicable"
    assert finding.evidence[0].excerpt == "searched"
    assert all(fix.criteria[0].startswith("P") for fix in card.fixes)


def test_the_absent_source_is_named() -> None:
    known = rubric(dimension("prompts", criterion("P-1", 1, "component")))
    silent = (("P-1", "not_configured", (Cause("repo", "", "not_configured"),)),)
    card = World(known, (), (), silent).scorecard()
    (finding,) = card.dimensions[0].criteria[0].findings
    assert (finding.outcome, finding.reason) == ("unknown", "not_configured")
    (fix,) = card.fixes
    assert (fix.cause.fact, fix.assumed, fix.gain_points) == ("repo", True, 100)
    assert "repos:" in fix.text


def test_no_applicable_dimension_is_nothing_known() -> None:
    known = rubric(dimension("rag", criterion("R-1", 1, "component")))
    card = World(known, (), (("R-1", "a", P),), (), {"rag": NO}).scorecard()
    assert (card.score.low, card.score.high, card.level, card.weakest) == (0, 100, 0, ())


@pytest.mark.parametrize(
    ("answers", "met"),
    [((P, P), True), ((P, F), False), ((U, U), None), ((P, U), False), ((N,), None), ((), None)],
)
def test_met(answers: tuple[Answer, ...], met: bool | None) -> None:
    known = rubric(dimension("prompts", criterion("P-1", 1, "component")))
    subjects = tuple(("P-1", f"s{n}", answer) for n, answer in enumerate(answers))
    assert World(known, (), subjects).scorecard().dimensions[0].criteria[0].met is met


def test_a_criterion_about_responses_is_met_at_95_of_100() -> None:
    known = rubric(dimension("prompts", criterion("P-1", 1)))

    def met(failures: int) -> bool | None:
        rows = [P] * (100 - failures) + [F] * failures
        system = World(known, tuple(Asked(str(n), {"P-1": a}) for n, a in enumerate(rows)))
        return system.scorecard().dimensions[0].criteria[0].met

    assert (met(5), met(6)) == (True, False)
