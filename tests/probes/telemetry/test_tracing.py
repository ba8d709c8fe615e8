"""What keeps a library that traces from running, though it is called."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

MANIFEST = {"requirements.txt": "openai==1.93.0\nlangsmith==0.4.0\nlangfuse==3.2.0\n"}
TRACEABLE = (
    "from langsmith import traceable\nfrom openai import OpenAI\n\n@traceable\ndef plan(text):\n"
    "    return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
)
KEYED = (
    "import os\nfrom langfuse import CallbackHandler\nfrom openai import OpenAI\nOpenAI()\n"
    "if os.environ.get('LANGFUSE_SECRET_KEY'):\n    CallbackHandler()\n"
)
HANDLER = (
    "from langfuse import CallbackHandler\nfrom openai import OpenAI\nOpenAI()\nCallbackHandler()\n"
)
MADE = (
    "from langfuse import CallbackHandler\nfrom openai import OpenAI\n"
    "from start import make_client\nOpenAI()\nclient = make_client()\n"
    "if client is not None:\n    CallbackHandler(client)\n"
)
GENERIC = (
    "from langfuse import CallbackHandler\nfrom openai import OpenAI\nfrom conf import settings\n"
    "OpenAI()\n"
    "if settings.tracing.enabled:\n    CallbackHandler()\n"
)
DEVELOPMENT = (
    '[project]\nname = "a"\ndependencies = ["openai", "langsmith"]\n[dependency-groups]\ndev = [\n'
    '    "langfuse>=3",\n]\n'
)


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"app.py": TRACEABLE}, Outcome.FAIL),
        ({"app.py": TRACEABLE, ".env.example": "LANGSMITH_TRACING=true\n"}, Outcome.PASS),
        ({"app.py": KEYED}, Outcome.FAIL),
        ({"app.py": KEYED, ".env.example": "LANGFUSE_SECRET_KEY=\n"}, Outcome.PASS),
        ({"app.py": MADE}, Outcome.UNKNOWN),
        ({"app.py": HANDLER, "pyproject.toml": DEVELOPMENT, "requirements.txt": ""}, Outcome.FAIL),
        ({"app.py": HANDLER}, Outcome.PASS),
        ({"app.py": GENERIC, "chart/values.yaml": "nginx:\n  enabled: true\n"}, Outcome.FAIL),
    ],
)
def test_what_keeps_it_from_running(files: dict[str, str], outcome: Outcome) -> None:
    given = {"files": {**MANIFEST, **files}}
    answer = tracing_wired.ask(
        {"repo": testing.repository(given), "component": testing.component(given)}
    )
    assert answer.outcome is outcome, answer.message
