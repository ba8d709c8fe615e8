"""Components that only a platform's own file names."""

from __future__ import annotations

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

PYTHON = '[project]\nname = "x"\ndependencies = ["openai"]\n'
NODE = '{"name": "web", "dependencies": {"react": "1"}}'
PROJECT = '<Project Sdk="Microsoft.NET.Sdk"></Project>'


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _built_by(component: Component) -> list[tuple[str, int | None]]:
    return [(place.path, place.line) for place in component.built_by]


def test_services_of_the_azure_developer_cli() -> None:
    azd = "name: demo\nservices:\n  web:\n    project: ./web\n  api:\n    project: api\n    host: function\n"
    found = _components(
        {
            "azure.yaml": azd,
            "package.json": '{"workspaces": ["web"]}',
            "web/package.json": NODE,
            "api/pyproject.toml": PYTHON,
            "tools/pyproject.toml": PYTHON,
        }
    )
    assert list(found) == ["api", "web"]
    assert _built_by(found["api"]) == [("azure.yaml", 5)]


def test_an_image_that_is_built_for_a_service_is_of_its_project() -> None:
    azd = (
        "services:\n  web:\n    project: ./app/backend\n"
        "    docker:\n      path: ../Dockerfile\n      context: ../\n"
    )
    found = _components(
        {
            "azure.yaml": azd,
            "app/Dockerfile": "FROM mcr.example/dotnet:8.0.1\nCOPY . .\n",
            "app/backend/Api.csproj": PROJECT,
            "app/frontend/Ui.csproj": PROJECT,
        }
    )
    assert "app" not in found
    assert [file.place.path for file in found["app/backend"].build_files] == ["app/Dockerfile"]


def test_what_an_aspire_host_starts() -> None:
    host = (
        "<Project><PropertyGroup><IsAspireHost>true</IsAspireHost></PropertyGroup>\n"
        '<ItemGroup><ProjectReference Include="..\\Api\\Api.csproj" /></ItemGroup></Project>'
    )
    program = (
        'builder.AddPythonUvicornApp("inference",\n    Path.Combine("..", "Inference"), port: 1);'
    )
    found = _components(
        {
            "src/Host/Host.csproj": host,
            "src/Host/Program.cs": program,
            "src/Api/Api.csproj": PROJECT,
            "src/Shared/Shared.csproj": PROJECT,
            "src/Inference/requirements.txt": "openai\n",
        }
    )
    assert list(found) == ["src/Api", "src/Inference"]
    assert _built_by(found["src/Api"]) == [("src/Host/Host.csproj", 2)]


def test_a_blueprint_and_a_file_beside_the_project() -> None:
    render = "services:\n  - type: web\n    name: api\n    rootDir: api\n"
    found = _components(
        {
            "render.yaml": render,
            "api/pyproject.toml": PYTHON,
            "graph/langgraph.json": "{}",
            "graph/pyproject.toml": PYTHON,
            "libs/pyproject.toml": PYTHON,
        }
    )
    assert list(found) == ["api", "graph"]
    assert _built_by(found["api"]) == [("render.yaml", 2)]


def test_what_ci_installs_counts_only_where_nothing_is_deployed() -> None:
    ci = (
        "on: [push]\njobs:\n  lint:\n    runs-on: x\n    defaults: {run: {working-directory: apps/a}}\n"
        "    steps:\n      - run: uv sync\n"
    )
    files = {
        ".github/workflows/ci.yml": ci,
        "apps/a/pyproject.toml": PYTHON,
        "apps/b/pyproject.toml": PYTHON,
    }
    assert list(_components(files)) == ["apps/a"]
    docker = {"apps/b/Dockerfile": "FROM python:3.12.1\nCOPY . .\n"}
    assert list(_components({**files, **docker})) == ["apps/b"]


def test_projects_that_are_not_there_and_files_that_are_none() -> None:
    files = {
        "azure.yaml": "services: [1, {project: ../../etc}]\n",
        "render.yaml": "services: no\n",
        "pyproject.toml": PYTHON,
    }
    assert list(_components(files)) == ["."]
