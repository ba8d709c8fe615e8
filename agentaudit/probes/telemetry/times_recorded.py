from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.response import Response
from agentaudit.span import Kind

STEP = {"name": "chat gpt-4o"}


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
        place = response.service_name(span)
        for fact, time in (("span.start", span.start_ns), ("span.end", span.end_ns)):
            if time <= 0:
                gaps.fail(
                    f"{fact} of {span.name}: missing",
                    span.evidence(),
                    fact=fact,
                    place=place,
                    reason="missing",
                )
        if 0 < span.end_ns < span.start_ns:
            gaps.fail(
                f"{span.name} ends before it starts",
                span.evidence(),
                fact="span.end",
                place=place,
                reason="malformed",
            )
    return gaps.answer("every step has a valid start and end")
