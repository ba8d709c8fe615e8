"""Taking evidence out of a trace: every carrier of a fact, from one service or from all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from agentaudit.recognition import recognise
from agentaudit.semconv import FACTS, Vocabulary
from agentaudit.sources.traces.assemble import Trace, service_name
from agentaudit.span import Event, Resource, Span

VOCABULARY = Vocabulary()
TIMES, LOGS, EVENTS, SERIES = "span.times", "log.records", "span.events", "metric.series"
"""Facts that no attribute carries."""
APART = (TIMES, LOGS, EVENTS, SERIES)
ALL_FACTS = (*sorted(FACTS), *APART)


class Carrier(NamedTuple):
    """One place where a fact can stand: an attribute of one service's spans, resource, events and
    log records."""

    service: str
    name: str
    """Attribute, `prefix*` of a flattened list, `attribute>path` in a JSON value, or one of
    `APART`."""


Hidden = frozenset[Carrier]
NOTHING: Hidden = frozenset()


def carriers(trace: Trace, *, precise: bool) -> dict[str, Hidden]:
    """Everything that carries a fact in a trace, by fact.

    `precise` takes only the fact out of a JSON value that holds more; otherwise the whole attribute
    goes, as a team that switches it off would do it.
    """
    present: dict[str, set[str]] = {}
    for service, attributes in _everywhere(trace):
        present.setdefault(service, set()).update(attributes)
    found = {
        fact: frozenset(
            Carrier(service, token)
            for service, names in present.items()
            for token in _tokens(fact, names, precise)
        )
        for fact in sorted(FACTS)
    }
    found |= {name: frozenset(Carrier(service, name) for service in present) for name in APART}
    if not trace.logs:
        del found[LOGS]
    if not any(span.events for span in trace.spans):
        del found[EVENTS]
    return {fact: held for fact, held in found.items() if held}


def _tokens(fact: str, names: set[str], precise: bool) -> Iterator[str]:
    for name in VOCABULARY[fact].names:
        if name.prefix:
            if any(n.startswith(name.text) for n in names):
                yield f"{name.text}*"
        elif name.text in names:
            yield f"{name.text}>{name.inside}" if name.inside and precise else name.text


def _everywhere(trace: Trace) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for span in trace.spans:
        service = service_of(span)
        yield service, span.attributes
        yield service, span.resource.attributes or {}
        for event in span.events:
            yield service, event.attributes
    for record in trace.logs:
        yield record.service, record.attributes


def service_of(span: Span) -> str:
    """Name of the service that emitted a span."""
    return service_name(span.resource, VOCABULARY)


def poorer(trace: Trace, hidden: Hidden) -> Trace:
    """The trace without these carriers; spans that had none of them stay the same objects."""
    by_service: dict[str, set[str]] = {}
    for service, name in hidden:
        by_service.setdefault(service, set()).add(name)
    spans = [_less(span, by_service.get(service_of(span))) for span in trace.spans]
    logs = [
        replace(record, attributes=_kept(record.attributes, names)) if names else record
        for record in trace.logs
        for names in (by_service.get(record.service),)
        if not (names and LOGS in names)
    ]
    return Trace(trace.trace_id, spans, logs)


def _less(span: Span, names: set[str] | None) -> Span:
    if not names:
        return span
    changed: dict[str, Any] = {}
    attributes = _kept(span.attributes, names)
    if attributes is not span.attributes:
        changed["attributes"] = attributes
    known = span.resource.attributes or {}
    if (less := _kept(known, names)) is not known:
        changed["resource"] = Resource(less)
    if span.events:
        changed["events"] = list(_events(span.events, names))
    if TIMES in names:
        changed |= {"start_ns": 0, "end_ns": 0}
    return again(span, **changed) if changed else span


def again(span: Span, **changed: Any) -> Span:
    """The span with something changed, recognised anew."""
    made = replace(span, **changed)
    made.kind, made.recognised_by = recognise(
        made.attributes, made.scope, made.name, made.vocabulary
    )
    return made


def _events(events: Iterable[Event], names: set[str]) -> Iterator[Event]:
    if EVENTS not in names:
        for event in events:
            yield Event(event.name, event.time_ns, _kept(event.attributes, names))


def _kept(attributes: Mapping[str, Any], names: set[str]) -> Mapping[str, Any]:
    """What is left; the same object when nothing goes."""
    prefixes = tuple(name[:-1] for name in names if name.endswith("*"))
    left: dict[str, Any] = {
        key: value
        for key, value in attributes.items()
        if key not in names and not (prefixes and key.startswith(prefixes))
    }
    cut = False
    for name in sorted(names):
        whole, inner, path = name.partition(">")
        if inner and whole in left:
            left[whole], gone = _without(left[whole], path.split("."))
            cut |= gone
    return left if cut or len(left) < len(attributes) else attributes


def _without(value: Any, path: list[str]) -> tuple[Any, bool]:
    """A JSON value, or the text of one, less what stands at a path; and whether that was there."""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return value, False
        less, gone = _without(inner, path) if isinstance(inner, dict | list) else (inner, False)
        return (json.dumps(less), True) if gone else (value, False)
    at = int(path[0]) if isinstance(value, list) and path[0].isdigit() else path[0]
    there = at in value if isinstance(value, dict) else isinstance(at, int) and at < len(value)
    if not there:
        return value, False
    copy = value.copy()
    if len(path) == 1:
        del copy[at]
        return copy, True
    copy[at], gone = _without(copy[at], path[1:])
    return copy, gone
