from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe, unknown
from agentaudit.response import Response

STEP = {"name": "chat gpt-4o"}
READER = {"name": "execute_tool read", "resource": {"service.name": "reader"}}


@probe(
    "telemetry-logs-joined",
    fix="Export logs with the trace id they belong to: "
    "`OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED=true OTEL_LOGS_EXPORTER=otlp`, and keep "
    "them in a configured trace source.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP], "logs": [{"body": "accepted"}]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "logs_read": True}},
            "logs are kept, and none carries its trace id",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP, READER], "logs": [{"body": "accepted"}]}},
            "one of two services logged nothing with the trace id",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [STEP]}},
            "no log record was read from any source",
        ),
    ],
)
def logs_joined(response: Response) -> Answer:
    """Are the log records of every service of the response found by its trace id?

    Spans say what was called; logs say what the code thought about it. When both carry the trace
    id, the log of one answer is one query and not an afternoon.
    """
    if not response.logs_read:
        return unknown(
            "no log record was read, so none can be expected",
            response.entry.evidence(),
            reason="logs_not_read",
            fact="log.records",
        )
    logging = {record.service for record in response.logs}
    gaps = Gaps(len(response.services))
    for service in response.services:
        if service.name in logging:
            gaps.seen(service.evidence())
            continue
        gaps.fail(
            f"log records of {service.name}: none carries the trace id",
            service.evidence(),
            fact="log.records",
            place=service.name,
            reason="missing",
        )
    return gaps.answer(f"{len(response.logs)} log records carry the trace id")
