"""One response as plain records."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.reports import figures
from agentaudit.reports.record import record
from agentaudit.score.dossier import Dossier, DossierLink, DossierStep
from agentaudit.score.scorecard import Scorecard


def rows(card: Scorecard, told: Dossier) -> Iterator[str]:
    """Everything the terminal tells about a response."""
    resolved, total = figures.resolving(told)
    yield record(
        f"response {told.id}",
        started=told.started or None,
        duration=figures.duration(told.duration_ms),
        links=f"{resolved}/{total}",
        criteria="{}/{}".format(*figures.asked(card)),
        unfollowed=figures.unfollowed(told),
        state=told.state,
        service=told.service,
        span=told.entry,
    )
    yield record("asked", told.asked)
    yield record("answered", told.answered)
    yield from map(_step, told.steps)
    for link in told.links:
        yield from _link(card, link)


def _step(step: DossierStep) -> str:
    return record(
        f"step {step.span_id}",
        ", ".join(step.notes),
        depth=step.depth,
        kind=step.kind.lower(),
        name=step.name,
        service=step.service,
        offset=None if step.offset_ms is None else figures.duration(step.offset_ms),
        duration=figures.duration(step.duration_ms),
        failed="yes" if step.failed else "no",
    )


def _link(card: Scorecard, link: DossierLink) -> Iterator[str]:
    counted = {f"level_{each.level}": f"{each.passed}/{each.asked}" for each in link.levels}
    yield record(f"link {link.dimension}", state=link.state, **counted)
    for fact in link.facts:
        yield record(
            f"fact {link.dimension}",
            what=fact.what,
            there="yes" if fact.there else "no",
            recorded=fact.recorded,
            where=fact.where or None,
            resolution=fact.resolution or None,
            leads_to=fact.leads_to or None,
        )
    for answer in link.answers:
        if answer.outcome in {"fail", "unknown", "error"}:
            yield record(
                f"answer {answer.outcome.value} {answer.criterion}",
                answer.message,
                reason=answer.reason or None,
            )
            if fix := figures.fix_of(card, answer.criterion):
                yield record(f"fix-text {answer.criterion}", figures.headline(fix))
