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
        ("LANGSMITH_TRACING: ${TRACED:-${ALL:-true}}", "A: b", Outcome.PASS),
        ("LANGSMITH_TRACING: ${TRACED:-${ALL:-false}}", "A: b", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-${ALL}}", "A: b", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-}", "A: b", Outcome.FAIL),
    ],
)
def test_environment_of_a_service_is_its_own(own: str, others: str, outcome: Outcome) -> None:
    files = {f"{home}/{name}": text for home in ("api", "other") for name, text in GRAPH.items()}
    given = {"files": {**files, "compose.yaml": OF_ONE.format(own, others)}, "path": "api"}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracing_wired.ask(asked).outcome is outcome


@pytest.mark.parametrize("name", ["api.v2", "ap"])
@pytest.mark.parametrize(("home", "outcome"), [("api", Outcome.FAIL), ("other", Outcome.PASS)])
def test_name_of_a_service_may_begin_that_of_another(
    name: str, home: str, outcome: Outcome
) -> None:
    files = {f"{each}/{row}": text for each in ("api", "other") for row, text in GRAPH.items()}
    compose = OF_ONE.format("A: b", "LANGSMITH_TRACING: 'true'").replace("  other:", f"  {name}:")
    given = {"files": {**files, "compose.yaml": compose}, "path": home}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracing_wired.ask(asked).outcome is outcome
