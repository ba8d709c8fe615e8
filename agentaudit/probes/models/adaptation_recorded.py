from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.hosting import self_hosted
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind, Span

NAMES = {"gen_ai.request.model": "planner-lora", "gen_ai.response.model": "planner-lora"}
OWN = {"name": "chat planner-lora", "attributes": NAMES}
ADAPTER = {
    "model.base": "llama-3.1-8b-instruct",
    "model.adapter.name": "planner-lora",
    "model.adapter.version": "12",
}
HOSTED = {
    "name": "chat gpt-4o",
    "attributes": {"gen_ai.request.model": "gpt-4o", "server.address": "api.openai.com"},
}


@probe(
    "models-adaptation-recorded",
    fix="Record base and adapter where the model is loaded, as resource attributes: "
    "`OTEL_RESOURCE_ATTRIBUTES=model.base=llama-3.1-8b-instruct,model.adapter.name=planner-lora,"
    "model.adapter.version=12`; for a model that is not adapted `model.base` is its own name.",
    examples=[
        Example(
            Outcome.PASS, {"response": {"spans": [{**OWN, "attributes": {**NAMES, **ADAPTER}}]}}
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**OWN, "resource": {"service.name": "planner", **ADAPTER}}]}},
            "recorded once for the whole service",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**OWN, "attributes": {**NAMES, "model.base": "planner-lora"}}]
                }
            },
            "its own base: not adapted",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [OWN]}}, "nobody knows the base"),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**OWN, "attributes": {**NAMES, **ADAPTER, "model.adapter.version": ""}}
                    ]
                }
            },
            "an adapter without a version",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**OWN, "attributes": {**NAMES, "model.base": "llama-3.1-8b"}}]
                }
            },
            "another base, so it is adapted, and nobody knows by what",
        ),
        Example(Outcome.NOT_APPLICABLE, {"response": {"spans": [HOSTED]}}),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "execute_tool post"}]}}),
    ],
)
def adaptation_recorded(response: Response) -> Answer:
    """Does every call to a self-hosted model record its base, and the adapter with its version?

    A LoRA adapter changes every answer, and servers report only the base model's name. No marker
    says that a model is adapted, so every self-hosted call names its base: its own name where it is
    not adapted, another name and then the adapter too where it is.
    """
    calls = response.of(Kind.LLM)
    if not calls:
        return MODEL_CALLS.unseen(response)
    own = [span for span in calls if self_hosted(span)]
    if not own:
        return not_applicable("known providers answered every call", calls[0].evidence())
    gaps = Gaps(len(own))
    for span in own:
        _ask(gaps, response, span)
    return gaps.answer("every self-hosted model is recorded with its base and adapter")


def _ask(gaps: Gaps, response: Response, span: Span) -> None:
    place, seen = response.service_name(span), span.evidence()
    base = response.inherited(span, "model.base")
    if not gaps.need(base, f"base model of {span.name}", place, seen):
        return
    names = [f.text for f in (span.fact("model.requested"), span.fact("model.answered")) if f]
    if base.text in names:
        return
    for key in ("model.adapter", "model.adapter.version"):
        what = f"{key.removeprefix('model.').replace('.', ' ')} of {span.name} on {base.text}"
        gaps.need(response.inherited(span, key), what, place, seen)
