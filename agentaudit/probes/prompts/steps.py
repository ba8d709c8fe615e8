"""What the steps of a response returned, and what is missing of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from agentaudit.evidence import Evidence, digest
from agentaudit.messages import Transcript, remedy, returned
from agentaudit.probe import Gaps
from agentaudit.response import Response
from agentaudit.semconv import EXCEPTION_EVENTS
from agentaudit.span import Fact, Kind, Recorded, Span, read

ACTING = (Kind.AGENT, Kind.TOOL, Kind.LLM)
"""Kinds of steps whose output another step may go on with."""

NEAR = 50
"""How many levels above a failed step its exception is looked for."""


class Lack(Struct, frozen=True):
    """Why the output of a step is not there: what one fix would mend."""

    span: Span
    fact: str
    reason: str
    message: str

    def tell(self, gaps: Gaps, place: str) -> None:
        """Note it as a failure."""
        seen = self.span.evidence()
        gaps.fail(self.message, seen, fact=self.fact, place=place, reason=self.reason)


def lack(response: Response, span: Span, said: Transcript | None = None) -> Lack | None:
    """What is missing of the output of a step; None when it is there.

    A failed step has no output; it owes its exception instead. `said` is what a model call
    returned, where that is known already.
    """
    if span.kind is Kind.LLM:
        said = said or returned(span)
        if not said.problem:
            return None
        fact, reason, why = "llm.output", said.problem, told(span, said)
    else:
        given = span.fact("step.output")
        if given or blank(given):
            return None
        fact, reason, why = "step.output", given.state.value, given.state.value
    if not span.failed:
        return Lack(span, fact, reason, f"output of {span.name}: {why}")
    if any(_exceptions(response, span)):
        return None
    return Lack(span, "exception.type", "missing", f"{span.name} failed without its exception")


def told(span: Span, transcript: Transcript) -> str:
    """The problem of a transcript in words, with the setting that mends it."""
    problem = transcript.problem.replace("_", " ")
    return f"{problem}, {transcript.detail}; {remedy(span, transcript.problem)}"


def private(fact: Fact, span: Span) -> Evidence:
    """Where a text of the conversation stands, shown by its length and digest."""
    return Evidence(span.at(fact.attribute), digest(fact.text))


def blank(fact: Fact) -> bool:
    """Whether a step is recorded to have returned an empty text, list or object."""
    return fact.state is Recorded.PLACEHOLDER and fact.value in ("", [], {})


def _exceptions(response: Response, span: Span) -> Iterator[Fact]:
    """Types of the exceptions recorded for a failed step, or for a failed step above it."""
    above = (s for s in islice(response.ancestors(span), NEAR) if s.failed)
    for place in (span, *above):
        for event in place.events:
            if event.name in EXCEPTION_EVENTS:
                yield place.event_fact(event, "exception.type")
        for record in response.logs_of(place):
            yield read(record.attributes, "exception.type", place.vocabulary, place.at)
