from __future__ import annotations

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Limits, failed, passed, probe, unknown
from agentaudit.survey import Survey

ALL = {"share": 1.0}


@probe(
    "guardrails-responses-evaluated",
    fix="Attach an evaluation result to each response: "
    '`span.add_event("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "correctness", '
    '"gen_ai.evaluation.score.value": 0.9})`; lower `share` in the rubric if a sample is enough.',
    examples=[
        Example(
            Outcome.PASS,
            {"traces": {"responses": 40, "shares": {"evaluation": [40, 40]}}, "limits": ALL},
        ),
        Example(
            Outcome.PASS,
            {
                "traces": {"responses": 40, "shares": {"evaluation": [4, 40]}},
                "limits": {"share": 0.1},
            },
            "a declared sample of one in ten",
        ),
        Example(
            Outcome.FAIL,
            {"traces": {"responses": 40, "shares": {"evaluation": [39, 40]}}, "limits": ALL},
        ),
        Example(Outcome.UNKNOWN, {"limits": ALL}, "no traces are configured"),
        Example(Outcome.UNKNOWN, {"traces": {"responses": 0}, "limits": ALL}, "no responses"),
    ],
)
def responses_evaluated(traces: Survey, limits: Limits) -> Answer:
    """Do as many responses as declared carry an evaluation result?

    Quality that is only measured before release drifts unseen afterwards. A score or feedback on
    the response itself tells a bad week from a bad feeling.
    """
    share = traces.shares.get("evaluation")
    where = Evidence(Location(traces.name, "traces"), f"{traces.responses} responses")
    if share is None or not share.total:
        return unknown(
            "no response was read", where, reason="no_responses", fact="evaluation.result"
        )
    count = f"{share.carrying} of {share.total} responses carry an evaluation result"
    if share.carrying >= limits["share"] * share.total:
        return passed(count, where)
    without = [Evidence(Location(traces.name, id), "not evaluated") for id in share.without]
    return failed(count, where, *without, reason="missing", fact="evaluation.result")
