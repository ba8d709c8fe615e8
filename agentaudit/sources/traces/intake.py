"""The first pass: every source is read once, its rows are shelved by trace, and what must be known
before the first response can be cut is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from agentaudit.errors import AuditError, SourceError
from agentaudit.evidence import safe
from agentaudit.semconv import Vocabulary
from agentaudit.source import Ledger
from agentaudit.sources.traces import records, wire
from agentaudit.sources.traces.assemble import service_name
from agentaudit.sources.traces.decode import Batch, Decoder
from agentaudit.sources.traces.options import ReadOptions, TraceSource
from agentaudit.sources.traces.otlp import OtlpFiles, note_unread
from agentaudit.sources.traces.rows import Resources, Row, span_row
from agentaudit.sources.traces.selection import Selection
from agentaudit.sources.traces.series import Coverage
from agentaudit.sources.traces.shelf import Shelf, unswept
from agentaudit.span import Kind, LogRecord, Span

Given = Span | tuple[str, LogRecord]
"""What a plug-in gives: spans, and log records with their trace id. Attribute values are plain JSON
values, and only those that a `Vocabulary` wants need be there."""
Factory = Callable[[TraceSource], Iterable[Given]]
"""Opens a source of a scheme of its own, in any order; raises SourceError when it cannot."""
_ROUGHLY = 2048
"""Bytes that one span of a plug-in counts for."""


class Intake:
    """Everything that was read."""

    def __init__(self, sources: Sequence[TraceSource], options: ReadOptions) -> None:
        self.vocabulary = Vocabulary(options.aliases, options.further)
        self.resources = Resources()
        self.selection = Selection(options.where, sources)
        self.shelf = Shelf(options.seed, options.memory)
        self.coverage = Coverage()
        self.kinds: dict[str, set[str]] = {}
        """Kinds of spans by service name."""
        self.marks: dict[bytes, int] = {}
        """By trace id: the conditions that its spans meet, and above them its sources."""
        self.ledgers: dict[str, Ledger] = {}
        """By name of the source."""
        self._options = options

    def otlp(self, source: TraceSource) -> None:
        """Read files. SourceError when they cannot be opened or hold no OTLP."""
        files = OtlpFiles(source, self._options.root)
        ledger = self.ledgers.setdefault(source.name, files.ledger)
        decoder = Decoder(source.name, self.vocabulary, self.resources, self.selection)
        bit = self._bit(source.name)
        loose = left_out = 0
        with unswept():
            for batch, size in files.batches(decoder):
                self._take(batch, ledger, bit)
                self.shelf.grown(size)
                loose += batch.loose
                left_out += batch.left_out
        ledger.records += loose
        if loose:
            ledger.notes.append(f"{loose:,} log records without a trace id")
        if left_out:
            ledger.notes.append(f"{left_out:,} metric points that no question asks for")

    def plugin(self, source: TraceSource, factory: Factory) -> None:
        """Take what a plug-in reads. SourceError when it fails."""
        blank = Ledger("traces", safe(source.name), safe(source.role))
        ledger = self.ledgers.setdefault(source.name, blank)
        bit = self._bit(source.name)
        try:
            for item in factory(source):
                self._take(self._given(item, source, ledger), ledger, bit)
                self.shelf.grown(_ROUGHLY)
        except AuditError as error:
            raise _told(source, type(error), str(error), error.where, error.hint) from None
        except Exception as error:  # a plug-in's bug must end in a clear error of its source
            said = f"the plug-in that reads {ledger.uri} failed: {type(error).__name__}: {error}"
            hint = "report it to the author of the plug-in"
            cause = None if source.secrets else error
            raise _told(source, SourceError, said, source.place, hint) from cause

    def traces_of(self, name: str) -> int:
        """How many traces were read from a source."""
        bit = self._bit(name)
        return sum(1 for mark in self.marks.values() if mark & bit)

    def _bit(self, name: str) -> int:
        return 1 << self.selection.size + list(self.ledgers).index(name)

    def _given(self, item: Given, source: TraceSource, ledger: Ledger) -> Batch:
        batch = Batch()
        try:
            if isinstance(item, Span):
                self._span(item, source, batch)
            else:
                trace, record = item
                batch.logs[wire.identifier(trace, 16)] = [records.plain(record)]
                batch.records = 1
        except wire.BROKEN as error:
            note_unread(ledger, ledger.uri, str(error))
            return Batch()
        ledger.read += 1
        return batch

    def _span(self, span: Span, source: TraceSource, batch: Batch) -> None:
        trace = wire.identifier(span.trace_id, 16)
        known = span.resource.attributes or {}
        batch.spans[trace] = [span_row(span, self.resources, source.name)]
        batch.marks[trace] = self.selection.met(span.attributes) | self.selection.met(known)
        batch.kinds[service_name(span.resource, self.vocabulary)] = {span.kind.value}

    def _take(self, batch: Batch, ledger: Ledger, bit: int) -> None:
        for service, kinds in batch.kinds.items():
            self.kinds.setdefault(service, set()).update(kinds)
        for trace, rows in batch.spans.items():
            key = bytes.fromhex(trace)
            self.marks[key] = self.marks.get(key, 0) | bit | batch.marks.get(trace, 0)
            ledger.spans += len(rows)
            _stretch(ledger, rows)
            self.shelf.put(trace, rows, batch.logs.pop(trace, []))
        for trace, logs in batch.logs.items():
            self.shelf.put(trace, [], logs)
        ledger.records += batch.records
        for point in batch.points:
            self.coverage.add(point)

    def shows(self, service: str) -> frozenset[Kind]:
        """Kinds of spans that a service shows anywhere in what was read."""
        return frozenset(map(Kind, self.kinds.get(service, ())))


def _told(
    source: TraceSource, kind: type[AuditError], message: str, where: str, hint: str
) -> AuditError:
    """An error of a plug-in, without the secrets that it was given."""
    shown = source.shown
    return kind(shown(message), where=shown(where), hint=shown(hint))


def _stretch(ledger: Ledger, rows: Sequence[Row]) -> None:
    """Widen the window of the ledger to these spans."""
    times = [time for row in rows for time in row[6:8] if time]
    if times:
        first = min(times)
        ledger.first_ns = min(first, ledger.first_ns or first)
        ledger.last_ns = max(ledger.last_ns, max(times))
