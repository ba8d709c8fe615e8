from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Response

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
BARE = {"service.name": "planner"}
STAMPED = {**BARE, "vcs.ref.head.revision": COMMIT}
WHERE = {"code.file.path": "app/plan.py", "code.line.number": 30}
STEP = {"name": "invoke_agent planner", "attributes": WHERE, "resource": STAMPED}
BELOW = {"name": "chat gpt-4o", "resource": STAMPED}
HERE: dict[str, dict[str, object]] = {COMMIT: {}, "app/plan.py:30": {}, "app.plan.run": {}}


@probe(
    "inference-code-steps-located",
    fix="Say where each agent, tool and retriever starts: "
    '`span.set_attributes({"code.file.path": "app/plan.py", "code.line.number": 30, '
    '"code.function.name": "app.plan.run"})`, paths relative to the repository.',
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP, BELOW], "opens": HERE}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {**STEP, "attributes": {"code.filepath": "app/plan.py", "code.lineno": 30}}
                    ],
                    "opens": HERE,
                }
            },
            "the old names",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**STEP, "attributes": {"code.function.name": "app.plan.run"}}],
                    "opens": HERE,
                }
            },
            "a function without a file",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [BELOW], "opens": HERE}},
            "the step does not say where it is",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "opens": {COMMIT: {}}}},
            "the commit has no such line",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": BARE}], "opens": HERE}},
            "no commit says which version of the file it was",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [STEP]}}, "no repository is configured"),
    ],
)
def steps_located(response: Response) -> Answer:
    """Can the code of every step be found at the recorded commit?

    Between the name of a span and the function that ran lie a search and a guess. A file and a
    line at the commit of the service lead from the answer to the code that gave it.
    """
    located = [ref for ref in response.refs("code") if ref.fact == "code.file"]
    gaps = Gaps(len(located))
    for ref in located:
        gaps.follow(ref, f"code of {response.by_id[ref.span_id].name}")
    return gaps.answer("the code of every step opens at its commit")
