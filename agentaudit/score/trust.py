"""What makes figures unfit for a verdict: unread lines, unrecognised traces, crashed probes, a
missing source, a waiver that has ended. Each has its own line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from agentaudit.evidence import safe
from agentaudit.score.provenance import ErrorRecord, Waiver
from agentaudit.score.scorecard import Condition
from agentaudit.source import Ledger

UNREAD = Fraction(1, 100)
"""Largest share of lines of a source that may be unread."""
UNRECOGNISED = Fraction(5, 100)
"""Largest share of a service's traces that may be unrecognised."""

_ALIASES = {"repo": "git", "repos": "git"}


def unassessed(name: str, message: str, required: float | None = None) -> Condition:
    """A condition that cannot be decided."""
    return Condition(
        name=safe(name),
        verdict="not_assessed",
        actual=None,
        required=required,
        low=None,
        high=None,
        interval=None,
        message=safe(message),
    )


def required(name: str, ledgers: Iterable[Ledger]) -> Condition:
    """Whether a source, by kind or URI, was read at all."""
    kind = _ALIASES.get(name, name)
    read = sum(ledger.read for ledger in ledgers if kind == ledger.kind or name == ledger.uri)
    condition = f"require_source {name}"
    if not read:
        return unassessed(condition, f"{name} was not read: declare it under sources:")
    return Condition(
        name=safe(condition),
        verdict="pass",
        actual=read,
        required=None,
        low=None,
        high=None,
        interval=None,
        message=safe(f"{name} was read"),
    )


def expired(waivers: Iterable[Waiver]) -> Iterator[Condition]:
    """A failure per waiver that has ended."""
    for waiver in sorted(waivers, key=lambda waiver: (waiver.criterion, waiver.until)):
        if waiver.state == "expired":
            yield Condition(
                name=safe(f"waiver {waiver.criterion}"),
                verdict="fail",
                actual=None,
                required=None,
                low=None,
                high=None,
                interval=None,
                message=safe(
                    f"the waiver of {waiver.criterion} ended on {waiver.until}: "
                    "meet the criterion, or renew the waiver with a new reason"
                ),
            )


def crashed(errors: Iterable[ErrorRecord]) -> Iterator[Condition]:
    """One line for all probes that crashed."""
    probes = sorted({error.probe for error in errors})
    if probes:
        words = f"crashed: {', '.join(probes)}; the figures are incomplete, report it as a bug"
        yield unassessed("probes", words)


def unread(ledgers: Iterable[Ledger]) -> Iterator[Condition]:
    """A line per source with too many unread lines."""
    for ledger in sorted(ledgers, key=lambda ledger: (ledger.kind, ledger.uri)):
        lines = ledger.read + ledger.unread
        if ledger.kind != "git" and ledger.unread > UNREAD * lines:
            first = f", first {ledger.unread_places[0].place}" if ledger.unread_places else ""
            words = f"{ledger.unread} of {lines} lines could not be read{first}: mend the file"
            yield unassessed(f"unread {ledger.uri}", words)


def unrecognised(ledgers: Iterable[Ledger], excluded: frozenset[str]) -> Iterator[Condition]:
    """A line per service that answered and of which too many traces were not recognised."""
    seen: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for ledger in ledgers:
        seen.update(ledger.recognised)
        missed.update(ledger.unrecognised)
    for service in sorted(service for service in seen if seen[service] and service not in excluded):
        total = seen[service] + missed[service]
        if missed[service] > UNRECOGNISED * total:
            yield unassessed(
                f"unrecognised {service}",
                f"{missed[service]} of {total} traces of {service} were not recognised: name their "
                "attributes under attributes:, or exclude the service by name",
            )
