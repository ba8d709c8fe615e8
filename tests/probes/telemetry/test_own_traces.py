"""Traces that an application keeps itself."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

RECORDER = (
    "import json\n\nclass EventTrace:\n    def __init__(self, task):\n        self.task = task\n"
    "        self.steps = []\n\n    def trace_step(self, model, tokens, prompt):\n"
    "        self.steps.append({'model': model, 'tokens': tokens, 'prompt': prompt})\n\n"
    "    def persist(self):\n        %swith open(f'{self.task}.json', 'w') as file:\n"
    "            json.dump(self.steps, file)\n"
)
TOLD = (
    "from openai import OpenAI\nfrom keeping.event_trace import EventTrace\n\n"
    "def answer(question):\n    event_trace = EventTrace(question)\n    client = OpenAI()\n"
    "    {}\n    return client\n\nanswer('x')\n"
)
STEPS = "\n    ".join(
    f"event_trace.trace_step(client.models.{name}, 1, question)" for name in ("list", "get", "use")
)
OPENED = "\n    ".join(f"event_trace.{name}(question)" for name in ("start", "load", "end"))

STATE = "if not self.enabled:\n            return\n        "


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": {"requirements.txt": "openai==1.93.0\n", **files}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return tracing_wired.ask(asked).outcome


@pytest.mark.parametrize(
    ("recorder", "told", "outcome"),
    [
        (RECORDER % "", STEPS, Outcome.PASS),
        (RECORDER % "", OPENED, Outcome.FAIL),
        (RECORDER % "", STEPS.split("\n")[0], Outcome.FAIL),
        (RECORDER.partition("    def persist")[0], STEPS, Outcome.FAIL),
        (RECORDER % "if not TRACES_ENABLED:\n            return\n        ", STEPS, Outcome.FAIL),
        (RECORDER % STATE, STEPS, Outcome.PASS),
        (RECORDER % f"# of the settings\n        {STATE}", STEPS, Outcome.FAIL),
        ("import langfuse\n" + RECORDER % "", STEPS, Outcome.FAIL),
    ],
    ids=[
        *("kept", "opened and closed only", "one step", "not kept", "switched", "its own state"),
        *("a state that settings give", "a library's"),
    ],
)
def test_a_trace_of_its_own(recorder: str, told: str, outcome: Outcome) -> None:
    files = {"keeping/event_trace.py": recorder, "app.py": TOLD.format(told)}
    assert _outcome(files) is outcome


def test_a_trace_of_its_own_that_is_switched_on() -> None:
    recorder = RECORDER % "if not TRACES_ENABLED:\n            return\n        "
    files = {"keeping/event_trace.py": recorder, "app.py": TOLD.format(STEPS)}
    image = "FROM python:3.12\nENV TRACE_ENABLED=true\nCOPY . .\n"
    assert _outcome(files | {"Dockerfile": image}) is Outcome.PASS
