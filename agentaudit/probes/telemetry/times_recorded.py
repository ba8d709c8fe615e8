from __future__ import annotations

from collections.abc import Iterator

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.probes.telemetry.amounts import EARLIEST_NS
from agentaudit.response import Response
from agentaudit.span import Kind, Span

STEP = {"name": "chat gpt-4o"}
TWELVE_YEARS_MS = 12 * 365 * 86_400_000


@probe(
    "telemetry-times-recorded",
    fix="End every span, also when the step fails: "
    '`with tracer.start_as_current_span("execute_tool post"): ...`.',
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP, {"name": "execute_tool post"}]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP, {"name": "execute_tool post", "end_ms": None}]}},
            "the span was never ended",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [{**STEP, "start_ms": None}]}}, "no start"),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "start_ms": 20, "end_ms": 10}]}},
            "it ends before it starts",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "start_ms": -TWELVE_YEARS_MS}]}},
            "a start before 2015 comes from a clock that is not set",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "run_guardrail amounts"}]}},
            "no model, tool, retriever or agent took part",
        ),
    ],
)
def times_recorded(response: Response) -> Answer:
    """Does every model, tool, retriever and agent span have a valid start and end?

    Latency per step is the first thing asked of a slow answer, and the order of steps is what a
    replay follows. Both need nothing but spans that are started and ended.
    """
    spans = response.of(Kind.LLM, Kind.TOOL, Kind.RETRIEVER, Kind.AGENT)
    if not spans:
        return not_applicable("no model, tool, retriever or agent span", response.entry.evidence())
    gaps = Gaps(len(spans))
    for span in spans:
        for fact, reason, message in _flaws(span):
            place = response.service_name(span)
            gaps.fail(message, span.evidence(), fact=fact, place=place, reason=reason)
    return gaps.answer("every step has a valid start and end")


def _flaws(span: Span) -> Iterator[tuple[str, str, str]]:
    """Fact, reason and message for all that is wrong with its times."""
    for fact, time in (("span.start", span.start_ns), ("span.end", span.end_ns)):
        if time <= 0:
            yield fact, "missing", f"{fact} of {span.name}: missing"
    if 0 < span.start_ns < EARLIEST_NS:
        yield "span.start", "malformed", f"{span.name} starts before 2015"
    if 0 < span.end_ns < span.start_ns:
        yield "span.end", "malformed", f"{span.name} ends before it starts"
