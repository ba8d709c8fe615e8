"""Agents that a managed service runs, made by scripts of CI."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

FUNCTION = {
    "functions/requirements.txt": "azure-functions\n",
    "functions/function_app.py": "import azure.functions\n",
    "functions/host.json": "{}",
    "infra/main.bicep": "resource a 'x' = {\n  linuxFxVersion: 'Python|3.13'\n}\n",
}
AGENT = (
    "from azure.ai.projects import AIProjectClient\n"
    "client = AIProjectClient(endpoint='x', credential=None)\n"
    "client.agents.create_agent(model='gpt-4o', name='a', instructions='Answer.')\n"
)
CI = (
    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
    "      - uses: actions/setup-python@v5\n        with:\n          python-version: '3.11'\n"
    "      - run: |\n          pip install azure-ai-projects\n          {}\n"
)


def _components(command: str, script: str, path: str = "scripts/make.py") -> dict[str, Component]:
    files = {**FUNCTION, path: script, ".github/workflows/a.yml": CI.format(command)}
    return {each.path: each for each in MemoryRepo(files).components()}


@pytest.mark.parametrize(
    ("command", "script", "path", "whole"),
    [
        ("python scripts/make.py", AGENT, "scripts/make.py", True),
        ("python ./scripts/make.py --name a", AGENT, "scripts/make.py", True),
        ("echo scripts/make.py", AGENT, "scripts/make.py", False),
        ("python scripts/make.py", "print('agents')\n", "scripts/make.py", False),
        ("python tests/make.py", AGENT, "tests/make.py", False),
        ("python functions/make.py", AGENT, "functions/make.py", False),
    ],
)
def test_a_script_that_makes_an_agent_deploys_it(
    command: str, script: str, path: str, whole: bool
) -> None:
    found = _components(command, script, path)
    assert set(found) == {"functions"} | ({"."} if whole else set())


def test_what_is_asked_of_it_and_of_what_stands_beside_it() -> None:
    found = _components("python scripts/make.py", AGENT)
    assert {path: each.agentic for path, each in found.items()} == {".": True, "functions": False}
    pins = {path: [value for _, value in each.runtime_pins] for path, each in found.items()}
    assert pins == {".": ["python 3.11"], "functions": ["python 3.13"]}
