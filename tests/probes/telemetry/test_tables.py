"""Functions that set tracing up and stand in a table."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

NEEDS = {"requirements.txt": "openai==1.93.0\narize-phoenix-otel==0.13.0\n"}
TABLE = (
    "import os\nfrom openai import OpenAI\nfrom phoenix.otel import register\n\n"
    "def set_up_phoenix():\n    register(auto_instrument=True)\n\n"
    "WAYS = {{'phoenix': set_up_phoenix, 'none': print}}\n"
    "WAYS[os.getenv('TRACER', '{}')]()\nOpenAI()\n{}"
)
COMPOSE = "services:\n  api:\n    build: .\n    environment:\n      TRACER: phoenix\n"
IMAGE = {"Dockerfile": "FROM python:3.12\nCOPY . .\n", "compose.yaml": COMPOSE}


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"app.py": TABLE.format("none", "")}, Outcome.FAIL),
        ({"app.py": TABLE.format("phoenix", "")}, Outcome.PASS),
        ({"app.py": TABLE.format("none", "set_up_phoenix()\n")}, Outcome.PASS),
        ({"app.py": TABLE.format("none", ""), **IMAGE}, Outcome.PASS),
        ({"app.py": TABLE.format("none", "").replace("WAYS[", "OTHER[")}, Outcome.PASS),
    ],
)
def test_what_a_variable_chooses(files: dict[str, str], outcome: Outcome) -> None:
    given = {"files": NEEDS | files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracing_wired.ask(asked).outcome is outcome
