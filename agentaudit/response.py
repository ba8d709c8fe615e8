"""One output shown to an outside caller, its steps, its services and what it refers to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from agentaudit.evidence import Evidence
from agentaudit.span import Fact, Kind, LogRecord, Recorded, Resource, Span, read_all
from agentaudit.target import NOT_FOLLOWED
from agentaudit.target import Resolution as Resolution
from agentaudit.target import Target as Target


class Commit(Struct, frozen=True):
    """A git commit that exists in a configured repository."""

    sha: str
    repo: str
    """Name of the repository source, e.g. `git:history.bundle`."""
    reachable: bool | None
    """From a branch or tag; None when a shallow history cannot say."""
    refs: tuple[str, ...]
    """Up to three branches or tags that contain it."""
    subject: str
    """First line of its message, cleaned."""
    authored: str
    """ISO 8601 date-time with zone."""


class PromptText(Struct, frozen=True):
    """A prompt template that opened."""

    path: str
    revision: str
    text: str


class CodePlace(Struct, frozen=True):
    """A place in the code that exists at a commit."""

    path: str
    line: int | None
    symbol: str
    revision: str


class Reference(Struct, frozen=True):
    """What a response says it was made with, and where that leads."""

    kind: str
    """commit, image, model, registry version, prompt, index snapshot, document, adapter, dataset,
    run, trace; or code (a place in the code at the commit)."""
    place: str
    """Name of the service that recorded it or should have."""
    value: str
    recorded: Recorded
    fact: str
    """Our key of the fact that should carry it."""
    span_id: str = ""
    """The span it belongs to; for a whole service, its first span."""
    evidence: tuple[Evidence, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Other values recorded for the same thing; a response with any is in conflict."""
    target: Target = NOT_FOLLOWED

    @property
    def resolved(self) -> bool:
        return self.target.resolution in {Resolution.RESOLVED, Resolution.VERIFIED}


class Service(Struct, eq=False):
    """One OTel resource with a non-transport span in the response."""

    name: str
    resource: Resource
    spans: tuple[Span, ...]
    """All its spans in this response, by start; at least one is no mere transport."""
    component: str = ""
    """Component it is mapped to, as `repo:path`; empty when it could not be mapped."""
    container: bool | None = None
    """False when `services:` declares that it runs without a container."""
    shows: frozenset[Kind] = frozenset()
    """Kinds of spans that this service shows anywhere in what was read."""
    declares: frozenset[str] | None = None
    """Trades of the libraries its component declares (`vector_store`, `guardrail`, ...); None when
    the component is unknown or no repository was read."""
    _facts: dict[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._facts = {}

    def fact(self, key: str) -> Fact:
        """A fact of the service: from its resource, else from any of its spans here."""
        found = self._facts.get(key)
        if found is None:
            found = self._facts[key] = self._first(key)
        return found

    def _first(self, key: str) -> Fact:
        best = self.spans[0].resource_fact(key)
        for span in self.spans:
            if best:
                return best
            found = span.fact(key)
            if found or best.state is Recorded.MISSING:
                best = found
        return best

    def evidence(self) -> Evidence:
        """Its first span, for a finding about something that the service lacks."""
        return Evidence(self.spans[0].at(), f"service {self.name}")

    def values(self, key: str) -> list[Fact]:
        """Every different value of `key` under any of its names, on its resource and its spans."""
        seen: dict[str, Fact] = {}
        for span in self.spans:
            for attributes in (span.attributes, span.resource.attributes or {}):
                for fact in read_all(attributes, key, span.vocabulary, span.at):
                    seen.setdefault(f"{fact.attribute} {fact.text}", fact)
        return list(seen.values())


class Shape(Struct, frozen=True):
    """What is odd about the trace a response was cut from."""

    roots: int = 1
    """Spans without a parent id."""
    orphans: tuple[str, ...] = ()
    """Span ids whose parent is not in the trace."""
    conflicts: tuple[str, ...] = ()
    """Span ids that were read with two different bodies."""
    linked: tuple[str, ...] = ()
    """Other traces that its entry links to."""
    sampling: str = ""
    """How sampling is stated: `tracestate ot=th:…`, `sampling: …`, or empty."""
    counters: bool = True
    """Whether the store keeps dropped-attribute counters at all."""


class Response(Struct, eq=False):
    """The entry span and everything below it, in order of start (ties: span id)."""

    trace_id: str
    id: str
    """The trace id; with `:span id` behind it where a trace holds several responses."""
    entry: Span
    spans: tuple[Span, ...]
    services: tuple[Service, ...]
    logs: tuple[LogRecord, ...] = ()
    logs_read: bool = False
    """Whether any log record at all was read from the stores: else none can be expected here."""
    shape: Shape = field(default_factory=Shape)
    series: frozenset[str] = frozenset()
    """Keys (`process.memory`, `gpu.memory`) that a metric series covers for every one of its
    instances and for its time."""
    references: tuple[Reference, ...] = ()
    """Filled by `lineage.follow`."""
    by_id: dict[str, Span] = field(default_factory=dict)
    _serving: dict[Resource, Service] = field(default_factory=dict)
    _records: dict[str, list[LogRecord]] = field(default_factory=dict)
    _referred: tuple[tuple[Reference, ...], dict[tuple[str, Resource], list[Reference]]] = ((), {})
    """The references that were sorted by kind and resource, and how."""
    _children: dict[str, list[Span]] = field(default_factory=dict)
    _climbed: dict[str, dict[str, Fact]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_id = {span.span_id: span for span in self.spans}
        self._serving = {service.resource: service for service in reversed(self.services)}
        self._records, self._children, self._climbed, self._referred = {}, {}, {}, ((), {})
        for record in self.logs:
            self._records.setdefault(record.span_id, []).append(record)
        for span in self.spans:
            if span.parent_id in self.by_id:
                self._children.setdefault(span.parent_id, []).append(span)

    @property
    def steps(self) -> tuple[Span, ...]:
        """The agentic spans."""
        return tuple(span for span in self.spans if span.agentic)

    @property
    def name(self) -> str:
        """Entry, as people name it: service × entry span."""
        return f"{self.service_name(self.entry)} {self.entry.name}"

    def of(self, *kinds: Kind) -> tuple[Span, ...]:
        """Spans of these kinds, in order of start."""
        return tuple(span for span in self.spans if span.kind in kinds)

    def parent(self, span: Span) -> Span | None:
        """The span above, within this response."""
        return self.by_id.get(span.parent_id)

    def ancestors(self, span: Span) -> Iterator[Span]:
        """Spans above, nearest first."""
        seen = {span.span_id}
        above = self.parent(span)
        while above is not None and above.span_id not in seen:
            yield above
            seen.add(above.span_id)
            above = self.parent(above)

    def below(self, span: Span) -> Iterator[Span]:
        """Spans somewhere under `span`, level by level."""
        seen = {span.span_id}
        level = self._children.get(span.span_id, [])
        while level:
            fresh = [below for below in level if below.span_id not in seen]
            yield from fresh
            seen.update(below.span_id for below in fresh)
            level = [c for below in fresh for c in self._children.get(below.span_id, ())]

    def service_name(self, span: Span) -> str:
        """Name of the service that emitted the span; `unnamed service` when it has none."""
        fact = span.resource_fact("service.name")
        return fact.text if fact else "unnamed service"

    def service(self, span: Span) -> Service | None:
        """The service that emitted the span; None for a service with transport spans only."""
        return self._serving.get(span.resource)

    def inherited(self, span: Span, key: str) -> Fact:
        """A fact of the span, else of its nearest ancestor that has it, else of its resource."""
        best = self.from_above(span, key)
        return best if best else _better(best, span.resource_fact(key))

    def from_above(self, span: Span, key: str) -> Fact:
        """A fact of the span, else of its nearest ancestor that has it; each climbed once."""
        known = self._climbed.setdefault(key, {})
        path: list[tuple[Span, Fact]] = []
        seen: set[str] = set()
        at: Span | None = span
        while at is not None and at.span_id not in known and at.span_id not in seen:
            seen.add(at.span_id)
            path.append((at, at.fact(key)))
            at = None if path[-1][1] else self.parent(at)
        best = known.get(at.span_id) if at is not None else None
        for below, own in reversed(path):
            best = own if best is None or own else _better(own, best)
            known[below.span_id] = best
        return known[span.span_id]

    def refs(self, *kinds: str) -> tuple[Reference, ...]:
        """References of these kinds, in the order they were collected."""
        return tuple(ref for ref in self.references if ref.kind in kinds)

    def refs_of(self, kind: str, resource: Resource) -> list[Reference]:
        """References of a kind that one service recorded or should have."""
        counted, known = self._referred
        if counted is not self.references:
            known = {}
            for ref in self.references:
                owner = self.by_id[ref.span_id].resource
                known.setdefault((ref.kind, owner), []).append(ref)
            self._referred = self.references, known
        return known.get((kind, resource), [])

    def logs_of(self, span: Span) -> list[LogRecord]:
        """Log records that carry the id of a span."""
        return self._records.get(span.span_id, [])


def _better(first: Fact, second: Fact) -> Fact:
    return second if second or first.state is Recorded.MISSING else first
