"""Where prompts are kept is seen however frameworks are given them."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.prompts.in_files import LIMITS, in_files

TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount. Answer "
    "with one JSON object that has the keys document, fields and reason, and nothing besides it."
)
NODE = '{"name": "web", "dependencies": {"ai": "5.0.0", "@mastra/core": "0.20.0", "openai": "5"}}'
POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-open-ai</artifactId>"
    "<version>1.1.0</version></dependency></dependencies></project>"
)
CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>'
    '<PackageReference Include="Microsoft.SemanticKernel" Version="1.60.0" />'
    "</ItemGroup></Project>"
)


def _python(source: str, **more: str) -> dict[str, str]:
    return {"requirements.txt": "langchain==1.0.0\ncrewai==0.150.0\n", "app.py": source, **more}


INLINE = {
    "langchain": _python(
        "from langchain_core.prompts import ChatPromptTemplate\n"
        "from langchain_openai import ChatOpenAI\n"
        f'prompt = ChatPromptTemplate.from_messages([("system", "{TEXT}"), ("user", "{{q}}")])\n'
        "chain = prompt | ChatOpenAI(model='gpt-4o')\n"
    ),
    "agents": _python(
        f'from agents import Agent\nplanner = Agent(name="p", instructions="""{TEXT}""")\n'
    ),
    "adk": _python(
        "from google.adk.agents import LlmAgent\n"
        f'root_agent = LlmAgent(name="p", model="gemini-2.5-pro", instruction="""{TEXT}""")\n'
    ),
    "crewai": _python(
        "from crewai import Agent\n"
        f'a = Agent(role="planner", goal="plan", backstory="""{TEXT}""", llm="gpt-4o")\n'
    ),
    "anthropic": _python(
        "from anthropic import Anthropic\n\ndef ask(q):\n"
        f'    return Anthropic().messages.create(model="claude-sonnet-5", system="""{TEXT}""",\n'
        "                                       messages=[q])\n"
    ),
    "variable": _python(
        f'from openai import OpenAI\nSYSTEM_PROMPT = """{TEXT}"""\n\ndef ask(q):\n'
        "    return OpenAI().responses.create(model='gpt-4o', instructions=SYSTEM_PROMPT)\n"
    ),
    "docstring of a signature": _python(
        "import dspy\nfrom openai import OpenAI\n\ndef ask(q):\n"
        f'    system = f"""{TEXT} {{q}}"""\n'
        "    return OpenAI().responses.create(model='gpt-4o', instructions=system)\n"
    ),
    "mastra": {
        "package.json": NODE,
        "src/app.ts": 'import { Agent } from "@mastra/core/agent";\n'
        f"export const a = new Agent({{ name: 'p', instructions: `{TEXT}`, model: 'gpt-4o' }});\n",
    },
    "langchain4j": {
        "pom.xml": POM,
        "src/main/java/app/Planner.java": "package app;\n"
        "import dev.langchain4j.service.SystemMessage;\ninterface Planner {\n"
        f'  @SystemMessage("""\n{TEXT}\n""")\n  String plan(String mail);\n}}\n',
    },
    "semantic-kernel": {
        "app.csproj": CSPROJ,
        "Program.cs": "using Microsoft.SemanticKernel;\n"
        "var kernel = Kernel.CreateBuilder().Build();\n"
        f'var prompt = """\n{TEXT}\n""";\nawait kernel.InvokePromptAsync(prompt);\n',
    },
    "go": {
        "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.0.0\n",
        "main.go": 'package main\n\nimport "github.com/openai/openai-go"\n\n'
        f"const systemPrompt = `{TEXT}`\n\nfunc main() {{\n\tc := openai.NewClient()\n"
        "\tc.Chat.Completions.New(nil, openai.ChatCompletionNewParams{Messages: "
        "[]openai.ChatCompletionMessageParamUnion{openai.SystemMessage(systemPrompt)}})\n}\n",
    },
}
APART = {
    "prompty": _python(
        'import prompty\n\ndef ask(q):\n    return prompty.execute("planner.prompty", inputs=q)\n',
        **{"planner.prompty": f"---\nname: p\n---\nsystem:\n{TEXT}\n"},
    ),
    "jinja": _python(
        "from jinja2 import Environment, FileSystemLoader\nfrom openai import OpenAI\n"
        "env = Environment(loader=FileSystemLoader('prompts'))\n\ndef ask(q):\n"
        "    text = env.get_template('planner.j2').render(q=q)\n"
        "    return OpenAI().responses.create(model='gpt-4o', instructions=text)\n",
        **{"prompts/planner.j2": TEXT},
    ),
    "yaml of crewai": _python(
        "from crewai import Agent\nfrom crewai.project import CrewBase, agent\n\n@CrewBase\n"
        "class Crew:\n    agents_config = 'config/agents.yaml'\n\n    @agent\n"
        "    def planner(self):\n        return Agent(config=self.agents_config['planner'])\n",
        **{
            "config/agents.yaml": "planner:\n  role: Planner\n  goal: Plan\n  backstory: >\n"
            f"    {TEXT}\n",
        },
    ),
    "langfuse": _python(
        "from langfuse import Langfuse\nfrom openai import OpenAI\n\ndef ask(q):\n"
        "    prompt = Langfuse().get_prompt('planner', version=7)\n"
        "    return OpenAI().responses.create(model='gpt-4o', instructions=prompt.compile())\n"
    ),
    "hub": _python(
        "from langchain import hub\nfrom langchain_openai import ChatOpenAI\n"
        "prompt = hub.pull('acme/planner:9f86d081')\nchain = prompt | ChatOpenAI(model='gpt-4o')\n"
    ),
    "langsmith": {
        "package.json": NODE,
        "src/app.ts": 'import { Client } from "langsmith";\nimport OpenAI from "openai";\n'
        'const prompt = await new Client().pullPromptCommit("planner:9f86d081");\n'
        "new OpenAI().responses.create({ model: 'gpt-4o', input: prompt });\n",
    },
    "resource": {
        "pom.xml": POM,
        "src/main/java/app/Planner.java": "package app;\n"
        "import dev.langchain4j.service.SystemMessage;\ninterface Planner {\n"
        '  @SystemMessage(fromResource = "prompts/planner.txt")\n  String plan(String mail);\n}\n',
        "src/main/resources/prompts/planner.txt": TEXT,
    },
}


@pytest.mark.parametrize("files", INLINE.values(), ids=INLINE)
def test_inline_prompts_are_seen(files: dict[str, str]) -> None:
    answer = in_files.ask({**testing.build({"component": {"files": files}}), "limits": LIMITS})
    assert answer.outcome is Outcome.FAIL, answer.message


@pytest.mark.parametrize("files", APART.values(), ids=APART)
def test_prompts_apart_are_seen(files: dict[str, str]) -> None:
    answer = in_files.ask({**testing.build({"component": {"files": files}}), "limits": LIMITS})
    assert answer.outcome is Outcome.PASS, answer.message


def test_a_local_text_beside_a_registry_is_named() -> None:
    """A registry that cannot be reached is often answered by a text that nobody looks at."""
    files = {
        "requirements.txt": "langsmith==0.4.0\nlangchain-openai==1.0\n",
        "prompts.py": f'LOCAL = """{TEXT}"""\n',
        "app.py": "from langsmith import Client\nfrom langchain_openai import ChatOpenAI\n"
        "from prompts import LOCAL\ntry:\n    prompt = Client().pull_prompt('planner')\n"
        "except Exception:\n    prompt = LOCAL\nchain = prompt | ChatOpenAI(model='gpt-4o')\n",
    }
    answer = in_files.ask({**testing.build({"component": {"files": files}}), "limits": LIMITS})
    assert answer.outcome is Outcome.PASS
    assert "a fallback may use them unseen" in answer.message
    assert answer.evidence[0].location.path == "app.py"


def test_what_people_are_told_about_a_prompt_is_none() -> None:
    text = "The prompt exceeds the limit of the model; make it shorter, or ask less at once. " * 4
    inline = f"PROMPT_TOO_LONG_ERROR_MSG = '''{text}'''\n"
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "prompts/planner.md": text,
        "app.py": "from pathlib import Path\nfrom openai import OpenAI\n"
        + inline
        + "OpenAI().responses.create(model='gpt-4o', "
        "instructions=Path('prompts/planner.md').read_text(), input='x')\n",
    }
    given = testing.build({"component": {"files": files}, "limits": LIMITS})
    assert in_files.ask(given).outcome is Outcome.PASS


GO = {
    "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/sashabaranov/go-openai v1.40.0\n",
    "ask.go": 'package x\n\nimport (\n\t"embed"\n\n'
    '\topenai "github.com/sashabaranov/go-openai"\n)\n\n'
    "//go:embed templates/prompts/*.tmpl\nvar prompts embed.FS\n\n"
    'func ask() {\n\trender(prompts, "prompts/agent.tmpl")\n\topenai.NewClient("")\n}\n',
}


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("templates/prompts/agent.tmpl", Outcome.PASS),
        ("templates/prompts/other.tmpl", Outcome.UNKNOWN),
        ("examples/prompts/agent.tmpl", Outcome.UNKNOWN),
    ],
)
def test_templates_that_the_code_fills_in_are_its_own(path: str, outcome: Outcome) -> None:
    given = {"files": {**GO, path: TEXT}}
    asked = {
        "repo": testing.repository(given),
        "component": testing.component(given),
        "limits": LIMITS,
    }
    assert in_files.ask(asked).outcome is outcome


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    return in_files.ask(
        {
            "repo": testing.repository(given),
            "component": testing.component(given),
            "limits": LIMITS,
        }
    ).outcome


AGENT = (
    "from google.adk.agents import LlmAgent\n{}\n"
    "root_agent = LlmAgent(name='p', model='gemini-2.5-flash', instruction=ROOT_INSTRUCTION)\n"
)


@pytest.mark.parametrize(
    ("brings", "outcome"),
    [
        ("from .prompt import ROOT_INSTRUCTION", Outcome.PASS),
        ("from .other import ROOT_INSTRUCTION", Outcome.UNKNOWN),
    ],
)
def test_short_prompts_in_a_module_that_is_imported(brings: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "google-adk==1.18.0\n",
        "planner/agent.py": AGENT.format(brings),
        "planner/prompt.py": "ROOT_INSTRUCTION: str = 'Greet the user, answer politely.'\n",
    }
    assert _outcome(files) is outcome


CHINESE = (
    "角色：专业文案撰写师。运用行业知识，以专业的视角为用户生成文档，并保持简洁清楚的风格。" * 3
)
CLASS = (
    "package app;\nimport org.springframework.ai.chat.client.ChatClient;\nclass Ask {\n"
    "  String answer(ChatClient client, String q) {\n"
    "    return client.prompt(PromptConst.WRITE).user(q).call().content();\n  }\n}\n"
)
BUILD = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId>"
    "<version>1.1.0</version></dependency></dependencies></project>"
)


def test_an_interface_that_holds_prompts_only() -> None:
    files = {
        "pom.xml": BUILD,
        "src/main/java/app/Ask.java": CLASS,
        "src/main/java/app/PromptConst.java": "package app;\npublic interface PromptConst {\n"
        f'    String WRITE = "{CHINESE}";\n}}\n',
    }
    assert _outcome(files) is Outcome.PASS
