"""Gates, case by case: verdict, exit code, and the line that says why."""

from __future__ import annotations

from typing import Any

import pytest

from agentaudit.errors import ExitCode
from agentaudit.finding import Answer
from agentaudit.score import (
    Applicability,
    Applies,
    GateSettings,
    Obstacle,
    Population,
    Scorecard,
    exit_codes,
    score,
)
from agentaudit.score.provenance import Waiver
from agentaudit.source import Ledger, Unread
from tests.score.worlds import (
    RUN,
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

P, F, U, E, N = passing(), failing("commit"), doubtful("commit"), crashed(), excused()
RUBRIC = rubric(dimension("prompts", criterion("P-1", 1, "component"), criterion("P-2", 2)))


def system(*responses: Answer, app: Answer = P) -> World:
    asked = tuple(Asked(str(n), {"P-2": answer}) for n, answer in enumerate(responses))
    silent = () if responses else (("P-2", "not_configured", ()),)
    return World(RUBRIC, asked, (("P-1", "app", app),), silent)


def card(world: World, settings: GateSettings, **given: Any) -> Scorecard:
    given.setdefault("population", Population(len(world.responses), len(world.responses)))
    return score(
        world.rubric,
        world.tally(),
        applicability=world.applicability,
        run=RUN,
        conditions=settings,
        **given,
    )


def traces(read: int = 100, unread: int = 0, seen: int = 100, missed: int = 0) -> Ledger:
    return Ledger(
        "traces",
        "otlp:t.jsonl",
        read=read,
        unread=unread,
        unread_places=[Unread("t.jsonl:7", "not JSON")] * bool(unread),
        recognised={"planner": seen},
        unrecognised={"planner": missed} if missed else {},
    )


HALF = system(P, F)
"""Score 75, level 1, 1 of 2 responses."""

CASES = (
    ("nothing asked", HALF, GateSettings(), "none", 0),
    ("score reached", HALF, GateSettings(fail_under=75), "pass", 0),
    ("score missed", HALF, GateSettings(fail_under=75.0001), "fail", 1),
    ("level reached", HALF, GateSettings(min_level=1), "pass", 0),
    ("level missed", HALF, GateSettings(min_level=2), "fail", 1),
    ("share reached", HALF, GateSettings(min_reconstructable=50), "pass", 0),
    ("share missed", HALF, GateSettings(min_reconstructable=51), "fail", 1),
    ("one of three missed", HALF, GateSettings(70, 2, 50), "fail", 1),
    ("unknown is not credited", system(P, U), GateSettings(min_reconstructable=51), "fail", 1),
    ("no responses", system(), GateSettings(min_reconstructable=0), "no_verdict", 3),
    ("no link assessed", system(U, U), GateSettings(min_reconstructable=0), "no_verdict", 3),
    ("no link at all", system(N, N), GateSettings(min_reconstructable=0), "no_verdict", 3),
    ("nothing assessed", system(U, app=U), GateSettings(fail_under=0), "no_verdict", 3),
    ("no level assessed", system(U, app=U), GateSettings(min_level=1), "no_verdict", 3),
    ("level 0 assessed nowhere", system(U, app=U), GateSettings(min_level=0), "no_verdict", 3),
    ("source never read", HALF, GateSettings(require_sources=("images",)), "no_verdict", 3),
)  # fmt: skip


@pytest.mark.parametrize(
    ("world", "settings", "verdict", "code"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_verdict(world: World, settings: GateSettings, verdict: str, code: int) -> None:
    found = card(world, settings)
    assert found.gate.verdict == verdict
    assert ExitCode.worst(exit_codes(found)) == code
    assert all(condition.message for condition in found.gate.conditions)


@pytest.mark.parametrize(
    ("ledger", "line"),
    [
        (traces(99, 1), ""),
        (traces(98, 2), "2 of 100 lines could not be read, first t.jsonl:7"),
        (traces(seen=95, missed=5), ""),
        (traces(seen=94, missed=6), "6 of 100 traces of planner were not recognised"),
        (traces(seen=0, missed=6), ""),
        (Ledger("git", "git:.", read=10, unread=5), ""),
    ],
)
def test_evidence_that_was_not_understood_takes_the_verdict_away(ledger: Ledger, line: str) -> None:
    found = card(system(P), GateSettings(fail_under=1), ledgers=[ledger])
    assert found.gate.verdict == ("no_verdict" if line else "pass")
    assert any(line in condition.message for condition in found.gate.conditions)
    no_gate = card(system(P), GateSettings(), ledgers=[ledger])
    assert (no_gate.gate.verdict, exit_codes(no_gate)) == ("none", [ExitCode.OK])


def test_a_service_excluded_by_name_is_not_held_against_the_verdict() -> None:
    settings = GateSettings(fail_under=1, excluded_services=frozenset({"planner"}))
    assert card(system(P), settings, ledgers=[traces(missed=900)]).gate.verdict == "pass"


def test_unread_lines_are_counted_per_source_so_that_a_big_one_hides_no_small_one() -> None:
    small = Ledger("traces", "otlp:small.jsonl", read=1, unread=1)
    found = card(system(P), GateSettings(fail_under=1), ledgers=[traces(10_000), small])
    assert [c.name for c in found.gate.conditions] == ["fail_under", "unread otlp:small.jsonl"]


def test_no_verdict_outranks_a_failure() -> None:
    found = card(HALF, GateSettings(fail_under=99), ledgers=[traces(1, 1)])
    assert found.gate.verdict == "no_verdict"
    assert exit_codes(found) == [ExitCode.NO_VERDICT, ExitCode.GATE_FAILED]


def test_a_crashed_probe_is_4_with_or_without_a_gate() -> None:
    broken = system(P, E)
    assert ExitCode.worst(exit_codes(card(broken, GateSettings()))) == ExitCode.INTERNAL
    gated = card(broken, GateSettings(fail_under=1))
    assert gated.gate.verdict == "no_verdict"
    assert ExitCode.worst(exit_codes(gated)) == ExitCode.INTERNAL
    (error,) = gated.errors
    assert (error.criterion, error.probe, error.count, error.message) == ("P-2", "p-2", 1, "boom")


def test_a_crash_counts_even_where_the_dimension_does_not_apply() -> None:
    world = system(E)
    no = {"prompts": Applicability(Applies.NO, "none")}
    found = score(RUBRIC, world.tally(), applicability=no, run=RUN, population=Population(1, 1))
    assert exit_codes(found) == [ExitCode.INTERNAL]


def test_an_obstacle_takes_any_verdict_away() -> None:
    obstacle = Obstacle("source otlp:none.jsonl", "it does not exist (agentaudit.yaml:4)")
    found = card(HALF, GateSettings(), obstacles=[obstacle])
    assert (found.gate.verdict, exit_codes(found)) == ("no_verdict", [ExitCode.NO_VERDICT])
    assert found.gate.conditions[0].message == obstacle.message


def test_the_exact_figure_is_compared_not_the_shown_one() -> None:
    """2 of 3 is 66.6666…: shown as 66.6666, and below 66.66666."""
    third = system(P, P, F)
    assert card(third, GateSettings(min_reconstructable=66.6666)).gate.verdict == "pass"
    missed = card(third, GateSettings(min_reconstructable=66.66667)).gate
    assert (missed.verdict, missed.conditions[0].actual) == ("fail", 66.6666)


def test_a_failing_condition_says_what_to_do_next() -> None:
    (condition,) = card(HALF, GateSettings(fail_under=90)).gate.conditions
    assert condition.message.startswith("score 75 of 100; next: commit")


def test_a_share_within_sampling_error_says_so() -> None:
    rows = [P] * 61 + [F] * 39
    found = card(
        system(*rows), GateSettings(min_reconstructable=60), population=Population(100, 9_000)
    )
    (condition,) = found.gate.conditions
    assert "within sampling error: 51 to 69" in condition.message
    assert condition.interval is not None
    assert (condition.interval.low, condition.interval.high) == (51.203, 69.9831)


def waiver(state: str, criterion_id: str = "P-2") -> Waiver:
    return Waiver.model_validate(
        {
            "criterion": criterion_id,
            "reason": "the new collector arrives in December",
            "owner": "ops",
            "until": "2026-12-31",
            "state": state,
        }
    )


def test_a_waiver_changes_the_level_gate_and_no_figure() -> None:
    settings = GateSettings(min_level=2)
    plain, waived = card(HALF, settings), card(HALF, settings, waivers=[waiver("in_force")])
    assert (plain.gate.verdict, waived.gate.verdict) == ("fail", "pass")
    assert "P-2" in waived.gate.notes[0]
    ignored = {"gate", "waivers"}
    assert plain.model_dump(exclude=ignored) == waived.model_dump(exclude=ignored)


@pytest.mark.parametrize(
    "settings", [GateSettings(fail_under=76), GateSettings(min_reconstructable=51)]
)
def test_a_waiver_does_not_help_other_gates(settings: GateSettings) -> None:
    assert card(HALF, settings, waivers=[waiver("in_force")]).gate.verdict == "fail"


def test_a_waiver_that_ended_fails_with_its_own_line() -> None:
    found = card(HALF, GateSettings(min_level=1), waivers=[waiver("expired")])
    assert found.gate.verdict == "fail"
    assert "ended on 2026-12-31" in found.gate.conditions[1].message


def test_any_gate_fails_by_a_waiver_that_ended_and_by_unread_lines() -> None:
    """Also one that only demands that a source was read; without any gate, nothing fails."""
    read, torn = traces(100), traces(1, 99)
    demanded = GateSettings(require_sources=("traces",))
    assert card(HALF, demanded, ledgers=[read]).gate.verdict == "pass"
    assert card(HALF, demanded, ledgers=[torn]).gate.verdict == "no_verdict"
    ended = [waiver("expired")]
    assert card(HALF, demanded, ledgers=[read], waivers=ended).gate.verdict == "fail"
    assert card(HALF, GateSettings(), ledgers=[torn], waivers=ended).gate.verdict == "none"


def test_another_seed_is_printed_in_the_verdict() -> None:
    settings = GateSettings(fail_under=1, configured_seed=1)
    found = card(system(P), settings, population=Population(1, 10, seed=9))
    assert found.gate.notes == ("sampled with seed 9, not the configured 1",)


@pytest.mark.parametrize("name", ["git", "repo", "repos", "git:."])
def test_a_required_source_goes_by_kind_or_uri(name: str) -> None:
    ledgers = [Ledger("git", "git:.", read=12)]
    settings = GateSettings(require_sources=(name,))
    assert card(HALF, settings, ledgers=ledgers).gate.verdict == "pass"
