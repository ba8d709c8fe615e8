from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from agentaudit.above import of_kind
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.messages.parts import as_text
from agentaudit.probe import Example, Gaps, Limits, probe
from agentaudit.probes.prompts.dialogue import same
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.semconv.values import vacant
from agentaudit.span import Fact, Kind, Recorded, Span

_AGENT = regex(r"(?:invoke_agent|create_agent) (\S.*)", re.DOTALL)
BOUNDS = {"retries": 3, "entries": 10}
AGENT: dict[str, object] = {"name": "invoke_agent planner"}
FAILED: dict[str, object] = {"name": "chat gpt-4o", "error": True}


def _tool(arguments: str, **more: object) -> dict[str, object]:
    attributes = {"gen_ai.tool.name": "post", "gen_ai.tool.call.arguments": arguments}
    return {"name": "execute_tool post", "attributes": attributes, **more}


def _case(*spans: dict[str, object]) -> dict[str, object]:
    return {"response": {"spans": [AGENT, *spans]}, "limits": BOUNDS}


@probe(
    "guardrails-behaviour-bounded",
    fix="Stop the agent in code: cache the result per tool and arguments, cap retries and turns "
    "(`max_retries=3`, `recursion_limit=10`), and record what tools are called with: "
    '`span.set_attribute("gen_ai.tool.call.arguments", json.dumps(arguments))`.',
    examples=[
        Example(Outcome.PASS, _case(_tool('{"id": 1}'), _tool('{"id": 2}'))),
        Example(
            Outcome.PASS,
            _case(_tool('{"id": 1}', error=True), _tool('{"id": 1}')),
            "one retry after a failure",
        ),
        Example(
            Outcome.FAIL,
            _case(_tool('{"id": 1, "n": 2}'), _tool('{"n": 2, "id": 1}')),
            "the same call again, though it had succeeded",
        ),
        Example(Outcome.FAIL, _case(*[_tool("{}", error=True)] * 5), "four retries"),
        Example(
            Outcome.FAIL,
            _case(*[FAILED] * 5),
            "four retries of the model",
        ),
        Example(Outcome.FAIL, _case(*[AGENT] * 10), "a loop"),
        Example(
            Outcome.FAIL,
            _case({"name": "execute_tool post"}),
            "without arguments nobody can tell a repetition",
        ),
        Example(
            Outcome.FAIL,
            _case({"name": "invoke_agent unknown"}),
            "nobody can tell which agent was entered",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {
                "response": {"spans": [{"name": "retrieval kb"}], "shows": {"planner": ["LLM"]}},
                "limits": BOUNDS,
            },
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{"name": "retrieval kb"}]}, "limits": BOUNDS},
        ),
    ],
)
def behaviour_bounded(response: Response, limits: Limits) -> Answer:
    """Did the agents stay within bounds: no call repeated, few retries, no loop?

    Repetition is how agents fail silently: the answer arrives late, dear and booked twice. The
    same call after a failure is a retry; after a success it is a repetition. An agent that is
    entered again and again is a loop.
    """
    if not response.of(Kind.LLM, Kind.TOOL, Kind.AGENT):
        return MODEL_CALLS.unseen(response)
    gaps = Gaps()
    _tools(gaps, response, limits["retries"])
    _models(gaps, response, limits["retries"])
    _agents(gaps, response, limits["entries"])
    gaps.seen(response.entry.evidence())
    return gaps.answer("no call is repeated, retries are few, no agent loops")


def _tools(gaps: Gaps, response: Response, retries: float) -> None:
    calls: dict[tuple[Span | None, str, str], list[Span]] = {}
    agents = of_kind(response, Kind.AGENT)
    for span in response.of(Kind.TOOL):
        place, given = response.service_name(span), _arguments(span)
        if not given:
            gaps.need(given, f"arguments of {span.name}", place, span.evidence())
        else:
            key = (agents.of(span), _tool_name(span), same(as_text(given.value)))
            calls.setdefault(key, []).append(span)
    for spans in calls.values():
        if any(not span.failed for span in spans[:-1]):
            _tell(gaps, response, spans, "repeated_call", f"was called {len(spans)} times alike")
        elif len(spans) - 1 > retries:
            _tell(gaps, response, spans, "too_many_retries", f"was retried {len(spans) - 1} times")


def _models(gaps: Gaps, response: Response, retries: float) -> None:
    """Failed calls of one agent in a row: what follows each is a retry."""
    calls: dict[Span | None, list[Span]] = {}
    agents = of_kind(response, Kind.AGENT)
    for span in response.of(Kind.LLM):
        calls.setdefault(agents.of(span), []).append(span)
    for spans in calls.values():
        for failing, run in groupby(spans, key=lambda span: span.failed):
            tries = list(run)
            after = spans[-1] is not tries[-1]
            if failing and len(tries) - 1 + after > retries:
                count = len(tries) - 1 + after
                _tell(gaps, response, tries, "too_many_retries", f"was retried {count} times")


def _agents(gaps: Gaps, response: Response, entries: float) -> None:
    entered: Counter[str] = Counter()
    first: dict[str, Span] = {}
    for span in response.of(Kind.AGENT):
        named, place = _AGENT.fullmatch(span.name), response.service_name(span)
        named = None if named and vacant(named[1]) else named
        name = span.fact("agent.name")
        if not named and not gaps.need(name, f"name of {span.name}", place, span.evidence()):
            continue
        text = name.text if name else str(named and named[1])
        entered[text] += 1
        first.setdefault(text, span)
    for text, count in sorted(entered.items()):
        if count > entries:
            _tell(gaps, response, [first[text]], "loop", f"was entered {count} times")


def _tell(gaps: Gaps, response: Response, spans: Iterable[Span], reason: str, what: str) -> None:
    span, *_ = spans = list(spans)
    gaps.fail(
        f"{span.name} {what}",
        *(s.evidence() for s in spans[:3]),
        fact="agent.behaviour",
        place=response.service_name(span),
        reason=reason,
    )


def _arguments(span: Span) -> Fact:
    """What a tool was called with; an empty object is a call without arguments."""
    for fact in (span.fact("tool.arguments"), span.fact("step.input")):
        if fact:
            return fact
        if fact.state is Recorded.PLACEHOLDER and fact.value in ({}, []):
            return Fact(fact.key, Recorded.RECORDED, {}, fact.attribute, fact.location)
    return span.fact("tool.arguments")


def _tool_name(span: Span) -> str:
    name = span.fact("tool.name")
    return name.text if name else span.name
