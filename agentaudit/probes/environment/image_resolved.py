from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Response

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LOCK = "numpy==2.1.0 --hash=sha256:aa\n"
LOCK_DIGEST = "sha256:e07568b6e81a6a92201f24672f23028c6e77f1cd052f0862fd8446c38e66a341"
BARE = {"service.name": "planner"}
STEP = {"name": "chat gpt-4o", "resource": {**BARE, "container.image.id": DIGEST}}
HOST = {
    "name": "chat gpt-4o",
    "resource": {**BARE, "vcs.ref.head.revision": COMMIT, "env.lock.digest": LOCK_DIGEST},
}


@probe(
    "environment-image-resolved",
    fix="Declare where the images are, by digest and read-only: `sources: {images: "
    '["docker://registry.example/app@sha256:…"]}` in agentaudit.yaml, or keep the archive that was '
    "deployed: `oci:build/oci:app`; never delete an image that answered.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP], "opens": {DIGEST: {}}}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [HOST],
                    "containers": {"planner": False},
                    "opens": {COMMIT: {"files": {"requirements.txt": LOCK}}},
                }
            },
            "a service without a container resolves to the lock file that it records",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [HOST],
                    "containers": {"planner": False},
                    "opens": {COMMIT: {"files": {"requirements.txt": LOCK + "six==1.16\n"}}},
                }
            },
            "no lock file of the commit has the recorded digest",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "opens": {}}},
            "no configured source holds that image",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": BARE}], "opens": {DIGEST: {}}}},
            "an image that nobody names cannot be opened",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "response": {
                    "spans": [STEP],
                    "opens": {DIGEST: {"resolution": "not_looked", "reason": "unreachable"}},
                }
            },
            "the registry did not answer",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [STEP]}}, "no image source is configured"),
    ],
)
def image_resolved(response: Response) -> Answer:
    """Does the image of every service open in a configured image source?

    A digest of an image that was deleted names nothing any more: libraries, operating system and
    code of the answer are gone with it. A service that is declared to run without a container must
    lead to its lock file instead.
    """
    references = response.refs("image")
    gaps = Gaps(len(references))
    for ref in references:
        service = response.service(response.by_id[ref.span_id])
        if service is not None and service.container is False:
            for lock in response.refs_of("lock", service.resource):
                gaps.follow(lock, f"lock file of {ref.place}")
        else:
            gaps.follow(ref, f"image of {ref.place}")
    return gaps.answer("the image of every service opens")
