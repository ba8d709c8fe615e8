"""A model's id is found however the frameworks in use today are told it."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.ids_pinned import ids_pinned

DATED = "gpt-4o-2024-08-06"
ALIAS = "gpt-4o"

PYTHON = {
    "openai": (
        "openai",
        "from openai import AsyncOpenAI\nclient = AsyncOpenAI()\n\nasync def ask(q):\n"
        "    return await client.responses.create(model='ID', input=q)\n",
    ),
    "openai-agents": (
        "openai-agents",
        "from agents import Agent\nplanner = Agent(name='p', instructions='x', model='ID')\n",
    ),
    "langchain": (
        "langchain-openai",
        "from langchain_openai import ChatOpenAI\nllm = ChatOpenAI(model='ID', temperature=0)\n",
    ),
    "langchain-init": (
        "langchain",
        "from langchain.chat_models import init_chat_model\nllm = init_chat_model('openai:ID')\n",
    ),
    "langgraph": (
        "langgraph",
        "from langgraph.prebuilt import create_react_agent\n"
        "agent = create_react_agent('openai:ID', tools=[])\n",
    ),
    "llama-index": (
        "llama-index-llms-openai",
        "from llama_index.core import Settings\nfrom llama_index.llms.openai import OpenAI\n"
        "Settings.llm = OpenAI(model='ID')\n",
    ),
    "google-adk": (
        "google-adk",
        "from google.adk.agents import LlmAgent\n"
        "from google.adk.models.lite_llm import LiteLlm\n"
        "root_agent = LlmAgent(name='p', model=LiteLlm(model='openai/ID'))\n",
    ),
    "crewai": (
        "crewai",
        "from crewai import Agent, LLM\n"
        "a = Agent(role='r', goal='g', backstory='b', llm=LLM(model='openai/ID'))\n",
    ),
    "autogen": (
        "autogen-ext",
        "from autogen_ext.models.openai import OpenAIChatCompletionClient\n"
        "client = OpenAIChatCompletionClient(model='ID')\n",
    ),
    "ag2": (
        "ag2",
        "from autogen import ConversableAgent\n"
        "a = ConversableAgent('a', llm_config={'config_list': [{'model': 'ID'}]})\n",
    ),
    "agent-framework": (
        "agent-framework",
        "from agent_framework.openai import OpenAIChatClient\n"
        "agent = OpenAIChatClient(model_id='ID').create_agent(name='p')\n",
    ),
    "semantic-kernel": (
        "semantic-kernel",
        "from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion\n"
        "service = OpenAIChatCompletion(ai_model_id='ID')\n",
    ),
    "haystack": (
        "haystack-ai",
        "from haystack.components.generators.chat import OpenAIChatGenerator\n"
        "generator = OpenAIChatGenerator(model='ID')\n",
    ),
    "dspy": ("dspy", "import dspy\nlm = dspy.LM('openai/ID')\ndspy.configure(lm=lm)\n"),
    "pydantic-ai": (
        "pydantic-ai",
        "from pydantic_ai import Agent\nagent = Agent('openai:ID', system_prompt='x')\n",
    ),
    "smolagents": (
        "smolagents",
        "from smolagents import CodeAgent, LiteLLMModel\n"
        "agent = CodeAgent(tools=[], model=LiteLLMModel(model_id='ID'))\n",
    ),
    "litellm": (
        "litellm",
        "from litellm import acompletion\n\nasync def ask(q):\n"
        "    return await acompletion(model='ID', messages=q)\n",
    ),
    "constant": (
        "openai",
        "from openai import OpenAI\nMODEL = 'ID'\n\ndef ask(q):\n"
        "    return OpenAI().responses.create(model=MODEL, input=q)\n",
    ),
    "settings": (
        "openai",
        "from openai import OpenAI\nfrom pydantic_settings import BaseSettings\n\n"
        "class Settings(BaseSettings):\n    openai_model: str = 'ID'\n\nsettings = Settings()\n\n"
        "def ask(q):\n    OpenAI().responses.create(model=settings.openai_model, input=q)\n",
    ),
    "enum": (
        "openai",
        "from enum import StrEnum\nfrom openai import OpenAI\n\nclass Model(StrEnum):\n"
        "    PLANNER = 'ID'\n\ndef ask(q):\n"
        "    return OpenAI().responses.create(model=Model.PLANNER, input=q)\n",
    ),
    "dict": (
        "openai",
        "from openai import OpenAI\nMODELS = {'planner': 'ID'}\n\ndef ask(q):\n"
        "    return OpenAI().responses.create(model=MODELS['planner'], input=q)\n",
    ),
    "dataclass": (
        "openai",
        "from dataclasses import dataclass\nfrom openai import OpenAI\n\n"
        "@dataclass\nclass Config:\n"
        "    model: str = 'ID'\n\ndef ask(q, config):\n"
        "    return OpenAI().responses.create(model=config.model, input=q)\n",
    ),
    "default": (
        "openai",
        "from openai import OpenAI\n\ndef ask(q, model='ID'):\n"
        "    return OpenAI().responses.create(model=model, input=q)\n",
    ),
    "http": (
        "httpx",
        "import httpx\n\ndef ask(q):\n"
        "    return httpx.post('https://api.openai.com/v1/responses', json={'model': 'ID'})\n",
    ),
}
NODE = {
    "openai": (
        "openai",
        'import OpenAI from "openai";\nconst client = new OpenAI();\n'
        'export const ask = (input: string) => client.responses.create({ model: "ID", input });\n',
    ),
    "ai-sdk": (
        "ai",
        'import { streamText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
        'export const ask = (prompt: string) => streamText({ model: openai("ID"), prompt });\n',
    ),
    "ai-gateway": (
        "ai",
        'import { generateText } from "ai";\n'
        'export const ask = (prompt: string) => generateText({ model: "openai/ID", prompt });\n',
    ),
    "mastra": (
        "@mastra/core",
        'import { Agent } from "@mastra/core/agent";\nimport { openai } from "@ai-sdk/openai";\n'
        'export const planner = new Agent({ name: "p", instructions: "x", '
        'model: openai("ID") });\n',
    ),
    "langchain": (
        "@langchain/openai",
        'import { ChatOpenAI } from "@langchain/openai";\n'
        'export const llm = new ChatOpenAI({ model: "ID" });\n',
    ),
    "agents": (
        "@openai/agents",
        'import { Agent } from "@openai/agents";\n'
        'export const planner = new Agent({ name: "p", model: "ID" });\n',
    ),
    "constant": (
        "openai",
        'import OpenAI from "openai";\nconst MODEL = process.env.MODEL ?? "ID";\n'
        "export const ask = (q: string) =>\n"
        "  new OpenAI().responses.create({ model: MODEL, input: q });\n",
    ),
}
GO = (
    'package main\n\nimport "github.com/openai/openai-go"\n\nfunc main() {\n'
    "\tclient := openai.NewClient()\n"
    '\tclient.Chat.Completions.New(nil, openai.ChatCompletionNewParams{Model: "ID"})\n}\n'
)
LANGCHAIN4J = (
    "package app;\nimport dev.langchain4j.model.openai.OpenAiChatModel;\nclass Planner {\n"
    '  Object model = OpenAiChatModel.builder().modelName("ID").build();\n}\n'
)
POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>GROUP</groupId><artifactId>NAME</artifactId>"
    "<version>1.1.0</version></dependency></dependencies></project>"
)
SPRING = (
    "package app;\nimport org.springframework.ai.chat.client.ChatClient;\nclass Planner {\n"
    "  private final ChatClient client;\n  Planner(ChatClient.Builder builder) {\n"
    "    this.client = builder.build();\n  }\n"
    "  String ask(String q) { return client.prompt().user(q).call().content(); }\n}\n"
)
CSHARP = (
    "using Microsoft.SemanticKernel;\nvar builder = Kernel.CreateBuilder();\n"
    'builder.AddOpenAIChatCompletion("ID", Environment.GetEnvironmentVariable("KEY"));\n'
)
CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>'
    '<PackageReference Include="Microsoft.SemanticKernel" Version="1.60.0" />'
    "</ItemGroup></Project>"
)
OTHERS = {
    "go": {"go.mod": "module x\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.0.0\n"}
    | {"main.go": GO},
    "langchain4j": {
        "pom.xml": POM.replace("GROUP", "dev.langchain4j").replace("NAME", "langchain4j-open-ai"),
        "src/main/java/app/Planner.java": LANGCHAIN4J,
    },
    "spring-ai": {
        "pom.xml": POM.replace("GROUP", "org.springframework.ai").replace(
            "NAME", "spring-ai-starter-model-openai"
        ),
        "src/main/java/app/Planner.java": SPRING,
        "src/main/resources/application.yml": "spring:\n  ai:\n    openai:\n      chat:\n"
        "        options:\n          model: ID\n",
    },
    "semantic-kernel": {"app.csproj": CSPROJ, "Program.cs": CSHARP},
    "yaml": {
        "requirements.txt": "litellm==1.75.0\n",
        "app.py": "import litellm\n\nlitellm.completion(messages=[], **{})\n",
        "config.yaml": "llm:\n  model: ID\n",
    },
    "env-file": {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": "import os\nfrom openai import OpenAI\nOpenAI().responses.create("
        "model=os.environ['OPENAI_MODEL'], input='x')\n",
        ".env.example": "OPENAI_MODEL=ID\n",
    },
}


def _repositories() -> dict[str, dict[str, str]]:
    found = {
        f"python {name}": {"requirements.txt": f"{package}==1.0.0\n", "app.py": source}
        for name, (package, source) in PYTHON.items()
    }
    for name, (package, source) in NODE.items():
        manifest = f'{{"name": "web", "dependencies": {{"{package}": "1.0.0"}}}}'
        found[f"node {name}"] = {"package.json": manifest, "src/app.ts": source}
    return found | OTHERS


REPOSITORIES = _repositories()


@pytest.mark.parametrize("files", REPOSITORIES.values(), ids=REPOSITORIES)
@pytest.mark.parametrize(("model", "outcome"), [(DATED, Outcome.PASS), (ALIAS, Outcome.FAIL)])
def test_the_id_decides(files: dict[str, str], model: str, outcome: Outcome) -> None:
    written = {path: text.replace("ID", model) for path, text in files.items()}
    answer = ids_pinned.ask(testing.build({"component": {"files": written}}))
    assert answer.outcome is outcome, answer.message


LOCAL = {
    "python": {
        "requirements.txt": "langchain-ollama==0.3.0\nlangchain-openai==0.3.0\n",
        "app.py": "import os\nfrom langchain_ollama import ChatOllama\n"
        "from langchain_openai import ChatOpenAI\n"
        "local = ChatOllama(model='llama3.1')\n"
        "model = ChatOpenAI(model='ID') if os.environ.get('KEY') else local\n",
    },
    "typescript": {
        "package.json": '{"name": "web", "dependencies": {"@langchain/openai": "0.6.0", '
        '"@langchain/ollama": "0.2.0"}}',
        "src/models.ts": "export const ollamaChatModel = 'qwen2.5:7b';\n",
        "src/app.ts": 'import { ChatOllama } from "@langchain/ollama";\n'
        'import { ChatOpenAI } from "@langchain/openai";\n'
        'import { ollamaChatModel } from "./models";\n'
        "export const model = process.env.KEY ? new ChatOpenAI({ model: 'ID' })\n"
        "  : new ChatOllama({ model: ollamaChatModel });\n",
    },
}


@pytest.mark.parametrize("files", LOCAL.values(), ids=LOCAL)
@pytest.mark.parametrize(("model", "outcome"), [(DATED, Outcome.PASS), (ALIAS, Outcome.FAIL)])
def test_nobody_hosts_what_a_server_of_ones_own_answers(
    files: dict[str, str], model: str, outcome: Outcome
) -> None:
    written = {path: text.replace("ID", model) for path, text in files.items()}
    answer = ids_pinned.ask(testing.build({"component": {"files": written}}))
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize("hosted", ["gpt-oss:120b-cloud", "meta-llama/llama-3.3-70b:free"])
def test_a_tag_alone_does_not_say_that_a_model_is_ones_own(hosted: str) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": "from openai import OpenAI\n"
        f"OpenAI(base_url='https://x').responses.create(model='{hosted}', input='x')\n",
    }
    answer = ids_pinned.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message


TRIED = (
    'import { GoogleGenerativeAI } from "@google/generative-ai";\n'
    "const MODELS = [FIRST, 'gemini-2.0-flash-001'];\nconst client = new GoogleGenerativeAI('k');\n"
    "export async function ask(q: string) {\n  for (const model of MODELS) {\n"
    "    return client.getGenerativeModel({ model }).generateContent(q);\n  }\n}\n"
    "export const check = () =>\n"
    "  client.getGenerativeModel({ model: 'gemini-2.0-flash-001' }).generateContent('ping');\n"
)


@pytest.mark.parametrize(
    ("first", "outcome"),
    [("gemini-2.0-flash-lite-001", Outcome.PASS), ("gemini-2.5-flash", Outcome.FAIL)],
)
def test_models_that_are_tried_in_turn_count(first: str, outcome: Outcome) -> None:
    package = '{"name": "w", "dependencies": {"@google/generative-ai": "0.24.0"}}'
    files = {"package.json": package, "ask.ts": TRIED.replace("FIRST", f"'{first}'")}
    answer = ids_pinned.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message


def test_what_hears_and_speaks_is_a_model_too() -> None:
    source = (
        'import OpenAI from "openai";\nimport { createClient } from "@deepgram/sdk";\n'
        "export const hear = createClient('k').listen.live({ model: 'nova-2' });\n"
        "export const ask = (q: string) =>\n"
        "  new OpenAI().chat.completions.create({ model: 'gpt-4o-2024-08-06', messages: [] });\n"
    )
    package = '{"name": "w", "dependencies": {"openai": "5.8.2", "@deepgram/sdk": "3.9.0"}}'
    given = {"component": {"files": {"package.json": package, "voice.ts": source}}}
    assert ids_pinned.ask(testing.build(given)).outcome is Outcome.FAIL


CATALOGUE = '[{"model_name": "gpt-4o-2024-08-06"}, {"model_name": "gpt-5.5"%s}]'
OPENED = (
    "import json\nfrom pathlib import Path\nfrom openai import OpenAI\n\n"
    'KNOWN = json.loads((Path(__file__).parent / "%s").read_text())\n\n'
    "def ask(q, model='gpt-4o-2024-08-06'):\n"
    "    return OpenAI().responses.create(model=model, input=q)\n"
)


@pytest.mark.parametrize(
    ("opened", "more", "outcome"),
    [
        ("api_models.json", "", Outcome.FAIL),
        ("other.json", "", Outcome.PASS),
        ("api_models.json", ', "input_cost": 1', Outcome.PASS),
    ],
)
def test_a_list_that_code_opens_offers_its_models(opened: str, more: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "llm/client.py": OPENED % opened,
        "llm/api_models.json": CATALOGUE % more,
    }
    given = {"component": {"files": files}, "repo": {"files": files}}
    answer = ids_pinned.ask(testing.build(given))
    assert answer.outcome is outcome, answer.message


BODIES = {
    "main.go": 'package main\n\nimport (\n\t"net/http"\n\t"strings"\n)\n\nfunc main() {\n'
    '\thttp.Post("https://api.openai.com/v1/chat/completions", "application/json",\n'
    '\t\tstrings.NewReader("{\\"model\\":\\"MODEL\\"}"))\n}\n',
    "App.java": 'class App {\n  static final String BODY = """\n'
    '      {"model": "MODEL", "messages": []}\n      """;\n\n'
    '  String url() {\n    return "https://api.openai.com/v1/chat/completions";\n  }\n}\n',
    "app.js": "export const ask = () => fetch('https://api.openai.com/v1/chat/completions',\n"
    "  { method: 'POST', body: '{\"model\": \"MODEL\"}' });\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_request_that_is_written_as_text_names_its_model(name: str) -> None:
    for model, outcome in (("gpt-4o", Outcome.FAIL), ("gpt-4o-2024-08-06", Outcome.PASS)):
        files = {"go.mod": "module x\n\ngo 1.24\n", name: BODIES[name].replace("MODEL", model)}
        answer = ids_pinned.ask(testing.build({"component": {"files": files}}))
        assert answer.outcome is outcome, answer.message


def test_an_answer_that_is_written_as_text_asks_nothing() -> None:
    reply = '{"object": "chat.completion", "model": "gpt-4o", "choices": []}'
    source = (
        "from openai import OpenAI\n\n"
        f"REPLY = '{reply}'\n"
        "OpenAI().responses.create(model='gpt-4o-2024-08-06', input='x')\n"
    )
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": source}
    answer = ids_pinned.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


SUBAGENTS = (
    "from claude_agent_sdk import AgentDefinition, ClaudeAgentOptions, query\n\n"
    "AGENTS = {{'reader': AgentDefinition(description='d', prompt='p', model='{}')}}\n\n"
    "def ask(q):\n    return query(prompt=q, options=ClaudeAgentOptions("
    "model='claude-opus-4-6', agents=AGENTS))\n"
)


@pytest.mark.parametrize(
    ("model", "outcome"),
    [
        ("sonnet", Outcome.FAIL),
        ("inherit", Outcome.PASS),
        ("claude-haiku-4-5-20251001", Outcome.PASS),
    ],
)
def test_a_library_has_its_own_words_for_what_is_newest(model: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "claude-agent-sdk==0.1.20\n", "app.py": SUBAGENTS.format(model)}
    answer = ids_pinned.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message
