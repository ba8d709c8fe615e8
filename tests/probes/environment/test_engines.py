"""Lists of packages that a program has a platform install, whatever is locked beside it."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.lock_complete import lock_complete

PASS, FAIL = Outcome.PASS, Outcome.FAIL
LOCKED = {
    "requirements.txt": "openai==1.93.0 \\\n    --hash=sha256:" + "9f86d081" * 8 + "\n",
    "desk.py": "from openai import OpenAI\nOpenAI()\n",
}
CREATES = "from vertexai import agent_engines\n"


def _ask(deploys: str, **more: str) -> Outcome:
    given = {"files": {**LOCKED, "deploy.py": deploys, **more}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return lock_complete.ask(asked).outcome


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        ("agent_engines.create(app, requirements=['mail[all,more]', 'web==2.0'])", FAIL),
        ("requirements = [\n    'web>=2.0',\n]\nagent_engines.create(app)", FAIL),
        ("client.agent_engines.update(config={'requirements': ['web']})", FAIL),
        ("reasoning_engines.ReasoningEngine.create(App(), requirements=['web'])", FAIL),
        ("agent_engines.create(app, requirements='requirements.txt')", PASS),
        ("agent_engines.create(app, requirements=['dist/desk-0.1-py3-none-any.whl'])", PASS),
        ("agent_engines.create(app, requirements=[\n  # 'web',\n  'web==2.0',\n])", PASS),
        ("requirements = ['web']\nagents.create(app)", PASS),
        ("agent_engines.create(app)\nnames = ['web']", PASS),
    ],
)
def test_what_an_agent_engine_is_told_to_install(call: str, outcome: Outcome) -> None:
    assert _ask(f"{CREATES}{call}\n") is outcome


def test_an_image_is_what_is_deployed() -> None:
    image = "FROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt\n"
    call = f"{CREATES}agent_engines.create(app, requirements=['web'])\n"
    assert _ask(call, Dockerfile=image) is PASS
