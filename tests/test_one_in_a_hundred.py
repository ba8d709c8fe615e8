"""The headline counts responses: one good trace among 99 stripped ones is 1 of 100."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from agentaudit.errors import ExitCode
from agentaudit.score import GateSettings, exit_codes
from agentaudit.score.scorecard import Scorecard
from tests import dialects
from tests.scanning import repository, responses_only, scan, shipped, write

BARE_RESOURCE = {"service.name": "planner"}
DIALECT = pytest.mark.parametrize("dialect", dialects.DIALECTS)


@pytest.fixture
def system(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A repository, and the resource attributes of services built from its commit."""
    commit = repository(tmp_path, dialects.REPOSITORY)
    return tmp_path, dialects.resource(commit)


def documents(
    dialect: str, resource: dict[str, Any], good: int, stripped: int
) -> list[dict[str, Any]]:
    """`good` complete traces, then `stripped` ones with nothing but markers."""
    steps = dialects.DIALECTS[dialect]()
    made = [d for n in range(good) for d in dialects.trace(n, steps, resource)]
    bare = dialects.bare(steps)
    for n in range(good, good + stripped):
        made.extend(dialects.trace(n, bare, BARE_RESOURCE, logs=False))
    return made


def audited(root: Path, found: list[dict[str, Any]], **given: Any) -> Scorecard:
    write(root / "traces" / "all.jsonl", found)
    return scan(root, asked=responses_only(shipped()), image=dialects.image(), **given)


def failing(scorecard: Scorecard) -> dict[str, list[str]]:
    """Criteria of levels 2 and 3 that any response does not pass, with what they say."""
    return {
        c.id: [f.message for f in c.findings if f.outcome not in {"pass", "not_applicable"}]
        for d in scorecard.dimensions
        for c in d.criteria
        if c.level in {2, 3} and c.counts.fail + c.counts.unknown + c.counts.error
    }


@DIALECT
def test_a_hundred_complete_responses(dialect: str, system: tuple[Path, dict[str, Any]]) -> None:
    root, resource = system
    scorecard = audited(root, documents(dialect, resource, 100, 0))
    assert failing(scorecard) == {}
    assert (scorecard.reconstructable.full, scorecard.reconstructable.total) == (100, 100)


@DIALECT
@pytest.mark.parametrize("order", ["first", "last", "shuffled"])
def test_one_in_a_hundred(dialect: str, order: str, system: tuple[Path, dict[str, Any]]) -> None:
    root, resource = system
    found = documents(dialect, resource, 1, 99)
    if order == "last":
        found.reverse()
    elif order == "shuffled":
        random.Random(7).shuffle(found)
    scorecard = audited(root, found)
    assert (scorecard.reconstructable.full, scorecard.reconstructable.total) == (1, 100)


@DIALECT
def test_bare_spans_that_are_recognisable_stay_in_the_denominator(
    dialect: str, system: tuple[Path, dict[str, Any]]
) -> None:
    """Scope or span name alone: every attribute is gone."""
    root, resource = system
    steps = dialects.DIALECTS[dialect]()
    recognisable = [
        dialects.Step("agent", "invoke_agent planner", {}, "entry"),
        dialects.Step("llm1", "completion", {}, scope="openinference.instrumentation.openai"),
        dialects.Step("tool", "execute_tool get_weather", {}),
    ]
    found = list(dialects.trace(0, steps, resource))
    for n in range(1, 100):
        found.extend(dialects.trace(n, recognisable, {}, logs=False))
    scorecard = audited(root, found)
    assert (scorecard.reconstructable.full, scorecard.reconstructable.total) == (1, 100)


def test_unrecognised_traces_are_counted_and_gate_nothing_green(
    system: tuple[Path, dict[str, Any]],
) -> None:
    root, resource = system
    steps = dialects.openinference()
    nameless = [dialects.Step(s.part, "work", {}, s.parent) for s in steps]
    found = [d for n in range(90) for d in dialects.trace(n, steps, resource)]
    for n in range(90, 100):
        found.extend(dialects.trace(n, nameless, BARE_RESOURCE, logs=False))
    gate = GateSettings(min_reconstructable=50)
    scorecard = audited(root, found, gate=gate)
    (source,) = [s for s in scorecard.run.sources if s.kind == "traces"]
    assert source.unrecognised == 10
    assert scorecard.reconstructable.total == 90
    assert scorecard.gate.verdict == "no_verdict"
    assert ExitCode.worst(exit_codes(scorecard)) is ExitCode.NO_VERDICT
    allowed = GateSettings(min_reconstructable=50, excluded_services=frozenset({"planner"}))
    excluded = audited(root, found, gate=allowed)
    assert excluded.gate.verdict == "pass"


def test_a_few_unrecognised_traces_do_not_stop_a_gate(
    system: tuple[Path, dict[str, Any]],
) -> None:
    root, resource = system
    steps = dialects.openinference()
    nameless = [dialects.Step(s.part, "work", {}, s.parent) for s in steps]
    found = [d for n in range(97) for d in dialects.trace(n, steps, resource)]
    for n in range(97, 100):
        found.extend(dialects.trace(n, nameless, BARE_RESOURCE, logs=False))
    scorecard = audited(root, found, gate=GateSettings(min_reconstructable=50))
    assert scorecard.gate.verdict == "pass"
