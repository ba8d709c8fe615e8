"""The gate as a table: every condition passing and failing, waivers in force and expired, baselines
improved, equal, worse and unassessed; each with its exit code and its line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agentaudit.errors import ExitCode
from agentaudit.score import (
    Applicability,
    Applies,
    DimensionGate,
    GateSettings,
    Population,
    Scorecard,
    exit_codes,
    score,
)
from agentaudit.score.baseline import (
    VERSION,
    Baseline,
    BaselineRubric,
    Held,
    held,
    places,
    raised,
    read,
)
from agentaudit.score.provenance import Waiver
from tests.score.worlds import (
    RUN,
    SIZE,
    Asked,
    World,
    criterion,
    dimension,
    doubtful,
    excused,
    failing,
    passing,
    rubric,
    world,
)

P, F, U, N = passing(), failing("commit"), doubtful("commit"), excused()
RUBRIC = rubric(
    dimension("prompts", criterion("P-1", 1, "component"), criterion("P-2", 2)),
    dimension("rag", criterion("R-1", 1, "component")),
)


def system(passes: int, fails: int = 0, unknown: int = 0, rag: Any = P) -> World:
    """A system with responses that pass, fail and cannot be judged by P-2."""
    rows = [P] * passes + [F] * fails + [U] * unknown
    asked = tuple(Asked(str(n), {"P-2": answer}) for n, answer in enumerate(rows))
    return World(RUBRIC, asked, (("P-1", "app", P), ("R-1", "app", rag)))


def card(made: World, settings: GateSettings, waiver: str = "", of: int | None = None) -> Scorecard:
    """Its scorecard; `waiver` is the state of one of P-2, `of` the population it is a sample of."""
    size = len(made.responses)
    return score(
        made.rubric,
        made.tally(),
        applicability=made.applicability,
        run=RUN,
        population=Population(size, of or size),
        conditions=settings,
        waivers=[_waiver(waiver)] if waiver else [],
    )


def _waiver(state: str) -> Waiver:
    return Waiver.model_validate(
        {
            "criterion": "P-2",
            "reason": "the new collector arrives in December",
            "owner": "ops",
            "until": "2026-12-31" if state == "in_force" else "2026-11-14",
            "state": state,
        }
    )


def baseline(made: World, of: int | None = None) -> Baseline:
    found = card(made, GateSettings(), of=of)
    return Baseline(
        baseline_version=VERSION,
        as_of="2026-11-01",
        system="",
        rubric=BaselineRubric(id="made-up", version="1.0", sha256=""),
        seed=0,
        scope=("path .",),
        dimensions={d.id: d.level for d in found.dimensions if d.level is not None},
        criteria=held(found.dimensions),
        places=places(found.dimensions),
    )


ALL, HALF, NONE_KNOWN = system(40), system(20, 20), system(0, 0, 40)
SINCE = baseline(ALL)
ON_PROMPTS = {"prompts": DimensionGate(fail_under=75, min_level=1)}
STRICT = {"prompts": DimensionGate(fail_under=76)}
HIGH = {"prompts": DimensionGate(min_level=2)}

ROWS: tuple[tuple[str, World, GateSettings, str, int, str], ...] = (
    ("score reached", HALF, GateSettings(87), "", 0, "score 87 of 100"),
    ("score missed", HALF, GateSettings(88), "", 1, "score 87 of 100; next: commit"),
    ("score waived", HALF, GateSettings(88), "in_force", 1, "score 87 of 100; next: commit"),
    ("level reached", HALF, GateSettings(min_level=1), "", 0, "level 1"),
    ("level missed", HALF, GateSettings(min_level=2), "", 1, "level 1, held back by prompts, rag"),
    ("level waived", HALF, GateSettings(min_level=2), "in_force", 1, "level 1, held back by rag"),
    ("level expired", HALF, GateSettings(min_level=1), "expired", 1, "ended on 2026-11-14"),
    ("score expired", HALF, GateSettings(87), "expired", 1, "ended on 2026-11-14"),
    ("share expired", HALF, GateSettings(min_reconstructable=50), "expired", 1, "ended on"),
    ("share reached", HALF, GateSettings(min_reconstructable=50), "", 0, "20 of 40 responses"),
    ("share missed", HALF, GateSettings(min_reconstructable=51), "", 1, "20 of 40 responses"),
    ("share waived", HALF, GateSettings(min_reconstructable=51), "in_force", 1, "20 of 40"),
    ("dimension reached", HALF, GateSettings(dimensions=ON_PROMPTS), "", 0, "score 75 of 100"),
    ("dimension missed", HALF, GateSettings(dimensions=STRICT), "", 1, "75 of 100; next: P-2"),
    ("dimension waived", HALF, GateSettings(dimensions=STRICT), "in_force", 1, "75 of 100"),
    ("its level missed", HALF, GateSettings(dimensions=HIGH), "", 1, "level 1; next: P-2"),
    ("its level waived", HALF, GateSettings(dimensions=HIGH), "in_force", 0, "level 2"),
    ("its level expired", ALL, GateSettings(dimensions=HIGH), "expired", 1, "ended on 2026-11-14"),
    ("its level unknown", NONE_KNOWN, GateSettings(dimensions=HIGH), "", 1, "level 1, 2 if every"),
    ("baseline equal", ALL, GateSettings(baseline=SINCE), "", 0, "no level lost and no criterion"),
    ("baseline improved", ALL, GateSettings(baseline=baseline(HALF)), "", 0, "no level lost"),
    ("baseline worse", HALF, GateSettings(baseline=SINCE), "", 1, "20 of 40 now; mend it, or wai"),
    ("baseline waived", HALF, GateSettings(baseline=SINCE), "in_force", 0, "no level lost"),
    ("baseline expired", HALF, GateSettings(baseline=SINCE), "expired", 1, "20 of 40 now"),
    ("expired alone", ALL, GateSettings(baseline=SINCE), "expired", 1, "ended on 2026-11-14"),
    ("baseline unseen", NONE_KNOWN, GateSettings(baseline=SINCE), "", 3, "nothing could be looked"),
    ("no gate, expired", HALF, GateSettings(), "expired", 0, ""),
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "settings", "waiver", "code", "line"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_gate(made: World, settings: GateSettings, waiver: str, code: int, line: str) -> None:
    found = card(made, settings, waiver)
    assert ExitCode.worst(exit_codes(found)) == code
    assert any(line in condition.message for condition in found.gate.conditions) or not line
    for condition in found.gate.conditions:
        if condition.verdict == "fail" and condition.required is not None:
            assert condition.actual is not None
            assert condition.actual < condition.required
            assert "next: " in condition.message or "mend it" in condition.message


def test_a_lost_level_has_its_own_line() -> None:
    found = card(HALF, GateSettings(baseline=SINCE))
    names = {c.name: (c.verdict, c.actual, c.required) for c in found.gate.conditions}
    assert names == {
        "baseline level prompts": ("fail", 1, 2),
        "baseline P-2": ("fail", 50, 95),
    }


def test_a_dimension_that_does_not_apply_gives_no_verdict() -> None:
    no = {"rag": Applicability(Applies.NO, "nothing shows retrieval")}
    made = replace(ALL, applicability=no)
    settings = GateSettings(dimensions={"rag": DimensionGate(min_level=1)})
    found = card(made, settings)
    assert exit_codes(found) == [ExitCode.NO_VERDICT]
    assert "rag does not apply" in found.gate.conditions[0].message


@pytest.mark.parametrize(
    ("fails", "compare", "verdict"),
    [(10, "point", "pass"), (10, "interval", "fail"), (1, "interval", "pass")],
)
def test_a_share_of_a_sample_is_compared_as_was_asked(
    fails: int, compare: Any, verdict: str
) -> None:
    """90 of 100 is 82.6 to 94.5; 99 of 100 is 94.6 to 99.8."""
    settings = GateSettings(min_reconstructable=88, compare=compare)
    sampled = card(system(100 - fails, fails), settings, of=5_000)
    assert sampled.gate.verdict == verdict
    (condition,) = sampled.gate.conditions
    assert condition.interval is not None
    assert ("the lower end" in condition.message) is (compare == "interval")
    whole = card(system(100 - fails, fails), settings)
    assert (whole.gate.verdict, whole.gate.conditions[0].interval) == ("pass", None)


@pytest.mark.parametrize(("fails", "code"), [(8, 0), (12, 1)])
def test_only_what_sampling_error_does_not_explain_is_newly_unmet(fails: int, code: int) -> None:
    """Of 100: 92 may still be 95.9 (85.0 to 95.9), 88 is at most 93.0."""
    before, now = baseline(system(98, 2), of=5_000), system(100 - fails, fails)
    sampled = card(now, GateSettings(baseline=before), of=5_000)
    assert ExitCode.worst(exit_codes(sampled)) == code
    assert ExitCode.worst(exit_codes(card(now, GateSettings(baseline=before)))) == 1
    if code:
        (line,) = (c for c in sampled.gate.conditions if c.name == "baseline P-2")
        assert line.interval is not None
        assert line.interval.high < 95 == line.required


def test_what_is_new_is_listed_and_gates_nothing() -> None:
    known = SINCE.model_copy(
        update={
            "criteria": {"P-1": SINCE.criteria["P-1"], "OLD-1": SINCE.criteria["P-1"]},
            "dimensions": {},
        }
    )
    found = card(system(1, 9), GateSettings(baseline=known))
    assert found.gate.verdict == "pass"
    assert found.gate.notes[:3] == (
        "not in the baseline, so not compared: P-2, R-1",
        "in the baseline, and asked of nothing now: OLD-1",
        "places that fail and are not in the baseline: P-2 the system",
    )


def test_what_became_better_is_told() -> None:
    found = card(ALL, GateSettings(baseline=baseline(HALF)))
    assert found.gate.notes == ("met now and not in the baseline of 2026-11-01: P-2",)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("1.0", "rubric made-up 1.0 of the baseline has"),
        ("1.1", "made-up 1.1 of the baseline is 1.0 now"),
    ],
)
def test_a_baseline_of_other_questions_is_told(version: str, words: str) -> None:
    other = BaselineRubric(id="made-up", version=version, sha256="0" * 64)
    found = card(ALL, GateSettings(baseline=SINCE.model_copy(update={"rubric": other})))
    assert found.gate.verdict == "pass"
    (note,) = found.gate.notes
    assert words in note


def test_ignored_waivers_are_told() -> None:
    found = card(HALF, GateSettings(min_level=1, ignored_waivers=2))
    assert found.gate.notes == ("2 declared waivers are ignored, as --no-waivers asks",)


def test_a_baseline_reads_back_and_has_a_line_for_each_thing() -> None:
    before = baseline(HALF)
    text = before.text()
    assert read(text.encode(), "baseline.json") == before
    rows = [line for line in text.splitlines() if line.startswith("    ")]
    things = (before.scope, before.dimensions, before.criteria, before.places)
    assert len(rows) == sum(map(len, things))
    empty = before.model_copy(update={"places": {}})
    assert read(empty.text().encode(), "") == empty


def test_a_ratchet_only_rises() -> None:
    """A sample of 98 of 100 proves 93.0: not met, though the share is; 100 of 100 proves 96.3."""
    low, lucky, sure = (
        baseline(system(*passes), of=5_000) for passes in ((50, 50), (98, 2), (100, 0))
    )
    targets = {"P-1": 1.0, "P-2": 0.95, "R-1": 1.0}
    once = raised(low, lucky, {"prompts": 1, "rag": 1}, targets)
    assert (once.criteria["P-2"].met, once.criteria["P-2"].passed) == (False, 98)
    assert once.dimensions == {"prompts": 1, "rag": 1}
    twice = raised(once, sure, {"prompts": 2, "rag": 0}, targets)
    assert (twice.criteria["P-2"].met, twice.dimensions) == (True, {"prompts": 2, "rag": 1})
    back = raised(twice, low, {"prompts": 0}, targets)
    assert (back.criteria, back.dimensions) == (twice.criteria, twice.dimensions)


def test_a_criterion_that_was_met_stays_met_in_a_ratchet() -> None:
    before = SINCE.model_copy(
        update={"criteria": {"P-2": Held(met=True, passed=19, of=20, low=0.76, high=0.99)}}
    )
    now = baseline(system(97, 3), of=5_000)
    assert raised(before, now, {}, {"P-1": 1, "P-2": 0.95, "R-1": 1}).criteria["P-2"].met


@given(st.binary(min_size=SIZE, max_size=SIZE).map(world))
def test_a_level_lies_within_its_sampling_error(made: World) -> None:
    for found in made.standing().dimensions:
        if found is not None:
            assert found.level_lower <= found.level <= found.level_upper <= found.level_cap


@given(st.binary(min_size=SIZE, max_size=SIZE).map(world))
def test_no_audit_is_worse_than_itself(made: World) -> None:
    before = baseline(made)
    found = card(made, GateSettings(baseline=before))
    assert {c.verdict for c in found.gate.conditions if c.name.startswith("baseline")} == {"pass"}
