from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Response

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
OLDER = "7d1e5b90c2a3f4861597e0d8b6a4c3f2e1d09b87"
DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
BARE = {"service.name": "planner"}
STAMPED = {**BARE, "vcs.ref.head.revision": COMMIT, "container.image.id": DIGEST}
STEP = {"name": "chat gpt-4o", "resource": STAMPED}
APP = {"app/main.py": "import agent\n", "app/agent.py": "def plan(): ...\n"}
FILES = {**APP, "Dockerfile": "FROM debian:12\nCOPY app /srv/app\n"}
COPIED = {"files": {f"srv/{path}": text for path, text in APP.items()}}
CHANGED = {"files": {**COPIED["files"], "srv/app/agent.py": "def plan(): return 1\n"}}
OPENS = {COMMIT: {"files": FILES}, DIGEST: COPIED}


@probe(
    "inference-code-image-from-commit",
    fix="Stamp image and telemetry from the same variable of the same build: `ARG GIT_SHA`, `LABEL "
    "org.opencontainers.image.revision=$GIT_SHA` and `ENV OTEL_RESOURCE_ATTRIBUTES="
    "vcs.ref.head.revision=$GIT_SHA`; deploy by digest, and never patch a running container.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP], "opens": OPENS}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "opens": {**OPENS, DIGEST: CHANGED}}},
            "a file of the image is not the commit's",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": {**STAMPED, "vcs.ref.head.revision": OLDER}},
                    ],
                    "opens": {
                        **OPENS,
                        OLDER: {"files": {**FILES, "app/agent.py": "def plan(): return 0\n"}},
                    },
                }
            },
            "the service records another commit than its image was built from",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": BARE}], "opens": OPENS}},
            "neither image nor commit is recorded",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "opens": {COMMIT: {"files": FILES}}}},
            "the image is gone",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "response": {
                    "spans": [STEP],
                    "opens": {**OPENS, DIGEST: {"unread": "larger than --max-image-bytes"}},
                }
            },
            "its layers were not read",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "response": {
                    "spans": [STEP],
                    "opens": OPENS,
                    "containers": {"planner": False},
                }
            },
            "without a container nothing keeps the code that ran",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [STEP]}}, "no source is configured"),
    ],
)
def image_from_commit(response: Response) -> Answer:
    """Was the image of every service built from the commit that the service records?

    Commit and image are two claims about the same code. Only when the files in the image are the
    blobs of that commit does a reader of the commit read what answered.
    """
    gaps = Gaps(len(response.services))
    for service in response.services:
        if service.container is False:
            gaps.doubt(
                f"{service.name} runs without a container: nothing keeps the code that ran",
                service.evidence(),
                fact="image.digest",
                place=service.name,
                reason="no_container",
            )
        for ref in response.refs_of("build", service.resource):
            gaps.follow(ref, f"image of {ref.place}")
    return gaps.answer("every image was built from the commit that its service records")
