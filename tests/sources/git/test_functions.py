"""What templates of functions and their platforms say about the parts that they deploy."""

from __future__ import annotations

import pytest

from agentaudit.finding import Outcome
from agentaudit.probes.models.ids_pinned import ids_pinned
from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
ASK = {
    "requirements.txt": "langchain-aws==0.2.0\n",
    "main.py": "import os\nfrom langchain_aws import ChatBedrock\n\n\ndef handler(event, context):\n"
    "    return ChatBedrock(model_id=os.environ['MODEL_ID']).invoke(event['question'])\n",
}
HEAD = f"Parameters:\n  Model:\n    Type: String\n    Default: {MODEL}\nResources:\n  Chat:\n"
SAM = (
    HEAD + "    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: chat/\n"
    "      Environment:\n        Variables:\n          MODEL_ID: {}\n"
)
GLOBALS = (
    f"Globals:\n  Function:\n    Environment:\n      Variables:\n        MODEL_ID: {MODEL}\n"
    "Resources:\n  Chat:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    "      CodeUri: chat\n"
)
TASK = (
    HEAD + "    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n"
    "        - Name: chat\n          Environment:\n            - Name: MODEL_ID\n"
    "              Value: !Ref Model\n"
)
SERVERLESS = (
    f"service: chat\ncustom:\n  model: {MODEL}\nprovider:\n  name: aws\n  runtime: python3.12\n"
    "  environment:\n    MODEL_ID: {}\nfunctions:\n  chat:\n    handler: main.handler\n"
)
AMPLIFY = (
    "Resources:\n  App:\n    Type: AWS::Amplify::App\n    Properties:\n      BuildSpec: |\n"
    "        applications:\n          - appRoot: web\n      EnvironmentVariables:\n"
    "        - Name: VITE_API\n          Value: https://api.example\n"
)
PAGE = {"web/package.json": '{"name": "web", "dependencies": {"react": "19.0.0"}}'}


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _chat(home: str) -> dict[str, str]:
    return {f"{home}/{name}": text for name, text in ASK.items()}


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("template.yaml", SAM.format("!Ref Model"), Outcome.PASS),
        ("template.yaml", SAM.format('!Sub "${Model}"'), Outcome.PASS),
        ("template.yaml", SAM.format("{Ref: Model}"), Outcome.PASS),
        ("template.yaml", SAM.format("anthropic.claude-3-5-sonnet-latest"), Outcome.FAIL),
        ("template.yaml", SAM.format("!Ref Elsewhere"), Outcome.UNKNOWN),
        ("sam.yml", GLOBALS, Outcome.PASS),
        ("chat/serverless.yml", SERVERLESS.replace("{}", "${self:custom.model}"), Outcome.PASS),
        (
            "chat/serverless.yml",
            SERVERLESS.replace("{}", f"${{env:MODEL_ID, '{MODEL}'}}"),
            Outcome.PASS,
        ),
        ("chat/serverless.yml", SERVERLESS.replace("{}", "${env:MODEL_ID}"), Outcome.UNKNOWN),
        ("deploy/stack.yaml", TASK, Outcome.PASS),
    ],
)
def test_a_function_asks_the_model_that_its_template_names(
    path: str, text: str, outcome: Outcome
) -> None:
    files = {path: text, "chat/Dockerfile": "FROM python:3.12\nCOPY . .\n", **_chat("chat")}
    repo = MemoryRepo(files)
    (component,) = repo.components()
    assert ids_pinned.ask({"repo": repo, "component": component}).outcome is outcome


def test_a_template_sets_nothing_for_the_function_beside() -> None:
    other = SAM.partition("Resources:\n")[2].replace("Chat", "Other").replace("chat/", "other/")
    files = {
        "template.yaml": SAM.format(MODEL) + other.format("gpt-4o"),
        **_chat("chat"),
        **_chat("other"),
    }
    found = _components(files)
    values = {path: [s.value for s in each.code.set("MODEL_ID")] for path, each in found.items()}
    assert values == {"chat": [MODEL], "other": ["gpt-4o"]}


def test_serverless_names_the_runtime_and_the_variables() -> None:
    files = {"chat/serverless.yml": SERVERLESS.replace("{}", MODEL), **_chat("chat")}
    chat = _components(files)["chat"]
    assert "python3.12" in {text for _, text in chat.runtime_pins}
    assert [place.path for place in chat.settings] == ["chat/serverless.yml"]


@pytest.mark.parametrize(
    ("path", "text", "declared"),
    [
        ("template.yaml", AMPLIFY, True),
        ("template.yaml", AMPLIFY.partition("      EnvironmentVariables")[0], False),
        ("amplify.yml", "applications:\n  - appRoot: web\n", False),
    ],
)
def test_amplify_builds_the_page(path: str, text: str, declared: bool) -> None:
    page = _components({path: text, **PAGE})["web"]
    assert [place.path for place in page.built_by] == [path]
    assert bool(page.settings) is declared
