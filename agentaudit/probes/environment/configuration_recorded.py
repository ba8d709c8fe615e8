from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.environment.digests import as_digest, as_version
from agentaudit.response import Response
from agentaudit.span import Fact

STEP = {"name": "chat gpt-4o"}
DIGEST = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


@probe(
    "environment-configuration-recorded",
    fix="Hash the settings in effect at start-up and put the digest on the resource: "
    "`digest = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()` and "
    '`Resource.create({"env.config.digest": f"sha256:{digest}"})`.',
    examples=[
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **STEP,
                            "resource": {
                                "service.name": "planner",
                                "env.config.digest": DIGEST,
                            },
                        }
                    ]
                }
            },
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**STEP, "attributes": {"env.config.version": "2026-11-20.3"}}]
                }
            },
            "a version, carried by a span",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [STEP]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "attributes": {"env.config.version": "default"}}]}},
            "`default` names no version",
        ),
        *(
            Example(
                Outcome.FAIL,
                {"response": {"spans": [{**STEP, "attributes": {name: "yes"}}]}},
                "neither a digest nor a version",
            )
            for name in ("env.config.digest", "env.config.version")
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{**STEP, "resource": None}]}}),
    ],
)
def configuration_recorded(response: Response) -> Answer:
    """Does every service record the digest or version of the configuration in effect?

    Model names, limits and feature flags are often set from outside the code: the same commit in
    the same image behaves differently. A digest shows that two answers had the same settings.
    """
    gaps = Gaps(len(response.services))
    for service in response.services:
        what = f"configuration of {service.name}"
        gaps.need(_shaped(service.fact("env.config")), what, service.name, service.evidence())
    return gaps.answer("every service records its configuration")


def _shaped(fact: Fact) -> Fact:
    return as_digest(fact) if fact.attribute == "env.config.digest" else as_version(fact)
