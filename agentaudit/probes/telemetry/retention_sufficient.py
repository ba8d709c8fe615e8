from __future__ import annotations

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Limits, failed, passed, probe, unknown
from agentaudit.survey import Survey

DAY_NS = 86_400_000_000_000
HALF_YEAR = {"days": 180}


@probe(
    "telemetry-retention-sufficient",
    fix="Raise the retention of the trace store to 180 days and declare it: "
    "`sources: {traces: [{uri: ..., retention_days: 180}]}`.",
    examples=[
        Example(
            Outcome.PASS,
            {"traces": {"responses": 9, "first_days_ago": 200}, "limits": HALF_YEAR},
            "the oldest span is old enough",
        ),
        Example(
            Outcome.PASS,
            {
                "traces": {"responses": 9, "first_days_ago": 20, "retention_days": 365},
                "limits": HALF_YEAR,
            },
            "a young system with a declared retention",
        ),
        Example(
            Outcome.FAIL,
            {
                "traces": {"responses": 9, "first_days_ago": 20, "retention_days": 30},
                "limits": HALF_YEAR,
            },
        ),
        Example(
            Outcome.UNKNOWN,
            {"traces": {"responses": 9, "first_days_ago": 20}, "limits": HALF_YEAR},
            "either the system is young or its evidence was deleted",
        ),
        Example(Outcome.UNKNOWN, {"limits": HALF_YEAR}, "no trace source is configured"),
    ],
)
def retention_sufficient(traces: Survey, limits: Limits) -> Answer:
    """Is evidence kept long enough to answer for an old response?

    Complaints and audits arrive months after the answer. Nobody can explain a response whose
    trace was deleted after two weeks, however well it was recorded.
    """
    days = limits["days"]
    age = (traces.as_of_ns - traces.first_ns) / DAY_NS if traces.first_ns else 0.0
    declared = traces.retention_days
    said = "none is declared" if declared is None else f"{declared} days are declared"
    old = "less than a day" if age < 1 else "1 day" if age < 2 else f"{int(age)} days"
    message = f"the oldest span is {old} old, and of retention {said}; {days:g} days are asked"
    shown = Evidence(Location(traces.name, "oldest span"), f"{old} old")
    if age >= days or (declared is not None and declared >= days):
        return passed(message, shown)
    if declared is not None:
        return failed(message, shown, reason="too_short", fact="retention")
    return unknown(message, shown, reason="younger_than_limit", fact="retention")
