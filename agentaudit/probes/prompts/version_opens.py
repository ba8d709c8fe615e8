from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind

SHA = "8c5ab1f2e90d47361b7a2c4d5e6f708192a3b4c5"
BUILT = {"service.name": "planner", "vcs.ref.head.revision": SHA}
NAMED = {"gen_ai.prompt.name": "planner", "gen_ai.prompt.version": "3"}
CALL = {"name": "chat gpt-4o", "attributes": NAMED, "resource": BUILT}
TEXT = "You are the planner."


@probe(
    "prompts-version-opens",
    fix="Keep every version as a file and say where in agentaudit.yaml: "
    '`prompts: {git: "prompts/{name}/{version}.md"}`; record the commit of the service.',
    examples=[
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [CALL],
                    "opens": {SHA: {}, "prompts/planner/3.md": {"text": TEXT}},
                }
            },
        ),
        Example(Outcome.FAIL, {"response": {"spans": [{"name": "chat gpt-4o"}]}}, "not recorded"),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{"name": "chat gpt-4o", "attributes": NAMED}], "opens": {}}},
            "without the commit nobody knows at which state to read it",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [CALL], "opens": {}}},
            "the commit does not exist, and so no state of the prompt",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [CALL]}}, "no repository is configured"),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
        ),
    ],
)
def version_opens(response: Response) -> Answer:
    """Does the prompt version that every LLM call names open?

    A version nobody can open explains nothing. It is read in the prompt registry, or in git at the
    commit of the service that made the call.
    """
    if not response.of(Kind.LLM):
        return MODEL_CALLS.unseen(response)
    refs = response.refs("prompt")
    gaps = Gaps(len(refs))
    for ref in refs:
        gaps.follow(ref, f"prompt of {response.by_id[ref.span_id].name}")
    return gaps.answer("every prompt version opens")
