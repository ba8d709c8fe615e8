from __future__ import annotations

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, Limits, probe, unknown
from agentaudit.survey import Share, Survey

ALL = {"share": 1.0}
ASKED = {"session.id": "session", "tenant.id": "tenant or segment"}


@probe(
    "telemetry-audience-recorded",
    fix="Put both on the entry span, where the request comes in: "
    '`span.set_attribute("session.id", request.session)` and '
    '`span.set_attribute("tenant.id", request.tenant)`.',
    examples=[
        Example(
            Outcome.PASS,
            {
                "traces": {
                    "responses": 9,
                    "shares": {"session.id": [9, 9], "tenant.id": [9, 9]},
                },
                "limits": ALL,
            },
        ),
        Example(
            Outcome.PASS,
            {
                "traces": {
                    "responses": 9,
                    "shares": {"session.id": [9, 9], "tenant.id": [8, 9]},
                },
                "limits": {"share": 0.8},
            },
            "where the rubric asks for fewer",
        ),
        Example(
            Outcome.FAIL,
            {
                "traces": {
                    "responses": 9,
                    "shares": {"session.id": [9, 9], "tenant.id": [8, 9]},
                },
                "limits": ALL,
            },
        ),
        Example(
            Outcome.FAIL,
            {"traces": {"responses": 9}, "limits": ALL},
            "nothing carries either",
        ),
        Example(Outcome.UNKNOWN, {"traces": {"responses": 0}, "limits": ALL}, "no response"),
        Example(Outcome.UNKNOWN, {"limits": ALL}, "no trace source is configured"),
    ],
)
def audience_recorded(traces: Survey, limits: Limits) -> Answer:
    """Do responses carry the session and the tenant or segment they were given to?

    An average hides the customer whose answers are all wrong. With session and tenant on every
    response, a badly served group shows up before it complains.
    """
    if not traces.responses:
        return unknown("no response was read", reason="no_responses", fact="session.id")
    gaps = Gaps(len(ASKED))
    for key, what in ASKED.items():
        share = traces.shares.get(key, Share(0, traces.responses))
        message = f"{share.carrying} of {share.total} responses carry a {what}"
        shown = [Evidence(Location(traces.name, id), f"no {what}") for id in share.without] or [
            Evidence(Location(traces.name, key), message)
        ]
        if share.total and share.carrying / share.total >= limits["share"]:
            gaps.seen(shown[0])
        else:
            gaps.fail(message, *shown, fact=key, place="", reason="missing")
    return gaps.answer("responses carry their session and their tenant or segment")
