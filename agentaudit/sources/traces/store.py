"""All trace sources together, trace by trace: the `Traces` that probes and commands see."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agentaudit.errors import ConfigError
from agentaudit.evidence import safe
from agentaudit.parse.closed import nearest
from agentaudit.response import Response
from agentaudit.source import Ledger
from agentaudit.sources.traces import scope, wire
from agentaudit.sources.traces.assemble import Context, Cut, nowhere
from agentaudit.sources.traces.census import Census
from agentaudit.sources.traces.intake import Factory, Intake
from agentaudit.sources.traces.options import ReadOptions, TraceSource
from agentaudit.sources.traces.rows import Row, Unpacker
from agentaudit.sources.traces.shelf import Bundle
from agentaudit.span import Kind, Span, read
from agentaudit.survey import Survey

OTLP = "otlp"


def open_traces(
    sources: Sequence[TraceSource],
    options: ReadOptions,
    factories: Mapping[str, Factory] | None = None,
) -> TraceStore:
    """Read every source once.

    `factories` maps further URI schemes to plug-ins. SourceError when a source cannot be opened or
    holds no traces at all in form; ConfigError when nothing reads its scheme.
    """
    known = factories or {}
    once = {source.name: (source, _scheme(source, known)) for source in reversed(sources)}
    intake = Intake(sources, options)
    try:
        for name in dict.fromkeys(source.name for source in sources):
            source, scheme = once[name]
            if scheme == OTLP:
                intake.otlp(source)
            else:
                intake.plugin(source, known[scheme])
    except BaseException:
        intake.shelf.close()
        raise
    return TraceStore(sources, options, intake)


def _scheme(source: TraceSource, factories: Mapping[str, Factory]) -> str:
    """Scheme of its URI; ConfigError when nothing reads it."""
    scheme, colon, _ = source.uri.partition(":")
    known = sorted({OTLP, *factories})
    if colon and scheme in known:
        return scheme
    written = safe(source.name)
    hint = nearest(scheme, known) if colon else f"write otlp:{written}"
    raise ConfigError(
        f"no trace reader for {written}; known schemes: {', '.join(known)}",
        where=source.place,
        hint=hint or "install the plug-in that reads it, or export the traces as OTLP JSON",
    )


class TraceStore:
    """Implements `agentaudit.source.Traces`; a context manager that forgets everything at exit."""

    def __init__(
        self, sources: Sequence[TraceSource], options: ReadOptions, intake: Intake
    ) -> None:
        self._sources = tuple(sources)
        self._options = options
        self._intake = intake
        self._unpacker = Unpacker(intake.resources, intake.vocabulary)
        self._counted: Census | None = None
        self._completions: set[bytes] | None = None
        self._context = Context(
            entry=safe(options.entry) if options.entry else "",
            sampling=options.sampling,
            logs_read=self.logs_read,
            shows=intake.shows,
        )

    def __enter__(self) -> TraceStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the traces and remove what was set aside on disk."""
        self._intake.shelf.close()

    @property
    def name(self) -> str:
        return ", ".join(self._intake.ledgers)

    @property
    def logs_read(self) -> bool:
        return any(ledger.records for ledger in self._intake.ledgers.values())

    @property
    def first_ns(self) -> int:
        """Start of the oldest span read, Unix nanoseconds; 0 when there is none."""
        firsts = (ledger.first_ns for ledger in self._intake.ledgers.values())
        return min((first for first in firsts if first), default=0)

    @property
    def last_ns(self) -> int:
        """End of the newest span read, Unix nanoseconds; 0 when there is none."""
        return max((ledger.last_ns for ledger in self._intake.ledgers.values()), default=0)

    @property
    def population(self) -> int:
        """Responses that are wanted, before sampling. Known at no cost once `responses` is read to
        its end; costs a pass over the traces before."""
        return self._census().population

    def survey(self) -> Survey:
        """A survey of what was read, without responses yet."""
        declared = [s.retention_days for s in self._sources if s.retention_days is not None]
        return Survey(
            name=self.name,
            first_ns=self.first_ns,
            last_ns=self.last_ns,
            as_of_ns=self._options.as_of_ns,
            retention_days=min(declared, default=None),
        )

    def responses(self) -> Iterator[Response]:
        """Every response of the sample, one at a time, in order of trace hash, then start."""
        census, left = Census(), self._options.sample
        for cut, entries in self._counting(census):
            if left is None or left > 0:
                left = None if left is None else left - 1
                yield from (self._response(cut, entry) for entry in entries)
        self._counted = census

    def find(self, prefix: str) -> Iterator[Response]:
        """Responses by trace id or `trace:span`, of which a beginning is enough, or by a whole
        session id or provider response id. Sample, window and `where` of the run do not hide any.
        """
        trace, _, span = prefix.strip().lower().partition(":")
        found = False
        for cut in self._cuts(self._intake.shelf.some(self._starting(trace)), anything=True):
            for response in self._all(cut):
                if any(id.startswith(span) for id in response.by_id):
                    found = True
                    yield response
        if not found and prefix.strip():
            yield from self._naming(prefix.strip())

    def ids(self) -> Iterator[str]:
        """Ids of all responses that `find` can find, in order of trace hash."""
        for cut in self._cuts(self._intake.shelf.bundles(), anything=True):
            yield from map(cut.id, cut.entries)

    def holds_trace(self, trace_id: str) -> bool:
        try:
            return bytes.fromhex(wire.identifier(trace_id, 16)) in self._intake.marks
        except wire.BROKEN:
            return False

    def holds_completion(self, response_id: str) -> bool:
        if self._completions is None:
            self._completions = set(self._completed())
        return _digest(response_id) in self._completions

    def shows(self, service: str) -> frozenset[Kind]:
        return self._intake.shows(service)

    def ledgers(self) -> list[Ledger]:
        """One for each source. Counts of responses cost a pass over the traces where `responses`
        has not been read to its end."""
        for uri, ledger in self._intake.ledgers.items():
            self._census().enter(uri, ledger)
            ledger.traces = self._intake.traces_of(uri)
            if declared := scope.told(uri, self._sources, self._options):
                left = ledger.traces - self._census().taken(uri)
                note = f"{scope.MARK}{declared}; {left} of {ledger.traces} traces are left out"
                ledger.notes = [n for n in ledger.notes if not n.startswith(scope.MARK)] + [note]
        return list(self._intake.ledgers.values())

    def _census(self) -> Census:
        if self._counted is None:
            census = Census()
            for _ in self._counting(census):
                pass
            self._counted = census
        return self._counted

    def _counting(self, census: Census) -> Iterator[tuple[Cut, list[Span]]]:
        """Traces with responses that are wanted, and where these begin; every trace is counted."""
        within = self._options.within
        for cut in self._cuts(self._intake.shelf.bundles()):
            entries = [entry for entry in cut.entries if within(cut.start_ns(entry))]
            if entries or (not cut.entries and within(cut.began_ns)):
                census.count(cut, entries)
            if entries:
                yield cut, entries

    def _starting(self, prefix: str) -> list[str]:
        ids = (key.hex() for key in self._intake.marks)
        return [id for id in ids if prefix and id.startswith(prefix)]

    def _naming(self, id: str) -> Iterator[Response]:
        """Responses of a session, or that a provider gave this id."""
        for bundle in self._intake.shelf.bundles():
            spoken = any(_mentions(row, id) for row in bundle.spans)
            for cut in self._cuts([bundle] if spoken else [], anything=True):
                for response in self._all(cut):
                    if any(_named(span, id) for span in response.spans):
                        yield response

    def _all(self, cut: Cut) -> Iterator[Response]:
        return (self._response(cut, entry) for entry in cut.entries)

    def _response(self, cut: Cut, entry: Span) -> Response:
        response = cut.response(entry, self._context)
        response.series = self._intake.coverage.of(response)
        return response

    def _cuts(self, bundles: Iterable[Bundle], *, anything: bool = False) -> Iterator[Cut]:
        """Traces that meet the conditions; with `anything`, those of the sources alone."""
        selection = self._intake.selection
        for bundle in bundles:
            met = self._intake.marks.get(bytes.fromhex(bundle.trace_id), 0)
            rows = bundle.spans
            if selection:
                rows = [row for row in rows if selection.takes(row[14], met)]
            if rows and (anything or met & selection.needed == selection.needed):
                trace = self._unpacker.trace(bundle.trace_id, rows, bundle.logs)
                yield Cut(trace, self._context.entry)

    def _completed(self) -> Iterator[bytes]:
        for bundle in self._intake.shelf.bundles():
            for row in bundle.spans:
                if row[3] == Kind.LLM:
                    fact = read(row[12], "response.id", self._intake.vocabulary, nowhere)
                    if fact:
                        yield _digest(fact.text)


def _mentions(row: Row, id: str) -> bool:
    """Cheap look at a row before its trace is cut."""
    return any(id in (v if isinstance(v, str) else str(v)) for v in row[12].values())


def _named(span: Span, id: str) -> bool:
    return any(span.fact(key).text == id for key in ("session.id", "response.id") if span.fact(key))


def _digest(id: str) -> bytes:
    return hashlib.blake2b(id.encode("utf-8", "replace"), digest_size=8).digest()
