"""What a compose file sets is set for the service that it stands below, and for no other."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

OF_ONE = (
    "services:\n  api:\n    build: ./api\n    environment:\n      {}\n"
    "  other:\n    build: ./other\n    environment:\n      {}\n"
)
GRAPH = {
    "requirements.txt": "langgraph==0.5.0\n",
    "app.py": "from langgraph.graph import StateGraph\nStateGraph(dict)\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
}


@pytest.mark.parametrize(
    ("own", "others", "outcome"),
    [
        ("LANGSMITH_TRACING: 'true'", "A: b", Outcome.PASS),
        ("A: b", "LANGSMITH_TRACING: 'true'", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-true}", "A: b", Outcome.PASS),
        ("LANGSMITH_TRACING: ${TRACED:-false}", "A: b", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-}", "A: b", Outcome.FAIL),
    ],
)
def test_environment_of_a_service_is_its_own(own: str, others: str, outcome: Outcome) -> None:
    files = {f"{home}/{name}": text for home in ("api", "other") for name, text in GRAPH.items()}
    given = {"files": {**files, "compose.yaml": OF_ONE.format(own, others)}, "path": "api"}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracing_wired.ask(asked).outcome is outcome
