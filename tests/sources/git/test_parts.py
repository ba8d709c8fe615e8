"""Parts that infrastructure code packs or a build of several modules makes, and which of them call
a model."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

PYTHON = '[project]\nname = "x"\ndependencies = ["openai"]\n'
CDK = """import * as path from 'path';
export class Stack {
  constructor() {
    new PythonFunction(this, 'Export', {
      runtime: Runtime.PYTHON_3_13,
      entry: path.join(__dirname, '../../backend/exporter/'),
      environment: { BUCKET: bucket.name },
    });
    new NodejsFunction(this, 'Transform', {
      entry: path.resolve(__dirname, '../lambda/transform/index.ts'),
    });
    new lambda.Function(this, 'Plain', { code: lambda.Code.fromAsset('lambda/plain') });
    new lambda.Function(this, 'Inline', { code: lambda.Code.fromInline('x') });
  }
}
"""
CDK_TREE = {
    "cdk/cdk.json": "{}",
    "cdk/package.json": '{"name": "cdk", "dependencies": {"aws-cdk-lib": "2"}}',
    "cdk/lib/stack.ts": CDK,
    "cdk/lambda/transform/index.ts": "export const handler = 1;\n",
    "cdk/lambda/transform/package.json": '{"name": "transform"}',
    "cdk/lambda/plain/requirements.txt": "boto3\n",
    "backend/Dockerfile": "FROM python:3.13.2-slim\nCOPY . .\n",
    "backend/pyproject.toml": PYTHON,
    "backend/exporter/requirements.txt": "boto3\n",
}


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def test_functions_of_a_cdk_stack() -> None:
    found = _components(CDK_TREE)
    assert list(found) == [
        "backend",
        "backend/exporter",
        "cdk/lambda/plain",
        "cdk/lambda/transform",
    ]
    export = found["backend/exporter"]
    assert [(place.path, place.line) for place in export.built_by] == [("cdk/lib/stack.ts", 4)]
    assert [version for _, version in export.runtime_pins] == ["3.13"]
    assert [place.path for place in export.settings] == ["cdk/lib/stack.ts"]
    assert not found["cdk/lambda/transform"].runtime_pins


@pytest.mark.parametrize(("committed", "home"), [(False, "jobs/merge"), (True, "jobs/merge")])
def test_a_stack_takes_what_a_build_of_java_makes(committed: bool, home: str) -> None:
    jar = f"{home}/target/merge-1.0.jar"
    tree = {
        "cdk.json": "{}",
        "app.py": f'lambda_.Function(self, "M", code=lambda_.Code.from_asset("{jar}"))\n',
        f"{home}/pom.xml": "<project><artifactId>merge</artifactId></project>",
        "jobs/other/pom.xml": "<project><artifactId>other</artifactId></project>",
    }
    assert list(_components({**tree, jar: "x"} if committed else tree)) == [home]


@pytest.mark.parametrize(
    ("function", "pins"),
    [
        ("{ code: Code.fromAsset('../api'), runtime: Runtime.PYTHON_3_12 }", ["3.12"]),
        ("{ runtime: Runtime.PYTHON_3_12, code: Code.fromAsset('../api') }", ["3.12"]),
        ("{ code: Code.fromAsset('../api') }); use({ runtime: Runtime.PYTHON_3_12 }", []),
    ],
)
def test_the_runtime_of_a_function_whose_code_a_stack_packs(function: str, pins: list[str]) -> None:
    tree = {
        "cdk/cdk.json": "{}",
        "cdk/lib/stack.ts": f"new lambda.Function(this, 'Api', {function});\n",
        "api/requirements.txt": "openai\n",
    }
    assert [version for _, version in _components(tree)["api"].runtime_pins] == pins


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (
            "template.yaml",
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Chat:\n"
            "    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: functions/chat/\n",
            6,
        ),
        (
            "terraform/main.tf",
            'data "archive_file" "chat" {\n  type = "zip"\n'
            '  source_dir = "${path.module}/../functions/chat"\n}\n',
            3,
        ),
        (
            "terraform/main.tf",
            'data "archive_file" "chat" {\n  type = "zip"\n'
            '  source_dir = "${path.module}/../functions/chat/.build/lambda"\n}\n',
            3,
        ),
        (
            "infra/__main__.py",
            "import pulumi\ncode = pulumi.FileArchive('../functions/chat')\n",
            2,
        ),
    ],
)
def test_functions_of_other_infrastructure_code(path: str, text: str, line: int) -> None:
    tree = {
        path: text,
        "infra/Pulumi.yaml": "name: x\n",
        "functions/chat/requirements.txt": "openai\n",
        "functions/unused/requirements.txt": "openai\n",
    }
    found = _components(tree)
    assert list(found) == ["functions/chat"]
    built = [(place.path, place.line) for place in found["functions/chat"].built_by]
    assert built == [(path, line)]


BOOT = "plugins {\n  id 'java'\n  id 'org.springframework.boot' version '3.5.0'\n}\n"


def test_modules_of_gradle_that_are_packed_as_applications() -> None:
    found = _components(
        {
            "settings.gradle": "rootProject.name = 'x'\ninclude 'web', 'api', ':jobs:tools',\n  'lib'\n",
            "Dockerfile": "FROM eclipse-temurin:21\nCOPY api/build/libs/api.jar /app.jar\n",
            "api/build.gradle": BOOT + "bootJar { dependsOn(':web:build') }\n",
            "web/build.gradle": "plugins { id 'com.github.node-gradle.node' }\n",
            "jobs/tools/build.gradle": BOOT,
            "lib/build.gradle": BOOT + "bootJar { enabled = false }\n",
            "aside/build.gradle": BOOT,
        }
    )
    assert list(found) == [".", "jobs/tools"]
    manifests = {each.place.path for each in found["."].manifests}
    assert {"api/build.gradle", "web/build.gradle"} == manifests


def test_modules_of_maven_that_are_packed_as_applications() -> None:
    plugin = "<plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin>"
    managed = f"<build><pluginManagement><plugins>{plugin}</plugins></pluginManagement></build>"
    found = _components(
        {
            "pom.xml": "<project><modules><module>api</module><module>lib</module>"
            f"<module>parent</module></modules>{managed}</project>",
            "api/pom.xml": f"<project><build><plugins>\n{plugin}</plugins></build></project>",
            "lib/pom.xml": f"<project>{managed}</project>",
            "parent/pom.xml": f"<project><packaging>pom</packaging>{plugin}</project>",
        }
    )
    assert list(found) == ["api"]
    assert [(each.path, each.line) for each in found["api"].built_by] == [("api/pom.xml", 2)]


def test_what_ci_compiles_is_part_of_the_image_that_takes_it_in() -> None:
    tree = {
        "Dockerfile": "FROM golang:1.26.1\nCOPY web/ ./web\nCOPY server/ .\n",
        "server/go.mod": "module x/server\n",
        "web/package.json": '{"name": "web"}',
        ".github/workflows/ci.yml": "on: push\njobs:\n  b:\n    steps:\n"
        "      - {run: go build ./cmd/x, working-directory: server}\n",
    }
    assert list(_components(tree)) == ["."]
    publish = tree[".github/workflows/ci.yml"].replace("go build ./cmd/x", "goreleaser release")
    assert "server" in _components({**tree, ".github/workflows/ci.yml": publish})


def _csproj(*needs: str) -> str:
    rows = "\n".join(f'<ProjectReference Include="..\\{n}\\{n}.csproj" />' for n in needs)
    return f"<Project>\n{rows}\n</Project>"


NET = {
    "Api/Dockerfile": "FROM mcr.example/aspnet:8.0.1\n",
    "Api/Api.csproj": _csproj("Defaults"),
    "Api/Program.cs": "using OpenAI.Chat;\nvar client = new ChatClient();\n",
    "Web/Dockerfile": "FROM mcr.example/aspnet:8.0.1\n",
    "Web/Web.csproj": _csproj("Defaults"),
    "Web/Program.cs": "using System;\n",
    "Defaults/Defaults.csproj": _csproj("Blocks"),
    "Defaults/D.cs": "using System;\n",
    "Blocks/Blocks.csproj": "<Project></Project>",
    "Blocks/B.cs": "using OpenAI.Chat;\nclass B { void Use() { new ChatClient(); } }\n",
}


def test_code_of_a_library_is_of_those_who_need_it_through_another() -> None:
    for component in _components(NET).values():
        assert any(row.place.path == "Blocks/B.cs" for row in component.code.imports)


def test_what_a_library_can_do_is_no_sign_that_its_users_do_it() -> None:
    found = _components(NET)
    assert found["Api"].agentic
    assert found["Api"].uses("model")
    assert not found["Web"].agentic
    assert not found["Web"].uses("model")


def test_a_file_outside_of_every_project_tells_of_none_of_them() -> None:
    tree = {
        "api/Dockerfile": "FROM python:3.12\n",
        "api/requirements.txt": "openai\n",
        "web/Dockerfile": "FROM node:22\n",
        "web/package.json": '{"name": "web"}',
        "web/index.js": "console.log(1);\n",
        "data/load.py": "import openai\nopenai.OpenAI()\n",
    }
    found = _components(tree)
    assert (found["api"].agentic, found["web"].agentic) == (True, False)
    alone = {path: text for path, text in tree.items() if not path.startswith("api")}
    assert _components(alone)["web"].agentic


def test_to_offer_tools_is_not_to_call_a_model() -> None:
    server = "from fastmcp import FastMCP\nmcp = FastMCP('x')\n"
    files = {"requirements.txt": "fastmcp\n", "server.py": server}
    assert not _components(files)["."].agentic
    asks = server + "URL = f'{base}/openai/deployments/{name}/images/generations'\n"
    assert _components({**files, "server.py": asks})["."].agentic
    both = {"requirements.txt": "fastmcp\nopenai\n", "server.py": server}
    assert _components(both)["."].agentic


def test_code_of_a_package_runs_in_those_who_need_it() -> None:
    tree = {
        "lib/pyproject.toml": '[project]\nname = "ask-lib"\ndependencies = ["openai"]\n'
        '[build-system]\nrequires = ["hatchling"]\n',
        "lib/ask_lib/main.py": "from openai import OpenAI\n\nclient = OpenAI()\n",
        "api/Dockerfile": "FROM python:3.13.1\nCOPY . .\n",
        "api/pyproject.toml": '[project]\nname = "api"\ndependencies = ["ask-lib"]\n',
        "api/main.py": "from ask_lib.main import client\n\nclient.responses.create(model='m')\n",
        "web/Dockerfile": "FROM python:3.13.1\nCOPY . .\n",
        "web/pyproject.toml": '[project]\nname = "web"\ndependencies = ["flask"]\n',
        "web/main.py": "import flask\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  b:\n    steps:\n"
        "      - {run: uv build, working-directory: lib}\n",
    }
    found = _components(tree)
    assert set(found) == {"api", "lib", "web"}
    assert [each.path for each in found.values() if each.agentic] == ["api", "lib"]
    started = {**tree, "lib/Procfile": "web: python -m ask_lib.main\n"}
    assert not _components(started)["api"].agentic


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("compose.yaml", [".", "proxy"]),
        ("compose-e2e.yaml", ["."]),
        ("docker-compose.test.yml", ["."]),
        ("docker-compose.latest.yml", [".", "proxy"]),
    ],
)
def test_an_image_that_only_trials_start_is_no_part(name: str, found: list[str]) -> None:
    files = {
        "requirements.txt": "openai\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "proxy/Dockerfile": "FROM caddy:2.9\nCOPY Caddyfile /etc/caddy/\n",
        "proxy/Caddyfile": ":80\n",
        name: "services:\n  proxy:\n    build: proxy\n",
    }
    assert [each.path for each in MemoryRepo(files).components()] == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, {"api": ["Dockerfile", "api/Dockerfile"], "web": ["Dockerfile", "web/Dockerfile"]}),
        ({"package.json": '{"name": "all"}'}, {".": ["Dockerfile"], "api": ["api/Dockerfile"]}),
    ],
)
def test_an_image_of_several_components_is_one_more_of_each(
    more: dict[str, str], found: dict[str, list[str]]
) -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCOPY api/ api/\nCOPY web/ web/\nCOPY pack*.json ./\n",
        "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "api/requirements.txt": "openai\n",
        "api/main.py": "import openai\n",
        "web/Dockerfile": "FROM node:22.1\nCOPY . .\n",
        "web/package.json": '{"name": "web"}',
        "web/src/a.js": "1\n",
    }
    got = {
        component.path: [file.place.path for file in component.build_files]
        for component in MemoryRepo({**files, **more}).components()
    }
    assert {path: got[path] for path in found} == found
    assert more or got.keys() == found.keys()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", {"docker/judge": True, "docker/vision": False}),
        ("COPY steps/vision/", "COPY steps/", {".": True}),
        ("COPY steps/vision/ /app", "COPY . /app", {".": True}),
    ],
)
def test_build_files_of_several_directories_without_any_manifest(
    old: str, new: str, found: dict[str, bool]
) -> None:
    files = {
        "docker/judge/Dockerfile.train": "FROM python:3.12\nCOPY train/judge/ /app\n",
        "docker/judge/Dockerfile.steps": "FROM python:3.12\nCOPY steps/judge/ /app\n",
        "docker/vision/Dockerfile.steps": "FROM python:3.12\nCOPY steps/vision/ /app\n",
        "train/judge/run.py": "print(1)\n",
        "steps/judge/ask.py": "import openai\nopenai.OpenAI()\n",
        "steps/vision/run.py": "print(2)\n",
    }
    if old:
        path = "docker/vision/Dockerfile.steps"
        files[path] = files[path].replace(old, new)
    components = MemoryRepo(files).components()
    assert {component.path: component.agentic for component in components} == found
    if not old:
        assert [len(component.build_files) for component in components] == [2, 1]
