"""One OTLP log record → its row, and the span event that it also is."""

from __future__ import annotations

from typing import Any

from agentaudit.semconv import EVALUATION_EVENT, EXCEPTION_EVENTS, MESSAGE_EVENTS
from agentaudit.sources.traces import wire
from agentaudit.sources.traces.rows import Row, log_row
from agentaudit.span import LogRecord, canonical

EVENTS = EXCEPTION_EVENTS | MESSAGE_EVENTS | {EVALUATION_EVENT}
"""Names of events that probes ask for, on spans or as log records."""

_LEVELS = ("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


def row(raw: dict[str, Any], wanted: wire.Attributes, service: str, locator: str) -> Row:
    """The row of a record that has a trace id; raises one of `wire.BROKEN` when unreadable."""
    attributes = wire.unquoted(wanted.read(raw.get("attributes")))
    body = wire.value(raw.get("body"))
    event = _event(raw, attributes)
    record = LogRecord(
        time_ns=wire.whole(raw.get("timeUnixNano")) or wire.whole(raw.get("observedTimeUnixNano")),
        severity=wire.cached_safe(_severity(raw)),
        body=_text(body),
        attributes=attributes,
        span_id=wire.parent(raw.get("spanId")),
        service=service,
        locator=locator,
    )
    return log_row(record, event, body if event in MESSAGE_EVENTS else None)


def plain(record: LogRecord) -> Row:
    """The row of a finished record, one that a plug-in made."""
    return log_row(record, _event({}, dict(record.attributes)), None)


def _text(body: Any) -> str:
    if body is None:
        return ""
    return body if isinstance(body, str) else canonical(body)


def _event(raw: dict[str, Any], attributes: dict[str, Any]) -> str:
    """Name of the event that the record is; an exception need not be named so."""
    name = raw.get("eventName") or _named(raw.get("attributes")) or raw.get("name")
    if isinstance(name, str) and name in EVENTS:
        return name
    raised = "exception.type" in attributes or "exception.message" in attributes
    return "exception" if raised else ""


def _named(items: Any) -> Any:
    """The attribute `event.name`, where older SDKs put the name."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("key") == "event.name":
            return wire.value(item.get("value"))
    return items.get("event.name") if isinstance(items, dict) else None


def _severity(raw: dict[str, Any]) -> str:
    written, number = raw.get("severityText"), raw.get("severityNumber")
    if isinstance(written, str) and written:
        return written
    if isinstance(number, str):
        return number.removeprefix("SEVERITY_NUMBER_").rstrip("0123456789")
    if isinstance(number, int) and 0 < number <= 24:
        return _LEVELS[(number + 3) // 4]
    return ""
