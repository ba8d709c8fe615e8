"""A deployment that is called like its model, with the version beside the model."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.apphost import hosted_elsewhere
from agentaudit.probes.models.ids_pinned import ids_pinned

RESOURCES = """param gptModelName string = 'gpt-5-mini'
param gptModelVersion string = 'VERSION'
resource openAI 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'ai'
}
resource deployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: openAI
  name: gptModelName
  properties: {
    model: {
      format: 'OpenAI'
      name: gptModelName
      version: gptModelVersion
    }
  }
}
"""
PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Azure.AI.OpenAI" Version="2.1.0" /></ItemGroup></Project>'
)
PROGRAM = (
    "using Azure.AI.OpenAI;\nusing OpenAI.Chat;\nvar client = new AzureOpenAIClient(uri, key);\n"
    'var chat = client.GetChatClient(config["OpenAI:DeploymentName"] ?? "gpt-5-mini");\n'
    "chat.CompleteChat(question);\n"
)


@pytest.mark.parametrize(
    ("version", "outcome"), [("2025-08-07", Outcome.PASS), ("latest", Outcome.FAIL)]
)
def test_the_version_of_the_deployment_counts(version: str, outcome: Outcome) -> None:
    files = {
        "infra/resources.bicep": RESOURCES.replace("VERSION", version),
        "src/app.csproj": PROJECT,
        "src/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\n",
        "src/Program.cs": PROGRAM,
        "src/appsettings.json": '{"OpenAI": {"DeploymentName": "gpt-5-mini"}}\n',
    }
    answer = ids_pinned.ask(testing.build({"component": {"files": files, "path": "src"}}))
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize(
    ("model", "passes"), [("openai/gpt-5-mini", False), ("gpt-5-mini-2025-08-07", True)]
)
def test_a_host_that_names_another_provider(model: str, passes: bool) -> None:
    files = {
        "infra/resources.bicep": RESOURCES.replace("VERSION", "2025-08-07"),
        "src/App/app.csproj": PROJECT,
        "src/App/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\n",
        "src/App/Program.cs": PROGRAM,
        "src/AppHost/appsettings.json": f'{{"GitHub": {{\n"Model": "{model}"}}}}\n',
    }
    given = {"files": files, "path": "src/App"}
    repo, component = testing.repository(given), testing.component(given)
    answer = ids_pinned.ask({"repo": repo, "component": component})
    assert (answer.outcome is Outcome.PASS) is passes, answer.message
    said = hosted_elsewhere(repo, component)
    assert (said is None) is passes
    assert said is None or (said.outcome is Outcome.UNKNOWN and model in said.message)


def test_a_client_of_bedrock_that_is_handed_on() -> None:
    files = {
        "requirements.txt": "boto3==1.39.0\n",
        "clients.py": "import boto3\n\ndef made():\n    return boto3.client('bedrock-runtime')\n",
        "app.py": "from clients import made\n\nrun(made())\n",
    }
    assert [use.library for use in testing.component({"files": files}).uses("model")] == ["bedrock"]
    files["clients.py"] = files["clients.py"].replace("bedrock-runtime", "sqs")
    assert not testing.component({"files": files}).uses("model")


NEEDS = '[project]\nname = "a"\nversion = "1"\ndependencies = ["openai"]\n'
ASKS = 'MODEL = "text-embedding-ada-002"\nclient = {}()\nclient.embeddings.create(model=MODEL)\n'


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("from openai import OpenAI\n" + ASKS.format("OpenAI"), Outcome.PASS),
        ("from openai import AzureOpenAI\n" + ASKS.format("AzureOpenAI"), Outcome.FAIL),
        (
            "from openai import AzureOpenAI, OpenAI\nother = AzureOpenAI()\n"
            + ASKS.format("OpenAI"),
            Outcome.PASS,
        ),
        (
            "from openai import OpenAI\nEMBEDDING_DEPLOYMENT = 'text-embedding-ada-002'\n"
            "OpenAI().embeddings.create(model=EMBEDDING_DEPLOYMENT)\n",
            Outcome.FAIL,
        ),
    ],
)
def test_a_model_that_azure_has_twice(code: str, outcome: Outcome) -> None:
    """What OpenAI itself has once is a version there; a deployment of it names none."""
    given = {"files": {"pyproject.toml": NEEDS, "main.py": code}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ids_pinned.ask(asked).outcome is outcome
