"""Ids that a stack names and the serving code gets by its environment."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.models.ids_pinned import ids_pinned
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned

CHAT = (
    "import os\nimport boto3\nclient = boto3.client('bedrock-runtime')\n\ndef answer(question):\n"
    "    return client.converse(modelId=os.environ['MODEL_ID'], messages=[])\n\nanswer('why?')\n"
)
RETRIEVE = (
    "import os\nimport boto3\nclient = boto3.client('bedrock-agent-runtime')\n\n"
    "def answer(question):\n    return client.retrieve_and_generate(input={'text': question})\n\n"
    "answer('why?')\n"
)
STACK = (
    'import {{Stack}} from "aws-cdk-lib"\nimport {{Function}} from "aws-cdk-lib/aws-lambda"\n'
    "export class AppStack extends Stack {{\n  made() {{\n"
    '    return new Function(this, "F", {{environment: {{{}: "{}"}}}})\n  }}\n}}\n'
)
BASE = (
    'import * as bedrock from "aws-cdk-lib/aws-bedrock"\n{}\n'
    'new bedrock.CfnKnowledgeBase(this, "Kb", {{\n  knowledgeBaseConfiguration: {{\n'
    "    vectorKnowledgeBaseConfiguration: {{ embeddingModelArn: {} }},\n  }},\n}})\n"
)
ARN = "`arn:aws:bedrock:eu-west-2::foundation-model/${MODEL}`"


def _asked(probe: Probe, source: str, stack: str) -> Outcome:
    files = {"requirements.txt": "boto3==1.40.0\n", "app.py": source, "cdk/lib/stack.ts": stack}
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


@pytest.mark.parametrize(
    ("variable", "id", "outcome"),
    [
        ("MODEL_ID", "meta.llama3-70b-instruct-v1:0", Outcome.PASS),
        ("MODEL_ID", "anthropic.claude-v2", Outcome.FAIL),
        ("ROLE_ARN", "arn:aws:iam::1:role/planner", Outcome.UNKNOWN),
    ],
)
def test_a_stack_sets_the_variable(variable: str, id: str, outcome: Outcome) -> None:
    assert _asked(ids_pinned, CHAT, STACK.format(variable, id)) is outcome


@pytest.mark.parametrize(
    ("before", "given", "outcome"),
    [
        ('const MODEL = "amazon.titan-embed-text-v2:0"', ARN, Outcome.PASS),
        ("", "BedrockFoundationModel.TITAN_EMBED_TEXT_V2_1024.arn", Outcome.PASS),
        ("", "process.env.EMBEDDING_ARN", Outcome.UNKNOWN),
        ('// "amazon.titan-embed-text-v2:0"', "process.env.EMBEDDING_ARN", Outcome.UNKNOWN),
    ],
)
def test_a_stack_has_a_knowledge_base_embed(before: str, given: str, outcome: Outcome) -> None:
    assert _asked(embedding_model_pinned, RETRIEVE, BASE.format(before, given)) is outcome


DEFAULT = CHAT.replace("environ['MODEL_ID']", "environ.get('MODEL_ID', 'gpt-4o-2024-08-06')")
FUNCTION = (
    'import {Stack} from "aws-cdk-lib"\nimport {Function, Code} from "aws-cdk-lib/aws-lambda"\n'
    "export class AppStack extends Stack {\n  made() {\n"
    '    return new Function(this, "F", {\n      code: Code.fromAsset("planner"),\n'
    "      environment: {\n        MODEL_ID: config.NAME,\n      },\n    })\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("field", "id", "outcome"),
    [
        ("plannerModel", "anthropic.claude-3-haiku", Outcome.FAIL),
        ("plannerModel", "anthropic.claude-3-haiku-20240307-v1:0", Outcome.PASS),
        ("region", "anthropic.claude-3-haiku", Outcome.PASS),
    ],
)
def test_a_stack_overrides_the_default_of_the_code(field: str, id: str, outcome: Outcome) -> None:
    files = {
        "planner/requirements.txt": "boto3==1.40.0\n",
        "planner/app.py": DEFAULT,
        "cdk/cdk.json": "{}",
        "cdk/lib/stack.ts": FUNCTION.replace("NAME", field),
        "cdk/config/environments.ts": f"export const config = {{\n  plannerModel: '{id}',\n}};\n",
    }
    given = {"component": {"files": files, "path": "planner"}, "repo": {"files": files}}
    assert ids_pinned.ask(testing.build(given)).outcome is outcome


LOOKS_UP = (
    "import os\nimport boto3\nclient = boto3.client('bedrock-runtime')\n"
    "store = boto3.client('ssm')\n\ndef get_parameter():\n"
    "    found = store.get_parameter(Name={})\n    return found['Parameter']['Value']\n\n"
    "def answer(question):\n"
    "    return client.converse(modelId=get_parameter(), messages=[])\n\nanswer('why?')\n"
)
STORE = (
    'import {{ Stack }} from "aws-cdk-lib"\n'
    'const planner = new ssm.StringParameter(this, "P", {{\n'
    '  parameterName: "/planner/model",\n  stringValue: "{}",\n}})\n'
    'new Function(this, "F", {{ environment: {{ {}: planner.parameterName }} }})\n'
)
LLAMA = "meta.llama3-70b-instruct-v1:0"


@pytest.mark.parametrize(
    ("asked", "stack", "outcome"),
    [
        ("os.environ['PLANNER_PARAM']", STORE.format(LLAMA, "PLANNER_PARAM"), Outcome.PASS),
        ("os.environ['PLANNER_PARAM']", STORE.format(LLAMA, "READER_PARAM"), Outcome.UNKNOWN),
        (
            "os.environ['PLANNER_PARAM']",
            STORE.format("anthropic.claude-v2", "PLANNER_PARAM"),
            Outcome.FAIL,
        ),
        ("'/planner/model'", STORE.format(LLAMA, "OTHER"), Outcome.PASS),
        ("'/reader/model'", STORE.format(LLAMA, "OTHER"), Outcome.UNKNOWN),
    ],
)
def test_a_stack_keeps_the_model_in_a_store(asked: str, stack: str, outcome: Outcome) -> None:
    assert _asked(ids_pinned, LOOKS_UP.format(asked), stack) is outcome


EMBEDS = (
    "import os\nimport boto3\nfrom langchain_aws import BedrockEmbeddings\n"
    "from langchain_postgres import PGVector\nstore = boto3.client('ssm')\n\n"
    "def get_parameter():\n    return store.get_parameter(Name=os.environ['EMBED_PARAM'])\n\n"
    "index = PGVector(embeddings=BedrockEmbeddings(model_id=get_parameter()))\n\n"
    "def search(question):\n    return index.similarity_search(question)\n\nsearch('why?')\n"
)


@pytest.mark.parametrize(
    ("variable", "outcome"),
    [("EMBED_PARAM", Outcome.PASS), ("READER_PARAM", Outcome.UNKNOWN)],
)
def test_a_stack_keeps_the_embedding_model_in_a_store(variable: str, outcome: Outcome) -> None:
    stack = STORE.format("amazon.titan-embed-text-v2:0", variable)
    files = {
        "requirements.txt": "boto3==1.40.0\nlangchain-aws==1.0.0\nlangchain-postgres==0.0.16\n",
        "app.py": EMBEDS,
        "cdk/lib/stack.ts": stack,
    }
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert embedding_model_pinned.ask(inputs).outcome is outcome
