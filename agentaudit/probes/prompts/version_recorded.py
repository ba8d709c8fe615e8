from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind

CALL = {"name": "chat gpt-4o"}


def _with(**attributes: object) -> dict[str, object]:
    return {"response": {"spans": [{**CALL, "attributes": attributes}]}}


@probe(
    "prompts-version-recorded",
    fix="Name the template and its version on the LLM span or its agent: "
    '`span.set_attribute("gen_ai.prompt.name", "planner")` and '
    '`span.set_attribute("gen_ai.prompt.version", "3")`.',
    examples=[
        Example(
            Outcome.PASS, _with(**{"gen_ai.prompt.name": "planner", "gen_ai.prompt.version": "3"})
        ),
        Example(
            Outcome.PASS,
            _with(**{"prompt.id": "planner", "llm.prompt_template.version": "3"}),
            "OpenInference",
        ),
        Example(
            Outcome.PASS,
            _with(**{"traceloop.prompt.key": "planner", "traceloop.prompt.version": "3"}),
            "OpenLLMetry",
        ),
        Example(
            Outcome.PASS,
            _with(**{"mlflow.linkedPrompts": '[{"name": "planner", "version": "3"}]'}),
            "MLflow",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            "name": "invoke_agent planner",
                            "attributes": {
                                "gen_ai.prompt.name": "planner",
                                "gen_ai.prompt.version": "3",
                            },
                        },
                        CALL,
                    ]
                }
            },
            "the agent says it for its calls",
        ),
        Example(Outcome.FAIL, _with(**{"gen_ai.prompt.name": "planner"}), "no version"),
        Example(
            Outcome.FAIL,
            _with(**{"gen_ai.prompt.name": "planner", "gen_ai.prompt.version": "latest"}),
            "`latest` is no version",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "execute_tool post"}]}}),
    ],
)
def version_recorded(response: Response) -> Answer:
    """Does every LLM call name its prompt template and the version of it?

    The text alone says what was sent, not who wrote it, when it changed or which answers share it.
    Name and version lead to the change, its reason and its evaluation.
    """
    calls = response.of(Kind.LLM)
    if not calls:
        return MODEL_CALLS.unseen(response)
    gaps = Gaps(len(calls))
    for ref in response.refs("prompt"):
        gaps.record(ref, f"prompt name and version of {response.by_id[ref.span_id].name}")
    return gaps.answer("every LLM call names its prompt and version")
