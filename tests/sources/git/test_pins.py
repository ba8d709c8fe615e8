"""Where platforms, tools and images are told which runtime to use."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

PROJECT = '[project]\nname = "a"\ndependencies = ["openai"]\n'


@pytest.mark.parametrize(
    ("path", "text", "pins"),
    [
        ("langgraph.json", '{\n  "python_version": "3.11",\n  "graphs": {}\n}\n', ["python 3.11"]),
        ("mise.toml", '[tools]\npython = "3.12"\nruff = "0.12"\n', ["python 3.12"]),
        ("app.yaml", "runtime: python312\nservice: a\n", ["python3.12"]),
        ("serverless.yml", "provider:\n  runtime: python3.11\n", ["python3.11"]),
        ("infra/main.bicep", "a: {\n  linuxFxVersion: 'PYTHON|3.11'\n}\n", ["python 3.11"]),
        ("infra/main.tf", 'resource "a" "b" {\n  runtime = "python3.12"\n}\n', ["python3.12"]),
        ("infra/gcp.tf", 'resource "a" "b" {\n  runtime = "python312"\n}\n', ["python3.12"]),
        ("infra/web.tf", 'a {\n  python_version = "3.11"\n}\n', ["python 3.11"]),
        ("infra/flex.bicep", "r: {\n  name: 'python'\n  version: '3.12'\n}\n", ["python 3.12"]),
        (
            "render.yaml",
            "services:\n  - envVars:\n      - key: PYTHON_VERSION\n        value: 3.11.4\n",
            ["python 3.11.4"],
        ),
        ("netlify.toml", '[build.environment]\nNODE_VERSION = "22.3"\n', ["node 22.3"]),
        ("infra/other.tf", 'resource "a" "b" {\n  runtime = "CONTAINER"\n}\n', []),
        (
            "Dockerfile",
            "FROM ghcr.io/astral-sh/uv:python3.13-bookworm\nCOPY . .\n",
            ["python 3.13"],
        ),
        ("Dockerfile", "FROM ghcr.io/astral-sh/uv:0.8\nCOPY . .\n", []),
        ("Dockerfile", "FROM baseten/truss-server-base:3.9-gpu\nCOPY . .\n", ["python 3.9-gpu"]),
        ("Dockerfile", "FROM acme/server-base:3.9-gpu\nCOPY . .\n", []),
        ("Dockerfile", "ARG B=python:3.12\nFROM ${B}\nCOPY . .\n", ["python 3.12"]),
        (
            "Dockerfile",
            f"FROM python:3@sha256:{'a' * 64}\nCOPY . .\n",
            [f"3@sha256:{'a' * 64}"],
        ),
    ],
)
def test_what_pins_a_runtime(path: str, text: str, pins: list[str]) -> None:
    (component,) = MemoryRepo({"pyproject.toml": PROJECT, path: text}).components()
    assert [pin for _, pin in component.runtime_pins] == pins


@pytest.mark.parametrize(
    ("project", "path", "text", "pins"),
    [
        (
            "cdk.json",
            "lib/stack.ts",
            'import { Runtime } from "aws-cdk-lib/aws-lambda";\n'
            "new Function(this, 'f', { runtime: Runtime.PYTHON_3_14 });\n",
            ["python 3.14"],
        ),
        (
            "cdk.json",
            "stack.py",
            "import aws_cdk.aws_lambda as lambda_\n"
            "lambda_.Function(self, 'f', runtime=lambda_.Runtime.PYTHON_3_12)\n",
            ["python 3.12"],
        ),
        (
            "cdk.json",
            "lib/stack.ts",
            'import "aws-cdk-lib";\nnew Function(this, "f", { runtime: Runtime.NODEJS_22_X });\n',
            ["nodejs 22.x"],
        ),
        (
            "cdk.json",
            "lib/stack.ts",
            'import "aws-cdk-lib";\n// runtime: Runtime.PYTHON_3_9\n',
            [],
        ),
        (
            "Pulumi.yaml",
            "index.ts",
            'import * as aws from "@pulumi/aws";\n'
            "new aws.lambda.Function('f', { runtime: aws.lambda.Runtime.Python3d12 });\n",
            ["python3.12"],
        ),
        (
            "sst.config.ts",
            "stacks/api.ts",
            'import { Function } from "sst/constructs";\n'
            'new Function(stack, "f", { runtime: "python3.11" });\n',
            ["python3.11"],
        ),
        ("package.json", "lib/stack.ts", 'import "aws-cdk-lib";\nRuntime.PYTHON_3_14;\n', []),
    ],
)
def test_what_programs_ask_for(project: str, path: str, text: str, pins: list[str]) -> None:
    files = {"pyproject.toml": PROJECT, project: "{}", path: text}
    (component,) = MemoryRepo(files).components()
    assert [pin for _, pin in component.runtime_pins] == pins


def test_what_a_project_takes_over_from_above() -> None:
    pom = "<project><packaging>pom</packaging><properties><java.version>17</java.version></properties></project>\n"
    own = "<project><artifactId>api</artifactId></project>\n"
    image = "FROM registry.example/base:1\nCOPY . .\n"
    files = {"pom.xml": pom, "api/pom.xml": own, "api/Dockerfile": image}
    (component,) = MemoryRepo(files).components()
    assert [(place.path, pin) for place, pin in component.runtime_pins] == [("pom.xml", "17")]


def test_infrastructure_beside_several_components_is_of_the_only_one_in_its_language() -> None:
    files = {
        "infra/main.bicep": "a: {\n  linuxFxVersion: 'PYTHON|3.11'\n}\n",
        "load/pyproject.toml": PROJECT,
        "load/Dockerfile": "FROM scratch\nCOPY . .\n",
        "web/package.json": '{"name": "web", "dependencies": {"next": "15"}}',
        "web/Dockerfile": "FROM scratch\nCOPY . .\n",
    }
    found = {each.path: each for each in MemoryRepo(files).components()}
    assert [version for _, version in found["load"].runtime_pins] == ["python 3.11"]
    assert not found["web"].runtime_pins
    both = MemoryRepo({**files, "ask/pyproject.toml": PROJECT, "ask/Dockerfile": "FROM scratch\n"})
    assert not any(each.runtime_pins for each in both.components())
