"""One OTLP JSON document → rows of spans and log records, by trace. Lenient in form, never in fact.

A span that cannot be read costs that span; a document of the wrong shape costs the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct, field

from agentaudit.recognition import recognise
from agentaudit.semconv import Vocabulary
from agentaudit.sources.traces import records, series, wire
from agentaudit.sources.traces.assemble import service_name
from agentaudit.sources.traces.rows import Resources, Row
from agentaudit.sources.traces.selection import Selection

SIGNALS = ("resourceSpans", "resourceLogs", "resourceMetrics")

_OTEL_KINDS: Mapping[Any, str] = {
    written: name
    for number, name in enumerate(("INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"), 1)
    for written in (number, str(number), name, f"SPAN_KIND_{name}")
}
_ERRORS = frozenset({2, "2", "STATUS_CODE_ERROR", "ERROR", "Error"})


class NotOtlp(ValueError):
    """Valid JSON that holds no OTLP signal."""


class Batch(Struct):
    """What one document gave."""

    spans: dict[str, list[Row]] = field(default_factory=dict)
    """By trace id."""
    logs: dict[str, list[Row]] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    """Kinds of agentic spans by service name."""
    marks: dict[str, int] = field(default_factory=dict)
    """By trace id: which conditions of the selection some span of it meets."""
    unread: list[str] = field(default_factory=list)
    """Why a span or record of it could not be read, once for each."""
    records: int = 0
    """Log records with a trace id."""
    loose: int = 0
    """Log records without a trace id."""
    points: list[series.Point] = field(default_factory=list)
    left_out: int = 0
    """Metric points that nothing asks for."""


class _Emitter(Struct):
    """Who emitted a group of spans or records."""

    attributes: dict[str, Any]
    number: Any
    """Of the resource in `Resources`."""
    service: str
    mark: int
    """Conditions that the resource meets."""
    scope: str = ""
    version: str = ""


class Decoder:
    """Decodes the documents of one source."""

    def __init__(
        self, source: str, vocabulary: Vocabulary, resources: Resources, selection: Selection
    ) -> None:
        self._source = source
        self._vocabulary = vocabulary
        self._resources = resources
        self._selection = selection
        self._wanted = wire.Attributes(lambda n: vocabulary.wants(n) or selection.reads(n))
        self._markers = tuple(
            name.text for key in ("guardrail.name", "span.kind") for name in vocabulary[key].names
        )
        self._recognised = lru_cache(maxsize=8192)(self._recognise)

    def document(self, data: bytes, locator: str) -> Batch:
        """Everything in one document; ValueError, which names the reason, when it holds nothing
        that can be read, `NotOtlp` when it is something else."""
        read = orjson.loads(data)
        batch = Batch()
        try:
            found = [self._one(doc, locator, batch) for doc in _listed(read)]
        except wire.BROKEN as error:
            raise ValueError(f"not the shape of OTLP: {error}") from None
        if not any(found):
            raise NotOtlp("JSON without resourceSpans, resourceLogs or resourceMetrics")
        return batch

    def _one(self, doc: Any, locator: str, batch: Batch) -> bool:
        if not isinstance(doc, dict):
            return False
        if not any(signal in doc for signal in SIGNALS):
            doc = wire.camel(doc)
        for group in _members(doc, "resourceSpans"):
            emitter = self._emitter(group)
            for inner in _members(group, "scopeSpans", "instrumentationLibrarySpans"):
                self._spans(inner, emitter, locator, batch)
        for group in _members(doc, "resourceLogs"):
            emitter = self._emitter(group)
            for inner in _members(group, "scopeLogs", "instrumentationLibraryLogs"):
                self._logs(inner, emitter, locator, batch)
        for group in _members(doc, "resourceMetrics"):
            emitter = self._emitter(group)
            for inner in _members(group, "scopeMetrics", "instrumentationLibraryMetrics"):
                found, spare = series.points(inner, emitter.attributes)
                batch.points.extend(found)
                batch.left_out += spare
        return any(signal in doc for signal in SIGNALS)

    def _emitter(self, group: dict[str, Any]) -> _Emitter:
        resource = group.get("resource") or {}
        known = self._wanted.read(resource.get("attributes"))
        mark = self._selection.met(known)
        known = self._selection.stripped(known, self._vocabulary)
        for name in self._vocabulary["service.name"].names:
            if isinstance(known.get(name.text), str):
                known[name.text] = wire.cached_safe(known[name.text])
        number = self._resources.number(known)
        service = service_name(self._resources.get(number), self._vocabulary)
        return _Emitter(known, number, service, mark)

    def _spans(self, group: dict[str, Any], emitter: _Emitter, locator: str, batch: Batch) -> None:
        _scope(group, emitter)
        kinds = batch.kinds.setdefault(emitter.service, set())
        ids: dict[str, str] = {}
        for raw in group.get("spans") or ():
            try:
                if "traceId" not in raw:
                    raw = wire.camel(raw)
                written = raw["traceId"]
                trace = ids.get(written)
                if trace is None:
                    trace = ids[written] = wire.identifier(written, 16)
                attributes = wire.unquoted(self._wanted.read(raw.get("attributes")))
                if self._selection:
                    attributes = self._mark(attributes, emitter, trace, batch)
                row = self._row(raw, attributes, emitter, locator)
            except wire.BROKEN as error:
                batch.unread.append(_why("span", error))
                continue
            kinds.add(row[3])
            batch.spans.setdefault(trace, []).append(row)

    def _mark(
        self, attributes: dict[str, Any], emitter: _Emitter, trace: str, batch: Batch
    ) -> dict[str, Any]:
        met = emitter.mark | self._selection.met(attributes)
        batch.marks[trace] = batch.marks.get(trace, 0) | met
        return self._selection.stripped(attributes, self._vocabulary)

    def _row(
        self, raw: dict[str, Any], attributes: dict[str, Any], emitter: _Emitter, locator: str
    ) -> Row:
        name = wire.cached_safe(raw.get("name") or "")
        kind, by = self._kind(attributes, emitter.scope, name)
        status = raw.get("status") or {}
        events, links = raw.get("events"), raw.get("links")
        above, state = raw.get("parentSpanId"), raw.get("traceState")
        # null: the store writes that it keeps no counter; absent: nothing was dropped
        dropped, fewer = raw.get("droppedAttributesCount", 0), raw.get("droppedEventsCount", 0)
        return (
            wire.identifier(raw["spanId"], 8),
            wire.parent(above) if above else "",
            name,
            kind,
            by,
            _OTEL_KINDS.get(raw.get("kind"), "INTERNAL"),
            wire.whole(raw.get("startTimeUnixNano")),
            wire.whole(raw.get("endTimeUnixNano")),
            status.get("code") in _ERRORS,
            wire.cached_safe(status.get("message") or ""),
            emitter.scope,
            emitter.version,
            attributes,
            emitter.number,
            self._source,
            locator,
            self._events(events) if events else [],
            _links(links) if links else [],
            0 if dropped == 0 else wire.counter(dropped),
            0 if fewer == 0 else wire.counter(fewer),
            state[:512] if state else "",
        )

    def _kind(self, attributes: dict[str, Any], scope: str, name: str) -> tuple[str, str]:
        """What `recognise` says, remembered by all that it looks at."""
        marks = tuple([attributes.get(marker) for marker in self._markers])
        try:
            return self._recognised(marks, scope, name)
        except TypeError:  # a marker that is a list or an object
            return self._recognise(marks, scope, name)

    def _recognise(self, marks: tuple[Any, ...], scope: str, name: str) -> tuple[str, str]:
        given = {m: v for m, v in zip(self._markers, marks, strict=True) if v is not None}
        kind, by = recognise(given, scope, name, self._vocabulary)
        return kind.value, by

    def _events(self, raw: Any) -> list[tuple[str, int, dict[str, Any]]]:
        """Events that say something anyone asks for."""
        events = []
        for item in raw:
            if "time_unix_nano" in item:
                item = wire.camel(item)
            name = wire.cached_safe(item.get("name") or "")
            attributes = self._wanted.read(item.get("attributes"))
            if attributes or name in records.EVENTS:
                events.append((name, wire.whole(item.get("timeUnixNano")), attributes))
        return events

    def _logs(self, group: dict[str, Any], emitter: _Emitter, locator: str, batch: Batch) -> None:
        for raw in group.get("logRecords") or group.get("logs") or ():
            try:
                if "timeUnixNano" not in raw and "traceId" not in raw:
                    raw = wire.camel(raw)
                if not _traced(raw.get("traceId")):
                    batch.loose += 1
                    continue
                trace = wire.identifier(raw["traceId"], 16)
                row = records.row(raw, self._wanted, emitter.service, locator)
            except wire.BROKEN as error:
                batch.unread.append(_why("log record", error))
                continue
            batch.records += 1
            batch.logs.setdefault(trace, []).append(row)


def _listed(read: Any) -> list[Any]:
    return read if isinstance(read, list) else [read]


def _members(group: dict[str, Any], *names: str) -> Iterator[dict[str, Any]]:
    """Messages of a repeated field, under whichever name it has, in camelCase."""
    for name in names:
        for member in group.get(name) or ():
            snake = any("_" in key for key in member)
            yield wire.camel(member) if snake else member


def _scope(group: dict[str, Any], emitter: _Emitter) -> None:
    scope = group.get("scope") or group.get("instrumentationLibrary") or {}
    emitter.scope = wire.cached_safe(scope.get("name") or "")
    emitter.version = wire.cached_safe(scope.get("version") or "")


def _links(raw: Iterable[Any]) -> list[tuple[str, str]]:
    """Links to other spans; one without a trace id leads nowhere."""
    links = []
    for item in raw:
        try:
            if "trace_id" in item:
                item = wire.camel(item)
            links.append((wire.identifier(item["traceId"], 16), wire.parent(item.get("spanId"))))
        except wire.BROKEN:
            continue
    return links


def _traced(raw: Any) -> bool:
    """Whether a log record names a trace: SDKs write zeros where there is none."""
    return bool(raw) and raw != "0" * 32 and raw != "A" * 22 + "=="


def _why(what: str, error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{what} without {error.args[0]}"
    return f"{what} that cannot be read: {error}"
