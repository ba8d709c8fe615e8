"""Repositories of several projects: which become components, and which are of others."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

CHAT = (
    "import dev.langchain4j.model.openai.OpenAiChatModel;\nclass Chat {\n"
    "  Object ask() { return OpenAiChatModel.builder().build(); }\n}\n"
)
POM = (
    "<project><parent><artifactId>acme</artifactId></parent><artifactId>{}</artifactId>"
    "<dependencies><dependency><groupId>{}</groupId><artifactId>{}</artifactId></dependency>"
    "</dependencies></project>\n"
)
OPEN_AI = ("dev.langchain4j", "langchain4j-open-ai")
IMAGE = "FROM eclipse-temurin:21\nADD target/app.jar app.jar\n"
NODE = '{"name": "%s", "dependencies": {"openai": "5.0.0"}}'
ASKING = 'import OpenAI from "openai";\nnew OpenAI();\n'


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


@pytest.mark.parametrize(
    "files",
    [
        {
            "admin/pom.xml": POM.format("admin", "org.acme", "acme-chat"),
            "modules/chat/pom.xml": POM.format("acme-chat", *OPEN_AI),
            "modules/chat/src/main/java/Chat.java": CHAT,
        },
        {
            "admin/build.gradle.kts": 'dependencies {\n  implementation(project(":modules:chat"))\n}\n',
            "modules/chat/build.gradle.kts": f'dependencies {{\n  api("{":".join(OPEN_AI)}:1")\n}}\n',
            "modules/chat/src/main/java/Chat.java": CHAT,
        },
        {
            "admin/build.gradle": "dependencies {\n  implementation(projects.modules.acmeChat)\n}\n",
            "modules/acme-chat/build.gradle": f"dependencies {{\n  api '{':'.join(OPEN_AI)}:1'\n}}\n",
            "modules/acme-chat/src/main/java/Chat.java": CHAT,
        },
    ],
)
def test_modules_are_of_the_application_that_needs_them(files: dict[str, str]) -> None:
    main = "class Main { public static void main(String[] a) { new Chat().ask(); } }\n"
    own = {"admin/Dockerfile": IMAGE, "admin/src/main/java/Main.java": main}
    found = _components({**files, **own})
    assert list(found) == ["admin"]
    assert found["admin"].agentic


TARGETS = (
    "FROM node:22-slim AS source\nCOPY . .\nFROM source AS api\nFROM source AS worker\n"
    "FROM source AS migrations\n"
)


def _service(target: str) -> str:
    return f"  {target}:\n    build:\n      context: .\n      target: {target}\n"


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        (("api", "worker", "migrations"), ["apps/api", "apps/worker"]),
        (("api",), ["."]),
        (("production",), ["."]),
    ],
)
def test_stages_that_are_called_after_projects(targets: tuple[str, ...], found: list[str]) -> None:
    files = {
        "package.json": '{"name": "root", "workspaces": ["apps/*"]}',
        "Dockerfile": TARGETS,
        "compose.yaml": "services:\n" + "".join(map(_service, targets)),
        **{f"apps/{name}/package.json": NODE % name for name in ("api", "worker")},
    }
    assert list(_components(files)) == found


WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n"


@pytest.mark.parametrize(
    ("commands", "found"),
    [
        (("cd packages/sdk", "uv venv", "uv build"), ["packages/sdk"]),
        (("cd packages", "cd sdk", "uv build"), ["packages/sdk"]),
        (("cd packages/sdk", "cd ../..", "uv build"), ["."]),
        (("(cd packages/sdk && ls)", "uv build"), ["."]),
    ],
)
def test_where_a_script_has_gone(commands: tuple[str, ...], found: list[str]) -> None:
    project = '[project]\nname = "x"\ndependencies = ["openai"]\n'
    script = "".join(f"          {command}\n" for command in commands)
    files = {
        ".github/workflows/a.yml": WORKFLOW + script,
        "pyproject.toml": project,
        "packages/sdk/pyproject.toml": project,
    }
    assert list(_components(files)) == found


def test_a_member_that_is_published_is_not_the_workspace() -> None:
    files = {
        ".github/workflows/a.yml": WORKFLOW + "          pnpm publish --filter @x/sdk\n",
        "package.json": '{"name": "root"}',
        "apps/api/package.json": NODE % "api",
        "apps/api/Dockerfile": "FROM node:22.1-slim\nCOPY . .\n",
        "apps/api/index.ts": ASKING,
    }
    assert list(_components(files)) == ["apps/api"]


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ("bellsoft/liberica-openjdk-rocky:17.0.16-cds", ["java 17.0.16-cds"]),
        ("azul/zulu-openjdk:21", ["java 21"]),
        ("alpine/java:21-jdk", ["java 21-jdk"]),
        ("example/javascript:21", []),
        ("ghcr.io/graalvm/jdk:java17", []),
        ("acme/jdk-tools-proxy2:21", []),
    ],
)
def test_images_of_java(image: str, pinned: list[str]) -> None:
    files = {"pom.xml": POM.format("a", *OPEN_AI), "Dockerfile": f"FROM {image}\nCOPY . .\n"}
    pins = _components(files)["."].runtime_pins
    assert [text for place, text in pins if place.path == "Dockerfile"] == pinned


def test_what_a_module_is_replaced_by_is_locked() -> None:
    module = "module x.io/a\n\ngo 1.24\n\nrequire x.io/old v0.0.0\n\nreplace x.io/old => y.io/new v1.0.0\n"
    files = {"go.mod": module, "go.sum": "y.io/new v1.0.0 h1:a=\n", "main.go": "package main\n"}
    (lock,) = _components(files)["."].locks
    assert not lock.missing


@pytest.mark.parametrize(
    ("home", "declared"),
    [("helm/app/Chart-template.yaml", True), ("contrib/tools/Chart.yaml", False)],
)
def test_charts_that_are_the_applications(home: str, declared: bool) -> None:
    files = {
        "requirements.txt": "openai\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        home: "name: app\n",
        f"{home.rpartition('/')[0]}/values.yaml": "image:\n  repository: x/grafana\n  tag: '1'\n",
    }
    component = _components(files)["."]
    assert bool(component.settings) is declared
    assert bool([i for i in component.images if "grafana" in i.reference]) is declared


ORDERED = (
    "on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n        service: [api, web]\n"
    "    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          context: .\n"
    "          file: ./ops/${{ matrix.service }}.Dockerfile\n"
)


@pytest.mark.parametrize(
    ("homes", "found"),
    [
        (("packages/api", "packages/web"), ["packages/api", "packages/web"]),
        (("packages/other",), ["."]),
        ((), ["."]),
    ],
)
def test_a_build_file_of_another_repository(homes: tuple[str, ...], found: list[str]) -> None:
    files = {
        ".github/workflows/a.yml": ORDERED,
        "package.json": '{"name": "root", "workspaces": ["packages/*"]}',
        **{f"{home}/package.json": '{"name": "x"}' for home in homes},
    }
    assert list(_components(files)) == found


def test_a_service_that_runs_what_is_built_elsewhere() -> None:
    files = {
        "browser/Dockerfile": "FROM node:22.1\nCOPY . .\n",
        "browser/package.json": NODE % "browser",
        "api/Dockerfile": "FROM node:22.1\nCOPY . .\n",
        "api/package.json": NODE % "api",
        "compose.yaml": "services:\n  browser:\n    image: acme/shop-browser:latest\n"
        "    environment:\n      PORT: 1\n",
    }
    found = _components(files)
    assert [place.path for place in found["browser"].settings] == ["compose.yaml"]
    assert not found["browser"].images
    assert not found["api"].settings


@pytest.mark.parametrize(("near", "agentic"), [("core", True), ("other", False)])
def test_a_module_is_packed_with_those_it_names(near: str, agentic: bool) -> None:
    pom = "<project><artifactId>{}</artifactId>{}</project>"
    need = "<dependencies><dependency><groupId>{}</groupId><artifactId>{}</artifactId></dependency></dependencies>"
    boot = "<build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>"
    tree = {
        "pom.xml": "<project><packaging>pom</packaging><modules><module>app</module>"
        "<module>core</module><module>other</module></modules></project>",
        "app/pom.xml": pom.format("app", need.format("io.x", near) + boot),
        "core/pom.xml": pom.format("core", need.format("dev.langchain4j", "langchain4j-open-ai")),
        "core/src/main/kotlin/A.kt": "import dev.langchain4j.model.chat.ChatModel\n",
        "other/pom.xml": pom.format("other", ""),
    }
    found = {each.path: each for each in MemoryRepo(tree).components()}
    assert found["app"].agentic is agentic
    assert any(m.place.path == f"{near}/pom.xml" for m in found["app"].manifests)


CATALOGUE = """[versions]
koog = "0.6.2"

[libraries]
koog-agents = { module = "ai.koog:koog-agents", version.ref = "koog" }
logback = "ch.qos.logback:logback-classic:1.5"

[bundles]
agents = ["koog-agents"]
"""


@pytest.mark.parametrize(
    ("line", "agentic"),
    [
        ("implementation(libs.koog.agents)", True),
        ("implementation(libs.bundles.agents)", True),
        ("implementation(libs.logback)", False),
        ("// implementation(libs.koog.agents)", False),
        ("/* implementation(libs.koog.agents)\n*/", False),
        ("/*\nimplementation(libs.koog.agents) */", False),
        ("/* of a model */\nimplementation(libs.koog.agents)", True),
        ("testImplementation(libs.koog.agents)", False),
    ],
)
def test_a_module_takes_libraries_of_the_catalogue(line: str, agentic: bool) -> None:
    tree = {
        "settings.gradle.kts": 'include("server")\ninclude("other")\n',
        "gradle/libs.versions.toml": CATALOGUE,
        "server/build.gradle.kts": f'plugins {{\n    application\n}}\napplication {{ mainClass = "A" }}\n{line}\n',
        "server/src/main/kotlin/A.kt": "fun main() = Unit\n",
        "other/build.gradle.kts": 'compose.desktop {\n    application {\n        mainClass = "B"\n    }\n}\n',
        "other/src/main/kotlin/B.kt": "class B\n",
    }
    found = {each.path: each.agentic for each in MemoryRepo(tree).components()}
    assert found == {"server": agentic, "other": False}


def test_what_only_gathers_its_modules_is_deployed_by_nothing_that_deploys_them() -> None:
    gathers = "<project><packaging>pom</packaging><modules><module>a</module></modules></project>"
    deploys = "jobs:\n  a:\n    steps:\n      - run: sam deploy --stack-name x\n"
    template = (
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: a\n"
    )
    files = {
        "pom.xml": gathers,
        "a/pom.xml": "<project/>",
        "template.yaml": template,
        ".github/workflows/w.yml": deploys,
    }
    assert [each.path for each in MemoryRepo(files).components()] == ["a"]
    assert [each.path for each in MemoryRepo({**files, "pom.xml": "<project/>"}).components()] == [
        ".",
        "a",
    ]


def test_a_module_that_is_packed_as_war_is_an_application() -> None:
    root = "<project><packaging>pom</packaging><modules><module>app</module><module>lib</module></modules></project>"
    files = {
        "pom.xml": root,
        "app/pom.xml": "<project><packaging>war</packaging></project>",
        "lib/pom.xml": "<project><packaging>jar</packaging></project>",
    }
    assert list(_components(files)) == ["app"]


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("fuzz/dockerfiles/run.Dockerfile", ["bot", "fuzz"]),
        ("fuzz/other/run.Dockerfile", [".", "bot"]),
    ],
)
def test_a_directory_of_build_files_is_of_the_project_that_it_lies_in(
    image: str, found: list[str]
) -> None:
    copies = "FROM python:3.12\nCOPY common common\nCOPY {0} {0}\n"
    files = {
        "common/pyproject.toml": "[project]\nname = 'common'\n",
        "fuzz/pyproject.toml": "[project]\nname = 'fuzz'\n",
        "bot/pyproject.toml": "[project]\nname = 'bot'\n",
        image: copies.format("fuzz"),
        "bot/Dockerfile": copies.format("bot"),
    }
    asked = f"services:\n  a:\n    build: {{context: ., dockerfile: {image}}}\n"
    asked += "  b:\n    build: {context: ., dockerfile: bot/Dockerfile}\n"
    assert list(_components({**files, "compose.yaml": asked})) == found


def test_what_ci_only_releases_of_a_build_that_an_image_takes_in_is_no_part() -> None:
    modules = "".join(f"<module>{name}</module>" for name in ("api", "core", "more"))
    code = {f"{name}/src/main/java/A.java": "class A {}\n" for name in ("api", "core", "more")}
    image = (
        "FROM maven:3.9 AS b\nCOPY pom.xml .\nCOPY api/pom.xml api/\nCOPY core/pom.xml core/\n"
        "COPY . .\nRUN mvn package -pl api -am\nFROM eclipse-temurin:17\n"
        "COPY --from=b /app/api/target/api.jar app.jar\n"
    )
    files = {
        "pom.xml": f"<project><packaging>pom</packaging><modules>{modules}</modules></project>",
        **{f"{name}/pom.xml": "<project/>" for name in ("api", "core", "more")},
        "Dockerfile": image,
        "compose.yaml": "services:\n  a:\n    build: .\n",
        ".github/workflows/w.yml": "jobs:\n  a:\n    steps:\n"
        "      - uses: softprops/action-gh-release@v2\n"
        "        with:\n          files: |\n            core/target/core.jar\n",
    }
    assert list(_components({**files, **code})) == ["api"]
