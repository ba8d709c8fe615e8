"""An image that installs past the lock file is not what the lock file says."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.lock_complete import (
    NODE,
    NODE_LOCK,
    PINNED,
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
    ("left_out", "run", "expected"),
    [
        ("node_modules\npackage-lock.json\n", "npm install", Outcome.FAIL),
        ("node_modules\n**/package-lock.json\n", "npm install", Outcome.FAIL),
        ("package-lock.json\n!package-lock.json\n", "npm install", Outcome.PASS),
        ("# package-lock.json\n", "npm install", Outcome.PASS),
        ("docs\n", "npm install", Outcome.PASS),
        ("*.json\n", "npm install", Outcome.FAIL),
        ("web/package-lock.json\n", "npm install", Outcome.PASS),
        ("other/*.json\n", "npm install", Outcome.PASS),
    ],
)
def test_a_lock_file_that_is_left_out_of_the_build(
    left_out: str, run: str, expected: Outcome
) -> None:
    files = {"package.json": NODE, "package-lock.json": NODE_LOCK, ".dockerignore": left_out}
    assert _outcome({**files, "Dockerfile": f"{BASE}COPY . .\nRUN {run}\n"}) is expected


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        ("*.json\n", Outcome.PASS),
        ("package-lock.json\n", Outcome.PASS),
        ("web\n!web/package.json\n", Outcome.FAIL),
        ("*/*.json\n", Outcome.FAIL),
        ("**/*.json\n", Outcome.FAIL),
    ],
)
def test_a_lock_file_below_where_the_build_ignores(left_out: str, expected: Outcome) -> None:
    """Without `**/` a pattern of Docker means what lies at the root of its context."""
    build = f"{BASE}COPY web .\nRUN npm install\n"
    compose = "services: {web: {build: {context: ., dockerfile: web/Dockerfile}}}\n"
    own = {"package.json": NODE, "package-lock.json": NODE_LOCK, "Dockerfile": build}
    files = {f"web/{name}": text for name, text in own.items()}
    given = {**files, "compose.yaml": compose, ".dockerignore": left_out}
    asked = {"files": given, "path": "web"}
    needs = {"repo": testing.repository(asked), "component": testing.component(asked)}
    assert lock_complete.ask(needs).outcome is expected


SYNCED = "FROM python:3.12\nCOPY . .\nRUN uv sync --frozen\n"
LOCKED = {"pyproject.toml": PROJECT, "uv.lock": UV}
GO = {
    "go.mod": "module x.io/a\n\ngo 1.24\n\nrequire x.io/b v1.0.0\n",
    "go.sum": "x.io/b v1.0.0 h1:aa=\nx.io/b v1.0.0/go.mod h1:aa=\n",
}
BUILT = "FROM golang:1.24\nCOPY . .\nRUN go build -o /a .\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({**LOCKED, "Dockerfile": SYNCED + 'RUN pip install gunicorn\nCMD ["gunicorn", "a"]\n'}, 1),
        ({**LOCKED, "Dockerfile": SYNCED + 'RUN pip install uv\nCMD ["uv", "run", "a.py"]\n'}, 0),
        ({**LOCKED, "Dockerfile": SYNCED + 'RUN pip install ruff\nCMD ["python", "a.py"]\n'}, 0),
        ({**GO, "Dockerfile": BUILT + 'RUN pip install gate==1.0\nCMD ["gate", "-p", "80"]\n'}, 1),
        ({**GO, "Dockerfile": BUILT + 'RUN pip install gate==1.0\nCMD ["/a"]\n'}, 0),
        (
            {
                **GO,
                "Dockerfile": BUILT + 'RUN pip install gate==1.0\nCMD ["./start.sh"]\n',
                "start.sh": "gate --port 80 &\n/a\n",
            },
            1,
        ),
    ],
)
def test_what_an_image_starts_beside_the_lock(files: dict[str, str], expected: int) -> None:
    assert _outcome(files) is (Outcome.FAIL if expected else Outcome.PASS)


RANGES = {**LOCKED, "requirements.txt": "openai>=1\n", "app.py": "import openai\n"}
HOST = "services:\n  - type: web\n    buildCommand: {}\n"
SENDS = (
    "on: push\njobs:\n  a:\n    steps:\n      - run: {}\n      - uses: Azure/functions-action@v1\n"
)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"render.yaml": HOST.format("pip install -r requirements.txt")}, Outcome.FAIL),
        ({"render.yaml": HOST.format("uv sync --frozen")}, Outcome.PASS),
        (
            {".github/workflows/a.yml": SENDS.format("pip install -r requirements.txt")},
            Outcome.FAIL,
        ),
        ({".github/workflows/a.yml": SENDS.format("uv sync --frozen")}, Outcome.PASS),
        (
            {
                ".github/workflows/a.yml": SENDS.format("pip install -r requirements.txt").replace(
                    "uses: Azure/functions-action@v1", "run: pytest"
                )
            },
            Outcome.PASS,
        ),
    ],
)
def test_what_a_host_installs_by(files: dict[str, str], expected: Outcome) -> None:
    assert _outcome({**RANGES, **files}) is expected


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


PYTHON = "FROM python:3.12 AS deps\nWORKDIR /app\n"
LISTED = {
    "requirements.in": "openai>=1\n",
    "requirements.txt": PINNED,
    "requirements-docker.txt": "openai==1.93.0\n",
}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY pyproject.toml README.md ./\nRUN uv sync --no-dev\nCOPY . .\n", Outcome.FAIL),
        ("COPY pyproject.toml uv.lock* ./\nRUN uv sync --no-dev\nCOPY . .\n", Outcome.PASS),
        ("COPY pyproject.toml /app/\nRUN uv sync\n", Outcome.FAIL),
        ("COPY pyproject.toml /other/\nRUN uv sync\n", Outcome.PASS),
        ("COPY pyproject.toml ./\nRUN uv lock && uv sync --frozen\n", Outcome.FAIL),
        ("COPY pyproject.toml ./\nRUN uv pip compile pyproject.toml -o all.txt\n", Outcome.FAIL),
        ("COPY pyproject.toml ./\nRUN uv sync\nCOPY . .\nRUN uv sync --frozen\n", Outcome.PASS),
        ("COPY src ./src\nRUN uv sync --frozen\n", Outcome.PASS),
    ],
)
def test_where_the_lock_file_is_when_python_installs(lines: str, expected: Outcome) -> None:
    files = {"pyproject.toml": PROJECT, "uv.lock": UV, "Dockerfile": PYTHON + lines}
    assert _outcome(files) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY requirements.txt .\nRUN pip install -r requirements.txt\n", Outcome.PASS),
        (
            "COPY requirements-docker.txt requirements.txt\n"
            "RUN pip install \\\n -r requirements.txt\n",
            Outcome.FAIL,
        ),
        (
            "COPY requirements-docker.txt .\nRUN pip install -r requirements-docker.txt\n",
            Outcome.FAIL,
        ),
        (
            "COPY ../requirements.in /app/requirements.in\nRUN pip-compile requirements.in\n",
            Outcome.FAIL,
        ),
        (
            "COPY requirements.in requirements.txt ./\nRUN pip-compile requirements.in\n",
            Outcome.PASS,
        ),
    ],
)
def test_which_list_the_image_installs(lines: str, expected: Outcome) -> None:
    assert _outcome({**LISTED, "Dockerfile": PYTHON + lines}) is expected


def test_what_is_deployed_decides_not_what_is_worked_on() -> None:
    files = {"pyproject.toml": PROJECT, "uv.lock": UV}
    good, bad = f"{PYTHON}COPY . .\nRUN uv sync\n", f"{PYTHON}COPY . .\nRUN pip install .\n"
    assert _outcome({**files, "Dockerfile": good, "Dockerfile.dev": bad}) is Outcome.PASS
    assert _outcome({**files, "Dockerfile": bad, "Dockerfile.prod": good}) is Outcome.PASS
    assert _outcome({**files, "Dockerfile": good, "Dockerfile.gpu": bad}) is Outcome.FAIL
    assert _outcome({**files, "Dockerfile.dev": bad}) is Outcome.FAIL


YARN = '# yarn lockfile v1\n\n\nopenai@^5.0.0:\n  version "5.1.0"\n'
STEPS = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"


@pytest.mark.parametrize(
    ("manifest", "run", "expected"),
    [
        (NODE, "npm ci", Outcome.PASS),
        (NODE, "npm ci && yarn install", Outcome.FAIL),
        (NODE, "npm install -g pm2", Outcome.FAIL),
        (NODE, "cd other && npm ci", Outcome.FAIL),
        (NODE[:-1] + ', "packageManager": "yarn@1.22.22"}', "npm ci", Outcome.PASS),
    ],
)
def test_which_of_two_locks_of_node_is_used(manifest: str, run: str, expected: Outcome) -> None:
    locks = {"package-lock.json": NODE_LOCK, "yarn.lock": YARN}
    workflow = {".github/workflows/ci.yml": STEPS.format(run)}
    assert _outcome({"package.json": manifest, **locks, **workflow}) is expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, Outcome.PASS),
        ({"app.py": "import openai\n"}, Outcome.FAIL),
        ({"pyproject.toml": PROJECT}, Outcome.FAIL),
    ],
)
def test_a_list_for_notebooks_beside_a_project_of_node(
    more: dict[str, str], expected: Outcome
) -> None:
    files = {"package.json": NODE, "package-lock.json": NODE_LOCK, "index.js": "import 'openai'\n"}
    assert _outcome({**files, "requirements.txt": "pandas==2.2.3\n", **more}) is expected
