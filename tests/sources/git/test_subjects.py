"""Of which project an image or a packed function is, where its directory alone does not say."""

from __future__ import annotations

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


@pytest.mark.parametrize(("beside", "home"), [("image/server.py", "agent"), ("a.sh", "agent/app")])
def test_an_image_with_code_around_its_project_is_of_both(beside: str, home: str) -> None:
    tree = {
        "agent/Dockerfile": "FROM ubuntu:22.04\nCOPY app/requirements.txt app/\nCOPY app/ app/\n"
        f"COPY {beside.partition('/')[0]} /srv/\n",
        f"agent/{beside}": "print()\n",
        "agent/app/requirements.txt": "openai\n",
        "agent/app/main.py": "import openai\n",
        "other/requirements.txt": "boto3\n",
    }
    assert _homes(tree) == {home: ["agent/app/requirements.txt"]}


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
