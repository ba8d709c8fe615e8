"""Which messages that enter a call are accounted for."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from agentaudit import testing
from agentaudit.finding import Answer, Outcome
from agentaudit.probes import builtin

PROBE = builtin()["prompts-messages-accounted"]
AGENT = {"name": "invoke_agent a", "id": "00000000000000a1"}
SHA = "8c5ab1f2e90d47361b7a2c4d5e6f708192a3b4c5"


def call(messages: list[dict[str, Any]], answer: dict[str, Any] | None = None) -> dict[str, Any]:
    attributes = {"input.value": orjson.dumps({"messages": messages}).decode()}
    if answer:
        attributes["output.value"] = orjson.dumps({"choices": [{"message": answer}]}).decode()
    return {"name": "chat m", "attributes": attributes}


def tool(output: str, **attributes: str) -> dict[str, Any]:
    return {"name": "execute_tool weather", "attributes": {"output.value": output, **attributes}}


USER = {"role": "user", "content": "Weather?"}
ASKS = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c1", "function": {"name": "weather", "arguments": "{}"}}],
}


def result(content: str, id: str = "c1") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id, "content": content}


def ask(*spans: dict[str, Any], **more: Any) -> Answer:
    return PROBE.ask(testing.build({"response": {"spans": [AGENT, *spans], **more}}))


@pytest.mark.parametrize(
    ("output", "attributes", "content", "outcome"),
    [
        ("rain", {}, "rain", Outcome.PASS),
        ('{"b": 1, "a": 2}', {}, '{"a":2,"b":1}', Outcome.PASS),
        ('"rain"', {}, "rain", Outcome.PASS),
        ("rain", {"tool_call.id": "c1"}, "It rains.", Outcome.PASS),
        ("rain", {}, "It rains.", Outcome.PASS),
        ("rain", {"tool.name": "other"}, "It rains.", Outcome.FAIL),
    ],
    ids=["text", "json", "quoted", "id of the span", "id of the call", "another tool ran"],
)
def test_result_of_a_tool(
    output: str, attributes: dict[str, str], content: str, outcome: Outcome
) -> None:
    spans = (call([USER], ASKS), tool(output, **attributes), call([USER, ASKS, result(content)]))
    assert ask(*spans).outcome is outcome


def test_later_output_accounts_for_nothing() -> None:
    late = call([USER, {"role": "assistant", "content": "Snow."}])
    says = call([USER], {"role": "assistant", "content": "Snow."})
    assert ask(says, late).outcome is Outcome.PASS
    assert ask(late, says).outcome is Outcome.FAIL
    assert ask({**says, "start_ms": None}, late).outcome is Outcome.FAIL


def test_unrecorded_output_is_the_cause() -> None:
    silent = call([USER])
    found = ask(silent, call([USER, {"role": "assistant", "content": "Snow."}]))
    assert ("llm.output", "missing") in {(c.fact, c.reason) for c in found.causes}
    assert found.outcome is Outcome.FAIL


def test_example_in_the_template_is_accounted_for() -> None:
    shot = call([USER, {"role": "assistant", "content": "Snow."}, USER])
    named = {"gen_ai.prompt.name": "p", "gen_ai.prompt.version": "1"}
    built = {"service.name": "planner", "vcs.ref.head.revision": SHA}
    span = {**shot, "attributes": {**shot["attributes"], **named}, "resource": built}
    opens = {SHA: {}, "prompts/p/1.md": {"text": "For example: Snow."}}
    assert ask(span, opens=opens).outcome is Outcome.PASS
    assert ask(span, opens={SHA: {}}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("output", "attributes", "told", "reason"),
    [
        ("SUN 40C", {"tool_call.id": "c1"}, "rain 14C", "conflict"),
        ("SUN 40C", {}, "rain 14C", "conflict"),
        ('{"sky": "sun"}', {"tool_call.id": "c1"}, "Result: sky: sun", ""),
        ('{"content": "rain\\n14C", "id": "c1"}', {"tool_call.id": "c1"}, "rain\n14C", ""),
        ("", {"tool_call.id": "c1"}, "(no output)", ""),
        ("__REDACTED__", {"tool_call.id": "c1"}, "rain", "redacted"),
    ],
)
def test_result_is_held_against_what_the_tool_returned(
    output: str, attributes: dict[str, str], told: str, reason: str
) -> None:
    spans = (call([USER], ASKS), tool(output, **attributes), call([USER, ASKS, result(told)]))
    assert ask(*spans).reason == reason


def test_linked_turn_excuses_no_contradiction() -> None:
    turn = "0af7651916cd43dd8448eb211c80319c"
    told = {**call([USER, ASKS, result("rain 14C")]), "links": [turn]}
    silent = {"name": "execute_tool weather", "attributes": {"tool_call.id": "c1"}}
    for ran, reason in (
        (tool("SUN 40C", **{"tool_call.id": "c1"}), "conflict"),
        (silent, "missing"),
    ):
        assert ask(call([USER], ASKS), ran, told, opens={turn: {}}).reason == reason
