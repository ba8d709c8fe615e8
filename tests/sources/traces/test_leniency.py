"""Every form in which OTLP JSON occurs in the wild is read, and says the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentaudit.response import Response
from agentaudit.sources.traces.wire import Attributes, value
from agentaudit.span import Kind
from tests.sources.traces.written import (
    START,
    TRACE,
    any_value,
    line,
    log,
    logs,
    opened,
    span,
    write,
)

GIVEN = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 12}
PLAIN = line(span(1, name="root"), span(2, 1, attributes=GIVEN, kind=3))


def only(path: Path) -> Response:
    with opened(path) as store:
        (response,) = store.responses()
        assert store.ledgers()[0].unread == 0
    return response


def snake(doc: Any) -> Any:
    """Field names in snake_case at every level."""
    if isinstance(doc, list):
        return [snake(item) for item in doc]
    if isinstance(doc, dict):
        names = {k: "".join(f"_{c.lower()}" if c.isupper() else c for c in k) for k in doc}
        return {names[key]: snake(held) for key, held in doc.items()}
    return doc


def in_spans(change: Callable[[dict[str, Any]], None]) -> Any:
    doc = json.loads(json.dumps(PLAIN))
    for held in doc["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        change(held)
    return doc


def base64_ids(held: dict[str, Any]) -> None:
    for name in ("traceId", "spanId", "parentSpanId"):
        held[name] = base64.b64encode(bytes.fromhex(held[name])).decode()


def unpadded_urlsafe_ids(held: dict[str, Any]) -> None:
    for name in ("traceId", "spanId", "parentSpanId"):
        held[name] = base64.urlsafe_b64encode(bytes.fromhex(held[name])).decode().rstrip("=")


def all_variants(held: dict[str, Any]) -> None:
    kinds = ("array_value", "bool_value", "double_value", "int_value", "string_value")
    for pair in held["attributes"]:
        (kind, written) = next(iter(pair["value"].items()))
        chosen = kind.replace("V", "_v")
        pair["value"] = {k: written if k == chosen else None for k in kinds}


VARIANTS: dict[str, Any] = {
    "line": PLAIN,
    "pretty": json.dumps(PLAIN, indent=2),
    "array": json.dumps([PLAIN]),
    "pretty array": json.dumps([PLAIN], indent=1),
    "array of lines": "[\n" + json.dumps(line(span(1, name="root"))) + ",\n"
    + json.dumps(line(span(2, 1, attributes=GIVEN, kind=3))) + "\n]",
    "snake": snake(PLAIN),
    "snake spans only": in_spans(lambda s: s.update(snake(s)) or s.pop("traceId")),
    "old scope": json.loads(
        json.dumps(PLAIN)
        .replace("scopeSpans", "instrumentationLibrarySpans")
        .replace('"scope"', '"instrumentationLibrary"')
    ),
    "base64": in_spans(base64_ids),
    "urlsafe": in_spans(unpadded_urlsafe_ids),
    "mlflow ids": in_spans(lambda s: s.update(traceId="tr-" + s["traceId"])),
    "upper case": in_spans(lambda s: s.update(traceId=s["traceId"].upper())),
    "kind names": in_spans(
        lambda s: s.update(kind=["", "SPAN_KIND_INTERNAL", "", "SPAN_KIND_CLIENT"][s["kind"]])
    ),
    "status names": in_spans(lambda s: s.update(status={"code": "STATUS_CODE_UNSET"})),
    "numbers": in_spans(lambda s: s.update(startTimeUnixNano=int(s["startTimeUnixNano"]))),
    "all variants": in_spans(all_variants),
    "mapping": in_spans(
        lambda s: s.update(attributes={p["key"]: p["value"] for p in s["attributes"]})
    ),
    "unknown fields": in_spans(lambda s: s.update(color={"x": [1]}, flags=257)),
    "zero parent": in_spans(
        lambda s: s.update(parentSpanId=s["parentSpanId"] or "0000000000000000")
    ),
    "null parent": in_spans(lambda s: s.update(parentSpanId=s["parentSpanId"] or None)),
    "null lists": in_spans(lambda s: s.update(events=None, links=None, status=None)),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_says_the_same(tmp_path: Path, name: str) -> None:
    response = only(write(tmp_path / "t.jsonl", VARIANTS[name]))
    root, call = response.spans
    assert (response.id, root.name, root.parent_id) == (TRACE, "root", "")
    assert (call.parent_id, call.kind, call.otel_kind) == (root.span_id, Kind.LLM, "CLIENT")
    assert call.fact("usage.input").value == 12
    assert (root.start_ns, call.start_ns) == (START + 1000, START + 2000)
    assert not call.error
    assert [s.name for s in response.services] == ["planner"]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ({"stringValue": "x"}, "x"),
        ({"string_value": "x"}, "x"),
        ({"intValue": "12"}, 12),
        ({"intValue": 12}, 12),
        ({"intValue": "99999999999999999999"}, "99999999999999999999"),
        ({"intValue": "x"}, "x"),
        ({"doubleValue": 1.5}, 1.5),
        ({"doubleValue": "1.5"}, 1.5),
        ({"doubleValue": "NaN"}, "NaN"),
        ({"doubleValue": "-Infinity"}, "-Infinity"),
        ({"boolValue": False}, False),
        ({"bytesValue": "AAEC"}, "AAEC"),
        ({"arrayValue": {"values": [{"intValue": "1"}, {}]}}, [1, None]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": True}}]}}, {"a": True}),
        ({"kvlist_value": {"values": [{"key": "a", "value": {}}, 3, None]}}, {"a": None}),
        ({"string_value": None, "int_value": "3"}, 3),
        ({}, None),
        (None, None),
        ("plain", "plain"),
        ({"id": 1, "score": {"stringValue": "x"}}, {"id": 1, "score": "x"}),
    ],
)
def test_values(raw: Any, plain: Any) -> None:
    assert value(raw) == plain


def test_attributes_first_wins_nothing_is_nothing_and_only_wanted_are_kept() -> None:
    items = [
        {"key": "a", "value": any_value("first")},
        {"key": "a", "value": any_value("second")},
        {"key": "b"},
        {"key": "c", "value": None},
        {"key": "d", "value": {"stringValue": None}},
        {"key": 5, "value": any_value("x")},
        {"value": any_value("x")},
        "junk",
        {"key": "e", "value": any_value("kept")},
        {"key": "unwanted", "value": any_value("x")},
    ]
    attributes = Attributes(lambda name: len(name) == 1)
    assert attributes.read(items) == {"a": "first", "e": "kept"}
    assert attributes.read(items[:2]) == {"a": "first"}
    assert attributes.read(None) == {}


def test_text_within_text_is_mlflow_and_only_mlflow(tmp_path: Path) -> None:
    given = {"mlflow.spanType": '"AGENT"', "mlflow.spanInputs": '"hi"', "session.id": '"s"'}
    path = write(tmp_path / "t.jsonl", line(span(1, attributes=given, name="x")))
    (found,) = only(path).spans
    assert found.kind is Kind.AGENT
    assert (found.fact("step.input").text, found.fact("session.id").text) == ("hi", "s")
    path = write(tmp_path / "u.jsonl", line(span(1, attributes={"gen_ai.tool.call.result": '"x"'})))
    assert only(path).spans[0].fact("step.output").text == '"x"'


def test_what_is_not_recorded_is_zero_or_empty(tmp_path: Path) -> None:
    bare = {"traceId": TRACE, "spanId": f"{1:016x}", "name": "chat gpt"}
    path = write(tmp_path / "t.jsonl", {"resourceSpans": [{"scopeSpans": [{"spans": [bare]}]}]})
    (found,) = only(path).spans
    assert (found.start_ns, found.end_ns, found.status_message, found.scope) == (0, 0, "", "")
    assert (found.otel_kind, found.dropped_attributes, found.dropped_events) == ("INTERNAL", 0, 0)
    assert found.resource.attributes == {}


def test_a_counter_that_the_store_does_not_keep_is_none(tmp_path: Path) -> None:
    doc = line(span(1, droppedAttributesCount=None, droppedEventsCount="3"))
    (found,) = only(write(tmp_path / "t.jsonl", doc)).spans
    assert (found.dropped_attributes, found.dropped_events) == (None, 3)


def test_links_and_trace_state(tmp_path: Path) -> None:
    other = "ab" * 16
    links = [{"traceId": other, "spanId": f"{7:016x}"}, {"traceId": "bad"}, 5]
    doc = line(span(1, links=links, traceState="ot=th:8"))
    response = only(write(tmp_path / "t.jsonl", doc))
    assert response.shape.linked == (other,)
    assert response.shape.sampling == "tracestate ot=th"


def test_events_that_nobody_asks_for_are_left_out(tmp_path: Path) -> None:
    events = [
        {"name": "exception", "timeUnixNano": "5", "attributes": []},
        {"name": "token", "attributes": []},
        {"name": "x", "attributes": [{"key": "exception.type", "value": any_value("E")}]},
    ]
    (found,) = only(write(tmp_path / "t.jsonl", line(span(1, events=events)))).spans
    assert [(e.name, e.time_ns) for e in found.events] == [("exception", 5), ("x", 0)]


def test_log_records_join_their_span(tmp_path: Path) -> None:
    at = {"spanId": f"{1:016x}"}
    asked = {"event.name": "gen_ai.user.message"}
    records = logs(
        log(**at, eventName="exception", attributes={"exception.type": "E", "secret": "x"}),
        log(**at, attributes={"exception.message": "unnamed"}, severityNumber=17),
        log(**at, attributes=asked, body=any_value({"content": "q"})),
        log(**at, body=any_value("plain line"), severityText="INFO"),
        log(body=any_value("no span"), severityNumber="SEVERITY_NUMBER_WARN2"),
        log(traceId=""),
        log(traceId="0" * 32),
    )  # fmt: skip
    with opened(write(tmp_path / "t.jsonl", line(span(1)), records)) as store:
        (response,) = store.responses()
        ledger = store.ledgers()[0]
    (found,) = response.spans
    assert sorted(f"{e.name} {e.attributes}" for e in found.events) == [
        "exception {'exception.message': 'unnamed'}",
        "exception {'exception.type': 'E'}",
        "gen_ai.user.message {'body': {'content': 'q'}}",
    ]
    assert len(response.logs) == 5
    assert {r.severity for r in response.logs} == {"", "ERROR", "INFO", "WARN"}
    assert {r.body for r in response.logs} == {"", '{"content":"q"}', "plain line", "no span"}
    assert response.logs_read
    assert (ledger.records, ledger.notes) == (7, ["2 log records without a trace id"])
