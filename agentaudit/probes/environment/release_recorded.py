from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Response

STEP = {"name": "chat gpt-4o"}
FULL = {
    "service.name": "planner",
    "service.version": "1.8.2",
    "deployment.environment.name": "production",
}
OLD = {
    "service.name": "planner",
    "service.version": "1.8.2",
    "deployment.environment": "production",
}


@probe(
    "environment-release-recorded",
    fix="Name the release where the process starts: `OTEL_RESOURCE_ATTRIBUTES="
    "service.version=1.8.2,deployment.environment.name=production`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**STEP, "resource": FULL}]}}),
        Example(
            Outcome.PASS, {"response": {"spans": [{**STEP, "resource": OLD}]}}, "the old spelling"
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": {**FULL, "service.version": "latest"}}]}},
            "`latest` names no version",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": FULL},
                        {**STEP, "resource": {"service.name": "reader"}},
                    ]
                }
            },
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{**STEP, "resource": None}]}}),
    ],
)
def release_recorded(response: Response) -> Answer:
    """Does every service record its version and the environment it is deployed in?

    An answer from staging and one from production look alike in a trace store. Version and
    environment are how people speak of a release before they look up its commit.
    """
    gaps = Gaps(2 * len(response.services))
    for service in response.services:
        name, shown = service.name, service.evidence()
        gaps.need(service.fact("service.version"), f"version of {name}", name, shown)
        gaps.need(service.fact("env.name"), f"deployment environment of {name}", name, shown)
    return gaps.answer("every service records its version and deployment environment")
