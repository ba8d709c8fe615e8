"""One record a line, ASCII, for logs and grep: a stable prefix, `key=value`, then free text."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.reports import figures, plain_response
from agentaudit.reports.method import UNDETECTABLE
from agentaudit.reports.notices import absent
from agentaudit.reports.record import record
from agentaudit.reports.view import View
from agentaudit.score.dimension import CriterionScore, DimensionScore, Interval
from agentaudit.score.provenance import SourceRecord
from agentaudit.score.rounding import whole
from agentaudit.score.scorecard import Scorecard


def render(card: Scorecard, view: View) -> str:
    """The same facts as the terminal shows; see `terminal.render` for the view."""
    if view.verbosity < 0:
        return ""
    if view.explain:
        rows = [row for told in card.dossiers for row in plain_response.rows(card, told)]
    else:
        rows = [
            *_run(card),
            *(row for source in card.run.sources for row in _source(source)),
            *(record(f"source-absent {kind}", "no such source was read") for kind in absent(card)),
            *_headline(card),
            *_beside(card),
            *(_dimension(d) for d in card.dimensions),
            *_standing(card),
            *(_criteria(card) if view.verbosity > 0 else ()),
            *_fixes(card),
            *(_method() if view.verbosity > 0 else ()),
        ]
    return "".join(f"{row}\n" for row in (*rows, *_gate(card)))


def _run(card: Scorecard) -> Iterator[str]:
    run = card.run
    asked, total = figures.asked(card)
    yield record(
        run.tool,
        system=run.system,
        as_of=run.as_of,
        rubric=f"{run.rubric.id}@{run.rubric.version}",
        sha256=run.rubric.sha256[:12] or None,
        criteria=f"{asked}/{total}",
    )


def _source(source: SourceRecord) -> Iterator[str]:
    traced = source.kind == "traces"
    yield record(
        f"source {source.kind}",
        uri=source.uri,
        role=source.role or None,
        read=source.read,
        unread=source.unread,
        responses=source.responses if traced else None,
        traces=source.traces if traced else None,
        unrecognised=source.unrecognised if traced else None,
        evaluators=source.evaluator_only or None,
        first=source.window.first if source.window else None,
        last=source.window.last if source.window else None,
    )
    for note in source.notes:
        yield record(f"source-note {source.kind}", note, uri=source.uri)
    for place in source.unread_places:
        yield record("unread", place.why, place=place.place)
    for service in source.services:
        total = service.recognised + service.unrecognised
        yield record(
            "unrecognised", service=service.service, traces=f"{service.unrecognised}/{total}"
        )


def _headline(card: Scorecard) -> Iterator[str]:
    reach = card.reconstructable
    error = reach.interval
    low, high = (figures.share(error.low), figures.share(error.high)) if error else ("", "")
    yield record(
        "reconstructable",
        full=reach.full,
        total=reach.total,
        percent=figures.share(reach.low),
        high=figures.share(reach.high),
        partial=reach.partial,
        untraceable=reach.none,
        ci=f"{low}-{high}" if error else None,
        n=error.n if error else None,
        no_fix_known=reach.no_fix_known,
    )


def _beside(card: Scorecard) -> Iterator[str]:
    """What must be read with the headline."""
    reach, sample = card.reconstructable, card.run.sample
    links = reach.links
    yield record(
        "links",
        average="/".join(figures.average_links(card)),
        resolved=links.resolved,
        broken=links.broken,
        not_assessed=links.not_assessed,
        total=links.total,
    )
    yield record(
        "sample", size=sample.size, population=sample.population or "unknown", seed=sample.seed
    )
    yield record(
        "unrecognised-total", traces=f"{figures.unrecognised(card)}/{figures.traces(card)}"
    )
    yield record("coverage", percent=figures.share(card.coverage))
    for past in card.history:
        yield record("before", as_of=past.as_of, full=past.full, total=past.total)
    for row in reach.by_entry:
        yield record(
            "entry",
            full=row.full,
            total=row.total,
            service=row.service,
            span=row.entry,
            weakest=",".join(row.weakest) or None,
        )


def _dimension(dimension: DimensionScore) -> str:
    score, stop = dimension.score, figures.stops_at(dimension)
    return record(
        f"dimension {dimension.id}",
        stop.title if stop else "",
        level="n/a" if dimension.level is None else dimension.level,
        level_high=dimension.level_high,
        cap=None if dimension.level is None else dimension.level_cap,
        score=whole(score.low) if score else None,
        score_high=whole(score.high) if score else None,
        ladder="".join(sign.ascii for sign in figures.ladder(dimension)),
        stops_at=(stop.criterion or "-") if stop else None,
    )


def _standing(card: Scorecard) -> Iterator[str]:
    yield record(
        "weakest",
        dimensions=",".join(card.weakest) or "-",
        level=card.level,
        level_high=card.level_high,
        provisional="yes" if card.provisional else "no",
    )
    for dimension in card.dimensions:
        found = dimension.applicability
        if found.applies != "yes":
            where = figures.place(found.evidence[0]) if found.evidence else None
            yield record(
                f"applies {dimension.id}", found.reason, applies=found.applies, place=where
            )
    for crash in card.errors:
        yield record(
            f"error {crash.criterion}", crash.message, probe=crash.probe, count=crash.count
        )
    for waiver in card.waivers:
        yield record(
            f"waiver {waiver.criterion}",
            waiver.reason,
            state=waiver.state,
            until=waiver.until,
            owner=waiver.owner,
        )


def _criteria(card: Scorecard) -> Iterator[str]:
    for criterion in (c for d in card.dimensions for c in d.criteria):
        counts = criterion.counts
        yield record(
            f"criterion {criterion.id}",
            criterion.title,
            level=criterion.level,
            state=figures.state(criterion).word,
            **{"pass": counts.passed},
            fail=counts.fail,
            unknown=counts.unknown,
            not_applicable=counts.not_applicable,
            error=counts.error,
            subject=criterion.subject,
        )
        if criterion.met is False or counts.error:
            yield from _examples(criterion)
            yield record(f"fix-text {criterion.id}", criterion.fix)


def _examples(criterion: CriterionScore) -> Iterator[str]:
    for finding in figures.examples(criterion):
        first = finding.evidence[0] if finding.evidence else None
        yield record(
            f"finding {finding.outcome.value} {criterion.id}",
            finding.message,
            reason=finding.reason or None,
            subject=finding.subject or None,
            place=figures.place(first) if first else None,
            excerpt=(first.excerpt or None) if first else None,
        )


def _fixes(card: Scorecard) -> Iterator[str]:
    for step in figures.path(card):
        fix = step.fix
        others = ",".join(f"{c.fact}@{c.place or 'system'}" for c in fix.completes_with)
        yield record(
            f"fix +{fix.gain_responses}",
            figures.headline(fix.text),
            to=f"{step.full}/{card.reconstructable.total}",
            links=fix.gain_links,
            points=figures.tenth(fix.gain_points),
            place=fix.cause.place or "system",
            cause=fix.cause.fact,
            reason=fix.cause.reason,
            effort=fix.effort,
            criteria=",".join(fix.criteria),
            assumed="yes" if fix.assumed else "no",
            completes_with=others or None,
        )


def _method() -> Iterator[str]:
    for way, words in UNDETECTABLE.items():
        yield record(f"cannot-see {way}", words)


def _ends(found: Interval | None) -> str | None:
    return f"{figures.tenth(found.low)}-{figures.tenth(found.high)}" if found else None


def _gate(card: Scorecard) -> Iterator[str]:
    for condition in card.gate.conditions:
        yield record(
            f"gate {condition.verdict} {condition.name}",
            condition.message,
            actual=None if condition.actual is None else figures.tenth(condition.actual),
            high=None if condition.high is None else figures.tenth(condition.high),
            ci=_ends(condition.interval),
            required=None if condition.required is None else f"{condition.required:g}",
        )
    for note in card.gate.notes:
        yield record("gate-note", note)
