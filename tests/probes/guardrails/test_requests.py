"""A guardrail that stands deep in the request to Amazon Bedrock counts where it always does."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

HEAD = "import boto3\nclient = boto3.client('bedrock-runtime')\n\n"
ASK = "    return client.converse(**request)\n\nanswer('why?')\n"
SET = "        'guardrailConfig': {\n            'guardrailIdentifier': NAME,\n        },\n"
BOUND = (
    HEAD
    + "def answer(\n    question,\n):\n    request = {\n        'modelId': 'm',\n"
    + SET
    + "    }\n"
)
NODE = (
    'import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";\n'
    "const client = new BedrockRuntimeClient();\n"
    "export async function answer(question: string) {\n  const input = {\n    modelId,\n"
    "    guardrailConfig: {\n      guardrailIdentifier: process.env.GUARDRAIL,\n    },\n  };\n"
    '  return client.send(new ConverseCommand(input));\n}\nanswer("why?");\n'
)
ON = {
    "bound": BOUND + ASK,
    "put in": HEAD
    + "def answer(question):\n    request = {'modelId': 'm'}\n"
    + "    request = {\n        **request,\n"
    + "        'guardrailConfig': {'guardrailIdentifier': NAME},\n    }\n"
    + ASK,
    "made by a function": HEAD
    + "def made(question):\n    return {\n        'modelId': 'm',\n"
    + SET
    + "    }\n\ndef answer(question):\n    request = made(question)\n"
    + ASK,
}
OFF = {
    "where somebody asks": HEAD
    + "def answer(question):\n    request = {'modelId': 'm'}\n    if NAME:\n"
    + "        request['guardrailConfig'] = {'guardrailIdentifier': NAME}\n"
    + ASK,
    "another request": BOUND + "    request2 = {}\n" + ASK.replace("request", "request2"),
    "nothing": BOUND.replace("{\n            'guardrailIdentifier': NAME,\n        }", "None")
    + ASK,
    "a remark": BOUND.replace("        'guardrailConfig'", "        # 'guardrailConfig'").replace(
        "            'guardrailIdentifier': NAME,\n        },\n", ""
    )
    + ASK,
    "one or none": HEAD
    + "def answer(question):\n    request = {\n"
    + "        'guardrailConfig': {'guardrailIdentifier': NAME} if NAME else {},\n    }\n"
    + ASK,
}


def _asked(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return on_by_default.ask(inputs).outcome


@pytest.mark.parametrize("source", ON.values(), ids=ON.keys())
def test_a_request_that_always_names_one(source: str) -> None:
    assert _asked({"requirements.txt": "boto3==1.40.0\n", "app.py": source}) is Outcome.PASS


@pytest.mark.parametrize("source", OFF.values(), ids=OFF.keys())
def test_a_request_that_need_not_name_one(source: str) -> None:
    assert _asked({"requirements.txt": "boto3==1.40.0\n", "app.py": source}) is not Outcome.PASS


def test_an_object_that_a_command_is_made_of() -> None:
    manifest = '{"name": "web", "dependencies": {"@aws-sdk/client-bedrock-runtime": "3.900.0"}}'
    assert _asked({"package.json": manifest, "src/app.ts": NODE}) is Outcome.PASS
