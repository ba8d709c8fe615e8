"""Components that CI publishes, and those that ask a model though nothing says who starts them."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

PROJECT = '<Project Sdk="Microsoft.NET.Sdk"></Project>'
NODE = '{"name": "x", "dependencies": {"react": "1"}}'
ASKING = '{"name": "site", "dependencies": {"next": "14.0.0", "openai": "4.0.0"}}'
ROUTE = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    'export const POST = () => client.chat.completions.create({ model: "gpt-4o-2024-08-06" });\n'
)
IMAGE = {
    "crawler/Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "crawler/requirements.txt": "scrapy\n",
}


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _workflow(steps: str, more: str = "") -> str:
    return f"on:\n  push:\njobs:\n  a:\n    runs-on: x\n{more}    steps:\n{steps}"


def _run(command: str) -> str:
    return _workflow(f"      - run: {command}\n")


def _action(name: str, **inputs: str) -> str:
    rows = "".join(f"          {key}: {value}\n" for key, value in inputs.items())
    return _workflow(f"      - uses: {name}@v1\n        with:\n{rows}")


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (_run("dotnet publish ./src/Api -c Release -o ./publish/api"), ["src/Api"]),
        (_run("dotnet publish -c Release src/Api/Api.csproj"), ["src/Api"]),
        (_run("dotnet publish src\\\\Api\\\\Api.csproj"), ["src/Api"]),
        (_run("dotnet test src/Api && dotnet publish src/Ui"), ["src/Ui"]),
        (_run("dotnet build src/Api"), ["."]),
        (_run("dotnet run --project src/Api"), ["src/Api"]),
        (_run("dotnet run -c Release --project src/Api/Api.csproj -- seed"), ["src/Api"]),
        (_run("dotnet run --project src/Api.Tests"), ["."]),
        (_run("cd src/desktop && npx -y npm@^11.5 publish --access public"), ["src/desktop"]),
        (_run("cd src/desktop && npx -y npm@^11.5 pack"), ["."]),
        (_run("cd src/desktop && npx electron-builder --publish always"), ["src/desktop"]),
        (_action("Azure/static-web-apps-deploy", app_location="/src/desktop"), ["src/desktop"]),
        (_action("Azure/static-web-apps-deploy", app_location="dist"), ["."]),
        (_action("softprops/action-gh-release", files="src/desktop/main.js"), ["src/desktop"]),
        (_action("actions/upload-artifact", path="src/desktop/main.js"), ["."]),
    ],
)
def test_what_ci_publishes(step: str, found: list[str]) -> None:
    files = {
        ".github/workflows/ci.yml": step,
        "src/Api/Api.csproj": PROJECT,
        "src/Ui/Ui.csproj": PROJECT,
        "src/Api.Tests/Api.Tests.csproj": PROJECT,
        "src/desktop/package.json": NODE,
    }
    assert list(_components(files)) == found


def test_what_a_called_workflow_is_given() -> None:
    files = {
        ".github/workflows/main.yml": "on:\n  push:\njobs:\n  a:\n"
        "    uses: ./.github/workflows/publish.yml\n    with:\n      project: src/Api\n",
        ".github/workflows/publish.yml": _run("dotnet publish ${{ inputs.project }} -o out"),
        "src/Api/Api.csproj": PROJECT,
        "src/Lib/Lib.csproj": PROJECT,
    }
    assert list(_components(files)) == ["src/Api"]


@pytest.mark.parametrize("manifest", [ASKING, NODE])
def test_a_project_that_asks_a_model_is_a_component_though_nothing_starts_it(manifest: str) -> None:
    found = _components({**IMAGE, "package.json": manifest, "src/app/api/route.ts": ROUTE})
    assert list(found) == [".", "crawler"]
    assert found["."].agentic
    assert not found["crawler"].agentic
    assert [(place.path, place.line) for place in found["."].built_by] == [("package.json", 1)]


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": NODE, "src/app/page.ts": "export const a = 1;\n"},
        {"package.json": ASKING, "src/app/page.ts": "export const a = 1;\n"},
        {"package.json": ASKING, "src/app/route.test.ts": ROUTE},
        {"package.json": ASKING, "examples/route.ts": ROUTE},
        {"tools/seed/package.json": ASKING, "tools/seed/route.ts": ROUTE},
        {"src/Chat.EvaluationTests/package.json": ASKING, "src/Chat.EvaluationTests/a.ts": ROUTE},
    ],
)
def test_what_makes_no_component_of_a_project_that_nothing_starts(files: dict[str, str]) -> None:
    assert list(_components({**IMAGE, **files})) == ["crawler"]


def test_a_library_is_of_those_that_need_it() -> None:
    files = {
        "api/Dockerfile": "FROM node:20\nCOPY . .\n",
        "api/package.json": '{"name": "api", "dependencies": {"site": "workspace:*"}}',
        "site/package.json": ASKING,
        "site/index.ts": ROUTE,
    }
    assert list(_components(files)) == ["api"]


def test_an_application_for_a_telephone_is_no_part_of_an_image() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "requirements.txt": "openai\n",
        "android/build.gradle": "classpath 'com.android.tools.build:gradle:8.7.2'\n",
        "android/app/build.gradle": "plugins { id 'com.android.application' }\n",
        "worker/build.gradle": "plugins { id 'java' }\n",
    }
    manifests = _components(files)["."].manifests
    assert [each.place.path for each in manifests] == ["requirements.txt", "worker/build.gradle"]


@pytest.mark.parametrize(
    ("value", "found"),
    [("frontend", ["frontend"]), ("${{ vars.HOME }}", ["."]), ("elsewhere", ["."])],
)
def test_variables_of_a_workflow(value: str, found: list[str]) -> None:
    files = {
        ".github/workflows/ci.yml": f'on: push\nenv:\n  HOME: "{value}"\njobs:\n  a:\n    steps:\n'
        "      - uses: Azure/static-web-apps-deploy@v1\n"
        "        with: {app_location: '${{ env.HOME }}'}\n",
        "frontend/package.json": NODE,
        "tools/package.json": NODE,
    }
    assert list(_components(files)) == found


BUILT = {"api/Dockerfile": "FROM python:3.12.1\nCOPY . .\n", "api/requirements.txt": "flask\n"}
SENDS = "import requests\nrequests.post('https://api.openai.com/v1/chat/completions', json=body)\n"
ONLY_TOLD = "import requests\nrequests.get('https://api.openai.com/v1/models')\n"


@pytest.mark.parametrize(("code", "found"), [(SENDS, {"api", "agent"}), (ONLY_TOLD, {"api"})])
def test_a_project_that_posts_to_a_provider_without_a_library(code: str, found: set[str]) -> None:
    files = {**BUILT, "agent/requirements.txt": "requests\n", "agent/ask.py": code}
    assert _components(files).keys() == found


@pytest.mark.parametrize(
    ("needs", "found"), [('["openai"]', {"a/backend", "b/backend"}), ('["flask"]', {"b/backend"})]
)
def test_what_is_called_the_same_is_a_copy_only_if_it_needs_no_more(
    needs: str, found: set[str]
) -> None:
    project = '[project]\nname = "backend"\ndependencies = {}\n'
    files = {
        "a/backend/pyproject.toml": project.format(needs),
        "a/backend/ask.py": SENDS,
        "b/backend/pyproject.toml": project.format('["flask"]'),
        "b/backend/Dockerfile": "FROM python:3.12.1\nCOPY . .\n",
    }
    assert _components(files).keys() == found


@pytest.mark.parametrize(("package", "found"), [("main", {"api", "client"}), ("client", {"api"})])
def test_a_module_of_go_without_a_program_is_a_library(package: str, found: set[str]) -> None:
    module = "module x.io/client\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.2.0\n"
    code = (
        f'package {package}\n\nimport "github.com/openai/openai-go"\n\n'
        "func run() { c := openai.NewClient(); c.Chat.Completions.New(ctx, p) }\n"
    )
    image = {f"api/{path.partition('/')[2]}": text for path, text in IMAGE.items()}
    found_homes = _components({**image, "client/go.mod": module, "client/a.go": code}).keys()
    assert found_homes == found
