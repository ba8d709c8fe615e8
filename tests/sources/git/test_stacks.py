"""What infrastructure code says of the parts that it packs and starts."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

MODULE = (
    'resource "aws_lambda_function" "this" {\n  runtime = "python3.12"\n'
    "  filename = var.package\n}\n"
)
CALL = 'module "chat" {\n  source = "../modules/lambda"\n  source_dir = "${local.code}/chat"\n}\n'
ARCHIVE = (
    'locals {\n  archive = "${path.module}/chat.zip"\n}\n'
    'resource "aws_lambda_function" "chat" {\n  filename = local.archive\n  runtime = "python3.9"\n'
    "  environment {\n    variables = {\n      HOST = aws_db.this.host\n    }\n  }\n}\n"
)
PACKED = (
    'data "archive_file" "chat" {\n  source_dir = "${path.module}/../chat"\n}\n'
    'resource "aws_lambda_function" "chat" {\n  runtime = "python3.11"\n'
    "  filename = data.archive_file.chat.output_path\n}\n"
)
SAM = (
    "Globals:\n  Function:\n    Runtime: python3.13\nResources:\n  Chat:\n"
    "    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: chat/\n{}"
)
CHAT = {"requirements.txt": "openai\n", "app.py": "import openai\n"}


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _chat(home: str) -> dict[str, str]:
    return {f"{home}/{name}": text for name, text in CHAT.items()}


@pytest.mark.parametrize(
    ("files", "home", "versions", "declared"),
    [
        ({"infra/main.tf": ARCHIVE, **_chat("infra/chat")}, "infra/chat", {"python3.9"}, True),
        ({"infra/main.tf": PACKED, **_chat("chat")}, "chat", {"python3.11"}, False),
        (
            {
                "infra/modules/lambda/main.tf": MODULE,
                "infra/live/main.tf": 'locals {\n  code = "../../functions"\n}\n' + CALL,
                **_chat("functions/chat"),
            },
            "functions/chat",
            {"python3.12"},
            False,
        ),
        ({"template.yaml": SAM.format(""), **_chat("chat")}, "chat", {"python3.13"}, False),
        (
            {
                "template.yaml": SAM.format(
                    "      Runtime: python3.12\n      Environment:\n        Variables: {A: b}\n"
                ),
                **_chat("chat"),
            },
            "chat",
            {"python3.12"},
            True,
        ),
        (
            {
                "template.yaml": "Parameters:\n  Version:\n    Type: String\n    Default: python3.11\n"
                + SAM.format("      Runtime: !Ref Version\n"),
                **_chat("chat"),
            },
            "chat",
            {"python3.11"},
            False,
        ),
    ],
)
def test_functions_are_found_with_their_runtime(
    files: dict[str, str], home: str, versions: set[str], declared: bool
) -> None:
    found = _components(files)
    assert list(found) == [home]
    assert {version for _, version in found[home].runtime_pins} == versions
    stacks = ("infra/main.tf", "template.yaml")
    placed = [p for p in found[home].settings if p.path in stacks and p.line]
    assert bool(placed) is declared


@pytest.mark.parametrize(
    "text",
    [
        CALL.replace("../modules/lambda", "../modules/network"),
        'data "archive_file" "chat" {\n  source_dir = "${var.code}/chat"\n}\n',
        'resource "aws_s3_bucket" "chat" {\n  source_dir = "../chat"\n}\n',
    ],
)
def test_what_terraform_packs_not(text: str) -> None:
    files = {
        "infra/main.tf": text,
        "infra/modules/network/main.tf": 'resource "aws_vpc" "this" {}\n',
        **_chat("chat"),
    }
    assert list(_components({**files, "app.py": "", "requirements.txt": "openai\n"})) == ["."]


IMAGE = {"Dockerfile": "FROM python:3.12\nCOPY . .\n", "requirements.txt": "openai\n"}
PULUMI = (
    "import pulumi_azure_native as azure\ncontainer = azure.ContainerArgs(\n"
    '    image="ghcr.io/acme/planner:main",\n    environment_variables=[\n'
    '        azure.EnvironmentVariableArgs(name="MODEL", value="gpt"),\n    ],\n)\n'
)
ECS = (
    "import * as ecs from 'aws-cdk-lib/aws-ecs';\ntask.addContainer('api', {\n"
    "  image: ecs.ContainerImage.fromRegistry('acme/planner'),\n  environment: {\n"
    "    OPENAI_MODEL: 'gpt',\n  },\n});\n"
)
AMPLIFY = (
    "import { App } from '@aws-cdk/aws-amplify-alpha';\nnew App(this, 'site', {\n"
    "  environmentVariables: { VITE_API_URL: api.url },\n"
    "  buildSpec: BuildSpec.fromObject({ commands: ['cd planner', 'npm ci'] }),\n});\n"
)
IMAGES = (
    "import * as lambda from 'aws-cdk-lib/aws-lambda';\nnew lambda.DockerImageFunction(this, 'f', {\n"
    "  code: lambda.DockerImageCode.fromEcr(repos['tripPlanner']),\n"
    "  environment: { MODEL_NAME: 'gpt' },\n});\n"
)


@pytest.mark.parametrize(
    ("project", "path", "text", "declares"),
    [
        ("infra/Pulumi.yaml", "infra/__main__.py", PULUMI, ["planner"]),
        ("infra/Pulumi.yaml", "infra/__main__.py", PULUMI.replace("planner", "web"), []),
        ("infra/cdk.json", "infra/stack.ts", ECS, ["planner"]),
        ("infra/cdk.json", "infra/stack.ts", ECS.replace("OPENAI_MODEL", "account"), []),
        ("infra/cdk.json", "infra/site.ts", AMPLIFY, ["planner"]),
        ("infra/cdk.json", "infra/site.ts", AMPLIFY.replace("cd planner", "cd site"), []),
        ("infra/cdk.json", "infra/stack.ts", IMAGES, ["trip_planner"]),
        ("infra/cdk.json", "infra/stack.ts", IMAGES.replace("tripP", "routeP"), []),
        ("infra/other.json", "infra/stack.ts", ECS, []),
        ("cdk.json", "planner/run.ts", "const env = { environment: { OPENAI_MODEL: 'x' } };\n", []),
    ],
)
def test_variables_that_a_stack_declares(
    project: str, path: str, text: str, declares: list[str]
) -> None:
    parts = ("planner", "reader", "trip_planner")
    homes = {f"{home}/{name}": file for home in parts for name, file in IMAGE.items()}
    found = _components({**homes, project: "{}", path: text})
    assert [home for home, each in found.items() if each.settings] == declares
