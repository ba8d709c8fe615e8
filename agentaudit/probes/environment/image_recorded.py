from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.environment.digests import as_digest
from agentaudit.response import Response

DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OTHER = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
STEP = {"name": "chat gpt-4o"}
BARE = {"service.name": "planner"}
IMAGE = {**BARE, "container.image.repo_digests": [f"registry.example/planner@{DIGEST}"]}
HOST = {**BARE, "host.id": "vm-17", "env.lock.digest": DIGEST}


@probe(
    "environment-image-recorded",
    fix="Hand the image digest to the process and let OpenTelemetry put it on every span: "
    "`OTEL_RESOURCE_ATTRIBUTES=container.image.repo_digests=registry.example/app@sha256:…`; for "
    "a service without a container declare `services: {NAME: {container: false}}` and record "
    "`host.id` and `env.lock.digest`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**STEP, "resource": IMAGE}]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**STEP, "resource": {**BARE, "container.image.id": DIGEST}}]}},
            "the image id is a digest too",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**STEP, "resource": HOST}],
                    "containers": {"planner": False},
                }
            },
            "declared as running without a container",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [{**STEP, "resource": BARE}]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": HOST}]}},
            "host and lock file count only where `services:` declares that there is no container",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**HOST, "env.lock.digest": "yes"}}],
                    "containers": {"planner": False},
                }
            },
            "`yes` is no digest",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**HOST, "host.id": "-"}}],
                    "containers": {"planner": False},
                }
            },
            "a dash names no host",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**BARE, "container.image.id": "planner:1.2"}}]
                }
            },
            "a tag can be moved to another image: only a digest names one",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": IMAGE},
                        {**STEP, "resource": {"service.name": "reader"}},
                    ]
                }
            },
            "one of two services says nothing",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": IMAGE},
                        {**STEP, "resource": IMAGE, "attributes": {}},
                        {
                            **STEP,
                            "resource": IMAGE,
                            "attributes": {"container.image.repo_digests": [f"planner@{OTHER}"]},
                        },
                    ]
                }
            },
            "a span of the service names another image",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{**STEP, "resource": None}]}},
            "the store cannot hold resources",
        ),
    ],
)
def image_recorded(response: Response) -> Answer:
    """Does every service that took part record the digest of the image it runs in?

    The digest is the only name of an image that cannot be moved. Without it nobody can say which
    libraries and which operating system took part in an answer. A service that is declared to run
    without a container records its host and the digest of its lock file instead.
    """
    gaps = Gaps(len(response.services))
    for ref in response.refs("image"):
        service = response.service(response.by_id[ref.span_id])
        if service is not None and service.container is False:
            facts = service.fact("host.id"), as_digest(service.fact("env.lock.digest"))
            for fact in facts:
                gaps.need(fact, fact.key, service.name, service.evidence())
        else:
            gaps.record(ref, f"image digest of {ref.place}")
    return gaps.answer("every service records its image digest")
