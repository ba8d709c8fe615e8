"""Stand-ins for sources and subjects, for the tests of probe authors.

`build` turns the plain data of an `Example` into what a probe receives. Fakes go through the same
code as real evidence wherever that exists: spans are recognised, traces cut and repositories
analysed exactly as in a scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentaudit.evidence import Evidence, Location
from agentaudit.image import Image
from agentaudit.lineage import Lineage
from agentaudit.lineage.pictures import Pictures
from agentaudit.lineage.placing import Declaration, Placing
from agentaudit.recognition import recognise
from agentaudit.response import (
    Reference,
    Resolution,
    Response,
    Target,
)
from agentaudit.semconv import Vocabulary
from agentaudit.source import Component, Repo
from agentaudit.sources.traces.assemble import Context, Trace, responses
from agentaudit.span import Event, Kind, Link, LogRecord, Recorded, Resource, Span
from agentaudit.subject import ImageSubject
from agentaudit.survey import Share, Survey
from agentaudit.testing.shelf import Shelf as Shelf

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
START_NS = 1_795_219_200_000_000_000
"""2026-11-21T00:00:00Z."""


def span(given: Mapping[str, Any], number: int = 0) -> Span:
    """One span from plain data.

    Keys, all optional: id, parent, name, attributes, resource, otel_kind, start_ms, end_ms (offsets
    in milliseconds; None for not recorded), error, events [{name, attributes}], links [trace ids],
    dropped, dropped_events, trace_state, scope.
    """
    attributes = dict(given.get("attributes", {}))
    name, scope = given.get("name", "step"), given.get("scope", "")
    kind, by = recognise(attributes, scope, name, vocabulary := Vocabulary())
    return Span(
        trace_id=TRACE_ID,
        span_id=given.get("id", f"{number + 1:016x}"),
        parent_id=given.get("parent", ""),
        name=name,
        kind=kind,
        recognised_by=by,
        otel_kind=given.get("otel_kind", "INTERNAL"),
        start_ns=_moment(given.get("start_ms", number)),
        end_ns=_moment(given.get("end_ms", number + 1)),
        error=given.get("error", False),
        status_message="",
        scope=scope,
        scope_version="",
        attributes=attributes,
        resource=Resource(given.get("resource", {"service.name": "planner"})),
        source="otlp:example.jsonl",
        locator="example.jsonl:1",
        vocabulary=vocabulary,
        events=[
            Event(e["name"], START_NS, e.get("attributes", {})) for e in given.get("events", ())
        ],
        links=[Link(trace, "") for trace in given.get("links", ())],
        dropped_attributes=given.get("dropped", 0),
        dropped_events=given.get("dropped_events", 0),
        trace_state=given.get("trace_state", ""),
    )


def _moment(offset_ms: int | None) -> int:
    return 0 if offset_ms is None else START_NS + offset_ms * 1_000_000


def response(given: Mapping[str, Any]) -> Response:
    """One response from plain data.

    Keys, all but `spans` optional: spans (the first is the root; others without `parent` hang under
    it), logs [{body, span, service, attributes}], logs_read, series [keys], shows {service:
    [kinds]}, sampling, counters, components {service: component id}, containers {service: bool},
    declares {service: [trades of its component's libraries]}.

    References are collected from the spans as in a scan and followed into `opens` {value: {}} (see
    `Shelf`), which stands for every source; without `opens` no source is configured. References
    [{kind, place, value, recorded, resolution, reason, needs, detail, fact, span, content,
    conflicts}] replaces them all.
    """
    spans = [span(item, number) for number, item in enumerate(given["spans"])]
    for below in spans[1:]:
        below.parent_id = below.parent_id or spans[0].span_id
    logs = [_log(item) for item in given.get("logs", ())]
    _join(spans, logs)
    shows = {name: frozenset(map(Kind, kinds)) for name, kinds in given.get("shows", {}).items()}
    context = Context(
        sampling=given.get("sampling", ""),
        logs_read=given.get("logs_read", bool(logs)),
        counters=given.get("counters", True),
        shows=lambda name: shows.get(name, frozenset(s.kind for s in spans)),
    )
    found = next(responses(Trace(TRACE_ID, spans, logs), context))
    found.series = frozenset(given.get("series", ()))
    _follow(found, given)
    return found


def _follow(found: Response, given: Mapping[str, Any]) -> None:
    """Fill its references, and what its services are in the repository."""
    opened = Shelf(given["opens"]) if "opens" in given else None
    sources = ("repo", "images", "registry", "documents", "traces") if opened else ()
    containers = given.get("containers", {})
    declared = {name: Declaration(container=container) for name, container in containers.items()}
    Lineage(dict.fromkeys(sources, opened), placing=Placing(declared=declared)).follow(found)
    for service in found.services:
        service.component = given.get("components", {}).get(service.name, "")
        trades = given.get("declares", {}).get(service.name)
        service.declares = None if trades is None else frozenset(trades)
    if "references" in given:
        found.references = tuple(map(_reference, given["references"]))


def _log(given: Mapping[str, Any]) -> LogRecord:
    return LogRecord(
        START_NS,
        "INFO",
        given.get("body", ""),
        given.get("attributes", {}),
        given.get("span", ""),
        given.get("service", "planner"),
        "logs:1",
    )


def _join(spans: list[Span], logs: list[LogRecord]) -> None:
    """A logged exception is an event of its span, as readers make it."""
    for record in logs:
        if any(name.startswith("exception.") for name in record.attributes):
            for span in spans:
                if span.span_id == record.span_id:
                    span.events.append(Event("exception", START_NS, record.attributes))


def _reference(given: Mapping[str, Any]) -> Reference:
    target = Target(
        Resolution(given.get("resolution", "not_looked")),
        given.get("detail", "looked up"),
        given.get("reason", ""),
        given.get("needs", ""),
        given.get("content"),
    )
    return Reference(
        kind=given["kind"],
        place=given.get("place", "planner"),
        value=given.get("value", ""),
        recorded=Recorded(given.get("recorded", "recorded")),
        fact=given.get("fact", given["kind"]),
        span_id=given.get("span", ""),
        conflicts=tuple(given.get("conflicts", ())),
        target=target,
    )


def survey(given: Mapping[str, Any]) -> Survey:
    """Keys: responses, shares {key: [carrying, total]}, first_days_ago, last_days_ago,
    retention_days."""
    day = 86_400_000_000_000
    made = Survey("otlp:example.jsonl", responses=given.get("responses", 0), as_of_ns=START_NS)
    made.first_ns = START_NS - int(given.get("first_days_ago", 0) * day)
    made.last_ns = START_NS - int(given.get("last_days_ago", 0) * day)
    made.retention_days = given.get("retention_days")
    for key, (carrying, total) in given.get("shares", {}).items():
        made.shares[key] = Share(carrying, total)
    return made


def repository(given: Mapping[str, Any]) -> Repo:
    """Keys: files {path: text}; commits, oldest first, [{message, files}] where files is all that
    the commit holds {path: text}, or the paths that it changed. Without commits: no git.
    """
    from agentaudit.sources.git.memory import MemoryRepo

    files, commits = given.get("files", {}), given.get("commits")
    held = None if commits is None else [_commit(each, files) for each in commits]
    return MemoryRepo.of({**given, "commits": held})


def _commit(given: Mapping[str, Any], files: Mapping[str, str]) -> Mapping[str, Any]:
    if isinstance(given.get("files", {}), Mapping):
        return given
    return {**given, "files": files, "changed": given["files"]}


def component(given: Mapping[str, Any]) -> Component:
    """The component at `path` (the root unless given) of the repository that `files` make."""
    path = given.get("path", ".")
    return next(c for c in repository(given).components() if c.path == path)


def image(given: Mapping[str, Any]) -> Image:
    """One image from plain data, its layers read as real ones are; keys as of
    `sources.images.memory.memory_image`."""
    from agentaudit.sources.images.memory import memory_image

    return memory_image(given)


def image_subject(given: Mapping[str, Any]) -> ImageSubject:
    """The subject `image` of a probe.

    Keys, all optional: unnamed (True for one that nothing identifies), service, commits [ids that
    responses recorded], component (directory), resolution and reason where it does not open,
    repository (what `repository` knows; without it none is configured), and those of `image`.
    """
    from agentaudit.lineage.subjects import Named, subject

    repo = repository(given["repository"]) if "repository" in given else None
    place = given.get("service", "planner")
    evidence = (Evidence(Location("otlp:example.jsonl", f"{TRACE_ID}/1"), f"service {place}"),)
    if given.get("unnamed"):
        return subject(Pictures(None, repo), Named("", (place,), evidence=evidence), None)
    made = image(given)
    resolution = Resolution(given.get("resolution", "resolved"))
    found = made if resolution is Resolution.RESOLVED else None
    target = Target(resolution, f"{made.manifest} {resolution}", given.get("reason", ""), "", found)
    named = Named(
        made.manifest,
        (place,),
        tuple(given.get("commits", ())),
        given.get("component", ""),
        evidence,
    )
    return subject(Pictures(None, repo), named, target)


def build(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a probe is asked with, from the plain data of an example.

    A component comes with its repository.
    """
    makers = {
        "response": response,
        "traces": survey,
        "repo": repository,
        "component": component,
        "image": image_subject,
    }
    if "component" in given:
        given = {"repo": given["component"], **given}
    return {need: makers.get(need, lambda value: value)(value) for need, value in given.items()}
