"""Small OTLP documents, written the way exporters write them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentaudit.source import Ledger
from agentaudit.sources.traces import ReadOptions, TraceSource, TraceStore, open_traces

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
START = 1_795_219_200_000_000_000


def any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(item) for item in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": attributes(value)}}
    return {"stringValue": value}


def attributes(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": any_value(value)} for key, value in given.items()]


def span(number: int, parent: int | None = None, name: str = "chat gpt", **given: Any) -> Any:
    """A span with `number` as its id; `attributes` as a plain mapping, other fields as written."""
    given = {"traceId": TRACE, **given}
    return {
        "spanId": f"{number:016x}",
        "parentSpanId": "" if parent is None else f"{parent:016x}",
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(START + number * 1000),
        "endTimeUnixNano": str(START + number * 1000 + 500),
        "status": {},
        **given,
        "attributes": attributes(given.get("attributes", {})),
    }


def line(*spans: Any, resource: dict[str, Any] | None = None, scope: str = "app") -> Any:
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes(resource or {"service.name": "planner"})},
                "scopeSpans": [{"scope": {"name": scope, "version": "1"}, "spans": list(spans)}],
            }
        ]
    }


def log(**given: Any) -> Any:
    return {
        "timeUnixNano": str(START),
        "traceId": TRACE,
        **given,
        "attributes": attributes(given.get("attributes", {})),
    }


def logs(*records: Any, service: str = "planner") -> Any:
    resource = {"attributes": attributes({"service.name": service})}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": list(records)}]}]}


def metric(name: str, resource: dict[str, Any], *times: int) -> Any:
    points = [{"timeUnixNano": str(time), "asInt": "1"} for time in times]
    held = [{"name": name, "sum": {"dataPoints": points}}]
    return {
        "resourceMetrics": [
            {
                "resource": {"attributes": attributes(resource)},
                "scopeMetrics": [{"metrics": held}],
            }
        ]
    }


def write(path: Path, *documents: Any) -> Path:
    """One document a line; text and bytes as they are."""
    data = b"".join(
        (item if isinstance(item, bytes) else (_text(item)).encode()) + b"\n" for item in documents
    )
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def _text(item: Any) -> str:
    return item if isinstance(item, str) else json.dumps(item)


@contextmanager
def opened(path: Path | str, **options: Any) -> Iterator[TraceStore]:
    with open_traces([TraceSource(f"otlp:{path}")], ReadOptions(**options)) as store:
        yield store


def seen(store: TraceStore) -> list[Any]:
    """Everything of every response that can reach a finding, as comparable data."""
    return [
        (
            r.id,
            r.entry.span_id,
            [
                (
                    s.span_id,
                    s.parent_id,
                    s.name,
                    s.kind,
                    s.recognised_by,
                    s.otel_kind,
                    s.start_ns,
                    s.end_ns,
                    s.error,
                    s.status_message,
                    s.scope,
                    s.scope_version,
                    dict(s.attributes),
                    s.resource.key,
                    s.source,
                    [(e.name, e.time_ns, dict(e.attributes)) for e in s.events],
                    [(k.trace_id, k.span_id) for k in s.links],
                    s.dropped_attributes,
                    s.dropped_events,
                    s.trace_state,
                )
                for s in r.spans
            ],
            [(s.name, s.resource.key, sorted(s.shows)) for s in r.services],
            [
                (k.time_ns, k.severity, k.body, dict(k.attributes), k.span_id, k.service)
                for k in r.logs
            ],
            r.logs_read,
            r.shape,
            sorted(r.series),
        )
        for r in store.responses()
    ]


def counts(ledger: Ledger) -> dict[str, Any]:
    """The numbers of a ledger."""
    names = ("read", "unread", "spans", "records", "traces", "responses", "evaluator_only")
    return {name: getattr(ledger, name) for name in names}
