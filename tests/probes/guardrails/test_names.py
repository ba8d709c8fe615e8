"""What a function is called says whether it judges, or speaks about a guardrail."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

SOURCE = (
    "from openai import OpenAI\n\nclient = OpenAI()\n\n"
    "def NAME(text):\n    if 'ignore all' in text:\n        raise ValueError(text)\n\n"
    "def answer(text):\n    NAME(text)\n"
    "    return client.responses.create(model='gpt-4o-2024-08-06', input=text)\n\n"
    "answer(input())\n"
)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("run_guardrail", Outcome.PASS),
        ("check_prompt_injection", Outcome.PASS),
        ("add_guardrail_indicator", Outcome.FAIL),
        ("show_guardrail_banner", Outcome.FAIL),
        ("guardrail_badge", Outcome.FAIL),
        ("greet", Outcome.FAIL),
    ],
)
def test_a_name_of_a_function_that_is_asked_before_the_model(name: str, outcome: Outcome) -> None:
    given = {
        "files": {"requirements.txt": "openai==1.93.0\n", "a.py": SOURCE.replace("NAME", name)}
    }
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert on_by_default.ask(asked).outcome is outcome
