"""An image that installs past the lock file is not what the lock file says."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.lock_complete import (
    NODE,
    NODE_LOCK,
    PROJECT,
    UV,
    lock_complete,
)
from agentaudit.sources.git.memory import MemoryRepo

BASE = "FROM node:24.1 AS deps\nWORKDIR /app\n"
MAKEFILE = (
    "install: setup\n\t@echo done\n\nsetup:\n\tuv pip install .\n\n"
    "dev:\n\tuv sync\n\nturn: back\n\nback: turn\n"
)


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return lock_complete.ask(asked).outcome


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY package.json ./\nCOPY tsconfig*.json ./\nRUN npm install\n", Outcome.FAIL),
        ("COPY package.json .swcrc ./\nRUN npm install\n", Outcome.FAIL),
        ("COPY package*.json ./\nRUN npm install\n", Outcome.PASS),
        ("COPY other/package*.json ./\nRUN npm install\n", Outcome.FAIL),
        ('COPY ["package.json", "package-lock.json", "./"]\nRUN npm install\n', Outcome.PASS),
        ("COPY package.json ./package.json\nRUN npm install\n", Outcome.FAIL),
        (
            "COPY package.json ./package.json\nCOPY package-lock.json ./package-lock.json\n"
            "RUN npm install\n",
            Outcome.PASS,
        ),
        ("COPY package.json ./\nCOPY libs /libs\nRUN npm install\n", Outcome.FAIL),
        ("COPY package.json ./\nCOPY libs .\nRUN npm install\n", Outcome.PASS),
        ("COPY package.json ./\nCOPY libs $HOME\nRUN npm install\n", Outcome.PASS),
        ("COPY package.json /app/\nRUN cd /libs && npm install\n", Outcome.PASS),
        ("COPY package.json ./\nWORKDIR /app\nRUN npm install\n", Outcome.FAIL),
        ("COPY package.json ./\nWORKDIR /other\nRUN npm install\n", Outcome.PASS),
        ("COPY package.json ./\nFROM deps\nRUN npm install\n", Outcome.FAIL),
        ("COPY package.json ./\nFROM deps\nCOPY . .\nRUN npm install\n", Outcome.PASS),
    ],
)
def test_where_the_lock_file_is_when_node_installs(lines: str, expected: Outcome) -> None:
    files = {"package.json": NODE, "package-lock.json": NODE_LOCK, "Dockerfile": BASE + lines}
    assert _outcome(files) is expected


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ("RUN make install", Outcome.FAIL),
        ("RUN apt-get update && make install && rm -rf /tmp", Outcome.FAIL),
        ("RUN make dev", Outcome.PASS),
        ("RUN make turn", Outcome.PASS),
        ("RUN uv pip install --system -r /app/pyproject.toml", Outcome.FAIL),
        ("RUN uv sync && uv pip install -r pyproject.toml", Outcome.PASS),
        ("RUN cmake install", Outcome.PASS),
        ("RUN poetry add --lock ./lib-*.whl && poetry install", Outcome.FAIL),
        ("RUN poetry install && poetry build -o lib.whl", Outcome.PASS),
    ],
)
def test_what_python_installs_by_a_rule_or_adds(runs: str, expected: Outcome) -> None:
    image = f"FROM python:3.12\nCOPY . .\n{runs}\n"
    files = {"pyproject.toml": PROJECT, "uv.lock": UV, "Makefile": MAKEFILE}
    files |= {"poetry.lock": UV} if "poetry" in runs else {}
    assert _outcome({**files, "Dockerfile": image}) is expected


@pytest.mark.parametrize(
    ("built", "install", "expected"),
    [
        ("./server", "npm install", Outcome.FAIL),
        ("./server", "npm ci", Outcome.FAIL),
        ("{context: ., dockerfile: server/Dockerfile}", "npm install", Outcome.PASS),
    ],
)
def test_the_lock_of_a_workspace_above_what_the_image_is_built_from(
    built: str, install: str, expected: Outcome
) -> None:
    lock = NODE_LOCK.replace('"": {', '"": {}, "server": {')
    files = {
        "package.json": '{"name": "all", "private": true, "workspaces": ["server"]}',
        "package-lock.json": lock,
        "server/package.json": NODE,
        "server/index.js": "import OpenAI from 'openai';\n",
        "server/Dockerfile": f"{BASE}COPY package*.json ./\nRUN {install}\nCOPY . .\n",
        "compose.yaml": f"services:\n  server:\n    build: {built}\n",
    }
    repo = MemoryRepo(files)
    server = next(each for each in repo.components() if each.path == "server")
    assert lock_complete.ask({"repo": repo, "component": server}).outcome is expected
