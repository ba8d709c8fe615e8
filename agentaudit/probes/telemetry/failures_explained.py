from __future__ import annotations

from collections.abc import Iterator

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.response import Response
from agentaudit.semconv import EXCEPTION_EVENTS
from agentaudit.span import Fact, Span

STEP = {"name": "chat gpt-4o"}
WHAT = {
    "exception.type": "ValueError",
    "exception.message": "amount is negative",
    "exception.stacktrace": 'Traceback …\n  File "app/post.py", line 12, in post\nValueError: …',
}
RAISED = {"name": "exception", "attributes": WHAT}
FAILED = {"name": "execute_tool post", "id": "00000000000000aa", "error": True}
REQUEST = {"name": "POST", "otel_kind": "CLIENT", "error": True}


@probe(
    "telemetry-failures-explained",
    fix="Record the exception where it is caught: `span.record_exception(error)`; or log it with "
    "`logger.exception(...)` and export logs with the trace id.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP, {**FAILED, "events": [RAISED]}]}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [STEP, FAILED],
                    "logs": [{"span": "00000000000000aa", "attributes": WHAT}],
                }
            },
            "as a log record of the span, as current conventions want it",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        STEP,
                        {**FAILED, "events": [RAISED]},
                        {**REQUEST, "parent": "00000000000000aa"},
                    ]
                }
            },
            "a failed request is explained by the step that made it",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "attributes": {"error.type": "TimeoutError"}}]}},
            "`error.type` alone says neither where nor why",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {
                            **STEP,
                            "error": True,
                            "events": [
                                {
                                    "name": "exception",
                                    "attributes": {
                                        "exception.type": "ValueError",
                                        "exception.message": "amount is negative",
                                    },
                                }
                            ],
                        }
                    ]
                }
            },
            "without a stack trace",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP, REQUEST]}},
            "a request failed and nobody said why",
        ),
        Example(Outcome.NOT_APPLICABLE, {"response": {"spans": [STEP]}}, "nothing failed"),
    ],
)
def failures_explained(response: Response) -> Answer:
    """Does every failed span have the type, message and stack trace of its exception?

    A red span without a traceback starts a search; one with a traceback ends it. The exception may
    be an event of the span or a log record that carries its id. A failed request between processes
    is explained by the step above or below it.
    """
    failed = [span for span in response.spans if span.failed]
    if not failed:
        return not_applicable("no span failed", response.entry.evidence())
    gaps = Gaps(len(failed))
    for span in failed:
        _explain(gaps, span, response)
    return gaps.answer("every failed span has its exception with a stack trace")


def _explain(gaps: Gaps, span: Span, response: Response) -> None:
    """Require the best exception that anything recorded about the span."""
    found = max(_exceptions(span, response), key=lambda facts: sum(map(bool, facts)), default=None)
    place = response.service_name(span)
    for fact in found or (Fact("exception.stacktrace"),):
        gaps.need(fact, f"{fact.key} of failed {span.name}", place, span.evidence())


def _exceptions(span: Span, response: Response) -> Iterator[tuple[Fact, ...]]:
    """Type, message and stack trace of each exception recorded about the span."""
    for told in (span, *(_neighbours(span, response) if span.transport else ())):
        for event in told.events:
            if event.name in EXCEPTION_EVENTS:
                yield tuple(told.event_fact(event, key) for key in WHAT)


def _neighbours(span: Span, response: Response) -> Iterator[Span]:
    """The span above, and those directly below."""
    yield from (below for below in response.spans if below.parent_id == span.span_id)
    above = response.parent(span)
    if above is not None:
        yield above
