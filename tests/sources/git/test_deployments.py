"""Components that only a platform's own file names."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("jobs/stop/.gcloudignore", ["api", "jobs/stop"]),
        ("jobs/stop/.vercelignore", ["api", "jobs/stop"]),
        ("jobs/stop/.eslintignore", ["api"]),
        ("jobs/.gcloudignore", ["api"]),
        (".gcloudignore", ["api"]),
    ],
)
def test_what_a_platform_is_to_leave_out_says_that_the_rest_is_handed_to_it(
    path: str, found: list[str]
) -> None:
    files = {
        "package.json": '{"private": true}',
        "api/Dockerfile": "FROM node:24\nCOPY . .\n",
        "api/package.json": NODE,
        "jobs/stop/package.json": '{"name": "stop"}',
        "jobs/stop/index.js": "exports.stop = () => {};\n",
        path: "node_modules\n",
    }
    assert list(_components(files)) == found


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


def test_a_project_that_an_aspire_host_only_refers_to_is_not_started() -> None:
    host = (
        "<Project><PropertyGroup><IsAspireHost>true</IsAspireHost></PropertyGroup><ItemGroup>"
        '<ProjectReference Include="..\\Api\\Api.csproj" />'
        '<ProjectReference Include="..\\Evaluator\\Evaluator.csproj" '
        'IsAspireProjectResource="false" />'
        '<ProjectReference Include="..\\Checks\\Checks.csproj">\n  <Private>true</Private>\n'
        "  <IsAspireProjectResource>false</IsAspireProjectResource>\n</ProjectReference>"
        '<ProjectReference Include="..\\Defaults\\Defaults.csproj" /></ItemGroup></Project>'
    )
    shared = "<Project><PropertyGroup><IsAspireSharedProject>true</IsAspireSharedProject>"
    files = {
        "Host/Host.csproj": host,
        "Defaults/Defaults.csproj": shared + "</PropertyGroup></Project>",
        "Api/Api.csproj": PROJECT,
        "Evaluator/Evaluator.csproj": PROJECT,
        "Checks/Checks.csproj": PROJECT,
    }
    assert list(_components(files)) == ["Api"]


def test_what_a_hook_of_the_azure_developer_cli_runs() -> None:
    azd = (
        "services:\n  web:\n    project: ./app/web\nhooks:\n  postprovision:\n    posix:\n"
        "      shell: sh\n      run: ./scripts/prepare.sh\n  predeploy:\n    run: python infra/x.py\n"
    )
    script = (
        'echo start\nargs="--project "app/prepare/Prepare.csproj" --verbose"\n'
        "dotnet run $args\npython deploy/scripts/roles.py\npython app/web/warm.py\n"
    )
    found = _components(
        {
            "azure.yaml": azd,
            "scripts/prepare.sh": script,
            "app/web/pyproject.toml": PYTHON,
            "app/web/tools/pyproject.toml": PYTHON,
            "app/prepare/Prepare.csproj": PROJECT,
            "app/other/Other.csproj": PROJECT,
            "deploy/scripts/requirements.txt": "azure-identity==1.0.0\n",
            "infra/requirements.txt": "azure-identity==1.0.0\n",
        }
    )
    assert list(found) == ["app/prepare", "app/web"]
    assert _built_by(found["app/prepare"]) == [("azure.yaml", 5)]


def test_deploying_all_services_makes_no_component_of_the_root() -> None:
    workflow = "on: push\njobs:\n  d:\n    steps:\n      - run: azd deploy --no-prompt\n"
    files = {
        "azure.yaml": "services:\n  api:\n    project: api\n",
        "package.json": '{"workspaces": ["api"]}',
        "api/package.json": NODE,
        ".github/workflows/deploy.yml": workflow,
    }
    assert list(_components(files)) == ["api"]


def test_graphs_that_a_server_of_langgraph_serves() -> None:
    graphs = '{"dependencies": ["."], "graphs": {"a": "./apps/agents/src/a.ts:graph"}}'
    files = {
        "langgraph.json": graphs,
        "package.json": '{"workspaces": ["apps/*", "packages/*"]}',
        "apps/agents/package.json": NODE,
        "apps/agents/src/a.ts": "export const graph = 1;",
    }
    assert list(_components(files)) == ["apps/agents"]
    plain = {"langgraph.json": '{"graphs": {"a": "./a.py:graph"}}', "pyproject.toml": PYTHON}
    assert list(_components(plain)) == ["."]


def test_graphs_are_served_with_the_environment_that_is_named() -> None:
    files = {
        "memory/langgraph.json": '{"graphs": {}, "env": "../.env"}',
        "memory/pyproject.toml": PYTHON,
        "langgraph.json": '{"graphs": {}}',
        "pyproject.toml": PYTHON,
        "agent.py": "import openai\n",
        "memory/graph.py": "import openai\n",
        ".env.example": "LANGSMITH_TRACING=true\n",
        "other.env": "LANGSMITH_TRACING=false\n",
    }
    found = _components(files)["memory"].code.set("LANGSMITH_TRACING")
    assert [each.place.path for each in found] == [".env.example"]


def test_applications_of_a_workspace() -> None:
    start = '{"name": "x", "scripts": {"start": "next start"}}'
    members = {
        "apps/web/package.json": start,
        "apps/docs/package.json": start,
        "apps/mobile/package.json": NODE,
        "packages/shared/package.json": start,
        "elsewhere/apps/old/package.json": start,
    }
    npm = {"package.json": '{"workspaces": ["apps/*", "packages/*"]}', **members}
    pnpm = {"pnpm-workspace.yaml": "packages:\n  - apps/*\n", "package.json": "{}", **members}
    assert list(_components(npm)) == list(_components(pnpm)) == ["apps/web"]


def test_a_model_server_with_its_own_images_and_manifests_is_a_part() -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - {name: a, image: registry/llm:1}\n"
    )
    files = {
        "go.mod": "module example.com/x\n\ngo 1.24\n",
        "main.go": "package main\n",
        "images/app/Dockerfile": "FROM golang:1.24.3\nCOPY . .\n",
        "serving/images/llm/Dockerfile": "ARG BASE\nFROM ${BASE}\nENTRYPOINT server\n",
        "serving/k8s/llm.yaml": pod,
    }
    found = _components(files)
    assert list(found) == [".", "serving"]
    assert [file.place.path for file in found["."].build_files] == ["images/app/Dockerfile"]
    del files["serving/k8s/llm.yaml"]
    assert list(_components(files)) == ["."]


EXTENDS = """public static class Ui {
    private const string Name = "ui";
    private const string Source = "../ui";
    public static void AddUi(this IDistributedApplicationBuilder builder) =>
        builder.AddNpmApp(Name, Source, scriptName: "dev");
}
"""
HOST = "<Project><PropertyGroup><IsAspireHost>true</IsAspireHost></PropertyGroup></Project>"


@pytest.mark.parametrize(
    ("file", "code", "found"),
    [
        ("Host/Extensions/Ui.cs", EXTENDS, ["ui"]),
        ("Host/Program.cs", 'builder.AddDockerfile("api", "../Api");\n', ["Api"]),
        ("Host/Program.cs", 'builder.AddProject("api", "../Api/Api.csproj");\n', ["Api"]),
        ("Host/Program.cs", 'builder.AddCSharpApp("api", "../Api/Api.csproj");\n', ["Api"]),
        (
            "Host/Program.cs",
            'builder.AddSpringApp(name: "api", workingDirectory: "../Api");\n',
            ["Api"],
        ),
        ("Other/Ui.cs", EXTENDS, ["."]),
    ],
)
def test_what_the_code_of_an_aspire_host_adds(file: str, code: str, found: list[str]) -> None:
    files = {
        "Host/Host.csproj": HOST,
        "Api/Api.csproj": PROJECT,
        "ui/package.json": '{"name": "ui"}',
        file: code,
    }
    assert list(_components(files)) == found


@pytest.mark.parametrize(
    ("file", "code", "found"),
    [
        ("apphost.cs", "#:sdk Aspire.AppHost.Sdk@13.1.0\n", ["agents", "api", "ui"]),
        ("AppHost.cs", "#:sdk Aspire.AppHost.Sdk@13.1.0\n", ["agents", "api", "ui"]),
        (
            "apphost.ts",
            'import { createBuilder } from "./.modules/aspire.js"\n',
            ["agents", "api", "ui"],
        ),
        ("apphost.cs", "", ["."]),
        ("other.cs", "#:sdk Aspire.AppHost.Sdk@13.1.0\n", ["."]),
    ],
)
def test_an_aspire_host_of_a_single_file(file: str, code: str, found: list[str]) -> None:
    add = "add" if file.endswith(".ts") else "Add"
    files = {
        f"src/host/{file}": f'{code}builder.{add}Project("api", "../../api/Api.csproj");\n'
        f'builder.{add}UvicornApp("agents", "../../agents", "main:app");\n'
        f'builder.{add}ViteApp("ui", "../../ui");\n',
        "api/Api.csproj": PROJECT,
        "agents/pyproject.toml": PYTHON,
        "ui/package.json": NODE,
        "defaults/Defaults.csproj": PROJECT,
    }
    assert list(_components(files)) == found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("wrangler.json", '{"main": "./index.js"}', ["apps/api"]),
        ("wrangler.toml", 'main = "index.js"\n', ["apps/api"]),
        ("wrangler.jsonc.example", '{"assets": {"directory": "dist"}}', ["apps/api"]),
        ("wrangler.toml", "[[d1_databases]]\nbinding = 'DB'\n", ["."]),
    ],
)
def test_workers_of_cloudflare(name: str, text: str, found: list[str]) -> None:
    files = {"package.json": '{"name": "root"}', "apps/api/package.json": '{"name": "api"}'}
    assert list(_components({**files, f"apps/api/{name}": text})) == found


@pytest.mark.parametrize(
    ("copied", "found"),
    [(".", ["apps/api", "apps/web"]), ("package.json .\nCOPY .", ["."])],
)
def test_build_files_that_are_called_after_applications(copied: str, found: list[str]) -> None:
    files = {
        "package.json": '{"name": "root", "workspaces": ["apps/*"]}',
        **{f"apps/{name}/package.json": f'{{"name": "{name}"}}' for name in ("api", "web")},
        **{
            f"docker/{name}.Dockerfile": f"FROM node:22.1\nCOPY {copied} .\n"
            for name in ("api", "web")
        },
        "compose.yaml": "services:\n"
        + "".join(
            f"  {name}:\n    build:\n      context: .\n      dockerfile: docker/{name}.Dockerfile\n"
            for name in ("api", "web")
        ),
    }
    assert list(_components(files)) == found


@pytest.mark.parametrize(
    ("copied", "found"),
    [(".", ["apps/api", "apps/web"]), ("apps/web web", ["apps/api"])],
)
def test_an_image_of_one_application_that_copies_all(copied: str, found: list[str]) -> None:
    files = {
        "package.json": '{"name": "root", "workspaces": ["apps/*"]}',
        **{
            f"apps/{name}/package.json": f'{{"name": "{name}", "scripts": {{"start": "x"}}}}'
            for name in ("api", "web")
        },
        "apps/api/Dockerfile": f"FROM node:22.1\nCOPY apps/api api\nCOPY {copied}\n".replace(
            "COPY .\n", "COPY . .\n"
        ),
        "compose.yaml": "services:\n  api:\n    build:\n      context: .\n"
        "      dockerfile: apps/api/Dockerfile\n",
    }
    assert list(_components(files)) == found


MONOREPO = {
    "package.json": '{"name": "shop", "workspaces": ["apps/*", "libs/*"]}',
    "apps/api/package.json": '{"name": "@shop/api", "dependencies": {"@shop/chat": "*"}}',
    "apps/api/app.ts": 'import { ask } from "@shop/chat";\nask();\n',
    "libs/chat/package.json": '{"name": "@shop/chat", "dependencies": {"openai": "5.8.2"}}',
    "libs/chat/index.ts": 'import OpenAI from "openai";\nexport const ask = () =>\n'
    '  new OpenAI().responses.create({ model: "gpt-4o", input: "why?" });\n',
}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pnpm --filter @shop/api run start", ["apps/api"]),
        ("npm start -w apps/api", ["apps/api"]),
        ("node server.js", [".", "libs/chat"]),
    ],
)
def test_a_blueprint_starts_a_member_of_the_workspace(command: str, expected: list[str]) -> None:
    render = f"services:\n  - type: web\n    rootDir: .\n    startCommand: {command}\n"
    assert list(_components({**MONOREPO, "render.yaml": render})) == expected
