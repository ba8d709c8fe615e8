from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.prompts.steps import ACTING, lack
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Kind

AGENT = {"name": "invoke_agent planner", "attributes": {"output.value": "Rain."}}
SAID = '[{"role": "assistant", "parts": [{"type": "text", "content": "Rain."}]}]'
CALL = {"name": "chat gpt-4o", "attributes": {"gen_ai.output.messages": SAID}}
TOOL = {"name": "execute_tool weather", "attributes": {"gen_ai.tool.call.result": "rain"}}
SILENT = {"name": "execute_tool weather"}
RAISED = {"name": "exception", "attributes": {"exception.type": "TimeoutError"}}


@probe(
    "prompts-outputs-recorded",
    fix="Record what each step returned: "
    '`span.set_attribute("gen_ai.tool.call.result", json.dumps(result))` on tools, '
    '`span.set_attribute("gen_ai.output.messages", json.dumps(messages))` on agents, and for '
    "models `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_AND_EVENT`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [AGENT, CALL, TOOL]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [AGENT, CALL, {**SILENT, "error": True, "events": [RAISED]}]}},
            "a failed step owes its exception instead",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        AGENT,
                        {
                            "name": "weather",
                            "attributes": {
                                "traceloop.span.kind": "tool",
                                "traceloop.entity.output": "rain",
                            },
                        },
                        {
                            "name": "llm",
                            "attributes": {
                                "mlflow.spanType": "CHAT_MODEL",
                                "mlflow.spanOutputs": '{"choices": [{"message": {"role": '
                                '"assistant", "content": "ok"}}]}',
                            },
                        },
                    ]
                }
            },
            "OpenLLMetry and MLflow",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [AGENT, CALL, SILENT]}}, "a silent tool"),
        Example(Outcome.FAIL, {"response": {"spans": [{"name": "chat gpt-4o"}]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT, {**SILENT, "error": True}]}},
            "failed, and nobody said why",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "retrieval kb"}], "shows": {"planner": ["LLM"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "retrieval kb"}]}}),
    ],
)
def outputs_recorded(response: Response) -> Answer:
    """Is the output of every intermediate agent, tool and LLM step there?

    A wrong answer is usually made in the middle: one agent misread what another one wrote. Without
    the intermediate outputs there is nothing to compare. A failed step owes its exception instead.
    """
    steps = response.of(*ACTING)
    if not steps:
        return MODEL_CALLS.unseen(response)
    gaps = Gaps(len(steps))
    for span in sorted(steps, key=lambda span: span.kind is not Kind.LLM):
        missing = lack(response, span)
        if missing:
            missing.tell(gaps, response.service_name(span))
        else:
            gaps.seen(span.evidence())
    kinds = ", ".join(sorted({k.value.lower() for k in Kind if any(s.kind is k for s in steps)}))
    return gaps.answer(f"the output of every step is there ({kinds})")
