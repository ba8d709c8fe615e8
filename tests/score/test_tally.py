"""The tally: what it accepts, what it keeps, how it merges."""

from __future__ import annotations

import hashlib
import pickle

import pytest
from msgspec.structs import replace

from agentaudit.finding import Answer, Cause
from agentaudit.score import Tally
from tests.score.worlds import (
    World,
    criterion,
    dimension,
    doubtful,
    excused,
    failing,
    fold,
    passing,
    rubric,
    scorecard,
)

RUBRIC = rubric(
    dimension("prompts", criterion("P-2", 2), criterion("P-1", 1, "component")),
    dimension("models", criterion("M-3", 3, "model")),
)
BLANK = World(RUBRIC)


def test_memory_grows_with_different_cases_not_with_responses() -> None:
    tally = Tally(RUBRIC)
    for number in range(2_000):
        answer = failing("commit") if number % 2 else passing()
        tally.response(f"t{number}", "answer", "planner", {"P-2": answer})
    assert len(tally.signatures) == len(tally.cells) == 2
    assert sum(tally.signatures.values()) == 2_000


def test_five_examples_per_outcome_and_reason_smallest_hash_first() -> None:
    ids = [f"trace {n}" for n in range(40)]
    tally = Tally(RUBRIC)
    for number, id in enumerate(ids):
        reason = "missing" if number % 2 else "broken"
        tally.response(id, "answer", "planner", {"P-2": failing("x", reason=reason)})
    found = scorecard(BLANK, tally).dimensions[0].criteria[0].findings

    def smallest(some: list[str]) -> list[str]:
        return sorted(some, key=lambda id: hashlib.md5(id.encode()).hexdigest())[:5]

    assert [f.subject for f in found] == smallest(ids[::2]) + smallest(ids[1::2])
    assert [f.reason for f in found] == ["broken"] * 5 + ["missing"] * 5


def test_two_answers_about_one_subject_are_kept_in_the_same_order() -> None:
    ids = sorted(map(str, range(5)), key=lambda id: hashlib.md5(id.encode()).hexdigest())
    first, second = failing("x"), replace(failing("x"), message="also not there")

    def told(*answers: Answer) -> list[str]:
        tally = Tally(RUBRIC)
        for id in ids[:4]:
            tally.response(id, "answer", "planner", {"P-2": first})
        for answer in answers:
            tally.response(ids[4], "answer", "planner", {"P-2": answer})
        return [f.message for f in scorecard(BLANK, tally).dimensions[0].criteria[0].findings]

    assert told(first, second) == told(second, first) == ["not there"] * 4 + ["also not there"]


def test_examples_come_failures_first() -> None:
    tally = Tally(RUBRIC)
    for id, answer in (("a", passing()), ("b", excused()), ("c", doubtful()), ("d", failing())):
        tally.response(id, "answer", "planner", {"P-2": answer})
    found = scorecard(BLANK, tally).dimensions[0].criteria[0].findings
    assert [f.subject for f in found] == ["d", "c", "a", "b"]


def test_causes_count_as_a_set() -> None:
    tally = Tally(RUBRIC)
    tally.response("a", "answer", "planner", {"P-2": failing("x", "y", "x")})
    tally.response("b", "answer", "planner", {"P-2": failing("y", "x")})
    assert len(tally.signatures) == 1


def test_a_reason_why_nobody_was_asked_yields_to_subjects() -> None:
    silent = fold(BLANK, silences=[("P-1", "not_configured", (Cause("repo"),))])
    asked = fold(BLANK, subjects=[("P-1", "app", passing())])
    silent.merge(asked)
    counts = scorecard(BLANK, silent).dimensions[0].criteria[1].counts
    assert (counts.passed, counts.unknown) == (1, 0)


def test_two_reasons_merge_to_the_same_one_in_any_order() -> None:
    first = fold(BLANK, silences=[("P-1", "no_subject", ())])
    second = fold(BLANK, silences=[("P-1", "not_configured", ())])
    first.merge(second)
    second.merge(fold(BLANK, silences=[("P-1", "no_subject", ())]))
    assert scorecard(BLANK, first) == scorecard(BLANK, second)


def test_a_tally_travels_between_processes() -> None:
    tally = fold(BLANK, subjects=[("P-1", "app", failing("x"))])
    tally.response("a", "answer", "planner", {"P-2": passing()}, {"M-3": [failing("y")]})
    copy = pickle.loads(pickle.dumps(tally))
    assert scorecard(BLANK, copy) == scorecard(BLANK, tally)
    copy.merge(tally)
    assert sum(copy.signatures.values()) == 2


def test_tallies_of_different_rubrics_do_not_merge() -> None:
    with pytest.raises(ValueError, match="different rubrics"):
        Tally(RUBRIC).merge(Tally(rubric()))


def test_a_scorecard_needs_the_rubric_of_its_tally() -> None:
    other = World(rubric(dimension("rag")))
    with pytest.raises(ValueError, match="another rubric"):
        scorecard(other, Tally(RUBRIC))


@pytest.mark.parametrize("id", ["P-1", "M-3", "Z-9"])
def test_a_response_answers_only_what_responses_are_asked(id: str) -> None:
    with pytest.raises(ValueError, match=f"not asked of responses: {id}"):
        Tally(RUBRIC).response("a", "answer", "planner", {id: passing()})


def test_only_images_and_models_are_borrowed() -> None:
    with pytest.raises(ValueError, match="not about images or models: P-1"):
        Tally(RUBRIC).response("a", "answer", "planner", {}, {"P-1": [passing()]})


def test_a_criterion_about_responses_has_no_other_subject() -> None:
    with pytest.raises(ValueError, match="P-2 is asked of responses"):
        Tally(RUBRIC).subject("P-2", "app", passing())
