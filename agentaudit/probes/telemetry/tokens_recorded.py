from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.probes.telemetry.amounts import at_least
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind

CALL = {"name": "chat gpt-4o"}
BOTH = {"gen_ai.usage.input_tokens": 812, "gen_ai.usage.output_tokens": 64}


@probe(
    "telemetry-tokens-recorded",
    fix="Ask the provider for usage and record it on the LLM span: for streams "
    '`stream_options={"include_usage": True}`, then '
    '`span.set_attribute("gen_ai.usage.input_tokens", usage.prompt_tokens)` and '
    '`span.set_attribute("gen_ai.usage.output_tokens", usage.completion_tokens)`.',
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**CALL, "attributes": BOTH}]}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **CALL,
                            "attributes": {
                                "llm.token_count.prompt": 812,
                                "llm.token_count.completion": 0,
                            },
                        }
                    ]
                }
            },
            "OpenInference; an answer may be empty",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **CALL,
                            "attributes": {
                                "gen_ai.usage.prompt_tokens": 812,
                                "gen_ai.usage.completion_tokens": 64,
                            },
                        }
                    ]
                }
            },
            "the old names",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **CALL,
                            "attributes": {
                                "mlflow.chat.tokenUsage": '{"input_tokens": 812, '
                                '"output_tokens": 64}'
                            },
                        }
                    ]
                }
            },
            "MLflow",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**CALL, "attributes": BOTH}, {**CALL, "error": True}]}},
            "a call that failed before an answer has no usage",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**CALL, "attributes": {"gen_ai.usage.input_tokens": 812}}]}},
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**CALL, "attributes": {**BOTH, "gen_ai.usage.input_tokens": 0}}]
                }
            },
            "no call sends nothing: a zero stands for not counted",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
            "no model was called, by a service that shows its calls elsewhere",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{"name": "execute_tool post"}]}},
            "nothing says that no model was called",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{**CALL, "error": True}]}},
            "no call was answered",
        ),
    ],
)
def tokens_recorded(response: Response) -> Answer:
    """Does every answered LLM call record its input and output tokens?

    Tokens are what an answer costs, and the cheapest sign of a prompt that was cut, a context that
    grew or a loop that ran. Calls that failed are exempt: no answer, no usage.
    """
    if not response.of(Kind.LLM):
        return MODEL_CALLS.unseen(response)
    calls = [span for span in response.of(Kind.LLM) if not span.failed]
    if not calls:
        return not_applicable("no LLM call was answered", response.entry.evidence())
    gaps = Gaps(2 * len(calls))
    for span in calls:
        place = response.service_name(span)
        for key, least in (("usage.input", 1), ("usage.output", 0)):
            fact = at_least(span.fact(key), least)
            gaps.need(fact, f"{key} of {span.name}", place, span.evidence())
    return gaps.answer("every answered LLM call records its tokens")
