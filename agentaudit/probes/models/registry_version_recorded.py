from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.hosting import self_hosted
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind

SERVED = {"gen_ai.request.model": "planner-llm", "server.address": "vllm.internal"}
OWN = {"name": "chat planner-llm", "attributes": SERVED}
HOSTED = {
    "name": "chat gpt-4o",
    "attributes": {"gen_ai.request.model": "gpt-4o", "server.address": "api.openai.com"},
}
NAMED = {"gen_ai.provider.name": "openai", "gen_ai.response.model": "gpt-4o-2024-08-06"}
VERSION = {"service.name": "planner", "model.registry.uri": "models:/planner-llm/7"}
ALIAS = {"service.name": "planner", "model.registry.uri": "planner-llm"}


@probe(
    "models-registry-version-recorded",
    fix="Record name and version on the LLM span or the resource: "
    '`span.set_attribute("model.registry.uri", "models:/planner-llm/7")`; or declare it in '
    'agentaudit.yaml: `model_map: {planner-llm: {uri: "models:/planner-llm/7"}}`.',
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**OWN, "resource": VERSION}]}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **OWN,
                            "attributes": {
                                **SERVED,
                                "mlflow.modelId": "m-26e8e053c61b4971a86f421a59ff640d",
                            },
                        }
                    ]
                }
            },
            "MLflow's id of a logged model",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [OWN]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**OWN, "resource": ALIAS}]}},
            "a name without a version",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{"name": "chat gpt-4o"}]}},
            "a call that records neither host nor model is nobody else's",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{"name": "chat gpt-4o", "attributes": NAMED}]}},
            "without a host, one of the two model names does not speak for the provider",
        ),
        Example(
            Outcome.NOT_APPLICABLE, {"response": {"spans": [HOSTED]}}, "a known provider answered"
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "execute_tool post"}]}}),
    ],
)
def registry_version_recorded(response: Response) -> Answer:
    """Does every call to a self-hosted model record its registry name and version?

    Weights, training run and data set of an own model are reached through its registry version and
    through nothing else. Every model that no known provider positively served is an own model.
    """
    calls = response.of(Kind.LLM)
    if not calls:
        return MODEL_CALLS.unseen(response)
    own = [span for span in calls if self_hosted(span)]
    if not own:
        return not_applicable("known providers answered every call", calls[0].evidence())
    gaps = Gaps(len(own))
    known = {ref.span_id: ref for ref in response.refs("registry version")}
    for span in own:
        gaps.record(known[span.span_id], f"registry version of the model of {span.name}")
    return gaps.answer("every self-hosted model is recorded with its registry version")
