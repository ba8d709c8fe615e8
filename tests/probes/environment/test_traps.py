"""What looks pinned or locked in real repositories and is not, and the other way round."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes import builtin

PROJECT = '[project]\nname = "a"\nrequires-python = ">=3.11"\ndependencies = ["openai>=1"]\n'
PACKAGE = '{"name": "web", "dependencies": {"openai": "latest"}}'
NPM = (
    '{"lockfileVersion": 3, "packages": {"": {"name": "web", "dependencies": {"openai": "latest"}},'
    '"node_modules/openai": {"version": "5.0.0"}}}'
)
YARN = '# yarn lockfile v1\n\n\nopenai@latest:\n  version "5.0.0"\n'
SYNC = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: uv sync\n"
HASH = "--hash=sha256:" + "0" * 64
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"
DIGEST = "sha256:" + "a" * 64
UV = (
    'version = 1\n[[package]]\nname = "a"\nsource = { editable = "." }\n'
    '[[package]]\nname = "openai"\nversion = "1.93.0"\ndependencies = [{ name = "httpx" }]\n'
)
HTTPX = '[[package]]\nname = "httpx"\nversion = "0.28.1"\n'
FREEZE = "".join(
    f"{name}==1.0\n"
    for name in (
        *("openai", "jiter", "distro", "pydantic", "pydantic-core", "annotated-types", "httpx"),
        *("httpcore", "h11", "idna", "certifi", "requests", "urllib3", "charset-normalizer"),
    )
)

LOCK, RUNTIME = "environment-lock-complete", "environment-runtime-pinned"
BUILD, IMAGES = "environment-build-file-versioned", "environment-images-pinned"
FAIL, PASS = Outcome.FAIL, Outcome.PASS


def _answer(probe: str, files: dict[str, str]) -> tuple[Outcome, str]:
    given = testing.build({"component": {"files": files}})
    answer = builtin()[probe].ask({"limits": {}, **given})
    return answer.outcome, answer.message


@pytest.mark.parametrize(
    ("probe", "files", "outcome", "says"),
    [
        pytest.param(
            LOCK,
            {"package.json": PACKAGE, "package-lock.json": NPM, "yarn.lock": YARN},
            FAIL,
            "competes with",
            id="two competing locks of node",
        ),
        pytest.param(
            LOCK,
            {"pyproject.toml": PROJECT, ".github/workflows/ci.yml": SYNC},
            FAIL,
            "no lock file",
            id="CI runs uv sync, and no uv.lock is committed",
        ),
        pytest.param(
            LOCK,
            {"pyproject.toml": PROJECT, "requirements.lock.txt": f"openai==1.93.0 {HASH}\n"},
            PASS,
            "",
            id="a lock under another name",
        ),
        pytest.param(
            LOCK,
            {"pyproject.toml": PROJECT, "requirements/locked.txt": f"openai==1.93.0 {HASH}\n"},
            PASS,
            "",
            id="a lock in the directory of requirements",
        ),
        pytest.param(
            LOCK,
            {"pyproject.toml": PROJECT, "uv.lock": POINTER},
            FAIL,
            "Git LFS pointer",
            id="a pointer in place of the lock",
        ),
        pytest.param(
            LOCK,
            {"pyproject.toml": PROJECT, "uv.lock": UV},
            FAIL,
            "needs httpx",
            id="an indirect package that the lock names and does not pin",
        ),
        pytest.param(
            LOCK, {"pyproject.toml": PROJECT, "uv.lock": UV + HTTPX}, PASS, "", id="closed"
        ),
        pytest.param(
            LOCK, {"requirements.txt": FREEZE}, PASS, "", id="a frozen environment is closed too"
        ),
        pytest.param(
            LOCK,
            {"requirements.txt": FREEZE.replace("h11==1.0\n", "")},
            FAIL,
            "nothing shows",
            id="versions written by hand are not",
        ),
        pytest.param(
            LOCK,
            {"package.json": PACKAGE, "package-lock.json": NPM},
            PASS,
            "",
            id="the tag latest of npm, locked",
        ),
        pytest.param(
            RUNTIME,
            {
                "pyproject.toml": PROJECT,
                ".python-version": "3.12\n",
                "Dockerfile": "FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim\nCOPY . .\n",
            },
            PASS,
            "",
            id=".python-version says 3.12, the image that runs installs 3.13",
        ),
        pytest.param(
            RUNTIME,
            {"pyproject.toml": PROJECT, "langgraph.json": '{\n  "python_version": "3.12"\n}\n'},
            PASS,
            "",
            id="the platform is told",
        ),
        pytest.param(
            RUNTIME,
            {
                "pyproject.toml": PROJECT,
                "infra/main.bicep": "resource a 'b' = {\n  linuxFxVersion: 'PYTHON|3.11'\n}\n",
            },
            PASS,
            "",
            id="infrastructure code tells it",
        ),
        pytest.param(
            BUILD,
            {
                "pyproject.toml": PROJECT,
                "Dockerfile": "ARG I=python\nARG V=3.12-slim\nFROM ${I}:${V}\nCOPY . .\n",
            },
            PASS,
            "",
            id="pinned by the defaults of ARG",
        ),
        pytest.param(
            BUILD,
            {
                "pyproject.toml": PROJECT,
                "Dockerfile": "FROM python:3.12 AS base\nFROM base\nCOPY . .\n",
            },
            PASS,
            "",
            id="a stage is no image",
        ),
        pytest.param(
            BUILD,
            {
                "pyproject.toml": PROJECT,
                "Dockerfile": "FROM python:3.12\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /\n",
            },
            FAIL,
            "uv:latest names no version",
            id="COPY --from the newest",
        ),
        pytest.param(
            BUILD,
            {"pyproject.toml": PROJECT, "Dockerfile": "FROM vendor/app:latest_v5\nCOPY . .\n"},
            FAIL,
            "names no version",
            id="latest with a number",
        ),
        pytest.param(
            BUILD,
            {"pyproject.toml": PROJECT, "Dockerfile": "FROM python:3\nCOPY . .\n"},
            PASS,
            "",
            id="a major version is a version: whether it moves is another question",
        ),
        pytest.param(
            IMAGES,
            {
                "pyproject.toml": PROJECT,
                "Dockerfile": f"FROM python:3.12@{DIGEST}\nCOPY . .\n",
                "compose.yaml": "services:\n  api:\n    build: .\n    image: acme/api:latest\n"
                "  worker:\n    image: acme/api:latest\n",
            },
            PASS,
            "",
            id="compose names what is built here",
        ),
        pytest.param(
            IMAGES,
            {
                "pyproject.toml": PROJECT,
                "Dockerfile": f"FROM python:3.12@{DIGEST}\nCOPY . .\n",
                "chart/Chart.yaml": "name: a\nversion: 1.0.0\n",
                "chart/values.yaml": "redis:\n  image:\n    repository: redis\n    tag: latest\n",
            },
            FAIL,
            "redis:latest",
            id="the values of a chart",
        ),
        pytest.param(
            IMAGES,
            {
                "package.json": PACKAGE,
                "Dockerfile": f"FROM node:22.4@{DIGEST}\nCOPY . .\n",
                ".github/workflows/p.yml": SYNC.replace("uv sync", "npm publish --tag latest"),
            },
            PASS,
            "",
            id="a tag of npm names no image",
        ),
        pytest.param(
            IMAGES,
            {
                "pyproject.toml": PROJECT,
                "Dockerfile": f"FROM python:3.12@{DIGEST}\nCOPY . .\n",
                "infra/main.bicep": "param imageTag string = 'latest'\n",
            },
            PASS,
            "",
            id="a parameter of infrastructure code names no image by itself",
        ),
    ],
)
def test_trap(probe: str, files: dict[str, str], outcome: Outcome, says: str) -> None:
    found, message = _answer(probe, files)
    assert (found, says in message) == (outcome, True), message
