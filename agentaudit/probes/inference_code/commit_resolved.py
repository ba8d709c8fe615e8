from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Response

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
BARE = {"service.name": "planner"}
STEP = {"name": "chat gpt-4o", "resource": {**BARE, "vcs.ref.head.revision": COMMIT}}


@probe(
    "inference-code-commit-resolved",
    fix="Record the full commit id, and name every repository that serves: `sources: {repos: [., "
    "../reader]}` in agentaudit.yaml; keep deployed commits by tagging releases.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP], "opens": {COMMIT: {}}}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "opens": {}}},
            "no configured repository has it",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": BARE}], "opens": {COMMIT: {}}}},
            "what is not recorded cannot exist",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "response": {
                    "spans": [STEP],
                    "opens": {COMMIT: {"resolution": "not_looked", "reason": "shallow"}},
                }
            },
            "the history is shallow",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [STEP]}}, "no repository is configured"),
    ],
)
def commit_resolved(response: Response) -> Answer:
    """Is a commit recorded for every service, and does it exist in a configured repository?

    A commit id that no repository knows is a string, not a version: it came from a fork, a
    rewritten history or an unpushed laptop, and the code behind it is lost.
    """
    references = response.refs("commit")
    gaps = Gaps(len(references))
    for ref in references:
        gaps.follow(ref, f"commit of {ref.place}")
    return gaps.answer("the commit of every service exists")
