"""Which model ids are immutable, and when another model answered."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes import builtin

PROBE = builtin()["models-answered-as-requested"]
SAME = {
    "gpt-4o-2026-08-06": "",
    "gpt-4-0613": "",
    "gpt-4-1106-preview": "",
    "claude-3-5-sonnet-20241022": "",
    "claude-3-5-sonnet@20241022": "",
    "anthropic.claude-3-5-sonnet-20241022-v2:0": "",
    "mistral-large-2411": "",
    "gemini-1.5-pro-002": "",
    "command-r-08-2024": "",
    "ft:gpt-4o-2024-08-06:acme::abc": "",
    "gpt-4o": "model_alias_mutable",
    "gpt-4.1": "model_alias_mutable",
    "o3": "model_alias_mutable",
    "claude-sonnet-latest": "model_alias_mutable",
    "llama-3.1-405b-instruct": "model_alias_mutable",
    "phi-3-mini-128k": "model_alias_mutable",
    "qwen2.5-72b": "model_alias_mutable",
    "text-embedding-3-small": "model_alias_mutable",
}
PAIRS = {
    ("gpt-4o", "gpt-4o-2026-08-06"): "model_alias_mutable",
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"): "model_alias_mutable",
    ("gpt-4o", "gpt-4o-mini-2026-08-06"): "model_mismatch",
    ("gpt-4o-2026-08-06", "gpt-4o-2025-01-01"): "model_mismatch",
    ("openai/gpt-4o-2026-08-06", "gpt-4o-2026-08-06"): "",
    ("models/gemini-1.5-pro-002", "gemini-1.5-pro-002"): "",
}


def reason(requested: str, answered: str) -> str:
    names = {"gen_ai.request.model": requested, "gen_ai.response.model": answered}
    hosted = {"server.address": "api.openai.com"}
    span = {"name": "chat m", "attributes": {**names, **hosted}}
    return PROBE.ask(testing.build({"response": {"spans": [span]}})).reason


@pytest.mark.parametrize(("model", "expected"), SAME.items())
def test_immutable_ids_are_told_from_aliases(model: str, expected: str) -> None:
    assert reason(model, model) == expected


@pytest.mark.parametrize(("pair", "expected"), PAIRS.items())
def test_alias_is_told_from_another_model(pair: tuple[str, str], expected: str) -> None:
    assert reason(*pair) == expected
