"""Links and responses, case by case."""

from __future__ import annotations

import pytest

from agentaudit.finding import Answer
from agentaudit.score import Applicability, Applies, link_states
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

RUBRIC = rubric(
    dimension("environment", criterion("E-1", 1), criterion("E-2", 2), criterion("E-3", 3)),
    dimension("prompts", criterion("P-2", 2), criterion("P-4", 4)),
    dimension("models", criterion("M-2", 2, "component"), criterion("M-3", 3, "model")),
)
ALL = {"E-1": P, "E-2": P, "E-3": P, "P-2": P, "P-4": P}
NO = Applicability(Applies.NO, "none")

CASES: tuple[tuple[str, dict[str, Answer], str, str], ...] = (
    ("all pass", {}, "environment=resolved prompts=resolved", "full"),
    ("a failure breaks", {"E-3": F}, "environment=broken prompts=resolved", "partial"),
    ("unknown is not assessed", {"E-3": U}, "environment=not_assessed prompts=resolved", "partial"),
    ("a crash is not assessed", {"E-2": E}, "environment=not_assessed prompts=resolved", "partial"),
    ("fail beats unknown", {"E-2": U, "E-3": F}, "environment=broken prompts=resolved", "partial"),
    ("level 1 is no part", {"E-1": F}, "environment=resolved prompts=resolved", "full"),
    ("level 4 is no part", {"P-4": F}, "environment=resolved prompts=resolved", "full"),
    ("n/a is left out", {"E-3": N}, "environment=resolved prompts=resolved", "full"),
    ("no link where all is n/a", {"E-2": N, "E-3": N}, "prompts=resolved", "full"),
    ("no link resolves", {"E-2": F, "P-2": U}, "environment=broken prompts=not_assessed", "none"),
    ("no link at all", {"E-2": N, "E-3": N, "P-2": N}, "", "none"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "states", "state"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_links(changed: dict[str, Answer], states: str, state: str) -> None:
    answers = ALL | changed
    found = link_states(RUBRIC, answers)
    assert " ".join(f"{id}={link}" for id, link in found.items()) == states
    reach = World(RUBRIC, (Asked("a", answers),)).scorecard().reconstructable
    assert {"full": reach.full, "partial": reach.partial, "none": reach.none}[state] == 1
    assert reach.links.total == len(found)
    assert reach.links.resolved == states.count("=resolved")


@pytest.mark.parametrize(
    ("several", "state"),
    [
        ((P,), "resolved"),
        ((P, P), "resolved"),
        ((P, F), "broken"),
        ((P, U), "not_assessed"),
        ((U, F), "broken"),
        ((N, P), "resolved"),
        ((N,), None),
        ((), None),
    ],
)
def test_models_count_for_the_responses_that_used_them(
    several: tuple[Answer, ...], state: str | None
) -> None:
    assert link_states(RUBRIC, ALL, {"M-3": several}).get("models") == state
    asked = Asked("a", ALL, {"M-3": several})
    card = World(RUBRIC, (asked, Asked("b", ALL)), (("M-3", "m", P),)).scorecard()
    assert card.reconstructable.full == 1 + (state in {"resolved", None})
    borrowed = card.dimensions[2].criteria[1]
    assert borrowed.counts.passed == 1, "what is borrowed counts once, where it was asked"


def test_a_dimension_that_does_not_apply_has_no_link() -> None:
    answers = ALL | {"P-2": F}
    assert "prompts" not in link_states(RUBRIC, answers, applicability={"prompts": NO})
    system = World(RUBRIC, (Asked("a", answers),), applicability={"prompts": NO})
    assert system.scorecard().reconstructable.full == 1


def test_a_response_that_was_not_asked_something_is_not_full() -> None:
    left_out = {id: answer for id, answer in ALL.items() if id != "E-2"}
    assert link_states(RUBRIC, left_out)["environment"] == "not_assessed"


def test_one_in_a_hundred() -> None:
    stripped = ALL | {"E-2": F, "E-3": F, "P-2": F}
    rows = [Asked(str(n), ALL if n == 41 else stripped) for n in range(100)]
    reach = World(RUBRIC, tuple(rows)).scorecard().reconstructable
    assert (reach.full, reach.partial, reach.none, reach.total) == (1, 0, 99, 100)
    assert (reach.low, reach.high) == (0.01, 0.01)
    assert (reach.links.resolved, reach.links.broken, reach.links.total) == (2, 198, 200)


def test_high_reads_unknown_as_pass() -> None:
    rows = [ALL] * 2 + [ALL | {"E-3": U}] * 3 + [ALL | {"E-3": F, "P-2": U}] * 5
    system = World(RUBRIC, tuple(Asked(str(n), row) for n, row in enumerate(rows)))
    reach = system.scorecard().reconstructable
    assert (reach.low, reach.high) == (0.2, 0.5)


def test_entries_are_told_apart_weakest_first() -> None:
    good = [Asked(f"g{n}", ALL, {}, "chat", "planner") for n in range(3)]
    bad = [Asked(f"b{n}", ALL | {"P-2": F}, {}, "batch", "worker") for n in range(2)]
    rows = World(RUBRIC, (*good, *bad)).scorecard().reconstructable.by_entry
    assert [(r.service, r.entry, r.full, r.total, r.weakest) for r in rows] == [
        ("worker", "batch", 0, 2, ("prompts",)),
        ("planner", "chat", 3, 3, ()),
    ]


def test_entries_beyond_fifty_share_one_row() -> None:
    many = tuple(Asked(str(n), ALL, {}, f"entry {n:03}", "planner") for n in range(60))
    rows = World(RUBRIC, many).scorecard().reconstructable.by_entry
    assert len(rows) == 51
    assert (rows[-1].entry, rows[-1].total) == ("10 more entries", 10)


def test_without_responses_there_is_no_share() -> None:
    reach = World(RUBRIC).scorecard().reconstructable
    assert (reach.total, reach.low, reach.high, reach.by_entry) == (0, None, None, ())
