"""What a reader of the figures must know besides them, for reports that have no room to draw it:
the gate, crashed probes, waivers, and everything that was not looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from agentaudit.finding import Outcome
from agentaudit.reports import figures
from agentaudit.reports.spot import Spot, Spots
from agentaudit.score.dimension import CriterionScore
from agentaudit.score.provenance import Waiver
from agentaudit.score.scorecard import Condition, Scorecard
from agentaudit.score.shortfall import unlisted

KINDS = ("git", "traces", "images", "registry")
"""Kinds of source that a system can declare."""


class Notice(Struct, frozen=True):
    """One thing to know."""

    id: str
    """Stable, e.g. `crash/RAG-06`; its beginning says what it is about."""
    level: Literal["error", "warning", "note"]
    text: str
    spot: Spot
    criterion: str = ""


def notices(card: Scorecard) -> tuple[Notice, ...]:
    """Errors first, then warnings, then notes."""
    spots = Spots(card)
    found = [
        *_gate(card, spots),
        *_crashes(card, spots),
        *(_waiver(waiver, spots) for waiver in card.waivers),
        *_absent(card, spots),
        *_unknown(card, spots),
        *_unlisted(card, spots),
    ]
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda notice: order.index(notice.level)))


def waived(card: Scorecard) -> dict[str, Waiver]:
    """Waivers in force, by criterion."""
    return {waiver.criterion: waiver for waiver in card.waivers if waiver.state == "in_force"}


def told(waiver: Waiver) -> str:
    """A waiver in one line."""
    how = "is waived until" if waiver.state == "in_force" else "was waived until"
    end = "" if waiver.state == "in_force" else ", which is over"
    return f"{waiver.criterion} {how} {waiver.until}{end}, by {waiver.owner}: {waiver.reason}"


def condition(found: Condition) -> str:
    """A condition of the gate in one line."""
    numbers = figures.comparison(found)
    return f"gate {found.name}: {numbers + '; ' if numbers else ''}{found.message}"


def _gate(card: Scorecard, spots: Spots) -> Iterator[Notice]:
    told_below = {f"waiver {w.criterion}" for w in card.waivers if w.state == "expired"}
    told_below |= {"probes"} if card.errors else set()
    for found in card.gate.conditions:
        if found.verdict != "pass" and found.name not in told_below:
            yield Notice(f"gate/{found.name}", "error", condition(found), spots.config)
    for number, note in enumerate(card.gate.notes, 1):
        yield Notice(f"gate-note/{number}", "note", note, spots.config)


def _crashes(card: Scorecard, spots: Spots) -> Iterator[Notice]:
    for crash in card.errors:
        text = f"probe {crash.probe} crashed for {crash.count:,}: {crash.message}"
        words = f"{crash.criterion} is not assessed: {text}; the figures are incomplete"
        yield Notice(f"crash/{crash.criterion}", "error", words, spots.config, crash.criterion)


def _waiver(waiver: Waiver, spots: Spots) -> Notice:
    ended = waiver.state == "expired"
    level: Literal["error", "note"] = "error" if ended else "note"
    name = "waiver-expired" if ended else "waiver"
    spot = spots.declared(waiver.declared)
    return Notice(f"{name}/{waiver.criterion}", level, told(waiver), spot, waiver.criterion)


def absent(card: Scorecard) -> list[str]:
    """Kinds of source that nobody declared."""
    read = {source.kind for source in card.run.sources}
    return [kind for kind in KINDS if kind not in read]


def _absent(card: Scorecard, spots: Spots) -> Iterator[Notice]:
    """What was not declared, and criteria that could not be asked without it."""
    if kinds := absent(card):
        text = f"no source of kind {' or '.join(kinds)} was read"
        yield Notice("absent/sources", "warning", text, spots.config)
    unasked: dict[str, list[str]] = {}
    for criterion in _criteria(card):
        for finding in criterion.findings:
            if finding.reason == "not_configured":
                unasked.setdefault(finding.message, []).append(criterion.id)
    for number, (message, ids) in enumerate(sorted(unasked.items()), 1):
        names = figures.listed(list(dict.fromkeys(ids)), 10)
        yield Notice(f"unasked/{number}", "warning", f"{message}: {names}", spots.config)


def _unknown(card: Scorecard, spots: Spots) -> Iterator[Notice]:
    for criterion in _criteria(card):
        if not criterion.counts.unknown:
            continue
        shown = [f for f in criterion.findings if f.outcome is Outcome.UNKNOWN]
        why = f": {shown[0].message}" if shown else ""
        count = f" for {criterion.counts.unknown:,} {figures.SUBJECTS[criterion.subject]}"
        of = "" if criterion.subject == "system" else count
        text = f"{criterion.id} could not be looked at{of}{why}"
        yield Notice(f"unknown/{criterion.id}", "note", text, spots.config, criterion.id)


def _unlisted(card: Scorecard, spots: Spots) -> Iterator[Notice]:
    for criterion in _criteria(card):
        if more := unlisted(criterion):
            text = f"{criterion.id} fails for {more:,} more {figures.SUBJECTS[criterion.subject]}"
            words = f"{text} than are listed: see audit.json for the counts"
            yield Notice(f"more/{criterion.id}", "note", words, spots.config, criterion.id)


def _criteria(card: Scorecard) -> Iterator[CriterionScore]:
    return (criterion for dimension in card.dimensions for criterion in dimension.criteria)
