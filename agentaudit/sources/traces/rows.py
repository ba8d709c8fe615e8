"""Spans and log records between reading and cutting: small, plain, and the same bytes on disk.

Both ways, through memory or through a file, what is read back is built from the same rows, so a
trace looks the same whichever way it went.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agentaudit.evidence import safe
from agentaudit.semconv import Vocabulary
from agentaudit.sources.traces import wire
from agentaudit.sources.traces.assemble import Trace
from agentaudit.span import Event, Kind, Link, LogRecord, Resource, Span, canonical

Row = Sequence[Any]
"""Fields of a `Span` or `LogRecord` as JSON values, in the order of `span_row` and `log_row`."""

_KINDS = {kind.value: kind for kind in Kind}


class Resources:
    """Every different resource once: rows name it by number."""

    def __init__(self, most: int = 65_536) -> None:
        self._most = most
        self._all: list[Resource] = []
        self._numbers: dict[str, int] = {}

    def number(self, attributes: dict[str, Any] | None) -> int | dict[str, Any] | None:
        """Its number; the attributes themselves once there are too many to keep."""
        key = canonical(attributes)
        known = self._numbers.get(key)
        if known is not None:
            return known
        if len(self._all) >= self._most:
            return attributes
        self._numbers[key] = len(self._all)
        self._all.append(Resource(attributes))
        return len(self._all) - 1

    def get(self, number: int | dict[str, Any] | None) -> Resource:
        """The resource behind what `number` returned."""
        return self._all[number] if isinstance(number, int) else Resource(number)


def span_row(span: Span, resources: Resources, source: str) -> Row:
    """The row of a finished span, one that a plug-in made."""
    known = span.resource.attributes
    return (
        wire.identifier(span.span_id, 8),
        wire.parent(span.parent_id),
        safe(span.name),
        span.kind.value,
        span.recognised_by,
        span.otel_kind,
        span.start_ns,
        span.end_ns,
        span.error,
        span.status_message,
        span.scope,
        span.scope_version,
        dict(span.attributes),
        resources.number(None if known is None else dict(known)),
        source,
        span.locator,
        [(e.name, e.time_ns, dict(e.attributes)) for e in span.events],
        [(k.trace_id, k.span_id) for k in span.links],
        span.dropped_attributes,
        span.dropped_events,
        span.trace_state,
    )


def log_row(record: LogRecord, event: str, body: Any) -> Row:
    """The row of a log record; `event` is the span event it also is, empty for none, and `body`
    its content as recorded."""
    return (
        record.time_ns,
        record.severity,
        record.body,
        dict(record.attributes),
        record.span_id,
        record.service,
        record.locator,
        event,
        body,
    )


class Unpacker:
    """Rows → the trace they make."""

    def __init__(self, resources: Resources, vocabulary: Vocabulary) -> None:
        self._resources = resources
        self._vocabulary = vocabulary

    def trace(self, trace_id: str, spans: Sequence[Row], logs: Sequence[Row]) -> Trace:
        """The trace, with log records that are events also on their spans."""
        made = [self._span(trace_id, row) for row in spans]
        once = {(row[0], canonical((*row[:6], *row[7:]))): row for row in logs}
        ordered = [once[key] for key in sorted(once)]
        self._join(made, ordered)
        return Trace(trace_id, made, [LogRecord(*row[:7]) for row in ordered])

    def _span(self, trace_id: str, row: Row) -> Span:
        (span_id, parent, name, kind, by, otel, start, end, error, message, scope, version) = row[
            :12
        ]
        (attributes, resource, source, locator, events, links, dropped, fewer, state) = row[12:]
        return Span(
            trace_id,
            span_id,
            parent,
            name,
            _KINDS[kind],
            by,
            otel,
            start,
            end,
            error,
            message,
            scope,
            version,
            attributes,
            self._resources.get(resource),
            source,
            locator,
            self._vocabulary,
            [Event(*event) for event in events],
            [Link(*link) for link in links],
            dropped,
            fewer,
            state,
        )

    def _join(self, spans: list[Span], logs: list[Row]) -> None:
        """An exception, message or evaluation that was logged is an event of its span."""
        found: dict[str, list[Row]] = {}
        for row in logs:
            if row[7] and row[4]:
                found.setdefault(row[4], []).append(row)
        for span in spans if found else ():
            for row in found.get(span.span_id, ()):
                attributes = row[3] if row[8] is None else {**row[3], "body": row[8]}
                span.events.append(Event(row[7], row[0], attributes))
