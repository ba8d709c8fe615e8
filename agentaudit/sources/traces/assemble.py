"""Spans of one trace → its responses (DESIGN.md §2), whatever store they came from."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct, field

from agentaudit.evidence import Location
from agentaudit.expressions import regex
from agentaudit.response import Response, Service, Shape
from agentaudit.semconv import Vocabulary
from agentaudit.span import Kind, LogRecord, Resource, Span, canonical, read

_ORDER = attrgetter("start_ns", "span_id")
_THRESHOLD = regex(r"(?:^|,)\s*ot=[^,]*\bth:")


class Trace(Struct):
    """All that was read of one trace, in any order, duplicates included."""

    trace_id: str
    spans: list[Span] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)


class Context(Struct, frozen=True):
    """What cutting a trace needs to know of the store and the configuration."""

    entry: str = ""
    """`responses.entry`: name of the span that starts a response; empty for the general rule."""
    sampling: str = ""
    """Sampling as declared in agentaudit.yaml; empty when it is not."""
    logs_read: bool = False
    counters: bool = True
    """Whether the store keeps dropped-attribute counters."""
    shows: Callable[[str], frozenset[Kind]] = lambda service: frozenset()
    """Kinds of spans a service shows anywhere in what was read."""


def responses(trace: Trace, context: Context) -> Iterator[Response]:
    """Cut a trace into its responses, in order of start.

    None for a trace without agentic spans, or with evaluator spans only.
    """
    cut = Cut(trace, context.entry)
    return (cut.response(entry, context) for entry in cut.entries)


class Cut:
    """Where the responses of a trace begin."""

    def __init__(self, trace: Trace, entry: str) -> None:
        self.trace = trace
        self.tree = Tree(trace.spans)
        self.entries = tuple(sorted(self.tree.entries(entry), key=_ORDER))

    def id(self, entry: Span) -> str:
        """Id of the response that begins there."""
        alone = len(self.entries) == 1
        return self.trace.trace_id if alone else f"{self.trace.trace_id}:{entry.span_id}"

    def start_ns(self, entry: Span) -> int:
        """When the response began: its first recorded time; 0 when nothing below records one."""
        if entry.start_ns:
            return entry.start_ns
        return min((s.start_ns for s in self.tree.below(entry) if s.start_ns), default=0)

    @property
    def began_ns(self) -> int:
        """First recorded time of the trace; 0 when there is none."""
        return min((s.start_ns for s in self.tree.spans.values() if s.start_ns), default=0)

    def response(self, entry: Span, context: Context) -> Response:
        """The response that begins there."""
        others = frozenset(e.span_id for e in self.entries if e is not entry)
        spans = tuple(sorted(self.tree.below(entry, others), key=_ORDER))
        return Response(
            trace_id=self.trace.trace_id,
            id=self.id(entry),
            entry=entry,
            spans=spans,
            services=_services(spans, context),
            logs=_logs(self.trace.logs, spans, alone=entry is self.entries[0]),
            logs_read=context.logs_read,
            shape=_shape(self.tree, entry, context),
        )


@lru_cache(maxsize=4096)
def service_name(resource: Resource, vocabulary: Vocabulary) -> str:
    """What a response calls the service behind a resource."""
    named = read(resource.attributes or {}, "service.name", vocabulary, nowhere)
    return named.text if named else "unnamed service"


def nowhere(attribute: str) -> Location:
    """For reading a fact whose place is not shown."""
    return Location("", "", attribute=attribute)


def _services(spans: Iterable[Span], context: Context) -> tuple[Service, ...]:
    by_resource: dict[str, list[Span]] = {}
    for span in spans:
        by_resource.setdefault(span.resource.key, []).append(span)
    services = []
    for members in by_resource.values():
        if all(span.transport for span in members):
            continue
        name = service_name(members[0].resource, members[0].vocabulary)
        services.append(
            Service(name, members[0].resource, tuple(members), shows=context.shows(name))
        )
    return tuple(sorted(services, key=lambda s: (s.name, s.resource.key)))


def _logs(
    records: Iterable[LogRecord], spans: Iterable[Span], *, alone: bool
) -> tuple[LogRecord, ...]:
    """Records of these spans; those without a span id go to the first response of the trace."""
    ids = {span.span_id for span in spans}
    mine = (r for r in records if r.span_id in ids or (alone and not r.span_id))
    return tuple(sorted(mine, key=_log_order))


def _log_order(record: LogRecord) -> tuple[int, str, str, str]:
    return record.time_ns, record.span_id, record.body, canonical(record.attributes)


def _shape(tree: Tree, entry: Span, context: Context) -> Shape:
    stated = bool(_THRESHOLD.search(entry.trace_state))
    return Shape(
        roots=tree.roots_without_parent,
        orphans=tree.orphans,
        conflicts=tree.conflicts,
        linked=tuple(sorted({k.trace_id for k in entry.links} - {entry.trace_id})),
        sampling="tracestate ot=th" if stated else context.sampling,
        counters=context.counters,
    )


class Tree:
    """The spans of one trace, each once, by parent."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans, self.conflicts = _once(spans)
        ids = self.spans.keys()
        self.orphans = tuple(
            sorted(s.span_id for s in self.spans.values() if s.parent_id and s.parent_id not in ids)
        )
        self.roots_without_parent = sum(1 for s in self.spans.values() if not s.parent_id)
        self._ordered = sorted(self.spans.values(), key=_ORDER)
        self._children: dict[str, list[Span]] = {}
        for span in self._ordered:
            if span.parent_id in ids and span.parent_id != span.span_id:
                self._children.setdefault(span.parent_id, []).append(span)
        self._lively = self._with_steps()
        self.roots = tuple(self._roots())
        """Spans without a parent here; one per cycle that has no such span."""

    @property
    def stepped(self) -> bool:
        """Whether the trace has a recognised step other than an evaluator."""
        return bool(self._lively)

    def _with_steps(self) -> set[str]:
        """Ids of spans that are, or have below them, an agentic span other than an evaluator."""
        lively: set[str] = set()
        for span in self.spans.values():
            if not span.agentic or span.kind is Kind.EVALUATOR:
                continue
            above: Span | None = span
            while above is not None and above.span_id not in lively:
                lively.add(above.span_id)
                above = self.spans.get(above.parent_id)
        return lively

    def _roots(self) -> Iterator[Span]:
        natural = [span for span in self._ordered if span.parent_id not in self.spans]
        yield from natural
        reached = {span.span_id for root in natural for span in self.below(root)}
        for span in self._ordered if len(reached) < len(self.spans) else ():
            if span.span_id not in reached:
                reached.update(below.span_id for below in self.below(span))
                yield span

    def entries(self, name: str) -> Iterator[Span]:
        """Where responses begin: spans called `name` if there are any, else the general rule."""
        named = {
            s.span_id
            for s in self.spans.values()
            if name and s.name == name and s.span_id in self._lively
        }
        if named:
            yield from self._outermost_of(named)
            return
        for root in self.roots:
            yield from self._outermost(root)

    def _outermost_of(self, ids: set[str]) -> Iterator[Span]:
        """Those of these spans that have none of them above."""
        reached: set[str] = set()
        for root in self.roots:
            for span in self.below(root):
                if span.span_id in ids and span.span_id not in reached:
                    reached.update(s.span_id for s in self.below(span))
                    yield span

    def _outermost(self, root: Span) -> list[Span]:
        """Outermost SERVER or CONSUMER spans with steps below. A step swallows only those below
        itself (nested agents are steps); steps beside them make the root a response of its own."""
        found: list[Span] = []
        loose = False
        seen = {root.span_id}
        queue = deque([root])
        while queue:
            span = queue.popleft()
            if span.span_id not in self._lively:
                continue
            if span.agentic:
                loose = True
            elif span.otel_kind in {"SERVER", "CONSUMER"}:
                found.append(span)
            else:
                below = [s for s in self._children.get(span.span_id, ()) if s.span_id not in seen]
                seen.update(s.span_id for s in below)
                queue.extend(below)
        return [root, *found] if loose else found

    def below(self, top: Span, apart: frozenset[str] = frozenset()) -> Iterator[Span]:
        """`top` and everything under it, each once, a span before what is under it; nothing from
        the spans `apart` downwards."""
        seen: set[str] = set()
        stack = [top]
        while stack:
            span = stack.pop()
            if span.span_id not in seen:
                seen.add(span.span_id)
                yield span
                below = self._children.get(span.span_id, ())
                stack.extend(s for s in below if s.span_id not in apart)


def _once(spans: Iterable[Span]) -> tuple[dict[str, Span], tuple[str, ...]]:
    """Each span id once; ids read with two different bodies are conflicts."""
    kept: dict[str, Span] = {}
    conflicts: set[str] = set()
    for span in spans:
        known = kept.setdefault(span.span_id, span)
        if known is not span:
            first, second = _text(known), _text(span)
            if first != second:
                conflicts.add(span.span_id)
            if (second, span.source) < (first, known.source):
                kept[span.span_id] = span
    return kept, tuple(sorted(conflicts))


def _text(span: Span) -> str:
    """Everything recorded of a span, whichever file it was read from."""
    return canonical(
        (
            span.parent_id,
            span.name,
            span.start_ns,
            span.end_ns,
            span.error,
            span.attributes,
            span.resource.key,
            [(e.name, e.time_ns, e.attributes) for e in span.events],
            span.otel_kind,
            span.status_message,
            span.scope,
            span.scope_version,
            [(link.trace_id, link.span_id) for link in span.links],
            span.dropped_attributes,
            span.dropped_events,
            span.trace_state,
        )
    )
