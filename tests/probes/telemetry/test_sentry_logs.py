"""Logs that Sentry takes over, with the trace id."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.logs_structured import logs_structured

PASS, FAIL = Outcome.PASS, Outcome.FAIL
PYTHON = {"requirements.txt": "openai==1.93.0\nsentry-sdk==2.40.0\n"}
START = (
    "import os\nimport sentry_sdk\nfrom openai import OpenAI\n"
    "sentry_sdk.init(dsn=DSN, GIVEN)\nOpenAI()\n"
)
NODE = {
    "package.json": '{"name": "a", "dependencies": {"openai": "5.0.0", "@sentry/node": "10.0.0"}}'
}
SCRIPT = (
    'import * as Sentry from "@sentry/node";\nimport OpenAI from "openai";\n'
    "Sentry.init({ dsn: process.env.SENTRY_DSN, enableLogs: true, integrations: [TAKES] });\n"
    "new OpenAI();\n"
)


@pytest.mark.parametrize(
    ("given", "dsn", "outcome"),
    [
        ("enable_logs=True", "os.environ['SENTRY_DSN']", PASS),
        ("_experiments={'enable_logs': True}", "os.environ['SENTRY_DSN']", PASS),
        ("enable_logs=False", "os.environ['SENTRY_DSN']", FAIL),
        ("_experiments={'enable_logs': False}", "os.environ['SENTRY_DSN']", FAIL),
        ("traces_sample_rate=1.0", "os.environ['SENTRY_DSN']", FAIL),
        ("enable_logs=True", "''", FAIL),
    ],
)
def test_of_python(given: str, dsn: str, outcome: Outcome) -> None:
    text = START.replace("GIVEN", given).replace("DSN, ", f"{dsn}, ", 1)
    assert _asked({**PYTHON, "app.py": text}) is outcome


@pytest.mark.parametrize(
    ("takes", "outcome"), [("Sentry.consoleLoggingIntegration()", PASS), ("", FAIL)]
)
def test_of_scripts(takes: str, outcome: Outcome) -> None:
    assert _asked({**NODE, "app.ts": SCRIPT.replace("TAKES", takes)}) is outcome


def _asked(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return logs_structured.ask(inputs).outcome
