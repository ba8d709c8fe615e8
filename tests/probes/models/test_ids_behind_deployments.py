"""Names of Azure deployments are aliases; the version behind one may be pinned elsewhere."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.ids_pinned import ids_pinned

CODE = (
    "import os\nfrom openai import AsyncAzureOpenAI\nclient = AsyncAzureOpenAI()\n\n"
    "async def ask(q):\n    return await client.chat.completions.create(\n"
    '        model=os.environ["AZURE_OPENAI_CHAT_DEPLOYMENT"], messages=[q])\n'
)
NAMED = (
    "from openai import AzureOpenAI\nclient = AzureOpenAI()\n\ndef ask(q):\n"
    '    return client.chat.completions.create(model="gpt-4o", messages=[q])\n'
)
SEARCH_DEMO = """
param chatGptModelName string = ''
param chatGptDeploymentVersion string = ''
var chatGpt = {
  modelName: !empty(chatGptModelName) ? chatGptModelName : 'gpt-4o'
  deploymentName: !empty(chatGptDeploymentName) ? chatGptDeploymentName : 'chat'
  deploymentVersion: !empty(chatGptDeploymentVersion) ? chatGptDeploymentVersion : 'VERSION'
}
param embeddingModelName string = ''
var embedding = {
  modelName: !empty(embeddingModelName) ? embeddingModelName : 'text-embedding-3-large'
  deploymentVersion: !empty(embeddingDeploymentVersion) ? embeddingDeploymentVersion : '1'
}
"""
ARRAY = """
module openAi 'core/ai/cognitiveservices.bicep' = {
  name: 'openai'
  params: {
    deployments: [
      {
        name: chatDeploymentName
        model: {
          format: 'OpenAI'
          name: 'gpt-4o'
          version: 'VERSION'
        }
        sku: { name: 'Standard', capacity: 30 }
      }
    ]
  }
}
"""
PARAMETERS = """
param gptModelName string = 'gpt-4o'
param gptModelVersion string = 'VERSION'
"""
DEPLOYMENTS = """
deployments:
  - name: chat
    model:
      format: OpenAI
      name: gpt-4o
      version: "VERSION"
"""
TERRAFORM = """
resource "azurerm_cognitive_deployment" "chat" {
  name = "chat"
  model {
    format  = "OpenAI"
    name    = "gpt-4o"
    version = "VERSION"
  }
}
"""
REFERENCE = """
param chatName string = 'gpt-4o'
param chatRelease string = 'VERSION'
var deployments = [
  {
    name: 'chat'
    model: {
      format: 'OpenAI'
      name: chatName
      version: chatRelease
    }
  }
]
"""
VARIABLES = """
variable "chat_name" {
  default = "gpt-4o"
}
variable "chat_release" {
  default = "VERSION"
}
resource "azurerm_cognitive_deployment" "chat" {
  name = "chat"
  model {
    format  = "OpenAI"
    name    = var.chat_name
    version = var.chat_release
  }
}
"""
SAME_NAME = ARRAY.replace("chatDeploymentName", "'gpt-4o'")
INFRASTRUCTURE = {
    "deployment named like its model": ("infra/main.bicep", SAME_NAME),
    "objects": ("infra/main.bicep", SEARCH_DEMO),
    "array": ("infra/main.bicep", ARRAY),
    "parameters": ("infra/main.bicep", PARAMETERS),
    "what parameters hold": ("infra/main.bicep", REFERENCE),
    "what variables hold": ("infra/main.tf", VARIABLES),
    "yaml": ("infra/ai.yaml", DEPLOYMENTS),
    "terraform": ("infra/main.tf", TERRAFORM),
}


def _ask(code: str, path: str, text: str) -> Outcome:
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": code, path: text}
    return ids_pinned.ask(testing.build({"component": {"files": files}})).outcome


@pytest.mark.parametrize(("path", "text"), INFRASTRUCTURE.values(), ids=INFRASTRUCTURE)
@pytest.mark.parametrize("code", [CODE, NAMED], ids=["environment", "name"])
def test_a_pinned_version_pins_the_deployment(code: str, path: str, text: str) -> None:
    assert _ask(code, path, text.replace("VERSION", "2024-08-06")) is Outcome.PASS


@pytest.mark.parametrize(("path", "text"), INFRASTRUCTURE.values(), ids=INFRASTRUCTURE)
def test_latest_pins_nothing(path: str, text: str) -> None:
    assert _ask(CODE, path, text.replace("VERSION", "latest")) is Outcome.FAIL


def test_a_name_without_a_version_pins_nothing() -> None:
    assert _ask(CODE, "infra/main.bicep", "param gptModelName string = 'gpt-4o'\n") is Outcome.FAIL
    other = "param apiVersion string = '2024-08-06'\nparam gptModelName string = 'gpt-4o'\n"
    assert _ask(CODE, "infra/main.bicep", other) is Outcome.FAIL


@pytest.mark.parametrize(
    ("named", "id", "outcome"),
    [
        ("OPENAI_MODEL", "gpt-4o-2024-08-06", Outcome.PASS),
        ("OPENAI_MODEL", "gpt-4o", Outcome.FAIL),
        ("AZURE_OPENAI_DEPLOYMENT", "gpt-4o-2024-08-06", Outcome.FAIL),
    ],
)
@pytest.mark.parametrize("text", ['env {{\n  name  = "{}"\n  value = "{}"\n}}\n', '{} = "{}"\n'])
def test_what_a_function_is_told_to_ask_is_no_deployment(
    text: str, named: str, id: str, outcome: Outcome
) -> None:
    block = f'resource "aws_lambda_function" "a" {{\n{text.format(named, id)}}}\n'
    asks = (
        "import os\nfrom openai import OpenAI\n"
        f"OpenAI().responses.create(model=os.environ['{named}'])\n"
    )
    assert _ask(asks, "infra/main.tf", block) is outcome


def test_one_of_two_deployments_is_not_enough() -> None:
    pinned = DEPLOYMENTS.replace("VERSION", "2024-08-06")
    free = "  - name: other\n    model:\n      format: OpenAI\n      name: gpt-4o\n"
    assert _ask(CODE, "infra/ai.yaml", pinned) is Outcome.PASS
    padding = "    sku:\n" + "".join(f"      key{n}: x\n" for n in range(9))
    assert _ask(CODE, "infra/ai.yaml", pinned + padding + free) is Outcome.FAIL


def test_variables_of_terraform_may_stand_in_a_file_of_their_own() -> None:
    at = VARIABLES.index("resource")
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": CODE,
        "infra/main.tf": VARIABLES[at:],
        "infra/variables.tf": VARIABLES[:at].replace("VERSION", "2024-08-06"),
    }
    assert ids_pinned.ask(testing.build({"component": {"files": files}})).outcome is Outcome.PASS


def test_openai_itself_takes_the_id_of_a_pinned_deployment_as_an_alias() -> None:
    azure = "param azureOpenAIChatModelName string = 'gpt-4o'\n"
    version = "param azureOpenAIChatModelVersion string = '2024-08-06'\n"
    plain = "param openAIChatDeployment string = 'gpt-4o'\n"
    assert _ask(CODE, "infra/main.bicep", azure + version) is Outcome.PASS
    assert _ask(CODE, "infra/main.bicep", azure + version + plain) is Outcome.FAIL


def test_what_deploys_the_whole_deploys_its_parts() -> None:
    files = {
        "package.json": '{"name": "all", "workspaces": ["packages/*"]}',
        "Dockerfile": "FROM node:22.1.0\nRUN npm ci\n",
        "packages/api/Dockerfile": "FROM python:3.12.1\n",
        "packages/api/requirements.txt": "openai==1.93.0\n",
        "packages/api/app.py": CODE,
        "infra/main.bicep": PARAMETERS.replace("VERSION", "2024-08-06"),
    }
    given = {"files": files, "path": "packages/api"}
    assert ids_pinned.ask(testing.build({"component": given})).outcome is Outcome.PASS


MODULE = (
    "param chatModel string\nparam chatDeployment string\n\nvar deployments = [\n  {\n"
    "    name: chatDeployment\n    modelName: chatModel\n    modelVersion: '2024-11-20'\n  }\n]\n"
)
USES = (
    "var openAi = {\n  chatModelName: 'gpt-4o'\n}\n\nmodule ai 'app/ai.bicep' = {\n  name: 'ai'\n"
    "  params: {\n    chatModel: openAi.chatModelName\n    chatDeployment: openAi.chatModelName\n"
    "  }\n}\n"
)
BESIDE = '{"parameters": {"chatModelName": {"value": "${CHAT_MODEL=gpt-4o}"}}}'
DEPLOYED = (
    "param chatModelName string\nparam chatVersionId string = '2024-11-20'\n\n"
    "module openAi 'core/ai.bicep' = {\n  params: {\n    deployments: [\n      {\n"
    "        model: {\n          name: chatModelName\n          version: chatVersionId\n"
    "        }\n      }\n    ]\n  }\n}\n"
)
TF = (
    'variable "model_name" {}\nvariable "model_version" {}\n\n'
    'resource "azurerm_cognitive_deployment" "this" {\n  model {\n'
    "    name    = var.model_name\n    version = var.model_version\n  }\n}\n"
)
TF_USES = 'module "chat" {{\n  source = "./modules/openai"\n  model_name = "gpt-4o"\n{}}}\n'
TF_VERSION = '  model_version = "2024-11-20"\n'
TF_LIST = (
    'variable "deployments" {\n  default = [\n    {\n      name    = "gpt-4o"\n'
    '      model   = "gpt-4o"\n      version = "2024-11-20"\n    }\n  ]\n}\n'
)


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"infra/main.bicep": USES, "infra/app/ai.bicep": MODULE}, Outcome.PASS),
        (
            {
                "infra/main.bicep": USES,
                "infra/app/ai.bicep": MODULE.replace("'2024-11-20'", "'latest'"),
            },
            Outcome.FAIL,
        ),
        ({"infra/main.bicep": DEPLOYED, "infra/main.parameters.json": BESIDE}, Outcome.PASS),
        (
            {
                "infra/main.bicep": DEPLOYED,
                "infra/main.bicepparam": "using 'main.bicep'\nparam chatModelName = 'gpt-4o'\n",
            },
            Outcome.PASS,
        ),
        (
            {
                "infra/main.bicep": DEPLOYED,
                "infra/main.bicepparam": "using 'main.bicep'\nparam chatModelName = 'gpt-4o'\n"
                "param chatVersionId = 'latest'\n",
            },
            Outcome.FAIL,
        ),
        (
            {"infra/main.tf": TF_USES.format(TF_VERSION), "infra/modules/openai/main.tf": TF},
            Outcome.PASS,
        ),
        ({"infra/main.tf": TF_USES.format(""), "infra/modules/openai/main.tf": TF}, Outcome.FAIL),
        ({"infra/variables.tf": TF_LIST}, Outcome.PASS),
    ],
)
def test_a_module_deploys_what_it_is_handed(files: dict[str, str], outcome: Outcome) -> None:
    given = {"files": {"requirements.txt": "openai==1.93.0\n", "app.py": NAMED, **files}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ids_pinned.ask(asked).outcome is outcome


NAMED_ONLY = {
    "infra/Dockerfile": "FROM alpine:3.20\n",
    "infra/package.json": '{"name": "infra"}',
    "src/Dockerfile": "FROM alpine:3.20\n",
    "src/App.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="Microsoft.SemanticKernel" Version="1.60.0" /></ItemGroup></Project>',
    "src/appsettings.json": '{"OpenAI": {"CompletionsDeployment": "completions"}}',
    "src/Chat.cs": "using Microsoft.SemanticKernel;\n\npublic class Chat(Settings settings)\n{\n"
    "    public Kernel Make() => Kernel.CreateBuilder().AddAzureOpenAIChatCompletion(\n"
    "        settings.CompletionsDeployment, settings.Endpoint, settings.Key).Build();\n}\n",
}
COMPLETIONS = ARRAY.replace("chatDeploymentName", "'completions'")


@pytest.mark.parametrize(
    ("infra", "passes"),
    [
        (COMPLETIONS.replace("VERSION", "2024-05-13"), True),
        (COMPLETIONS.replace("VERSION", "latest"), False),
        (ARRAY.replace("VERSION", "2024-05-13"), False),
        ("param location string\n", False),
    ],
    ids=["pinned", "latest", "another deployment", "none in sight"],
)
def test_the_code_names_only_the_deployment(infra: str, passes: bool) -> None:
    files = {**NAMED_ONLY, "infra/main.bicep": infra}
    answer = ids_pinned.ask(testing.build({"component": {"files": files, "path": "src"}}))
    assert (answer.outcome is Outcome.PASS) is passes, answer.message
    assert not passes or "deployments" in answer.message


def test_two_deployments_of_which_one_moves() -> None:
    moving = COMPLETIONS.replace("VERSION", "latest")
    files = {
        **NAMED_ONLY,
        "infra/a/main.bicep": COMPLETIONS.replace("VERSION", "2024-05-13"),
        "infra/b/main.bicep": moving,
    }
    answer = ids_pinned.ask(testing.build({"component": {"files": files, "path": "src"}}))
    assert answer.outcome is not Outcome.PASS, answer.message


@pytest.mark.parametrize(("version", "outcome"), [("2024-08-06", Outcome.PASS), ("", Outcome.FAIL)])
def test_a_version_that_the_file_of_parameters_hands_over(version: str, outcome: Outcome) -> None:
    main = ARRAY.replace("'VERSION'", "chatDeploymentVersion // of the answers")
    read = f"readEnvironmentVariable('A_V', '{version}')"
    hands = f"using './main.bicep'\nparam chatDeploymentVersion = {read}\n"
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": NAMED,
        "infra/main.bicep": f"param chatDeploymentVersion string = ''\n{main}",
        "infra/main.bicepparam": hands,
    }
    answer = ids_pinned.ask(
        testing.build({"component": {"files": files}, "repo": {"files": files}})
    )
    assert answer.outcome is outcome, answer.message


CHATS = """
var deployed = "gpt-4o";
builder.AddAzureOpenAIChatCompletion(deployed, endpoint, key);
builder.AddAzureOpenAITextEmbeddingGeneration("text-embedding-ada-002", endpoint, key);
"""


@pytest.mark.parametrize("chats", [True, False])
def test_what_answers_though_its_names_are_brought_in_for_all_files(chats: bool) -> None:
    needs = '<PackageReference Include="Microsoft.SemanticKernel" Version="1.30.0" />'
    asks = "public class Ask(IChatCompletionService chat) { }\n"
    vectors = (
        "using Microsoft.SemanticKernel.Embeddings;\n"
        "public class Vectors(ITextEmbeddingGenerationService service) {\n"
        "  public Task Of(string text) => service.GenerateEmbeddingAsync(text);\n}\n"
    )
    files = {
        "app.csproj": f"<Project><ItemGroup>{needs}</ItemGroup></Project>",
        "Usings.cs": "global using Microsoft.SemanticKernel.ChatCompletion;\n",
        "Builds.cs": f"public class Builds {{ void Do(dynamic builder) {{{CHATS}}} }}\n",
        "Vectors.cs": vectors,
        "Ask.cs": asks if chats else "public class Ask { }\n",
    }
    answer = ids_pinned.ask(
        testing.build({"component": {"files": files}, "repo": {"files": files}})
    )
    # On Azure both are names of deployments, which hold no version.
    assert answer.outcome is Outcome.FAIL
    assert ("gpt-4o" in answer.message) is chats, answer.message
