from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.response import Response
from agentaudit.semconv import EXCEPTION_EVENTS
from agentaudit.span import Span

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
STAMPED = {"service.name": "planner", "vcs.ref.head.revision": COMMIT}
STEP = {"name": "chat gpt-4o", "resource": STAMPED}


def _raised(trace: str) -> dict[str, object]:
    """A failed step with this stack trace."""
    event = {"name": "exception", "attributes": {"exception.stacktrace": trace}}
    return {"name": "execute_tool post", "error": True, "events": [event], "resource": STAMPED}


TRACE = 'Traceback\n  File "app/post.py", line 12, in post\nValueError: negative'
TRACEBACK = {"exception.stacktrace": TRACE}
OWN = _raised(TRACE)
LIBRARY = _raised('Traceback\n  File "/usr/lib/site-packages/httpx/a.py", line 9, in send\nError')
HERE: dict[str, dict[str, object]] = {COMMIT: {}, "app/post.py:12": {}}
UNSTAMPED = {"resource": {"service.name": "planner"}}


@probe(
    "telemetry-frames-resolved",
    fix="Record the whole traceback with paths relative to the repository, and the commit of the "
    "service: `OTEL_RESOURCE_ATTRIBUTES=vcs.ref.head.revision=$(git rev-parse HEAD)`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP, OWN], "opens": HERE}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [STEP, {**OWN, "events": [], "id": "00000000000000aa"}],
                    "logs": [{"span": "00000000000000aa", "attributes": TRACEBACK}],
                    "opens": HERE,
                }
            },
            "a traceback that was logged",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP, OWN], "opens": {COMMIT: {}}}},
            "the commit has no such line",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, **UNSTAMPED}, {**OWN, **UNSTAMPED}], "opens": HERE}},
            "no commit says which version of the file it was",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP, {**OWN, "events": []}], "opens": HERE}},
            "a step failed and left no stack trace",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP, LIBRARY], "opens": HERE}},
            "the trace holds frames of libraries only",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [STEP, OWN]}},
            "no repository is configured",
        ),
        Example(
            Outcome.NOT_APPLICABLE, {"response": {"spans": [STEP], "opens": {}}}, "nothing failed"
        ),
    ],
)
def frames_resolved(response: Response) -> Answer:
    """Do the stack frames of failures point at lines that exist at the recorded commit?

    A traceback is only as good as the code it is read against. Line 12 of today's file is not line
    12 of the file that failed; with the commit, the reader sees what the interpreter saw.
    """
    failed = [span for span in response.spans if span.failed and not span.transport]
    if not failed:
        return not_applicable("no step failed", response.entry.evidence())
    frames = [ref for ref in response.refs("code") if ref.fact == "exception.stacktrace"]
    gaps = Gaps(len(frames))
    for place in sorted({response.service_name(span) for span in failed}):
        if not any(ref.place == place for ref in frames):
            spans = [span for span in failed if response.service_name(span) == place]
            _without_frames(gaps, place, spans)
    for ref in frames:
        gaps.follow(ref, f"frame {ref.value}")
    return gaps.answer("every frame of the application opens at the recorded commit")


def _without_frames(gaps: Gaps, place: str, spans: list[Span]) -> None:
    """A service failed and no frame of its code was recorded: say whether anything was."""
    traced = any(_traced(span) for span in spans)
    what = "holds no frame of the application" if traced else "missing"
    gaps.fail(
        f"stack trace of {place}: {what}",
        *(span.evidence() for span in spans[:3]),
        fact="exception.stacktrace",
        place=place,
        reason="no_application_frame" if traced else "missing",
    )


def _traced(span: Span) -> bool:
    """Whether any stack trace of the span was recorded."""
    events = (event for event in span.events if event.name in EXCEPTION_EVENTS)
    return any(span.event_fact(event, "exception.stacktrace") for event in events)
