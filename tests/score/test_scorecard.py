"""The scorecard as a document: its keys, its schema, its bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agentaudit.errors import UsageError
from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Cause, Outcome
from agentaudit.score import Population, Run, read, schema, score, scorecard_json
from agentaudit.score.dimension import LowHigh
from agentaudit.score.rounding import percent, whole
from agentaudit.source import Ledger, Unread
from tests.score.worlds import (
    SIZE,
    Asked,
    World,
    criterion,
    dimension,
    failing,
    passing,
    rubric,
    world,
)

TOP = (
    "schema_version run score coverage level level_high provisional weakest reconstructable "
    "dimensions fixes gate dossiers waivers errors history"
)
KEYS = {
    "run": "tool system as_of command config_sha256 config rubric sources sample",
    "run.rubric": "id version sha256 criteria_total criteria_planned",
    "run.sample": "size population seed",
    "score": "low high",
    "reconstructable": "full partial none total low high interval links by_entry no_fix_known",
    "reconstructable.links": "resolved broken not_assessed total",
    "dimensions.0": "id title question level level_high level_interval level_cap "
    "applicability score links criteria planned",
    "dimensions.0.applicability": "applies reason evidence",
    "dimensions.0.criteria.0": "id level subject title must probe weight target effort relieves "
    "met counts value interval findings fix",
    "dimensions.0.criteria.0.counts": "pass fail unknown not_applicable error",
    "dimensions.0.criteria.0.findings.0": "outcome subject message reason evidence",
    "dimensions.0.criteria.0.findings.0.evidence.0": "source path line attribute excerpt",
    "fixes.0": "cause criteria gain_responses gain_links gain_points effort text relieves assumed "
    "completes_with",
    "gate": "verdict conditions notes",
}
VALIDATOR = Draft202012Validator(schema())


def example(message: str = "not there", place: str = "t.jsonl") -> World:
    evidence = Evidence(Location("otlp:t.jsonl", place, 7, "gen_ai.prompt.name"), "none")
    answer = Answer(Outcome.FAIL, message, (evidence,), "missing", (Cause("prompt.name", "a"),))
    known = rubric(dimension("prompts", criterion("P-2", 2)))
    return World(known, (Asked("t1", {"P-2": answer}),))


def document(made: World, **given: Any) -> dict[str, Any]:
    card = score(
        made.rubric,
        made.tally(),
        applicability=made.applicability,
        run=given.pop("run", Run("agentaudit 0.1.0", "2026-11-21", "agentaudit scan")),
        population=Population(len(made.responses), len(made.responses)),
        **given,
    )
    found: dict[str, Any] = json.loads(scorecard_json(card))
    VALIDATOR.validate(found)
    return found


def at(found: Any, path: str) -> Any:
    for part in path.split("."):
        found = found[int(part) if part.isdigit() else part]
    return found


def test_keys_are_the_published_ones_in_their_order() -> None:
    found = document(example())
    assert " ".join(found) == TOP
    assert {path: " ".join(at(found, path)) for path in KEYS} == KEYS


def test_the_schema_is_valid_and_describes_every_field() -> None:
    found = schema()
    Draft202012Validator.check_schema(found)
    assert found["$schema"].endswith("2020-12/schema")
    models = [found, *found["$defs"].values()]
    bare = [
        f"{model['title']}.{name}"
        for model in models
        for name, field in model.get("properties", {}).items()
        if not field.get("description")
    ]
    assert not bare
    assert all(model["additionalProperties"] is False for model in models if "properties" in model)


@settings(max_examples=300)  # no law of scoring, and JSON Schema is slow to apply
@given(st.binary(min_size=SIZE, max_size=SIZE).map(world))
def test_every_scorecard_validates_and_reads_back_to_the_same_bytes(made: World) -> None:
    data = scorecard_json(made.scorecard())
    VALIDATOR.validate(json.loads(data))
    assert scorecard_json(read(data)) == data


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff", b'{"schema_version": "2.0"}'])
def test_anything_else_is_not_read(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"not an audit\.json"):
        read(data)


def test_scorecards_are_frozen() -> None:
    card = example().scorecard()
    with pytest.raises(ValueError, match="frozen"):
        card.score = LowHigh(low=1.0, high=1.0)


def test_hostile_text_is_made_visible_everywhere() -> None:
    evil = "a\x1b[31m\u202eb sk-ant-" + "A1" * 20
    ledger = Ledger("traces", f"otlp:{evil}", role=evil, unread_places=[Unread(evil, evil)])
    ledger.unrecognised, ledger.notes = {evil: 1}, [evil]
    known = rubric(dimension("prompts", criterion("P-2", 2)))
    made = World(known, (Asked(evil, {"P-2": failing(evil)}, {}, evil, evil),))
    run = Run("agentaudit 0.1.0", "2026-11-21", evil, system=evil)
    text = json.dumps(document(made, run=run, ledgers=[ledger]), ensure_ascii=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "A1A1A1" not in text
    assert "[redacted:anthropic" in text


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        (0, 0, None),
        (
            1_795_219_200_000_000_000,
            1_795_219_201_999_999_999,
            {"first": "2026-11-21T00:00:00Z", "last": "2026-11-21T00:00:01Z"},
        ),
        (1, 10**40, None),
        (-5, 7, None),
    ],
)
def test_window(first: int, last: int, window: dict[str, str] | None) -> None:
    ledger = Ledger("traces", "otlp:t.jsonl", read=3, first_ns=first, last_ns=last)
    (source,) = document(example(), ledgers=[ledger])["run"]["sources"]
    assert source["window"] == window


def test_sources_are_listed_by_kind_and_uri() -> None:
    ledgers = [Ledger("traces", "b"), Ledger("traces", "a"), Ledger("git", "z")]
    found = document(example(), ledgers=ledgers)["run"]["sources"]
    assert [(s["kind"], s["uri"]) for s in found] == [
        ("git", "z"),
        ("traces", "a"),
        ("traces", "b"),
    ]


@pytest.mark.parametrize(
    ("share", "shown"), [(0.57, 57), (0.29, 29), (0.9999, 99), (1.0, 100), (0.0, 0), (0.5799, 57)]
)
def test_percent_has_no_binary_error(share: float, shown: int) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize(("points", "shown"), [(59.9999, 59), (60.0, 60), (0.0, 0), (99.9999, 99)])
def test_whole_points_are_rounded_down(points: float, shown: int) -> None:
    assert whole(points) == shown


def test_coverage_counts_what_got_an_answer() -> None:
    known = rubric(dimension("prompts", criterion("P-1", 1, "component"), criterion("P-2", 2)))
    made = World(
        known, (Asked("a", {"P-2": passing()}), Asked("b", {})), (("P-1", "x", failing()),)
    )
    assert document(made)["coverage"] == 0.6666
