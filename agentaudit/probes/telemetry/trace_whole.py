from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Response

STEP = {"name": "chat gpt-4o", "trace_state": "ot=th:0"}
EARLIER = "0af7651916cd43dd8448eb211c80319c"


@probe(
    "telemetry-trace-whole",
    fix="Export every span of a trace to one store, raise `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=10000` "
    "where attributes are dropped, keep earlier turns as long as later ones, and state the "
    "sampling in agentaudit.yaml: `sampling: {head: 1.0}`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP, {"name": "execute_tool post"}]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{"name": "chat gpt-4o"}], "sampling": "sampling: head 1.0"}},
            "sampling as declared",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**STEP, "links": [EARLIER]}], "opens": {EARLIER: {}}}},
            "the earlier turn opens",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "links": [EARLIER]}], "opens": {}}},
            "the earlier turn is gone",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP, {"name": "tool", "parent": "00000000000000ff"}]}},
            "a span whose parent was never exported",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [{**STEP, "dropped": 72}]}}),
        Example(Outcome.FAIL, {"response": {"spans": [{**STEP, "dropped_events": 1}]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{"name": "chat gpt-4o"}]}},
            "nothing says how traces are sampled",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [STEP], "counters": False}},
            "the store does not keep the counter of dropped attributes",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{**STEP, "links": [EARLIER]}]}},
            "no store is configured to open the earlier turn",
        ),
    ],
)
def trace_whole(response: Response) -> Answer:
    """Is the trace whole: one root, no orphan, nothing dropped, earlier turns open, sampling known?

    What is missing from a trace does not announce itself: SDKs drop the oldest attributes first,
    and with them the system prompt. Only a trace that is known to be whole can prove an absence.
    """
    gaps = Gaps()
    _structure(gaps, response)
    _dropped(gaps, response)
    for ref in response.refs("trace"):
        gaps.follow(ref, "earlier turn")
    if not response.shape.sampling:
        gaps.fail(
            "sampling is stated neither in the tracestate nor in agentaudit.yaml",
            response.entry.evidence(),
            fact="sampling",
            place="",
            reason="missing",
        )
    gaps.seen(response.entry.evidence())
    return gaps.answer("the trace is whole")


def _structure(gaps: Gaps, response: Response) -> None:
    shape, shown = response.shape, response.entry.evidence()
    place = response.service_name(response.entry)
    problems = (
        (shape.roots == 0, "no_root", "no span of the trace is a root"),
        (shape.roots > 1, "multi_root", f"the trace has {shape.roots} roots"),
        (
            bool(shape.orphans),
            "orphan_parent",
            f"{len(shape.orphans)} spans have a parent that is not in the trace",
        ),
        (
            bool(shape.conflicts),
            "conflict",
            f"{len(shape.conflicts)} spans were read with two different bodies",
        ),
    )
    for there, reason, message in problems:
        if there:
            gaps.fail(message, shown, fact="trace.spans", place=place, reason=reason)


def _dropped(gaps: Gaps, response: Response) -> None:
    """Fail for each span that dropped something; doubt where nobody counts."""
    for span in response.spans:
        lost = (span.dropped_attributes or 0) + (span.dropped_events or 0)
        if lost > 0:
            gaps.fail(
                f"{span.name} dropped {lost} attributes or events",
                span.evidence(),
                fact="span.attributes",
                place=response.service_name(span),
                reason="truncated",
            )
    uncounted = [span for span in response.spans if span.dropped_attributes is None]
    if uncounted or not response.shape.counters:
        shown = (uncounted or [response.entry])[0]
        gaps.doubt(
            "the store does not count dropped attributes",
            shown.evidence(),
            fact="span.attributes",
            place="",
            reason="no_counter",
        )
