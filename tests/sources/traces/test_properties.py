"""Whatever the input, reading it ends in responses or in a SourceError."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from agentaudit.errors import SourceError
from tests.sources.traces.written import TRACE, opened, seen

FIELDS = [
    "resourceSpans", "resource_spans", "resourceLogs", "resourceMetrics", "resource", "scopeSpans",
    "instrumentationLibrarySpans", "scope", "spans", "scopeLogs", "logRecords", "scopeMetrics",
    "metrics", "gauge", "sum", "dataPoints", "timeUnixNano", "traceId", "trace_id", "spanId",
    "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "status", "code",
    "message", "attributes", "key", "value", "stringValue", "string_value", "intValue",
    "doubleValue", "arrayValue", "kvlistValue", "values", "events", "links", "traceState",
    "droppedAttributesCount", "body", "severityNumber", "severityText", "eventName",
]  # fmt: skip
WORDS = [
    TRACE, "00f067aa0ba902b7", "S/kvNXezTaajzpKdDg5HNg==", "", "tr-", "NaN", "exception",
    "gen_ai.operation.name", "chat", "mlflow.spanType", '"AGENT"', "service.name", "session.id",
    "process.memory.usage", "service.instance.id", "chat gpt", "SPAN_KIND_SERVER", "1795219200",
]  # fmt: skip
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(WORDS)
)
junk = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)


def one_of(*usual: Any) -> st.SearchStrategy[Any]:
    """Mostly what belongs there."""
    return st.integers(0, 9).flatmap(lambda n: junk if n == 9 else st.sampled_from(usual))


def message(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """With every field, or with any of them left out."""
    return st.fixed_dictionaries(fields) | st.fixed_dictionaries({}, optional=fields)


values = message(stringValue=one_of("chat", "x")) | message(intValue=one_of("1")) | junk
pairs = st.lists(message(key=one_of(*WORDS), value=values), max_size=4)
ids = one_of("00f067aa0ba902b7", "00f067aa0ba902b8", "00f067aa0ba902b9")
events = st.lists(message(name=one_of("exception"), attributes=pairs), max_size=2)
links = st.lists(message(traceId=one_of(TRACE, "ab" * 16), spanId=ids), max_size=2)
spans = message(
    traceId=one_of(TRACE),
    spanId=ids,
    parentSpanId=one_of("", "00f067aa0ba902b7", "00f067aa0ba902b8"),
    name=one_of("chat gpt", "invoke_agent a"),
    kind=one_of(1, 2, 5),
    startTimeUnixNano=one_of("5", 7),
    attributes=pairs,
    status=one_of({}, {"code": 2}),
    events=events | junk,
    links=links | junk,
)
records = message(traceId=one_of(TRACE), spanId=ids, attributes=pairs, body=values, eventName=junk)
points = message(
    name=one_of("process.memory.usage"),
    gauge=message(dataPoints=st.lists(message(timeUnixNano=one_of("5")) | junk, max_size=2)),
)


def signal(outer: str, scoped: str, inner: str, held: st.SearchStrategy[Any]) -> Any:
    whole = st.fixed_dictionaries(
        {
            "resource": message(attributes=pairs),
            scoped: st.lists(
                st.fixed_dictionaries({inner: st.lists(held, min_size=1, max_size=4)}),
                min_size=1,
                max_size=2,
            ),
        }
    )
    scope = message(**{"scope": junk, inner: st.lists(held | junk, max_size=4)})
    broken = message(**{"resource": junk, scoped: st.lists(scope | junk, max_size=2)})
    groups = st.lists(whole, min_size=1, max_size=2) | st.lists(broken | junk, max_size=2)
    return st.fixed_dictionaries({outer: groups})


traced = signal("resourceSpans", "scopeSpans", "spans", spans)
documents = (
    traced
    | traced
    | signal("resourceLogs", "scopeLogs", "logRecords", records)
    | signal("resourceMetrics", "scopeMetrics", "metrics", points)
    | junk
)


def read(data: bytes, **options: Any) -> list[Any] | None:
    """Everything that the public surface says; None for a SourceError."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "t.jsonl"
        path.write_bytes(data)
        try:
            with opened("t.jsonl", root=Path(directory), **options) as store:
                found = seen(store)
                ids = [r.id for r in store.find(TRACE[:4])]
                store.holds_completion("x")
                return [found, ids, store.population, str(store.ledgers())]
        except SourceError:
            return None


bounded = settings(max_examples=100, deadline=None)


@bounded
@given(st.lists(documents, min_size=1, max_size=4))
def test_any_json_is_read_the_same_from_memory_and_from_disk(docs: list[Any]) -> None:
    data = b"\n".join(json.dumps(doc).encode() for doc in docs)
    assert read(data) == read(data, memory=-1)


@bounded
@given(st.lists(documents, min_size=1, max_size=3), st.integers(0, 3000), st.binary(max_size=3))
def test_any_damage_is_survived(docs: list[Any], at: int, junk: bytes) -> None:
    data = b"\n".join(json.dumps(doc).encode() for doc in docs)
    read(data[:at] + junk + data[at + len(junk) :])


@bounded
@given(st.binary(max_size=200), st.sampled_from([bytes, gzip.compress, zstandard.compress]))
def test_any_bytes_are_survived(data: bytes, pack: Callable[[bytes], bytes]) -> None:
    read(data)
    read(pack(data)[: len(data) + 10])
    read(b"\x28\xb5\x2f\xfd" + data)
    read(b"\x1f\x8b" + data)
