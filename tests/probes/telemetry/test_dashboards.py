"""Dashboards that are deployed with what they show."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.memory_measured import memory_measured

ASK = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": "from openai import OpenAI\nOpenAI()\n",
}
BOARD = (
    'resource "google_monitoring_dashboard" "a" {{\n  count = {}\n'
    '  dashboard_json = file("${{path.module}}/board.json")\n}}\n'
)


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": ASK | files, "path": "."}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return memory_measured.ask(asked).outcome


@pytest.mark.parametrize(
    ("metric", "count", "outcome"),
    [
        ("run.googleapis.com/container/memory/utilizations", "1", Outcome.PASS),
        ("run.googleapis.com/request_count", "1", Outcome.FAIL),
        ("run.googleapis.com/container/memory/utilizations", "0", Outcome.FAIL),
    ],
)
def test_a_dashboard_that_is_deployed(metric: str, count: str, outcome: Outcome) -> None:
    shown = f'{{"filter": "metric.type=\\"{metric}\\""}}\n'
    files = {"infra/a.tf": BOARD.format(count), "infra/board.json": shown}
    assert _outcome(files) is outcome
    assert _outcome({"ops/board.json": shown}) is Outcome.FAIL
