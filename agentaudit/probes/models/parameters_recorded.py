from __future__ import annotations

from typing import Any

import orjson
from msgspec.structs import replace

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.telemetry.amounts import number
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Recorded, Span, read

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
EFFORTS = frozenset({"minimal", "low", "medium", "high", "xhigh", "max"})
"""Words for how long a model may reason: the one parameter that is not set by a number."""


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
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**CALL, "attributes": {"gen_ai.request.max_tokens": "null?"}}]
                }
            },
            "a limit is a number",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {
                            **CALL,
                            "attributes": {
                                "llm.invocation_parameters": '{"temperature": "", "stop": ["x"]}'
                            },
                        }
                    ]
                }
            },
            "no parameter has a number",
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
        fact = _sampling(span)
        place = response.service_name(span)
        gaps.need(fact, f"sampling parameters of {span.name}", place, span.evidence())
    return gaps.answer("every LLM call records its sampling parameters")


def _sampling(span: Span) -> Fact:
    """The first parameters that say something; else the first ones, with what is wrong."""
    left, nearest = dict(span.attributes), None
    while fact := read(left, "model.params", span.vocabulary, span.at):
        judged = _judged(fact)
        if judged:
            return judged
        nearest = nearest or judged
        del left[fact.attribute]
    return nearest or fact


def _judged(fact: Fact) -> Fact:
    value = fact.value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = orjson.loads(value)
        except ValueError:
            return replace(fact, state=Recorded.MALFORMED)
    if not isinstance(value, dict):
        return fact if _set(value) else replace(fact, state=Recorded.MALFORMED)
    known = value.keys() & SAMPLING
    if any(_set(value[name]) for name in known):
        return fact
    return replace(fact, state=Recorded.MALFORMED if known else Recorded.MISSING)


def _set(value: Any) -> bool:
    """Whether a parameter has a number, or a known effort; the settings of `thinking` have some."""
    if isinstance(value, dict):
        return any(isinstance(v, str | int | float) and _set(v) for v in value.values())
    return number(value) is not None or str(value).strip().lower() in EFFORTS
