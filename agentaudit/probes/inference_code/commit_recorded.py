from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Response

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
OTHER = "b07c55e1a9d24f6381ce0a7742f91d3e5b6a8c90"
STEP = {"name": "chat gpt-4o"}
BARE = {"service.name": "planner"}
STAMPED = {**BARE, "vcs.ref.head.revision": COMMIT}


@probe(
    "inference-code-commit-recorded",
    fix="Stamp the commit at build time and put it on every span: in the Dockerfile `ARG "
    "GIT_SHA` and `ENV OTEL_RESOURCE_ATTRIBUTES=vcs.ref.head.revision=$GIT_SHA`, in CI "
    "`docker build --build-arg GIT_SHA=$(git rev-parse HEAD) .`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**STEP, "resource": STAMPED}]}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**BARE, "vcs.repository.ref.revision": COMMIT}}]
                }
            },
            "the old name",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**STEP, "attributes": {"langfuse.release": COMMIT[:12]}}]}},
            "abbreviated, as a Langfuse release",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [{**STEP, "resource": BARE}]}}),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**BARE, "vcs.ref.head.revision": "main"}}]
                }
            },
            "a branch is no commit",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": STAMPED},
                        {
                            **STEP,
                            "resource": STAMPED,
                            "attributes": {"vcs.ref.head.revision": OTHER},
                        },
                    ]
                }
            },
            "two commits for one service",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": STAMPED},
                        {**STEP, "resource": {"service.name": "reader"}},
                    ]
                }
            },
            "one of two services says nothing",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{**STEP, "resource": None}]}},
            "the store cannot hold resources",
        ),
    ],
)
def commit_recorded(response: Response) -> Answer:
    """Does every service that took part record the git commit it was built from?

    The code of the day is not the code that answered. The commit is the one name under which the
    code of a past answer can still be read, run and compared.
    """
    references = response.refs("commit")
    gaps = Gaps(len(references))
    for ref in references:
        gaps.record(ref, f"commit of {ref.place}")
    return gaps.answer("every service records its commit")
