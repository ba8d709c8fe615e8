from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.image import Image
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.environment.digests import as_version
from agentaudit.response import Reference, Response

STEP = {"name": "chat gpt-4o"}
DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
IMAGE = {"service.name": "planner", "container.image.id": DIGEST}
HELD = {"deb": {"python3.11-minimal": "3.11.2-6+deb12u4"}}
FULL = {
    "service.name": "planner",
    "process.runtime.name": "cpython",
    "process.runtime.version": "3.12.4",
    "os.type": "linux",
    "os.version": "6.1.0-18-amd64",
}
ASKED = {
    "env.runtime": "name of the language runtime",
    "env.runtime.version": "version of the language runtime",
    "env.os": "operating system",
    "env.os.version": "version of the operating system",
}


@probe(
    "environment-runtime-recorded",
    fix="Switch the resource detectors of the OpenTelemetry SDK on: "
    "`OTEL_EXPERIMENTAL_RESOURCE_DETECTORS=process,os,otel`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**STEP, "resource": FULL}]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**STEP, "resource": IMAGE}], "opens": {DIGEST: HELD}}},
            "both follow from the image, which opens",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": IMAGE}], "opens": {DIGEST: {}}}},
            "the image holds a system, but no runtime that is known",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "response": {
                    "spans": [{**STEP, "resource": IMAGE}],
                    "opens": {DIGEST: {**HELD, "unread": "larger than --max-image-bytes"}},
                }
            },
            "the image would say it, but its layers were not read",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": IMAGE}], "opens": {}}},
            "nothing follows from an image that does not open",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {
                            **STEP,
                            "resource": {
                                "service.name": "planner",
                                "telemetry.sdk.language": "python",
                            },
                        }
                    ]
                }
            },
            "the language alone is no version, and the system is missing",
        ),
        *(
            Example(
                Outcome.FAIL,
                {"response": {"spans": [{**STEP, "resource": {**FULL, name: "yes"}}]}},
                "a version has a digit",
            )
            for name in ("process.runtime.version", "os.version")
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{**STEP, "resource": None}]}}),
    ],
)
def runtime_recorded(response: Response) -> Answer:
    """Does every service record its language runtime and operating system, with versions?

    The same code answers differently on another interpreter or C library. Both cost one setting
    of the tracing library, and are the first thing asked when a failure cannot be repeated.
    """
    gaps = Gaps(len(ASKED) * len(response.services))
    for ref in response.refs("image"):
        service = response.service(response.by_id[ref.span_id])
        if service is None:
            gaps.seen(*ref.evidence[:1])
            continue
        follows = _of_image(ref)
        for key, what in ASKED.items():
            fact = service.fact(key)
            fact = as_version(fact) if key.endswith(".version") else fact
            if follows is not None and follows[key]:
                gaps.seen(*ref.evidence[:1])
            elif follows is None and ref.resolved and not fact:
                gaps.doubt(
                    f"{what} of {service.name}: {ref.target.detail}",
                    *ref.evidence,
                    fact=fact.key,
                    place=service.name,
                    reason="not_examined",
                )
            else:
                gaps.need(fact, f"{what} of {service.name}", service.name, service.evidence())
    return gaps.answer("every service records its runtime and operating system")


def _of_image(ref: Reference) -> dict[str, bool] | None:
    """Which of the four facts follow from the image that a service names; None when it was not
    read. One that is in conflict with another says nothing."""
    image = ref.target.content
    contents = image.contents if isinstance(image, Image) and ref.resolved else None
    if contents is None:
        return None if ref.resolved else dict.fromkeys(ASKED, False)
    system, runtimes = contents.system, contents.runtimes
    found = {
        "env.runtime": bool(runtimes),
        "env.runtime.version": bool(runtimes),
        "env.os": system is not None,
        "env.os.version": system is not None and bool(system.version),
    }
    return dict.fromkeys(ASKED, False) if ref.conflicts else found
