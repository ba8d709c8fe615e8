"""What reading the sources gave, as the scorecard shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from agentaudit.evidence import safe
from agentaudit.score.provenance import ServiceTraces, SourceRecord, UnreadPlace, Window
from agentaudit.source import Ledger

SHOWN = 50
"""Most services named per source."""
SHOWN_PLACES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Origin(Struct, frozen=True):
    """What the configuration says of a source."""

    declared: str
    """File and line from the root of the checkout, or a flag."""
    root: str | None = None
    """Its directory from the root of the checkout; None when its files are not in there."""


Origins = Mapping[tuple[str, str], Origin]
"""(kind, URI) → origin."""

_UNTOLD = Origin("")


def source_records(
    ledgers: Iterable[Ledger], origins: Origins | None = None
) -> tuple[SourceRecord, ...]:
    """One record per source, by kind and URI."""
    ordered = sorted(ledgers, key=lambda ledger: (ledger.kind, ledger.uri, ledger.role))
    known = origins or {}
    return tuple(
        _record(ledger, known.get((ledger.kind, ledger.uri), _UNTOLD)) for ledger in ordered
    )


def _record(ledger: Ledger, origin: Origin) -> SourceRecord:
    return SourceRecord(
        kind=safe(ledger.kind),
        uri=safe(ledger.uri),
        role=safe(ledger.role),
        read=ledger.read,
        unread=ledger.unread,
        unrecognised=sum(ledger.unrecognised.values()),
        window=_window(ledger),
        traces=ledger.traces,
        responses=ledger.responses,
        spans=ledger.spans,
        records=ledger.records,
        evaluator_only=ledger.evaluator_only,
        unread_places=tuple(
            UnreadPlace(place=safe(unread.place), why=safe(unread.why))
            for unread in ledger.unread_places[:SHOWN_PLACES]
        ),
        services=_services(ledger),
        notes=tuple(safe(note) for note in ledger.notes),
        declared=safe(origin.declared),
        root=None if origin.root is None else safe(origin.root),
        revision=safe(ledger.revision),
    )


def _services(ledger: Ledger) -> tuple[ServiceTraces, ...]:
    missed = sorted(ledger.unrecognised.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        ServiceTraces(
            service=safe(service),
            recognised=ledger.recognised.get(service, 0),
            unrecognised=count,
        )
        for service, count in missed[:SHOWN]
        if count
    )


def _window(ledger: Ledger) -> Window | None:
    first, last = _instant(ledger.first_ns), _instant(ledger.last_ns)
    return Window(first=first, last=last) if first and last else None


def _instant(nanoseconds: int) -> str:
    """ISO 8601, UTC; empty for no time, or one that no calendar holds."""
    if nanoseconds <= 0:
        return ""
    try:
        instant = _EPOCH + timedelta(seconds=nanoseconds // 1_000_000_000)
    except OverflowError:
        return ""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
