"""Which model call a tool followed."""

from __future__ import annotations

from typing import Any

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes import builtin

PROBE = builtin()["prompts-tools-recorded"]
AGENT = {"name": "invoke_agent a", "id": "00000000000000a1"}
BARE: dict[str, Any] = {"name": "chat m"}
FULL = {**BARE, "attributes": {"gen_ai.tool.definitions": '[{"name": "t"}]'}}
TOOL = {"name": "execute_tool t"}


@pytest.mark.parametrize(
    ("spans", "outcome"),
    [
        ([AGENT, FULL, TOOL, BARE], Outcome.PASS),
        ([AGENT, BARE, TOOL, FULL], Outcome.FAIL),
        ([AGENT, FULL, TOOL, {**BARE, "start_ms": None}], Outcome.FAIL),
        ([AGENT, FULL, {**TOOL, "start_ms": None}, BARE], Outcome.FAIL),
        ([AGENT, TOOL, BARE], Outcome.NOT_APPLICABLE),
        (
            [
                AGENT,
                FULL,
                {**BARE, "id": "00000000000000b1"},
                {**TOOL, "parent": "00000000000000b1"},
            ],
            Outcome.FAIL,
        ),
    ],
    ids=["before", "after", "call without start", "tool without start", "code first", "below"],
)
def test_offering_call(spans: list[dict[str, Any]], outcome: Outcome) -> None:
    assert PROBE.ask(testing.build({"response": {"spans": spans}})).outcome is outcome


@pytest.mark.parametrize(
    ("definitions", "outcome"),
    [
        ('[{"function": {"name": "t"}}]', Outcome.PASS),
        ('[{"type": "web_search"}]', Outcome.PASS),
        ('[{"functionDeclarations": [{"name": "t"}]}]', Outcome.PASS),
        ('[{"name": "t"}, {"type": "function"}]', Outcome.FAIL),
        ('[{"name": "unknown"}]', Outcome.FAIL),
        ("[]", Outcome.FAIL),
        ("yes", Outcome.FAIL),
    ],
)
def test_every_definition_has_a_name(definitions: str, outcome: Outcome) -> None:
    offering = {**BARE, "attributes": {"gen_ai.tool.definitions": definitions}}
    spans = [AGENT, offering, TOOL]
    assert PROBE.ask(testing.build({"response": {"spans": spans}})).outcome is outcome
