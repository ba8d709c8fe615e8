from __future__ import annotations

import orjson

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Recorded

CALL = {"name": "chat gpt-4o"}
SAMPLING = frozenset(
    {
        "temperature",
        "top_p",
        "topP",
        "top_k",
        "topK",
        "min_p",
        "seed",
        "max_tokens",
        "maxTokens",
        "max_new_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "maxOutputTokens",
        "num_predict",
        "frequency_penalty",
        "presence_penalty",
        "repetition_penalty",
        "stop",
        "stop_sequences",
        "logit_bias",
        "n",
        "reasoning",
        "reasoning_effort",
        "thinking",
    }
)
"""Request parameters that change what is sampled; the model's name is none."""


@probe(
    "models-parameters-recorded",
    fix="Set the parameters explicitly in the call, so that the instrumentation records them: "
    "`client.chat.completions.create(..., temperature=0.2, seed=7)`; or by hand: "
    '`span.set_attribute("gen_ai.request.temperature", 0.2)`.',
    examples=[
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**CALL, "attributes": {"gen_ai.request.temperature": 0.0}}]}},
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **CALL,
                            "attributes": {
                                "llm.invocation_parameters": '{"model": "m", "temperature": 0.2}'
                            },
                        }
                    ]
                }
            },
            "OpenInference",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**CALL, "attributes": {"llm.request.temperature": 0.2}}]}},
            "the old name",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [CALL]}}),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**CALL, "attributes": {"llm.invocation_parameters": '{"model": "m"}'}}
                    ]
                }
            },
            "the model's name is no sampling parameter",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "execute_tool post"}]}}),
    ],
)
def parameters_recorded(response: Response) -> Answer:
    """Does every LLM call record its sampling parameters?

    The same prompt at another temperature or token limit is another answer. Defaults of a client
    library change between releases, so "not set" cannot be replayed.
    """
    calls = response.of(Kind.LLM)
    if not calls:
        return MODEL_CALLS.unseen(response)
    gaps = Gaps(len(calls))
    for span in calls:
        fact = _sampling(span.fact("model.params"))
        place = response.service_name(span)
        gaps.need(fact, f"sampling parameters of {span.name}", place, span.evidence())
    return gaps.answer("every LLM call records its sampling parameters")


def _sampling(fact: Fact) -> Fact:
    """The fact, unless it is a set of parameters of which none is about sampling."""
    value = fact.value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = orjson.loads(value)
        except ValueError:
            return Fact(fact.key, Recorded.MALFORMED, value, fact.attribute, fact.location)
    if not isinstance(value, dict) or value.keys() & SAMPLING:
        return fact
    return Fact(fact.key, Recorded.MISSING, value, fact.attribute, fact.location)
