"""One response told end to end: its steps, and where each of its eight links leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from agentaudit.audit.told import Told, told
from agentaudit.evidence import digest, safe
from agentaudit.finding import Answer, Outcome
from agentaudit.messages import returned, sent
from agentaudit.response import Response
from agentaudit.rubric import Dimension, Rubric
from agentaudit.score.dossier import (
    Dossier,
    DossierAnswer,
    DossierFact,
    DossierLevel,
    DossierLink,
    DossierStep,
)
from agentaudit.score.layout import Applicability
from agentaudit.score.responses import LinkState, link_states
from agentaudit.span import Kind, Span

CONTENT_LIMIT = 4_000
"""Longest prompt or answer shown with --include-content, in characters."""


def dossier(
    response: Response,
    rubric: Rubric,
    answers: Mapping[str, Answer],
    applicability: Mapping[str, Applicability],
    borrowed: Mapping[str, tuple[Answer, ...]] | None = None,
    *,
    content: bool,
) -> Dossier:
    """Tell one response; prompts and answers as length and digest unless `content`.

    `borrowed` are the answers about the images that it ran in, by criterion id.
    """
    states = link_states(rubric, answers, borrowed, applicability)
    answers = {**answers, **{id: _worst(found) for id, found in (borrowed or {}).items()}}
    resolved = [s for s in states.values() if s is LinkState.RESOLVED]
    state = "none" if not resolved else "full" if len(resolved) == len(states) else "partial"
    entry = response.entry
    return Dossier.model_validate(
        {
            "id": response.id,
            "service": safe(response.service_name(entry)),
            "entry": safe(entry.name),
            "started": _instant(entry.start_ns),
            "duration_ms": _duration(entry),
            "state": state,
            "asked": _shown(_asked(response), content),
            "answered": _shown(_answered(response), content),
            "steps": tuple(_steps(response)),
            "links": tuple(
                _link(response, dimension, states.get(dimension.id), answers)
                for dimension in rubric.dimensions
            ),
            "content": content,
        }
    )


def _worst(answers: tuple[Answer, ...]) -> Answer:
    """Of the images of a response the one that answers worst speaks for all."""
    order = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)
    return min(answers, key=lambda answer: order.index(answer.outcome))


def _link(
    response: Response, dimension: Dimension, state: LinkState | None, answers: Mapping[str, Answer]
) -> DossierLink:
    return DossierLink(
        dimension=dimension.id,
        title=dimension.title,
        state=state.value if state else "not_applicable",
        facts=tuple(_fact(item) for item in told(response, dimension.id)),
        answers=tuple(
            DossierAnswer(
                criterion=criterion.id,
                outcome=answers[criterion.id].outcome,
                message=safe(answers[criterion.id].message),
                reason=answers[criterion.id].reason,
            )
            for criterion in dimension.criteria
            if criterion.id in answers
        ),
        levels=tuple(_levels(dimension, answers)),
    )


def _levels(dimension: Dimension, answers: Mapping[str, Answer]) -> Iterator[DossierLevel]:
    """The arithmetic of the levels, for this response alone."""
    for level in sorted({criterion.level for criterion in dimension.criteria}):
        asked = [
            answers[criterion.id].outcome
            for criterion in dimension.criteria
            if criterion.level == level and criterion.id in answers
        ]
        applicable = [outcome for outcome in asked if outcome is not Outcome.NOT_APPLICABLE]
        if applicable:
            passed = applicable.count(Outcome.PASS)
            yield DossierLevel(level=level, passed=passed, asked=len(applicable))


def _fact(item: Told) -> DossierFact:
    return DossierFact(
        what=safe(item.what),
        recorded=safe(item.recorded),
        there=item.there,
        where=safe(item.where),
        leads_to=safe(item.leads_to),
        resolution=item.resolution,
    )


def _steps(response: Response) -> Iterator[DossierStep]:
    depths = {response.entry.span_id: 0}
    for span in response.below(response.entry):
        depths[span.span_id] = depths[span.parent_id] + 1
    for span in response.spans:
        yield _step(response, span, depths[span.span_id])


def _step(response: Response, span: Span, depth: int) -> DossierStep:
    start = response.entry.start_ns
    offset = (span.start_ns - start) / 1e6 if span.start_ns and start else None
    return DossierStep(
        span_id=span.span_id,
        depth=depth,
        kind=span.kind.value.lower(),
        name=safe(span.name),
        service=safe(response.service_name(span)),
        offset_ms=offset,
        duration_ms=_duration(span),
        failed=span.error,
        notes=tuple(_notes(span)),
    )


def _notes(span: Span) -> list[str]:
    """What the step recorded, short."""
    notes = []
    for key, words in (
        ("agent.name", "agent {}"),
        ("tool.name", "tool {}"),
        ("model.answered", "model {}"),
        ("usage.input", "{} tokens in"),
        ("usage.output", "{} tokens out"),
        ("guardrail.verdict", "verdict {}"),
    ):
        fact = span.fact(key)
        if fact:
            notes.append(safe(words.format(fact.text), 120))
    return notes


def _asked(response: Response) -> str:
    """What came in: the input of the entry or its first step, else the first user message."""
    for span in (response.entry, *response.steps[:1]):
        fact = span.fact("step.input")
        if fact:
            return fact.text
    for span in response.of(Kind.LLM):
        texts = [m.text for m in sent(span).messages if m.role == "user"]
        if texts:
            return texts[0]
    return ""


def _answered(response: Response) -> str:
    """What went out: the output of the entry or its first step, else of the last model call.

    Where the entry failed, what a model said last never left the system.
    """
    for span in (response.entry, *response.steps[:1]):
        fact = span.fact("step.output")
        if fact:
            return fact.text
    if response.entry.failed:
        return ""
    calls = sorted(response.of(Kind.LLM), key=lambda s: (s.end_ns, s.span_id))
    texts = [m.text for span in calls for m in returned(span).messages]
    return texts[-1] if texts else ""


def _shown(text: str, content: bool) -> str:
    if not text:
        return "not recorded"
    return safe(text, CONTENT_LIMIT) if content else digest(text)


def _duration(span: Span) -> float | None:
    if span.end_ns >= span.start_ns > 0:
        return (span.end_ns - span.start_ns) / 1e6
    return None


def _instant(nanoseconds: int) -> str:
    if not nanoseconds:
        return ""
    try:
        instant = datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
