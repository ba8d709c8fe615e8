"""What an image is made of, where its build file says it only by what it copies and starts."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.image_steps import installed, program

PYTHON = '[project]\nname = "x"\ndependencies = ["openai"]\n'
NODE = '{"name": "web", "dependencies": {"react": "1"}}'
PROJECT = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>'
ASKED = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def test_the_program_that_an_image_starts_names_its_project() -> None:
    build = "FROM sdk:9.0 AS build\nCOPY src/Api/Api.csproj Api/\nCOPY src/ .\n"
    found = _components(
        {
            "Dockerfile": build + 'FROM aspnet:9.0\nENTRYPOINT ["dotnet", "Api.dll"]\n',
            "docker/Jobs.Dockerfile": build + 'FROM aspnet:9.0\nENTRYPOINT ["./Jobs"]\n',
            "src/Api/Api.csproj": PROJECT,
            "src/Jobs/Jobs.csproj": PROJECT,
            "src/Shared/Shared.csproj": PROJECT,
        }
    )
    assert sorted(found) == ["src/Api", "src/Jobs"]


def test_the_directory_of_a_build_file_is_called_after_its_project() -> None:
    build = "FROM sdk:9.0\nCOPY plugins/search search\nCOPY plugins/shared shared\n"
    found = _components(
        {
            "docker/plugins/search/Dockerfile": build,
            "plugins/search/Search.csproj": PROJECT,
            "plugins/shared/Shared.csproj": PROJECT,
        }
    )
    assert list(found) == ["plugins/search"]


def test_an_image_of_the_root_takes_parts_of_it_in() -> None:
    found = _components(
        {
            "Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\n"
            "COPY agents/requirements.txt agents/\nCOPY . .\n",
            "Dockerfile.web": "FROM oven/bun:1 AS ui\nCOPY web/package.json .\n"
            "FROM golang:1.24\nCOPY go.mod .\nCOPY . .\n",
            "requirements.txt": "openai\n",
            "agents/requirements.txt": "langgraph\n",
            "web/package.json": NODE,
            "go.mod": "module x.io/a\n\ngo 1.24\n",
        }
    )
    assert list(found) == ["."]


def test_a_workspace_copies_its_root_for_one_member() -> None:
    files = {
        f"Dockerfile.{name}": f"FROM node:22\nCOPY package.json .\nCOPY apps/{name} apps/{name}\n"
        for name in ("api", "web")
    }
    manifests = {f"apps/{name}/package.json": NODE for name in ("api", "web")}
    found = _components({**files, **manifests, "package.json": '{"workspaces": ["apps/*"]}'})
    assert sorted(found) == ["apps/api", "apps/web"]


def test_an_image_of_other_components_is_one_more_of_each() -> None:
    found = _components(
        {
            "Dockerfile": "FROM node:22 AS ui\nCOPY frontend/ .\nFROM python:3.12\nCOPY backend/ .\n",
            "backend/Dockerfile": "FROM python:3.12\nCOPY . .\n",
            "backend/pyproject.toml": PYTHON,
            "frontend/Dockerfile": "FROM node:22\nCOPY . .\n",
            "frontend/package.json": NODE,
        }
    )
    assert sorted(found) == ["backend", "frontend"]
    for path, component in found.items():
        files = [file.place.path for file in component.build_files]
        assert files == ["Dockerfile", f"{path}/Dockerfile"]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("", ["services/a"]),
        ("services:\n  lib:\n    build: {context: libs}\n", ["libs", "services/a"]),
    ],
    ids=["only CI builds it", "compose starts it"],
)
def test_an_image_in_which_ci_tries_a_library_is_no_component(order: str, found: list[str]) -> None:
    files = {
        "libs/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "libs/pyproject.toml": PYTHON,
        "services/a/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "services/a/pyproject.toml": PYTHON,
        ".github/workflows/t.yml": ASKED + "      - run: docker build -t t libs\n",
    }
    assert sorted(_components({**files, "compose.yaml": order})) == found


def test_an_image_for_developers_is_no_component() -> None:
    order = "      - run: docker build -t dev -f .devcontainer/Dockerfile .\n"
    found = _components(
        {
            ".github/workflows/dev.yml": ASKED + order,
            ".devcontainer/Dockerfile": "FROM ubuntu:24.04\n",
            "package.json": NODE,
            "app/Dockerfile": "FROM python:3.12\nCOPY . .\n",
            "app/pyproject.toml": PYTHON,
        }
    )
    assert list(found) == ["app"]


def test_an_image_that_takes_the_graphs_in_is_what_is_deployed() -> None:
    found = _components(
        {
            "Dockerfile": "FROM langchain/langgraph-api:3.11\nCOPY frontend/ .\nCOPY backend/ .\n",
            "backend/langgraph.json": '{"graphs": {"a": "./a.py:graph"}}',
            "backend/a.py": "graph = 1\n",
            "backend/pyproject.toml": PYTHON,
            "frontend/package.json": NODE,
        }
    )
    assert list(found) == ["."]
    assert [text for _, text in found["."].runtime_pins] == ["python 3.11"]


@pytest.mark.parametrize(
    ("trigger", "command", "expected"),
    [
        ("{schedule: [{cron: 0 0 * * *}]}", "python digest.py", "jobs"),
        ("{schedule: [{cron: 0 0 * * *}]}", "LEVEL=1 uv run digest", "jobs"),
        ("{schedule: [{cron: 0 0 * * *}]}", "uv run pytest", "."),
        ("{schedule: [{cron: 0 0 * * *}]}", "python -c 'print(1)'", "."),
        ("{schedule: [{cron: 0 0 * * *}]}", "kubectl label node a", "."),
        ("{schedule: [{cron: 0 0 * * *}], pull_request: {}}", "python digest.py", "."),
    ],
)
def test_what_runs_on_a_schedule_is_started(trigger: str, command: str, expected: str) -> None:
    step = f"      - run: {command}\n        working-directory: jobs\n"
    workflow = ASKED.replace("on: push", f"on: {trigger}") + step
    files = {".github/workflows/w.yml": workflow, "jobs/pyproject.toml": PYTHON, "a.py": "y = 1\n"}
    assert list(_components({**files, "jobs/digest.py": "x = 1\n"})) == [expected]


@pytest.mark.parametrize(
    ("files", "declared"),
    [
        ({}, False),
        ({".env.example": "KEY=\n"}, True),
        ({".env": "KEY=1\n"}, True),
        ({"other.env.example.md": "KEY=\n"}, False),
    ],
)
def test_a_file_of_variables_declares_them_where_it_or_a_template_is_committed(
    files: dict[str, str], declared: bool
) -> None:
    compose = "services:\n  app:\n    build: .\n    env_file: [.env]\n"
    built = {"Dockerfile": "FROM python:3.12\nCOPY . .\n", "pyproject.toml": PYTHON}
    (component,) = MemoryRepo({**built, **files, "compose.yaml": compose}).components()
    assert ("compose.yaml" in [place.path for place in component.settings]) is declared


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("apt-get update && apt-get install -y python3.12 curl", ["python 3.12"]),
        ("apk add --no-cache python-3.13", ["python 3.13"]),
        ("microdnf install -y python312", ["python 3.12"]),
        ("apt-get install -y openjdk-21-jdk-headless", ["java 21"]),
        ("uv python install 3.13", ["python 3.13"]),
        ("pyenv install 3.11.4", ["python 3.11.4"]),
        ("conda create -n app python=3.11 -y", ["python 3.11"]),
        ("conda create -n app python=3.* -y", []),
        ("uv sync --frozen --python 3.12", ["python 3.12"]),
        ("curl -fsSL https://bun.sh/install | bash -s bun-v1.3.14", ["bun 1.3"]),
        ("curl -fsSL https://bun.sh/install | bash", []),
        ("curl -LO https://go.dev/dl/go1.24.2.linux-amd64.tar.gz", ["go 1.24"]),
        ("curl -O https://nodejs.org/dist/v22.12.0/node-v22.12.0-linux-x64.tar.xz", ["node 22.12"]),
        ("curl https://sh.rustup.rs | sh -s -- -y --default-toolchain 1.84.0", ["rust 1.84"]),
        ("apt-get install -y python3 python3-dev", []),
        ("curl x | python3.12", []),
    ],
)
def test_a_runtime_is_installed(text: str, versions: list[str]) -> None:
    assert list(installed(text)) == versions


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        ('["dotnet", "Api.dll"]', "Api"),
        ("dotnet Api.dll --urls x", "Api"),
        ('["./Api"]', "Api"),
        ('["python", "main.py"]', ""),
        ("", ""),
    ],
)
def test_the_program_of_an_image(rest: str, name: str) -> None:
    assert program(rest) == name
