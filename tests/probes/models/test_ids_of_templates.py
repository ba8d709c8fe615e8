"""Ids that the values of a deployment name, or the host that starts an application deploys."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.ids_pinned import ids_pinned

PYTHON = {"requirements.txt": "boto3==1.40.0\nopenai==1.93.0\naiohttp==3.12.0\n"}
BEDROCK = (
    "import os\nimport boto3\nclient = boto3.client('bedrock-agent-runtime')\n\ndef answer(q):\n"
    "    base = {'modelArn': os.environ.get('MODEL_ARN')}\n"
    "    return client.retrieve_and_generate(input={'text': q}, configuration=base)\n\n"
    "answer('why?')\n"
)
CONTEXT = '{"app": "npx ts-node main.ts", "context": {"queryModelArn": "%s"}}\n'
ARN = "arn:aws:bedrock:eu-west-2::foundation-model/"
SETTING = (
    "import boto3\nfrom settings import settings\nclient = boto3.client('bedrock-runtime')\n\n"
    "def answer(q):\n    return client.converse(modelId=settings.MODEL_ID, messages=[q])\n"
)
SAM = (
    "Parameters:\n  ChatModelId:\n    Type: String\n    Default: {}\nResources:\n  F:\n"
    "    Type: AWS::Serverless::Function\n    Properties:\n      Environment:\n        Variables:\n"
    "          CHAT_MODEL_ID: !Ref {}\n"
)
REALTIME = (
    "import os\nimport aiohttp\n\nasync def talk(url):\n"
    "    async with aiohttp.ClientSession(base_url=url) as session:\n"
    "        await session.ws_connect('/openai/realtime', params={'deployment': "
    "os.environ['REALTIME_DEPLOYMENT']})\n"
)
BICEP = (
    "resource d 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = {{\n"
    "  name: 'realtime'\n  properties: {{\n    model: {{\n      name: 'gpt-4o-realtime-preview'\n"
    "      version: '{}'\n    }}\n  }}\n}}\n"
)
OPENAI = (
    "from openai import OpenAI\n\ndef answer(q):\n"
    "    return OpenAI().responses.create(model='gpt-4o-2024-08-06', input=q)\n"
)
CHOOSES = 'const MODELS = { a: { model: "gpt-4o" } };\nawait write(MODELS);\n'
PLACED = (
    'import { OpenAI } from "openai";\nconst client = new OpenAI();\n'
    "export const ask = (q: string) =>\n"
    '  client.responses.create({ model: "gpt-4o-2024-08-06", input: q });\n'
    'export function modelPlaceholder() {\n  return "gpt-4o";\n}\n'
)
NODE = {"package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}'}


def _outcome(files: dict[str, str], path: str = ".") -> Outcome:
    given = {"files": files, "path": path}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return ids_pinned.ask(inputs).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (
            {
                **PYTHON,
                "app.py": BEDROCK,
                "cdk.json": CONTEXT % f"{ARN}anthropic.claude-3-5-sonnet-20240620-v1:0",
            },
            Outcome.PASS,
        ),
        (
            {**PYTHON, "app.py": BEDROCK, "cdk.json": CONTEXT % f"{ARN}anthropic.claude-v2"},
            Outcome.FAIL,
        ),
        ({**PYTHON, "app.py": BEDROCK, "cdk.json": CONTEXT % ""}, Outcome.UNKNOWN),
        (
            {
                **PYTHON,
                "app.py": SETTING,
                "template.yaml": SAM.format("amazon.nova-lite-v1:0", "ChatModelId"),
            },
            Outcome.PASS,
        ),
        (
            {**PYTHON, "app.py": REALTIME, "infra/main.bicep": BICEP.format("2024-12-17")},
            Outcome.PASS,
        ),
        (
            {**PYTHON, "app.py": REALTIME, "infra/main.bicep": BICEP.format("latest")},
            Outcome.FAIL,
        ),
        ({**PYTHON, "app.py": OPENAI, "scripts/setup.ts": CHOOSES}, Outcome.PASS),
        ({**PYTHON, "app.py": OPENAI, "scripts/ask.py": OPENAI.replace("-2024", "")}, Outcome.FAIL),
        ({**NODE, "ask.ts": PLACED}, Outcome.PASS),
        ({**NODE, "ask.ts": PLACED.replace("Placeholder", "Default")}, Outcome.FAIL),
    ],
)
def test_values_of_the_deployment_name_the_model(files: dict[str, str], outcome: Outcome) -> None:
    assert _outcome(files) is outcome


HOST = (
    "var builder = DistributedApplication.CreateBuilder(args);\n"
    'var ai = builder.AddAzureOpenAI("ai")\n    .AddDeployment({});\n'
    'builder.AddProject<Projects.Web>("web").WithReference(ai);\n'
)
WEB = (
    "using OpenAI;\nusing Microsoft.Extensions.AI;\nvar builder = WebApplication.CreateBuilder();\n"
    'builder.AddAzureOpenAIClient("ai");\nbuilder.Services.AddSingleton<IChatClient>(p =>\n'
    '    p.GetRequiredService<OpenAIClient>().AsChatClient("{}"));\n'
)
CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Aspire.Azure.AI.OpenAI" Version="9.1.0" />'
    '<PackageReference Include="Microsoft.Extensions.AI.OpenAI" Version="9.3.0" />'
    "</ItemGroup></Project>"
)


@pytest.mark.parametrize(
    ("deployment", "asked", "passes"),
    [
        ('new("chat", "gpt-4o-mini", "2024-07-18")', "chat", True),
        ('"chat", "gpt-4o-mini", "2024-07-18"', "chat", True),
        ('"chat", FoundryModel.OpenAI.Gpt4o', "chat", False),
        ('"chat", "gpt-4o-mini", "2024-07-18"', "another", False),
    ],
)
def test_a_host_of_aspire_deploys_it(deployment: str, asked: str, *, passes: bool) -> None:
    files = {
        "Web/Web.csproj": CSPROJ,
        "Web/Program.cs": WEB.format(asked),
        "Shop.AppHost/Program.cs": HOST.format(deployment),
    }
    assert (_outcome(files, "Web") is Outcome.PASS) is passes


AZURE = (
    "from openai import AzureOpenAI\n\ndef answer(q):\n"
    "    return AzureOpenAI().chat.completions.create(model='gpt-4o', messages=[q])\n"
)
LIST = (
    'variable "models" {\n  default = [\n'
    '    { name = "gpt-4o", version = "2024-11-20", capacity = 10 },\n  ]\n}\n'
)
DEPLOYS = (
    'resource "azapi_resource" "model" {{\n  for_each = local.models\n  body = {{\n'
    "    properties = {{\n      model = {{\n        name = {}\n        version = {}\n      }}\n"
    '      versionUpgradeOption = "{}"\n    }}\n  }}\n}}\n'
)
EACH = ("each.value.name", "each.value.version")
GIVEN = ('"gpt-4o"', '"2024-11-20"')
RENEWS = "OnceNewDefaultVersionAvailable"
EXPIRED = "OnceCurrentVersionExpired"


@pytest.mark.parametrize(
    ("written", "renews", "listed", "outcome"),
    [
        (EACH, EXPIRED, True, Outcome.PASS),
        (EACH, RENEWS, True, Outcome.FAIL),
        (GIVEN, EXPIRED, False, Outcome.PASS),
        (GIVEN, RENEWS, False, Outcome.FAIL),
    ],
)
def test_a_version_that_azure_renews_pins_nothing(
    written: tuple[str, str], renews: str, *, listed: bool, outcome: Outcome
) -> None:
    files = {**PYTHON, "app.py": AZURE, "infra/main.tf": DEPLOYS.format(*written, renews)}
    assert _outcome(files | ({"infra/variables.tf": LIST} if listed else {})) is outcome
