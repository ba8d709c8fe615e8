"""Of which project an image or a packed function is, where its directory alone does not say."""

from __future__ import annotations

import json

import pytest

from agentaudit.sources.git import MemoryRepo

PYTHON = '[project]\nname = "x"\ndependencies = ["openai"]\n'
STAGES = (
    "FROM python:3.13.2-slim AS builder\nCOPY src/backend /app\n"
    "FROM node:24.1 AS mails\nCOPY ./src/mail /mail\n"
    "FROM python:3.13.2-slim AS {0}-production\nCOPY --from=builder /app /app\n"
)
COMPOSE = "services:\n  app:\n    build:\n      context: .\n      target: {0}-production\n"
STAGED = {"src/backend/pyproject.toml": PYTHON, "src/mail/package.json": '{"name": "mail"}'}


def _homes(files: dict[str, str]) -> dict[str, list[str]]:
    return {
        each.path: [manifest.place.path for manifest in each.manifests]
        for each in MemoryRepo(files).components()
    }


@pytest.mark.parametrize(("stage", "home"), [("backend", "src/backend"), ("app", ".")])
def test_a_stage_that_is_asked_for_tells_the_project(stage: str, home: str) -> None:
    tree = {**STAGED, "Dockerfile": STAGES.format(stage), "compose.yml": COMPOSE.format(stage)}
    assert _homes(tree) == {home: sorted(STAGED)}


@pytest.mark.parametrize(
    ("copied", "home"), [("main.go pkg", "."), ("internal/go.sum", "libs/charts")]
)
def test_a_go_program_is_no_part_of_its_library(copied: str, home: str) -> None:
    tree = {
        "go.mod": "module x.io/a\n\ngo 1.24\n",
        "main.go": "package main\n",
        "pkg/a.go": "package pkg\n",
        "libs/charts/go.mod": "module x.io/charts\n\ngo 1.24\n",
        "Dockerfile.worker": "FROM golang:1.24.5\nCOPY go.mod ./\n"
        f"COPY libs/charts ./libs/charts\nCOPY {copied} ./\n",
    }
    assert _homes(tree) == {home: ["go.mod", "libs/charts/go.mod"]}


@pytest.mark.parametrize("beside", ["image/server.py", "a.sh"])
def test_an_image_is_of_the_part_that_its_build_file_stands_in(beside: str) -> None:
    tree = {
        "agent/Dockerfile": "FROM ubuntu:22.04\nCOPY app/requirements.txt app/\nCOPY app/ app/\n"
        f"COPY {beside.partition('/')[0]} /srv/\n",
        f"agent/{beside}": "print()\n",
        "agent/app/requirements.txt": "openai\n",
        "agent/app/main.py": "import openai\n",
        "other/requirements.txt": "boto3\n",
    }
    assert _homes(tree) == {"agent": ["agent/app/requirements.txt"]}


def test_several_build_files_around_several_projects_are_of_one_each() -> None:
    tree = {
        f"agents/{name}": text
        for part in ("chat", "index")
        for name, text in {
            f"Dockerfile.{part}": f"FROM python:3.13.2-slim\nCOPY {part} /app\n",
            f"{part}/requirements.txt": "openai\n",
            f"{part}/main.py": "import openai\n",
        }.items()
    }
    assert list(_homes(tree)) == ["agents/chat", "agents/index"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("../lambda/build/notify", {"lambda/notify": ["lambda/notify/code/requirements.txt"]}),
        ("../lambda/build/packages/notify", {}),
        ("../lambda/build", {}),
    ],
)
def test_build_output_that_terraform_packs(source: str, found: dict[str, list[str]]) -> None:
    tree = {
        "terraform/lambda.tf": 'data "archive_file" "notify" {\n  type = "zip"\n'
        f'  source_dir = "${{path.root}}/{source}"\n}}\n'
        'module "notify" {\n  file_path = data.archive_file.notify.output_path\n'
        '  runtime = "python3.12"\n}\n',
        "lambda/notify/code/requirements.txt": "boto3\n",
        "lambda/other/code/requirements.txt": "boto3\n",
        "web/package.json": '{"name": "web"}',
        "web/Dockerfile": "FROM node:24.1\nCOPY . .\n",
    }
    assert _homes(tree) == {**found, "web": ["web/package.json"]}


def test_a_function_bundled_with_the_packages_of_its_stack() -> None:
    stack = (
        "new NodejsFunction(this, 'Query', {\n  runtime: Runtime.NODEJS_22_X,\n"
        "  entry: join(__dirname, '../lambda/query/index.js'),\n});\n"
    )
    tree = {
        "backend/cdk.json": "{}",
        "backend/package.json": '{"name": "backend", "dependencies": {"aws-cdk-lib": "2"}}',
        "backend/lib/stack.ts": stack,
        "backend/lambda/query/index.js": "exports.handler = 1;\n",
        "docs/package.json": '{"name": "docs"}',
    }
    assert _homes(tree) == {"backend": ["backend/package.json"]}


@pytest.mark.parametrize(
    ("script", "found"), [("vsce package", True), ("vsce ls", False), ("echo vsce packaged", False)]
)
def test_an_extension_that_a_script_packs(script: str, found: bool) -> None:
    engines = '"engines": {"vscode": "^1.80.0"}'
    tree = {
        "plugin/package.json": f'{{{engines}, "scripts": {{"package:vsix": "{script}"}}}}',
        "web/package.json": '{"scripts": {"pack": "vsce package"}}',
        "web/Dockerfile": "FROM node:24.1\nCOPY . .\n",
    }
    assert ("plugin" in _homes(tree)) is found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("pom.xml", "<project><packaging>hpi</packaging></project>", True),
        (
            "build.gradle.kts",
            'plugins { id("org.jetbrains.intellij.platform") version "2.5.0" }',
            True,
        ),
        ("pom.xml", "<project><packaging>jar</packaging></project>", False),
    ],
)
def test_a_package_that_a_server_or_an_editor_loads(name: str, text: str, found: bool) -> None:
    web = {"web/package.json": "{}", "web/Dockerfile": "FROM node:24.1\nCOPY . .\n"}
    assert ("plugin" in _homes({**web, f"plugin/{name}": text})) is found


SHARED = {
    "shared/setup.py": "from setuptools import setup\nsetup(name='shared')\n",
    "shared/shared/jobs.py": "JOBS = 1\n",
    **{f"services/{name}/main.py": "import shared\n" for name in ("agent", "api")},
}


def _recipes(names: str, copies: str) -> dict[str, str]:
    """Build files beside the code of parts, which are built from the root."""
    compose = "".join(
        f"  {name.rpartition('/')[2]}:\n    build: {{context: ., dockerfile: {name}/Dockerfile}}\n"
        for name in names.split()
    )
    return {"compose.yaml": f"services:\n{compose}"} | {
        f"{name}/Dockerfile": f"FROM python:3.13.2-slim\n{copies.format(name)}"
        for name in names.split()
    }


@pytest.mark.parametrize("root", [{}, {"requirements.txt": "jupyter\n"}])
def test_parts_that_install_their_packages_in_the_build_file(root: dict[str, str]) -> None:
    copies = "RUN pip install openai\nCOPY shared /shared\nCOPY {0}/main.py ./\n"
    tree = {**SHARED, **root, **_recipes("services/agent services/api", copies)}
    own = ["shared/setup.py"]
    assert _homes(tree) == {"services/agent": own, "services/api": own}


@pytest.mark.parametrize(
    ("names", "copies", "found"),
    [
        ("worker backend", "COPY {0} {0}\n", ["backend", "worker"]),
        ("src/worker src/backend", "COPY src/ ./src/\n", ["src/backend", "src/worker"]),
        ("worker backend", "COPY . .\n", ["backend", "worker"]),
        ("worker", "COPY {0} {0}\n", ["."]),
        ("worker", "COPY . .\n", ["."]),
        ("docker/worker docker/backend", "COPY {0} {0}\n", ["."]),
        ("infra/worker infra/backend", "COPY {0} {0}\n", ["."]),
    ],
)
def test_images_that_share_the_manifest_around_them(
    names: str, copies: str, found: list[str]
) -> None:
    tree = {
        "pyproject.toml": PYTHON,
        "main.py": "import openai\n",
        **{f"{name}/main.py": "import openai\n" for name in names.split()},
        **_recipes(names, f"COPY pyproject.toml ./\n{copies}"),
    }
    assert _homes(tree) == {each: ["pyproject.toml"] for each in found}


@pytest.mark.parametrize(
    ("copied", "home"),
    [("app/backend /srv", "app/backend"), ("app/backend/ serve.py /srv/", ".")],
)
def test_a_build_file_that_stands_elsewhere(copied: str, home: str) -> None:
    tree = {
        "package.json": '{"dependencies": {"dotenv": "1"}}',
        "serve.py": "import app\n",
        "app/backend/requirements.txt": "openai\n",
        "app/backend/app.py": "import openai\n",
        "images/web/Dockerfile": f"FROM python:3.13.2-slim\nCOPY {copied}\n",
        "images/web/build.sh": "docker build -f images/web/Dockerfile -t web .\n",
    }
    assert home in _homes(tree)
    assert "images/web" not in _homes(tree)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("deploy/local/Containerfile.{0}.dev", ["."]),
        ("{0}/Dockerfile.dev", ["."]),
        ("{0}/dev.Dockerfile", ["."]),
        ("{0}/Dockerfile", ["backend", "frontend"]),
    ],
)
def test_what_one_image_holds_is_developed_in_several(name: str, found: list[str]) -> None:
    parts = {"backend": "requirements.txt", "frontend": "package.json"}
    compose = "".join(
        f"  {part}:\n    build: {{context: ., dockerfile: {name.format(part)}}}\n" for part in parts
    )
    tree = {
        "backend/requirements.txt": "openai\n",
        "frontend/package.json": '{"name": "ui"}',
        "compose.yaml": f"services:\n{compose}",
        "deploy/Containerfile": "FROM python:3.13.2-slim\nCOPY frontend/ ./\nCOPY backend/ ./\n",
        **{
            name.format(part): f"FROM x:1.2.3\nCOPY {part}/{file} ./\n"
            for part, file in parts.items()
        },
    }
    assert list(_homes(tree)) == found


def test_modules_of_one_image_that_ci_packs_too() -> None:
    tree = {
        "pom.xml": "<project><modules><module>api</module><module>lib</module></modules></project>",
        "api/pom.xml": "<project><artifactId>api</artifactId></project>",
        "lib/pom.xml": "<project><artifactId>lib</artifactId></project>",
        "Dockerfile": "FROM maven:3.9.9\nCOPY pom.xml .\nCOPY api/pom.xml api/\n"
        "COPY lib/pom.xml lib/\nCOPY . .\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  b:\n    steps:\n"
        "      - {run: mvn package, working-directory: lib}\n",
    }
    assert list(_homes(tree)) == ["."]


@pytest.mark.parametrize("name", ["shared", "other"])
def test_the_copy_of_a_library_is_no_part(name: str) -> None:
    setup = "from setuptools import setup\nsetup(name='{0}', install_requires=['openai'])\n"
    asks = "import openai\nopenai.OpenAI().chat.completions.create(model='x')\n"
    copies = "COPY shared /shared\nCOPY {0}/main.py ./\n"
    tree = {
        **SHARED,
        **_recipes("services/agent services/api", copies),
        "shared/setup.py": setup.format("shared"),
        "page/shared/setup.py": setup.format(name),
        "page/shared/shared/asks.py": asks,
    }
    assert ("page/shared" in _homes(tree)) is (name == "other")


@pytest.mark.parametrize(
    ("copied", "found"),
    [
        ("COPY patches/ ./\n", ["src/agent"]),
        ("", ["src/agent"]),
        ("COPY patches/ ./\nCOPY server.py ./\n", [".", "src/agent"]),
        ("COPY target/server.jar ./\n", [".", "src/agent"]),
    ],
)
def test_the_program_of_others_with_patches_is_no_part(copied: str, found: list[str]) -> None:
    tree = {
        "requirements.txt": "ruff\n",
        "server.py": "import mlflow\n",
        "patches/fix.sh": "sed -i s/a/b/ x\n",
        "src/agent/requirements.txt": "openai\n",
        "src/agent/main.py": "import openai\n",
        "docker/Dockerfile.agent": "FROM python:3.13.2\nCOPY src/agent ./\n",
        "docker/Dockerfile.tracker": f"FROM ghcr.io/mlflow/mlflow:v3.8.1\n{copied}",
        "compose.yaml": "services:\n"
        "  agent:\n    build: {context: ., dockerfile: docker/Dockerfile.agent}\n"
        "  tracker:\n    build: {context: ., dockerfile: docker/Dockerfile.tracker}\n",
    }
    assert list(_homes(tree)) == found


@pytest.mark.parametrize(
    ("modules", "packaging", "home"),
    [("api", "pom", "api"), ("api lib", "pom", "."), ("api", "jar", ".")],
)
def test_the_only_module_of_a_build(modules: str, packaging: str, home: str) -> None:
    named = "".join(f"<module>{name}</module>" for name in modules.split())
    tree = {
        "pom.xml": f"<project><packaging>{packaging}</packaging><modules>{named}</modules></project>",
        "api/pom.xml": "<project><artifactId>api</artifactId></project>",
        "lib/pom.xml": "<project><artifactId>lib</artifactId></project>",
        "docker/Dockerfile": "FROM maven:3.9.9\nCOPY . .\nRUN mvn install\n",
        "compose.yaml": "services:\n  api:\n    build: {context: ., dockerfile: docker/Dockerfile}\n",
    }
    assert list(_homes(tree)) == [home]


@pytest.mark.parametrize(
    ("copied", "kept", "home"),
    [("api", "api/target", "api"), ("api lib", "api/target", "."), ("api", "target", ".")],
)
def test_the_one_module_that_an_image_takes_in(copied: str, kept: str, home: str) -> None:
    named = [f"<module>{name}</module>" for name in ("api", "lib", "batch")]
    sources = "".join(f"COPY {name}/ {name}/\n" for name in copied.split())
    tree = {
        "pom.xml": f"<project><packaging>pom</packaging>{''.join(named)}</project>",
        **{f"{n}/pom.xml": f"<project><name>{n}</name></project>" for n in ("api", "lib", "batch")},
        **{f"{n}/src/main/java/A.java": "class A {}\n" for n in ("api", "lib", "batch")},
        "Dockerfile": f"FROM maven:3.9.9 AS build\nCOPY pom.xml ./\n{sources}RUN mvn package -pl api -am\n"
        f"FROM eclipse-temurin:21-jre\nCOPY --from=build /src/{kept}/*.jar app.jar\n",
    }
    assert list(_homes(tree)) == [home]


@pytest.mark.parametrize(
    ("kept", "home"),
    [
        (("COPY --from=build /src/api/target/*.jar a.jar",), "api"),
        (("COPY --from=build /src/all/target/*.jar a.jar",), "."),
        (("COPY --from=build /src/api/build/libs/api.jar a.jar",), "api"),
        (('CMD ["java", "-jar", "api/target/api.jar"]',), "api"),
        (("COPY --from=build /src/target/*.jar a.jar",), "."),
        (
            ("COPY --from=build /src/api/target/api.jar a", "COPY --from=build /b/lib/target/a b"),
            ".",
        ),
        (("COPY --from=build /src/api/a.txt a.txt",), "."),
    ],
)
def test_the_one_module_whose_output_an_image_keeps(kept: tuple[str, ...], home: str) -> None:
    stage = "FROM eclipse-temurin:21-jre\n" if "CMD" not in kept[0] else ""
    tree = {
        "pom.xml": "<project><module>api</module><module>lib</module></project>",
        "all/pom.xml": "<project><artifactId>all</artifactId>"
        "<dependency><artifactId>the-api</artifactId></dependency></project>",
        "api/pom.xml": "<project><parent><artifactId>lib</artifactId></parent>"
        "<artifactId>the-api</artifactId>{}</project>".format(
            "<dependency><artifactId>lib</artifactId></dependency>" * (home == ".")
        ),
        "lib/pom.xml": "<project><artifactId>lib</artifactId></project>",
        **{f"{n}/src/main/java/A.java": "class A {}\n" for n in ("all", "api", "lib")},
        "Dockerfile": "FROM maven:3.9.9 AS build\nCOPY . .\nRUN mvn package -pl api -am\n"
        + "\n".join((stage, *kept, "")),
    }
    assert list(_homes(tree)) == [home]


STARTS = "  {0}:\n    build: {{context: ., dockerfile: docker/gpu.Dockerfile}}\n    command: {1}\n"


@pytest.mark.parametrize(
    ("commands", "found"),
    [
        (["uvicorn services.marks.main:app --port 80"], [".", "services/marks"]),
        (
            ["python services/marks/main.py", "python -m services.marks.main"],
            [".", "services/marks"],
        ),
        (["uvicorn services.marks.main:app", "python -m services.jobs.main"], ["."]),
        (["uvicorn services.marks.main:app", ""], ["."]),
        (["uvicorn services.gone.main:app"], ["."]),
        (["uvicorn main:app"], ["."]),
    ],
)
def test_what_every_service_of_an_image_starts(commands: list[str], found: list[str]) -> None:
    rows = "".join(STARTS.format(f"s{number}", each) for number, each in enumerate(commands))
    tree = {
        "pyproject.toml": PYTHON,
        "main.py": "import openai\n",
        **{f"services/{name}/requirements.txt": "torch\n" for name in ("marks", "jobs")},
        **{f"services/{name}/main.py": "import torch\n" for name in ("marks", "jobs")},
        "docker/gpu.Dockerfile": "FROM python:3.12\nCOPY pyproject.toml ./\nCOPY services ./services\n",
        "Dockerfile": "FROM python:3.12\nCOPY pyproject.toml main.py ./\n",
        "compose.yml": f"services:\n  main:\n    build: .\n{rows}",
    }
    assert list(_homes(tree)) == found


MEMBERS = {
    "package.json": '{"private": true, "workspaces": ["packages/*"]}',
    "packages/core/package.json": '{"name": "core"}',
    "packages/worker/package.json": '{"name": "worker", "dependencies": {"core": "*"}}',
    "packages/worker/a.ts": "run();\n",
}
ALL = "FROM node:22.1.0\nCOPY package.json ./\nRUN npm ci\nCOPY ./ ./\n"


@pytest.mark.parametrize(
    "end",
    [
        'WORKDIR /app/packages/worker\nCMD ["./run.sh"]\n',
        'CMD ["npm", "run", "start", "-w", "worker"]\n',
        "CMD pnpm --filter @x/worker start\n",
        'CMD ["node", "packages/worker/dist/a.js"]\n',
    ],
)
def test_the_member_of_a_workspace_in_which_an_image_works(end: str) -> None:
    assert _homes({**MEMBERS, "docker/agent.Dockerfile": ALL + end}).keys() == {"packages/worker"}


@pytest.mark.parametrize(
    ("script", "homes"),
    [
        ("lerna run start --scope='worker'", {"packages/worker"}),
        ("turbo run start --filter=@x/jobs", {"packages/worker"}),
        ("node packages/worker/dist/a.js", {"packages/worker"}),
        ("lerna run start", {"."}),
    ],
)
def test_a_script_of_the_root_says_which_member_an_image_starts(
    script: str, homes: set[str]
) -> None:
    scripts = json.dumps({"serve": script})
    root = f'{{"private": true, "workspaces": ["packages/*"], "scripts": {scripts}}}'
    name = "@x/jobs" if "jobs" in script else "worker"
    named = MEMBERS["packages/worker/package.json"].replace("worker", name)
    tree = {**MEMBERS, "package.json": root, "packages/worker/package.json": named}
    assert _homes({**tree, "Dockerfile": f'{ALL}CMD ["npm", "run", "serve"]\n'}).keys() == homes


def test_an_image_with_sources_of_members_and_the_output_of_their_page_is_of_the_whole() -> None:
    end = (
        "FROM node:22.1.0\nCOPY package.json ./\nCOPY packages/core/ ./packages/core/\n"
        "COPY --from=0 /app/packages/worker/dist packages/worker/dist\nCMD npm start\n"
    )
    root = MEMBERS["package.json"].replace("}", ', "devDependencies": {"turbo": "2.0.0"}}')
    tree = {**MEMBERS, "package.json": root, "Dockerfile": ALL + end}
    assert _homes(tree).keys() == {"."}


def test_an_image_that_keeps_the_output_of_several_members_is_of_the_whole() -> None:
    end = (
        "FROM node:22.1.0\nCOPY --from=0 /app/packages/worker/dist packages/worker/dist\n"
        "COPY --from=0 /app/packages/core/dist packages/core/dist\nCMD node packages/worker/a.js\n"
    )
    begun = {"packages/core/package.json": '{"name": "core", "scripts": {"start": "node a"}}'}
    apart = {**MEMBERS, **begun, "packages/worker/package.json": '{"name": "worker"}'}
    assert _homes({**apart, "Dockerfile": ALL + end}).keys() == {"."}
    # A library that it needs is no other part.
    assert _homes({**MEMBERS, "Dockerfile": ALL + end}).keys() == {"packages/worker"}


TAKEN = (
    "FROM node:22.1.0\nWORKDIR /app\nCOPY package*.json ./\nCOPY packages/core ./packages/core\n"
    "COPY packages/worker ./packages/worker\nRUN npm ci\n"
)


@pytest.mark.parametrize(
    ("end", "homes"),
    [
        ('CMD ["node", "packages/worker/dist/a.js"]\n', {"packages/worker"}),
        ("WORKDIR /app/packages/worker\nCMD node dist/a.js\n", {"packages/worker"}),
        ('CMD ["npm", "start", "-w", "worker"]\n', {"packages/worker"}),
        ("CMD yarn workspace worker start\n", {"packages/worker"}),
        ("CMD sh -c 'node packages/core/a.js & exec node packages/worker/a.js'\n", {"."}),
        ('CMD ["node", "server.js"]\n', {"."}),
        ("CMD nginx -g 'daemon off;'\n", {"."}),
    ],
)
def test_the_member_that_an_image_of_some_of_them_starts(end: str, homes: set[str]) -> None:
    assert _homes({**MEMBERS, "Dockerfile": TAKEN + end}).keys() == homes


@pytest.mark.parametrize("parted", [True, False])
def test_an_image_that_starts_several_members_is_one_more_of_each(parted: bool) -> None:
    both = "CMD sh -c 'node packages/core/a.js & exec node packages/worker/a.js'\n"
    tree = {**MEMBERS, "docker/Dockerfile": TAKEN + both}
    if parted:
        tree["docker/Dockerfile.core"] = f"{TAKEN}CMD node packages/core/a.js\n"
        tree["docker/Dockerfile.worker"] = f"{TAKEN}CMD node packages/worker/a.js\n"
    orders = "".join(
        f"  s{at}:\n    build: {{context: ., dockerfile: {path}}}\n"
        for at, path in enumerate(path for path in tree if path.startswith("docker/"))
    )
    homes = {"packages/core", "packages/worker"} if parted else {"."}
    assert _homes({**tree, "compose.yml": f"services:\n{orders}"}).keys() == homes


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        (
            "azure.yaml",
            "services:\n  t:\n    project: ./tracing\n    docker: {remote: true}\n",
            True,
        ),
        ("compose.yaml", "services:\n  t:\n    build: ./tracing\n", False),
    ],
)
def test_an_image_that_is_no_more_than_its_base(file: str, text: str, *, found: bool) -> None:
    tree = {
        "api/requirements.txt": "openai\n",
        "api/Dockerfile": "FROM python:3.12.1\nCOPY . .\n",
        "tracing/Dockerfile": "FROM arizephoenix/phoenix:version-13.20.0\nEXPOSE 6006\n",
        file: text,
    }
    assert ("tracing" in _homes(tree)) == found


def test_an_image_of_a_model_without_anything_copied_is_a_part() -> None:
    tree = {
        "api/requirements.txt": "openai\n",
        "api/Dockerfile": "FROM python:3.12.1\nCOPY . .\n",
        "model/Dockerfile": "FROM ollama/ollama:0.6.1\nRUN ollama serve & ollama pull qwen2.5\n",
        "other/Dockerfile": "FROM debian:12\nRUN apt-get update\n",
    }
    assert _homes(tree).keys() == {"api", "model"}


@pytest.mark.parametrize(("name", "found"), [("UI_IMAGE", False), ("BASE_IMAGE", True)])
def test_the_image_of_a_part_that_an_argument_names_is_not_external(
    name: str, *, found: bool
) -> None:
    page = {"ui/Dockerfile": "FROM node:24.1\nCOPY . .\n", "ui/package.json": "{}"}
    proxy = f"ARG {name}\nFROM ${name} AS ui\nFROM nginx:1.17.0\nCOPY nginx.conf /etc/\n"
    files = {**page, "proxy/Dockerfile": proxy, "proxy/nginx.conf": "x\n"}
    files |= {"compose.yaml": "services:\n  p:\n    build: proxy\n  u:\n    build: ui\n"}
    bases = [
        base.unresolved
        for each in MemoryRepo(files).components()
        for file in each.build_files
        for base in file.bases
    ]
    assert any(bases) is found
