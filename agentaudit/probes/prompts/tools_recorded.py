from __future__ import annotations

from bisect import bisect_right

from agentaudit.above import of_kind
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.probes.prompts.definitions import defined
from agentaudit.probes.prompts.steps import private
from agentaudit.response import Response
from agentaudit.span import Kind, Span

AGENT = {"name": "invoke_agent planner", "id": "00000000000000a1"}
DEFINED = {"gen_ai.tool.definitions": '[{"type": "function", "name": "weather"}]'}
CALL = {"name": "chat gpt-4o", "attributes": DEFINED}
BARE = {"name": "chat gpt-4o"}
TOOL = {"name": "execute_tool weather"}
SCHEMA = '{"type": "function", "function": {"name": "weather"}}'
OLD = {"llm.request.functions.0.name": "weather"}


@probe(
    "prompts-tools-recorded",
    fix="Record the definitions on the LLM span: "
    '`span.set_attribute("gen_ai.tool.definitions", json.dumps(tools))`.',
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [AGENT, CALL, TOOL]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [AGENT, CALL, TOOL, BARE]}},
            "no tool follows the last call: none need have been offered",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        AGENT,
                        {**BARE, "attributes": {"llm.tools.0.tool.json_schema": SCHEMA}},
                        TOOL,
                    ]
                }
            },
            "OpenInference",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [AGENT, {**BARE, "attributes": OLD}, TOOL]}},
            "the old names",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [AGENT, BARE, TOOL]}}),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        AGENT,
                        {**BARE, "attributes": {"gen_ai.tool.definitions": "[{}]"}},
                        TOOL,
                    ]
                }
            },
            "a definition without a name defines nothing",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT, CALL, TOOL, BARE, TOOL]}},
            "the second call was offered tools too",
        ),
        Example(Outcome.NOT_APPLICABLE, {"response": {"spans": [AGENT, BARE]}}, "no tool ran"),
        Example(
            Outcome.NOT_APPLICABLE,
            {
                "response": {
                    "spans": [
                        AGENT,
                        BARE,
                        {**AGENT, "id": "00000000000000a2"},
                        {**TOOL, "parent": "00000000000000a2"},
                    ]
                }
            },
            "code, not a model, called the tool of the second agent",
        ),
    ],
)
def tools_recorded(response: Response) -> Answer:
    """Are the tool definitions that a model chose from recorded?

    A model calls a tool wrongly because of its description as often as because of the prompt. Asked
    of the call of the same agent that each executed tool follows.
    """
    calls = _offering(response)
    if not calls:
        return not_applicable("no agent with a model executed a tool", response.entry.evidence())
    gaps = Gaps(len(calls))
    for span in calls:
        fact, place = defined(span.fact("llm.tools")), response.service_name(span)
        if fact:
            gaps.seen(private(fact, span))
        else:
            gaps.need(fact, f"tools offered to {span.name}", place, span.evidence())
    return gaps.answer("the tools that were offered are recorded")


def _offering(response: Response) -> list[Span]:
    """The model calls that led to tools: for each tool the last one of the same agent before it.

    A call without a start may be that one, and so may any call before a tool without a start.
    """
    by_agent: dict[str, list[Span]] = {}
    agents, models = of_kind(response, Kind.AGENT, Kind.WORKFLOW), of_kind(response, Kind.LLM)
    for call in response.of(Kind.LLM):
        by_agent.setdefault(_id(agents.of(call)), []).append(call)
    chosen: dict[str, Span] = {}
    timeless: set[str] = set()
    for tool in response.of(Kind.TOOL):
        agent = _id(agents.of(tool))
        calls = by_agent.get(agent, [])
        number = bisect_right(calls, tool.start_ns, key=lambda call: call.start_ns)
        if agent not in timeless and calls and (not tool.start_ns or not calls[0].start_ns):
            timeless.add(agent)
            chosen |= {s.span_id: s for s in calls if not tool.start_ns or not s.start_ns}
        led = models.of(tool) or (calls[number - 1] if number else None)
        if led:
            chosen[led.span_id] = led
    return list(chosen.values())


def _id(agent: Span | None) -> str:
    return agent.span_id if agent else ""
