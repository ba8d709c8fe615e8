from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.messages import sent
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.prompts.steps import private, told
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind

CALL = {"name": "chat gpt-4o"}
USAGE = {"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 42}
PARTS = '[{"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}]'
FLAT = {"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "Hi"}
GAP = {"llm.input_messages.3.message.role": "user", "llm.input_messages.3.message.content": "Hi"}


def _with(**attributes: object) -> dict[str, object]:
    return {"response": {"spans": [{**CALL, "attributes": attributes}]}}


@probe(
    "prompts-input-recorded",
    fix="Let the instrumentation capture messages: "
    "`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_AND_EVENT` (OpenTelemetry GenAI), "
    "`TRACELOOP_TRACE_CONTENT=true` (OpenLLMetry), `unset OPENINFERENCE_HIDE_INPUTS "
    "OPENINFERENCE_HIDE_INPUT_MESSAGES` (OpenInference), and keep all of them: "
    "`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=10000`.",
    examples=[
        Example(Outcome.PASS, _with(**{"gen_ai.input.messages": PARTS})),
        Example(Outcome.PASS, _with(**FLAT), "OpenInference"),
        Example(
            Outcome.PASS,
            _with(**{"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hi"}),
            "the old names",
        ),
        Example(
            Outcome.PASS,
            _with(**{"mlflow.spanInputs": '{"messages": [{"role": "user", "content": "Hi"}]}'}),
            "MLflow",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **CALL,
                            "events": [
                                {
                                    "name": "gen_ai.client.inference.operation.details",
                                    "attributes": {"gen_ai.input.messages": PARTS},
                                }
                            ],
                        }
                    ]
                }
            },
            "as an event of the span",
        ),
        Example(Outcome.FAIL, _with(**USAGE), "content is not captured"),
        Example(Outcome.FAIL, _with(**GAP), "the first messages were dropped"),
        Example(Outcome.FAIL, _with(**{"gen_ai.input.messages": PARTS[:40]}), "cut in the middle"),
        Example(Outcome.FAIL, _with(**{"input.value": "__REDACTED__"}), "masked"),
        Example(
            Outcome.FAIL,
            _with(**{"gen_ai.input.messages": PARTS.replace("Weather?", "[REDACTED]")}),
            "the content of the message is masked",
        ),
        Example(
            Outcome.FAIL,
            _with(**{"gen_ai.input.messages": PARTS.replace("Weather?", "***")}),
            "asterisks in place of the content",
        ),
        Example(
            Outcome.FAIL,
            _with(**{"gen_ai.input.messages": PARTS.replace("Weather?", "...")}),
            "dots in place of the content",
        ),
        Example(
            Outcome.FAIL,
            _with(**{"gen_ai.input.messages": PARTS.replace("Weather?", "  ")}),
            "blanks in place of the content",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**CALL, "attributes": FLAT, "dropped": 72}]}},
            "attributes were dropped",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "execute_tool post"}]}}),
    ],
)
def input_recorded(response: Response) -> Answer:
    """Are the exact input messages of every LLM call there, neither masked nor cut?

    The prompt that was sent is the first thing anyone asks for. A template is not enough: what
    counts is what the model saw, system prompt, history and tool results included.
    """
    calls = response.of(Kind.LLM)
    if not calls:
        return MODEL_CALLS.unseen(response)
    gaps = Gaps(len(calls))
    for span in calls:
        given = sent(span)
        if not given.problem:
            gaps.seen(private(given.fact, span))
            continue
        gaps.fail(
            f"input of {span.name}: {told(span, given)}",
            span.evidence(),
            fact="llm.input",
            place=response.service_name(span),
            reason=given.problem,
        )
    return gaps.answer("the input messages of every LLM call are there")
