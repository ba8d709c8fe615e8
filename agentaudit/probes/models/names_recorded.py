from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind

CALL = {"name": "chat gpt-4o"}
BOTH = {"gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o-2026-08-06"}
ASKED_BY_NAME = {"llm.invocation_parameters": '{"model": "gpt-4o"}', "llm.model_name": "gpt-4o"}
MLFLOW = {"mlflow.spanInputs": '{"model": "m"}', "mlflow.spanOutputs": '{"model": "m"}'}


@probe(
    "models-names-recorded",
    fix="Record both names on the LLM span: "
    '`span.set_attribute("gen_ai.request.model", request.model)` and '
    '`span.set_attribute("gen_ai.response.model", answer.model)`.',
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**CALL, "attributes": BOTH}]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**CALL, "attributes": ASKED_BY_NAME}]}},
            "OpenInference: `llm.model_name` is the answering model",
        ),
        Example(Outcome.PASS, {"response": {"spans": [{**CALL, "attributes": MLFLOW}]}}, "MLflow"),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **CALL,
                            "attributes": {"gen_ai.request.model": "gpt-4o"},
                            "error": True,
                        }
                    ]
                }
            },
            "a call that failed was answered by nobody",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**CALL, "attributes": {"gen_ai.request.model": "gpt-4o"}}]}},
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**CALL, "attributes": BOTH}, CALL]}},
            "every call, not some",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
            "its service shows model calls elsewhere",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{"name": "execute_tool post"}]}},
            "nothing says that no model was called",
        ),
    ],
)
def names_recorded(response: Response) -> Answer:
    """Does every LLM call record the model it asked for and the model that answered?

    An alias is answered by whatever stands behind it that day; the answering name is often the only
    trace of a silent upgrade. A failed call needs the requested model only.
    """
    calls = response.of(Kind.LLM)
    if not calls:
        return MODEL_CALLS.unseen(response)
    gaps = Gaps(len(calls))
    for span in calls:
        place, seen = response.service_name(span), span.evidence()
        gaps.need(span.fact("model.requested"), f"requested model of {span.name}", place, seen)
        if not span.failed:
            gaps.need(span.fact("model.answered"), f"answering model of {span.name}", place, seen)
    return gaps.answer("every LLM call records the requested and the answering model")
