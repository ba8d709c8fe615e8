from __future__ import annotations

import re

from agentaudit.above import Above
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.messages import Message, sent
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.prompts.dialogue import Said, heard
from agentaudit.probes.prompts.steps import told
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import PromptText, Response
from agentaudit.semconv.values import vacant
from agentaudit.span import Fact, Kind, Span

NAMED = (Kind.AGENT, Kind.WORKFLOW, Kind.LLM, Kind.TOOL, Kind.RETRIEVER, Kind.MEMORY)
_AGENT = regex(r"(?:invoke_agent|create_agent|invoke_workflow) (\S.*)", re.DOTALL)

AGENT = {"name": "invoke_agent planner", "attributes": {"gen_ai.agent.name": "planner"}}
USER = '{"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}'
ASKS = (
    '{"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "weather", '
    '"arguments": {}}]}'
)
TOLD = '{"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "rain"}]}'
EARLIER = '{"role": "assistant", "parts": [{"type": "text", "content": "As I said: snow."}]}'
FIRST = {
    "name": "chat gpt-4o",
    "attributes": {"gen_ai.input.messages": f"[{USER}]", "gen_ai.output.messages": f"[{ASKS}]"},
}
TOOL = {"name": "execute_tool weather", "attributes": {"gen_ai.tool.call.result": "rain"}}
SECOND = {
    "name": "chat gpt-4o",
    "attributes": {"gen_ai.input.messages": f"[{USER}, {ASKS}, {TOLD}]"},
}
SUN = {
    "name": "execute_tool weather",
    "attributes": {"gen_ai.tool.call.id": "c1", "gen_ai.tool.call.result": "SUN 40C"},
}
TOLD_RAIN = {
    "name": "chat gpt-4o",
    "attributes": {
        "gen_ai.input.messages": f"[{USER}, {ASKS}, {TOLD.replace('rain', 'rain 14C')}]"
    },
}
LATER = {
    "name": "chat gpt-4o",
    "attributes": {"gen_ai.input.messages": f"[{USER}, {EARLIER}, {USER}]"},
}
TURN = "0af7651916cd43dd8448eb211c80319c"


@probe(
    "prompts-messages-accounted",
    fix="Record every output that is passed on, name the agents "
    '(`span.set_attribute("gen_ai.agent.name", "planner")`), and link the trace of an earlier turn '
    "to this one: `tracer.start_as_current_span(name, links=[Link(earlier_context)])`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [AGENT, FIRST, TOOL, SECOND]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**AGENT, "links": [TURN]}, LATER], "opens": {TURN: {}}}},
            "an earlier turn, whose trace opens",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT, FIRST, SECOND]}},
            "nobody knows where the tool's result came from",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT, FIRST, SUN, TOLD_RAIN]}},
            "the tool returned something else than the model was told",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{"name": "invoke_agent unknown"}, FIRST, TOOL, SECOND]}},
            "`unknown` names no agent",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT, LATER]}},
            "an assistant message from a turn that is not linked",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**AGENT, "links": [TURN]}, LATER], "opens": {}}},
            "the linked turn is gone",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [FIRST, TOOL, SECOND]}}, "no agent is named"),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT, {"name": "chat gpt-4o"}]}},
            "what was sent is not recorded",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{**AGENT, "links": [TURN]}, LATER]}},
            "an earlier turn, and no store to look in",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
        ),
    ],
)
def messages_accounted(response: Response) -> Answer:
    """Has every step a named agent, and does every message passed on equal an earlier output?

    In a graph of agents the question is who told whom what. An assistant or tool message that
    equals, by id or digest, no earlier output of the trace or of a linked turn came from nowhere
    anyone can look. Examples written in the prompt's own template are accounted for by it.
    """
    if not response.of(Kind.LLM):
        return MODEL_CALLS.unseen(response)
    gaps = Gaps()
    above = Above(response, _named)
    for span in response.of(*NAMED):
        if not (_named(span) or above.of(span) or span.resource_fact("agent.name")):
            what = f"agent of {span.name}"
            gaps.need(Fact("agent.name"), what, response.service_name(span), span.evidence())
    templates = {
        ref.span_id: ref.target.content.text
        for ref in response.refs("prompt")
        if isinstance(ref.target.content, PromptText)
    }
    for span, said in heard(response):
        _account(gaps, response, span, said, templates.get(span.span_id, ""))
    return gaps.answer("every message passed on equals an earlier output")


def _named(span: Span) -> bool:
    called = _AGENT.fullmatch(span.name)
    return bool(span.fact("agent.name")) or (called is not None and not vacant(called[1]))


def _account(gaps: Gaps, response: Response, span: Span, said: Said, template: str) -> None:
    given, place = sent(span), response.service_name(span)
    if given.problem:
        what = f"input of {span.name}: {told(span, given)}"
        gaps.fail(what, span.evidence(), fact="llm.input", place=place, reason=given.problem)
        return
    strange = [
        m
        for m in given.messages
        if m.role in {"assistant", "tool"} and not (m.text and m.text in template)
        if not said.knows(m)
    ]
    for message in strange:
        if _misquoted(gaps, response, span, said, message):
            return
    if strange:
        _from_elsewhere(gaps, response, span, said, strange[0])


def _misquoted(gaps: Gaps, response: Response, span: Span, said: Said, message: Message) -> bool:
    """Tell of a result whose tool ran in this trace, and is not recorded to have returned it."""
    for part in message.parts if message.role == "tool" else ():
        runs = said.runs(part)
        if runs is None or runs.agree(part.text):
            continue
        if runs.lacking:
            runs.lacking.tell(gaps, response.service_name(runs.lacking.span))
            return True
        gaps.fail(
            f"a tool message to {span.name} and what the tool returned contradict each other",
            span.evidence(),
            fact="llm.input",
            place=response.service_name(span),
            reason="conflict",
        )
        return True
    return False


def _from_elsewhere(
    gaps: Gaps, response: Response, span: Span, said: Said, message: Message
) -> None:
    """Accept a message of an earlier turn that opens; else say what is missing."""
    what = f"{'an' if message.role == 'assistant' else 'a'} {message.role} message to {span.name}"
    links = response.refs("trace")
    unheard = message.role == "tool" and said.lacking
    if any(ref.resolved for ref in links) and not unheard:
        return
    for ref in links:
        gaps.follow(ref, f"{what} may come from an earlier turn")
    if links and not unheard:
        return
    for missing in said.lacking.values():
        missing.tell(gaps, response.service_name(missing.span))
    if not said.lacking:
        gaps.fail(
            f"{what} equals no earlier output, and no earlier turn is linked",
            span.evidence(),
            fact="trace.link",
            place=response.service_name(span),
            reason="unaccounted_input",
        )
