"""Models of a server of the team's own are asked of no provider."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.ids_pinned import ids_pinned

COMPOSE = "services:\n  app:\n    build: .\n    environment:\n      - LLM_MODEL={}\n"
ASKS = (
    "from openai import OpenAI\n\ndef ask(q):\n    return OpenAI().chat.completions.create("
    "model='gpt-4o-2024-08-06', messages=[{'role': 'user', 'content': q}])\n"
)


@pytest.mark.parametrize(
    ("model", "outcome"),
    [
        ("phi4:14B-Q4_0", Outcome.PASS),
        ("phi4:14b-q4_0", Outcome.PASS),
        ("ai/phi4:14B-Q4_0", Outcome.PASS),
        ("gpt-4o", Outcome.FAIL),
    ],
)
def test_tags_of_local_servers(model: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "docker-compose.yml": COMPOSE.format(model),
        "app.py": ASKS,
    }
    answer = ids_pinned.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message
