"""Several projects in one repository, where only build tools, scripts or code tell what runs."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

SPRING = "package acme;\n@SpringBootApplication\npublic class {0}Application {{}}\n"
POM = "<project><artifactId>{}</artifactId></project>\n"
GATHERS = "<project><packaging>pom</packaging><modules>{}</modules></project>\n"
PYTHON = "from openai import OpenAI\nOpenAI().chat.completions.create(model='m', messages=[])\n"
PAGE = '{"name": "page", "scripts": {"start": "react-scripts start"}}'


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _maven(*names: str) -> dict[str, str]:
    modules = "".join(f"<module>{name}</module>" for name in (*names, "shared"))
    files = {"pom.xml": GATHERS.format(modules), "shared/pom.xml": POM.format("shared")}
    for name in names:
        files[f"{name}/pom.xml"] = POM.format(name)
        called = f"{name.title()}Application"
        files[f"{name}/src/main/java/acme/{called}.java"] = SPRING.format(name.title())
    return files


def test_modules_with_the_class_that_starts_a_server_are_the_components() -> None:
    assert list(_components(_maven("admin", "chat"))) == ["admin", "chat"]


def test_a_build_file_that_only_arguments_fill_is_of_every_module() -> None:
    template = "FROM eclipse-temurin:17\nARG NAME\nCOPY ${NAME}.jar application.jar\n"
    flow = "on: push\njobs:\n  b:\n    steps:\n      - run: mvn -B package\n"
    extra = {"docker/Dockerfile": template, ".github/workflows/ci.yml": flow}
    found = _components({**_maven("admin", "chat"), **extra})
    assert list(found) == ["admin", "chat"]
    files = {name: [each.place.path for each in c.build_files] for name, c in found.items()}
    assert files == {"admin": ["docker/Dockerfile"], "chat": ["docker/Dockerfile"]}


def test_an_image_of_one_module_is_not_of_the_others() -> None:
    image = "FROM eclipse-temurin:17\nARG JAR\nADD admin/build/libs/$JAR app.jar\n"
    boot = 'plugins {\n  id("org.springframework.boot")\n}\n'
    files = {
        "settings.gradle.kts": 'include("admin", "tools-server")\n',
        "admin/build.gradle.kts": boot,
        "tools-server/build.gradle.kts": boot,
        "Dockerfile": image,
        "build.sh": "docker build -t acme/assistant --build-arg JAR=admin.jar .\n",
    }
    assert list(_components(files)) == ["admin", "tools-server"]


@pytest.mark.parametrize(
    "plugins",
    [
        "alias(ktorLibs.plugins.ktor)",
        "alias(libs.plugins.spring.boot)",
        "alias(libs.plugins.springBoot)",
        "alias(libs.plugins.micronaut.application)",
        "application",
        'id("application")',
    ],
)
def test_plugins_of_gradle_that_make_an_application(plugins: str) -> None:
    files = {
        "settings.gradle.kts": 'include(":server")\ninclude(":shared")\n',
        "build.gradle.kts": "plugins {\n  alias(libs.plugins.ktor) apply false\n}\n",
        "server/build.gradle.kts": (
            f'plugins {{\n  {plugins}\n}}\napplication {{\n  mainClass = "acme.MainKt"\n}}\n'
        ),
        "shared/build.gradle.kts": "plugins {\n  alias(libs.plugins.kotlin.jvm)\n}\n",
    }
    assert list(_components(files)) == ["server"]


def test_images_that_take_what_another_directory_makes_are_of_that_directory() -> None:
    script = (
        "cd ../api\nmake build\ncd ../web\nnpm run build\ncd ../build\n"
        "docker build -t acme/api:$1 -f dockerfile-api-go ../\n"
        "docker build -t acme/web:$1 -f dockerfile-web-$2 ../\n"
    )
    files = {
        "build/build.sh": script,
        "build/dockerfile-api-go": "FROM alpine:3\nCOPY ./api/bin/api-linux /app\n",
        "build/dockerfile-web-amd64": "FROM nginx:1\nCOPY ./web/dist /app/dist\n",
        "build/dockerfile-lint.js": "FROM nothing\n",
        "api/go.mod": "module acme\n",
        "api/main.go": "package main\n",
        "web/package.json": '{"name": "web"}',
    }
    found = _components(files)
    assert list(found) == ["api", "web"]
    assert [each.place.path for each in found["api"].build_files] == ["build/dockerfile-api-go"]


def test_one_build_file_for_several_contexts() -> None:
    files = {
        "docker/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "compose.yaml": "services:\n"
        + "".join(
            f"  {name}:\n    build: {{context: {name}, dockerfile: ../docker/Dockerfile}}\n"
            for name in ("api", "worker")
        ),
        "api/requirements.txt": "openai\n",
        "worker/requirements.txt": "openai\n",
    }
    assert list(_components(files)) == ["api", "worker"]


WHOLE = "FROM node:22 AS page\nCOPY page/ .\nFROM python:3.12\nCOPY backend/ ./backend/\n"


@pytest.mark.parametrize(
    ("compose", "found"),
    [
        ("services:\n  app:\n    build: .\n", ["."]),
        ("services:\n  db:\n    image: postgres\n", ["backend", "page"]),
    ],
)
def test_build_files_that_nobody_names_beside_an_image_of_all(
    compose: str, found: list[str]
) -> None:
    files = {
        "Dockerfile": WHOLE,
        "Dockerfile.backend": "FROM python:3.12\nCOPY backend/ .\n",
        "Dockerfile.page": "FROM node:22\nCOPY page/ .\n",
        "compose.yaml": compose,
        "backend/requirements.txt": "openai\n",
        "backend/main.py": PYTHON,
        "page/package.json": PAGE,
    }
    assert list(_components(files)) == found


def test_a_build_file_of_what_is_not_there_is_no_component() -> None:
    image = "FROM python:3.12\nCOPY requirements.txt .\nCOPY . .\n"
    files = {
        "Dockerfile": image,
        "one/Dockerfile": image,
        "one/requirements.txt": "openai\n",
        "two/Dockerfile": image,
        "two/requirements.txt": "openai\n",
    }
    assert list(_components(files)) == ["one", "two"]


def test_a_host_of_aspire_is_no_component_though_it_has_a_build_file() -> None:
    host = '<Project Sdk="Microsoft.NET.Sdk"><Sdk Name="Aspire.AppHost.Sdk"/></Project>\n'
    files = {
        "src/host/host.csproj": host,
        "src/host/Dockerfile": 'FROM scratch\nCOPY ["src/host/host.csproj", "src/host/"]\n',
        "src/api/api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n',
        "src/api/Dockerfile": "FROM scratch\nCOPY . .\n",
    }
    assert list(_components(files)) == ["src/api"]


def test_a_manifest_in_src_is_of_the_directory_of_its_build_file() -> None:
    files = {
        "rails/Dockerfile": "FROM python:3.12\nCOPY ./src/requirements.txt .\nCOPY ./src .\n",
        "rails/src/requirements.txt": "openai\n",
        "rails/src/main.py": PYTHON,
        "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "api/requirements.txt": "flask\n",
    }
    found = _components(files)
    assert list(found) == ["api", "rails"]
    assert found["rails"].agentic


WORKSPACE = '{"name": "all", "workspaces": ["apps/*", "packages/*", "extension"]}'


@pytest.mark.parametrize(("others", "found"), [([], ["apps/agent"]), (["apps/site"], ["."])])
def test_the_one_application_in_an_image_of_a_workspace(
    others: list[str], found: list[str]
) -> None:
    files = {
        "package.json": WORKSPACE,
        "Dockerfile": "FROM node:22\nCOPY package.json .\nCOPY apps apps\nCOPY packages packages\n",
        "apps/agent/package.json": '{"name": "agent"}',
        "apps/agent/index.ts": "export {};\n",
        "packages/ui/package.json": '{"name": "ui"}',
        **{f"{home}/package.json": '{"name": "other"}' for home in others},
    }
    assert list(_components(files)) == found


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        (
            '{"engines": {"vscode": "^1"}, "main": "a.js", "contributes": {}, "scripts": {"compile": "webpack"}}',
            True,
        ),
        (
            '{"engines": {"vscode": "^1"}, "browser": "a.js", "activationEvents": [], "scripts": {"compile": "webpack"}}',
            True,
        ),
        (
            '{"engines": {"vscode": "^1"}, "contributes": {}, "scripts": {"compile": "webpack"}}',
            False,
        ),
        (
            '{"engines": {"node": "24"}, "main": "a.js", "contributes": {"vscode": 1}, "scripts": {"compile": "webpack"}}',
            False,
        ),
        ('{"scripts": {"deploy": "npx clasp push"}}', True),
        ('{"scripts": {"ship": "bun run trigger deploy --env prod"}}', True),
        ('{"scripts": {"login": "clasp login"}}', False),
        ('{"scripts": {"build": "vite build", "dev": "vite"}}', True),
        ('{"scripts": {"build": "vite build --outDir ../api/static", "dev": "vite"}}', False),
        ('{"devDependencies": {"electron": "1", "electron-builder": "1"}}', True),
        ('{"devDependencies": {"electron": "1"}}', False),
    ],
)
def test_what_a_member_says_of_itself(manifest: str, found: bool) -> None:
    files = {
        "package.json": '{"workspaces": ["apps/*"]}',
        "apps/api/package.json": '{"scripts": {"start": "node a.js"}}',
        "apps/api/a.ts": "export {};\n",
        "apps/own/package.json": manifest,
        "apps/own/index.html": "x\n",
        "apps/own/b.ts": "export {};\n",
    }
    assert ("apps/own" in _components(files)) is found


BEDROCK = """import boto3

client = boto3.client("bedrock-runtime")


def answer(text):
    return client.converse(modelId="m-1", messages=[text])
"""


@pytest.mark.parametrize(("code", "found"), [(BEDROCK, True), ("import boto3\n", False)])
def test_a_part_of_a_library_that_does_all_sorts(code: str, found: bool) -> None:
    files = {
        "web/package.json": PAGE,
        "web/Dockerfile": "FROM node:24\nCOPY . .\n",
        "api/requirements.txt": "boto3==1.40.0\n",
        "api/handle.py": code,
    }
    assert ("api" in _components(files)) is found


def test_amplify_builds_the_directory_it_stands_in() -> None:
    agent = {"agent/requirements.txt": "openai\n", "agent/main.py": PYTHON}
    files = {"package.json": PAGE, "app/page.tsx": "export {};\n", **agent}
    assert list(_components({**files, "amplify.yml": "version: 1\n"})) == [".", "agent"]


@pytest.mark.parametrize("name", ["manifest.js", "public/manifest.json"])
def test_extensions_of_a_browser(name: str) -> None:
    files = {
        "package.json": WORKSPACE,
        "extension/package.json": '{"name": "extension", "scripts": {"build": "vite build"}}',
        f"extension/{name}": '{"manifest_version": 3}\n',
        "packages/ui/package.json": '{"name": "ui"}',
        "packages/ui/index.ts": "export {};\n",
    }
    assert list(_components(files)) == ["extension"]


@pytest.mark.parametrize(
    ("names", "found"),
    [(("graph", "kernel"), ["back/graph", "back/kernel", "front"]), (("graph",), ["."])],
)
def test_projects_that_nothing_builds(names: tuple[str, ...], found: list[str]) -> None:
    files = {"front/package.json": PAGE, "front/index.ts": "export {};\n"}
    for name in names:
        files[f"back/{name}/requirements.txt"] = "openai\n"
        files[f"back/{name}/main.py"] = PYTHON
    assert list(_components(files)) == found
