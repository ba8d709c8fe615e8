import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.runtime_pinned import runtime_pinned
from agentaudit.probes.environment.runtimes import language, pinned
from agentaudit.source import Place

PINS = [
    (".python-version", "3.12", "python", "3.12"),
    (".python-version", "3.12.4", "python", "3.12"),
    ("pyproject.toml", ">=3.11", "python", ""),
    ("pyproject.toml", ">=3.11,<3.12", "python", "3.11"),
    ("pyproject.toml", ">=3.11,<4", "python", ""),
    ("pyproject.toml", "==3.12.*", "python", "3.12"),
    ("pyproject.toml", "^3.11", "python", ""),
    ("pyproject.toml", "~=3.11.2", "python", "3.11"),
    ("pyproject.toml", "~=3.11", "python", ""),
    ("environment.yml", "=3.12", "python", "3.12"),
    (".nvmrc", "v20.11.1", "node", "20.11"),
    (".nvmrc", "20", "node", ""),
    (".nvmrc", "lts/*", "node", ""),
    ("package.json", "20.x", "node", ""),
    ("package.json", "20.11.x", "node", "20.11"),
    ("package.json", "~20.11", "node", "20.11"),
    ("go.mod", "1.22", "go", "1.22"),
    ("pom.xml", "17", "java", "17"),
    ("app.csproj", "net8.0", "dotnet", "8"),
    ("global.json", "8.0.100", "dotnet", "8"),
    ("Cargo.toml", "1.79", "rust", ""),
    ("rust-toolchain.toml", "stable", "rust", ""),
]
ELSEWHERE = "services:\n  api:\n    build: {context: .., dockerfile: gone/Dockerfile}\n"
TAGS = [
    ("FROM python:3.12-slim", "3.12-slim", "python", "3.12"),
    ("FROM python:3-alpine3.19", "3-alpine3.19", "python", ""),
    ("FROM python:3.12-alpine3.19 AS build", "3.12-alpine3.19", "python", "3.12"),
    ("FROM registry.example/python:latest-3.13", "latest-3.13", "python", "3.13"),
    ("FROM registry.example/python:latest-3", "latest-3", "python", ""),
    ("FROM node:22-slim", "22-slim", "node", ""),
    ("FROM node:22.4-slim", "22.4-slim", "node", "22.4"),
    ("FROM eclipse-temurin:21-jre", "21-jre", "java", "21"),
    ("FROM gradle:8.5-jdk17", "8.5-jdk17", "java", "17"),
    ("FROM mcr.microsoft.com/dotnet/aspnet:8.0", "8.0", "dotnet", "8"),
    ("FROM golang:1.22-alpine", "1.22-alpine", "go", "1.22"),
    ("FROM oven/bun:1.3", "1.3", "bun", "1.3"),
    (f"FROM node:22@sha256:{'9f86d081' * 8}", "22", "node", "sha256:9f86d0819f86"),
]


@pytest.mark.parametrize(("path", "text", "spoken", "version"), PINS)
def test_pin_in_a_file(path: str, text: str, spoken: str, version: str) -> None:
    place = Place("git:.", f"services/a/{path}")
    assert language(place, text) == spoken
    assert pinned(place, text, spoken) == version


@pytest.mark.parametrize(("line", "tag", "spoken", "version"), TAGS)
def test_pin_in_a_base_image(line: str, tag: str, spoken: str, version: str) -> None:
    place = Place("git:.", "Dockerfile", 1, line)
    assert language(place, tag) == spoken
    assert pinned(place, tag, spoken) == version


@pytest.mark.parametrize(
    ("named", "more", "outcome"),
    [
        ("api.Dockerfile", {}, Outcome.FAIL),
        ("worker.Dockerfile", {}, Outcome.PASS),
        ("api.Dockerfile", {"API.dockerfile": "FROM python:3.12\nCOPY . .\n"}, Outcome.PASS),
        ("worker.Dockerfile", {"deploy/compose.yaml": ELSEWHERE}, Outcome.PASS),
        ("api.Dockerfile", {".python-version": "3.12\n"}, Outcome.PASS),
    ],
)
def test_an_image_whose_build_file_is_not_committed(
    named: str, more: dict[str, str], outcome: Outcome
) -> None:
    compose = "services:\n"
    for service, file in (("worker", "worker.Dockerfile"), ("api", named)):
        compose += f"  {service}:\n    build: {{context: ., dockerfile: {file}}}\n"
    build = {"worker.Dockerfile": "FROM python:3.12\nCOPY . .\n", "compose.yaml": compose}
    given = {"files": {"requirements.txt": "openai==1.93.0\n", **build, **more}}
    inputs = {"repo": testing.repository({}), "component": testing.component(given)}
    assert runtime_pinned.ask(inputs).outcome is outcome


EMBEDS = 'package web\n\nimport "embed"\n\n//go:embed templates {}\nvar pages embed.FS\n'


@pytest.mark.parametrize(
    ("path", "needs", "outcome"),
    [
        ("page/dist", "{}", Outcome.PASS),
        ("static", "{}", Outcome.FAIL),
        ("page/dist", '{"openai": "5"}', Outcome.FAIL),
    ],
)
def test_pages_that_a_program_in_go_takes_in(path: str, needs: str, outcome: Outcome) -> None:
    files = {
        "go.mod": "module x.io/a\n\ngo 1.23.0\n\nrequire github.com/openai/openai-go v1.2.0\n",
        "web/embed.go": EMBEDS.format(path),
        "web/page/package.json": f'{{"name": "page", "dependencies": {needs}}}',
    }
    given = testing.component({"files": files})
    inputs = {"repo": testing.repository({"files": files}), "component": given}
    assert runtime_pinned.ask(inputs).outcome is outcome


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Dockerfile": "node:22.1", "Dockerfile.dev": "node:22"}, Outcome.PASS),
        ({"Dockerfile": "node:22", "Dockerfile.dev": "node:22.1"}, Outcome.FAIL),
        ({"Dockerfile": "node:22", "Dockerfile.prod": "node:22.1"}, Outcome.PASS),
        ({"Dockerfile.dev": "node:22"}, Outcome.FAIL),
        ({"Dockerfile": "oven/bun:1.2.8 AS bun\nFROM node:22\nFROM bun"}, Outcome.PASS),
        ({"Dockerfile": "oven/bun:1.2.8 AS bun\nFROM node:22"}, Outcome.FAIL),
    ],
)
def test_which_build_file_and_stage_runs(files: dict[str, str], expected: Outcome) -> None:
    images = {name: f"FROM {base}\nCOPY . .\n" for name, base in files.items()}
    given = {"files": {"package.json": '{"name": "web"}', "index.js": "import 'x'\n", **images}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert runtime_pinned.ask(asked).outcome is expected


def test_lists_of_python_beside_a_project_of_node() -> None:
    files = {"package.json": '{"name": "web"}', ".node-version": "22.1\n", "index.js": "f()\n"}
    for more, expected in (({}, Outcome.PASS), ({"app.py": "import json\n"}, Outcome.FAIL)):
        given = {"files": {**files, "requirements.txt": "pandas\n", **more}}
        asked = {"repo": testing.repository(given), "component": testing.component(given)}
        assert runtime_pinned.ask(asked).outcome is expected


@pytest.mark.parametrize(
    ("image", "order", "expected"),
    [
        ("3.10", "RUN uv sync --locked", Outcome.FAIL),
        ("3.10", 'CMD ["uv", "run", "app.py"]', Outcome.FAIL),
        ("3.12", "RUN uv sync --locked", Outcome.PASS),
        ("3.10", "RUN pip install -r requirements.txt", Outcome.PASS),
        ("3.10", "# RUN uv sync", Outcome.PASS),
        ("3.10", "ENV UV_PYTHON_DOWNLOADS=never\nRUN uv sync", Outcome.PASS),
    ],
)
def test_an_image_with_a_python_that_the_project_refuses(
    image: str, order: str, expected: Outcome
) -> None:
    project = '[project]\nname = "planner"\nrequires-python = ">=3.11"\ndependencies = ["openai"]\n'
    build = f"FROM python:{image}-slim\nCOPY . .\n{order}\n"
    given = {"files": {"pyproject.toml": project, "app.py": "import openai\n", "Dockerfile": build}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert runtime_pinned.ask(asked).outcome is expected


@pytest.mark.parametrize(
    ("version", "expected"), [("3.12\n", Outcome.PASS), ("3.10\n", Outcome.FAIL)]
)
def test_the_python_that_uv_is_told_to_bring(version: str, expected: Outcome) -> None:
    project = '[project]\nname = "planner"\nrequires-python = ">=3.11"\ndependencies = ["openai"]\n'
    build = "FROM python:3.10-slim\nCOPY . .\nRUN uv sync --locked\n"
    files = {"pyproject.toml": project, "app.py": "import openai\n", "Dockerfile": build}
    given = {"files": {**files, ".python-version": version}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert runtime_pinned.ask(asked).outcome is expected
