"""Guardrails are seen however frameworks and teams write them, and nothing else is one."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

ASK = (
    "from openai import OpenAI\nclient = OpenAI()\n\ndef answer(question):\n"
    "    return client.responses.create(model='gpt-4o', input=question)\n\nanswer('why?')\n"
)
POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId>"
    "<version>1.1.0</version></dependency></dependencies></project>"
)
CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>'
    '<PackageReference Include="Azure.AI.ContentSafety" Version="1.0.0" />'
    '<PackageReference Include="Azure.AI.OpenAI" Version="2.1.0" /></ItemGroup></Project>'
)


def _python(source: str, **more: str) -> dict[str, str]:
    return {"requirements.txt": "openai==1.93.0\n", "app.py": source, **more}


def _node(source: str) -> dict[str, str]:
    manifest = '{"name": "web", "dependencies": {"@mastra/core": "0.20.0", "openai": "5.0.0"}}'
    return {"package.json": manifest, "src/app.ts": source}


CSHARP = (
    "using Azure.AI.ContentSafety;\nusing OpenAI.Chat;\nusing OpenAI.Moderations;\n"
    'var KIND\nvar chat = new ChatClient("gpt-4o-2024-08-06", key);\n'
    'app.MapPost("/chat", async (string q) =>\n{\n    ASKED\n    THEN\n'
    "    ChatCompletion answer = await chat.CompleteChatAsync(q);\n"
    "    return Results.Ok(answer.Content[0].Text);\n});\napp.Run();\n"
)
SAFETY = (
    "safety = new ContentSafetyClient(endpoint, credential);",
    "AnalyzeTextResult verdict = await safety.AnalyzeTextAsync(new AnalyzeTextOptions(q));",
    "if (verdict.CategoriesAnalysis.Any(c => c.Severity >= 4))",
)
MODERATION = (
    'moderation = new ModerationClient("omni-moderation-2024-09-26", key);',
    "ModerationResult verdict = await moderation.ClassifyTextAsync(q);",
    "if (verdict.Flagged)",
)
REFUSED, LOGGED = "return Results.BadRequest();", 'app.Logger.LogWarning("flagged");'


def _csharp(kind: tuple[str, str, str], then: str) -> dict[str, str]:
    source = CSHARP.replace("KIND", kind[0]).replace("ASKED", kind[1])
    project = CSPROJ.replace("Azure.AI.OpenAI", "OpenAI")
    asked = f"{kind[2]}{then}" if then else ""
    return {"app.csproj": project, "Program.cs": source.replace("THEN", asked)}


def _spring(built: str, given: str) -> dict[str, str]:
    source = (
        "package app;\nimport org.springframework.ai.chat.client.ChatClient;\n"
        "import org.springframework.ai.chat.client.advisor.SafeGuardAdvisor;\n"
        "import org.springframework.ai.chat.client.advisor.SimpleLoggerAdvisor;\n"
        "@Service\nclass Planner {\n  private final ChatClient client;\n"
        f"  Planner(ChatClient.Builder builder) {{\n    {built}\n"
        f"    this.client = builder.defaultAdvisors({given}).build();\n  }}\n"
        "  String ask(String q) { return client.prompt().user(q).call().content(); }\n}\n"
    )
    return {"pom.xml": POM, "src/main/java/app/Planner.java": source}


def _trips(said: str) -> dict[str, str]:
    return {
        "package.json": '{"name": "a", "dependencies": {"@openai/agents": "0.1.0"}}',
        "src/guardrails.ts": "export const noRefunds = {\n  name: 'no refunds',\n"
        "  execute: async ({ input }) => {\n    const hit = /refund/.test(String(input));\n"
        f"    return {{ outputInfo: {{ hit }}, tripwireTriggered: {said} }};\n  }},\n}};\n",
        "src/index.ts": "import { Agent, run } from '@openai/agents';\n"
        "import { noRefunds } from './guardrails';\n"
        "const agent = new Agent({ name: 'a', inputGuardrails: [noRefunds] });\n"
        "run(agent, question);\n",
    }


ADVISOR = 'SafeGuardAdvisor.builder().sensitiveWords(List.of("iban")).build()'
ON = {
    "content safety of Azure": _csharp(SAFETY, f"\n        {REFUSED}"),
    "moderation in C#": _csharp(MODERATION, f" {REFUSED}"),
    "moderation in C#, in brackets": _csharp(MODERATION, f"\n    {{\n        {REFUSED}\n    }}"),
    "moderation in C#, told and refused": _csharp(
        MODERATION, f"\n    {{\n        {LOGGED}\n        {REFUSED}\n    }}"
    ),
    "moderation in C#, otherwise": _csharp(
        MODERATION, f"\n        {LOGGED}\n    else\n        return Results.Ok(await Ask(q));"
    ),
    "moderation in C#, by a field": _csharp(
        (
            MODERATION[0],
            "bool bad = (await moderation.ClassifyTextAsync(q)).Value.Flagged;",
            "if (bad)",
        ),
        f" {REFUSED}",
    ),
    "moderation in C#, given on": _csharp(
        (MODERATION[0], "var guarded = new Guarded(moderation, chat);", "if (guarded.Refuses(q))"),
        f" {REFUSED}",
    ),
    "an advisor of Spring that is put under a name": _spring(f"var guard = {ADVISOR};", "guard"),
    "a guardrail of TypeScript": _trips("hit"),
    "guardrails-ai": _python(
        ASK + "from guardrails import Guard\nfrom guardrails.hub import ToxicLanguage\n"
        "guard = Guard().use(ToxicLanguage())\nsend(guard.validate('x').validated_output)\n"
    ),
    "nemo": _python(
        ASK + "from nemoguardrails import LLMRails, RailsConfig\n"
        "rails = LLMRails(RailsConfig.from_path('rails'))\nrails.generate(messages=[])\n"
    ),
    "llm-guard": _python(
        ASK + "from llm_guard import scan_prompt\nfrom llm_guard.input_scanners import Toxicity\n"
        "clean, valid, _ = scan_prompt([Toxicity()], 'x')\n"
        "if not all(valid.values()):\n    raise ValueError\n"
    ),
    "langchain middleware": _python(
        "from langchain.agents import create_agent\n"
        "from langchain.agents.middleware import PIIMiddleware\n"
        "agent = create_agent('openai:gpt-4o', middleware=[PIIMiddleware('email')])\n"
    ),
    "presidio": _python(
        ASK + "from presidio_analyzer import AnalyzerEngine\n"
        "if AnalyzerEngine().analyze('x'):\n    raise ValueError\n"
    ),
    "bedrock": _python(
        "import boto3\nclient = boto3.client('bedrock-runtime')\n"
        "client.converse(modelId='anthropic.claude-3-haiku-20240307-v1:0', messages=[],\n"
        "    guardrailConfig={'guardrailIdentifier': 'abc', 'guardrailVersion': '3'})\n"
        "import anthropic\nanthropic.Anthropic()\n"
    ),
    "crewai": _python(
        "from crewai import Agent, Crew, Task\n\n"
        "def no_amounts(result):\n    return True, result\n\n"
        "task = Task(description='d', expected_output='e', guardrail=no_amounts)\n"
        "Crew(agents=[], tasks=[task]).kickoff()\n"
    ),
    "own class": _python(
        ASK.replace("    return", "    TopicGuardrail().check_question(question)\n    return"),
        **{
            "topics.py": "class TopicGuardrail:\n    def check_question(self, text):\n"
            "        if 'tax' in text:\n            raise ValueError(text)\n"
        },
    ),
    "own function": _python(
        ASK.replace(
            "    return", "    if detect_prompt_injection(question):\n        return\n    return"
        )
    ),
    "key is required": _python(
        "import os\nfrom openai import OpenAI\n\nclass Safeguard:\n    def __init__(self):\n"
        "        if os.getenv('GROQ_API_KEY') is None:\n"
        "            raise RuntimeError('no key')\n"
        "        self.client = OpenAI(api_key=os.getenv('GROQ_API_KEY'))\n\nSafeguard()\n"
    ),
    "mastra": _node(
        'import { Agent } from "@mastra/core/agent";\n'
        'import { PromptInjectionDetector } from "@mastra/core/processors";\n'
        "export const planner = new Agent({\n"
        '  name: "p", inputProcessors: [new PromptInjectionDetector({ threshold: 0.8 })],\n});\n'
    ),
    "moderation": _node(
        'import OpenAI from "openai";\nconst client = new OpenAI();\n'
        "export async function answer(q: string) {\n"
        "  const found = await client.moderations.create({ input: q });\n"
        "  if (found.results[0].flagged) return null;\n"
        '  return client.responses.create({ model: "gpt-4o", input: q });\n}\nanswer("why?");\n'
    ),
    "spring-ai": {
        "pom.xml": POM,
        "src/main/java/app/Planner.java": "package app;\n"
        "import org.springframework.ai.chat.client.ChatClient;\n"
        "import org.springframework.ai.chat.client.advisor.SafeGuardAdvisor;\n"
        "import org.springframework.stereotype.Service;\n"
        "@Service\nclass Planner {\n  private final ChatClient client;\n"
        "  Planner(ChatClient.Builder builder) {\n    this.client = builder\n"
        "      .defaultAdvisors(new SafeGuardAdvisor(java.util.List.of())).build();\n  }\n}\n",
    },
    "csharp": {
        "app.csproj": CSPROJ,
        "Program.cs": "using Azure.AI.ContentSafety;\nusing Azure.AI.OpenAI;\n"
        'var safety = new ContentSafetyClient(new Uri("https://x"), null);\n'
        'var found = await safety.AnalyzeTextAsync("question");\n'
        "if (found.Value.CategoriesAnalysis[0].Severity > 2) return;\n"
        'var chat = new AzureOpenAIClient(new Uri("https://x"), null).GetChatClient("gpt-4o");\n',
    },
}
OFF = {
    "content safety of Azure is logged": _csharp(SAFETY, f"\n        {LOGGED}"),
    "moderation in C# is logged": _csharp(MODERATION, f" {LOGGED}"),
    "moderation in C# is logged, in brackets": _csharp(
        MODERATION, f"\n    {{\n        {LOGGED}\n    }}"
    ),
    "moderation in C# is not read": _csharp(MODERATION, ""),
    "moderation in C# is not asked": _csharp((MODERATION[0], "", ""), ""),
    "an advisor of Spring that no client is given": _spring(
        f"var guard = {ADVISOR};", "new SimpleLoggerAdvisor()"
    ),
    "the same with its type": _spring(
        f"final SafeGuardAdvisor guard = {ADVISOR};", "new SimpleLoggerAdvisor()"
    ),
    "a guardrail of TypeScript that says no to nothing": _trips("false"),
    "nothing": _python(ASK),
    "flag that is off": _python(
        ASK + "import os\nfrom llm_guard import scan_prompt\n"
        "if os.environ.get('ENABLE_GUARD', 'false') == 'true':\n    scan_prompt([], 'x')\n"
    ),
    "settings field that is off": _python(
        ASK + "from pydantic_settings import BaseSettings\nfrom llm_guard import scan_prompt\n\n"
        "class Settings(BaseSettings):\n    guardrails_enabled: bool = False\n\n"
        "settings = Settings()\nif settings.guardrails_enabled:\n    scan_prompt([], 'x')\n"
    ),
    "only imported": _python(ASK + "from llm_guard import scan_prompt\n"),
    "only in tests": _python(
        ASK, **{"tests/test_guard.py": "from llm_guard import scan_prompt\nscan_prompt([], 'x')\n"}
    ),
    "error of a provider": _python(
        ASK + "\nclass ContentPolicyViolationError(Exception):\n    pass\n\n"
        "def fail():\n    raise ContentPolicyViolationError()\n\nfail()\n"
    ),
    "filter of markup": _python(
        ASK + "\nclass XmlContentFilter:\n    pass\n\nXmlContentFilter()\n"
    ),
    "configuration of one": _python(
        ASK + "\nclass GuardrailConfig:\n    pass\n\nGuardrailConfig()\n"
    ),
    "evaluator of safety": _python(
        ASK,
        **{
            "evals/run.py": "from azure.ai.evaluation import ContentSafetyEvaluator\n"
            "ContentSafetyEvaluator(credential=None, azure_ai_project={})\n"
        },
    ),
    "only registered": {
        "app.csproj": CSPROJ,
        "Program.cs": "using Azure.AI.OpenAI;\nbuilder.Services.AddContentSafety();\n"
        'var chat = new AzureOpenAIClient(new Uri("https://x"), null).GetChatClient("gpt-4o");\n',
        "Extensions.cs": "using Azure.AI.OpenAI;\npublic static class Extensions\n{\n"
        "    public static void AddContentSafety(this IServiceCollection services)\n    {\n"
        "        services.AddSingleton(sp => new AzureContentSafety(options.Endpoint));\n"
        "    }\n}\n",
    },
    "name of one": _python(
        ASK + "\ndef _get_guardrail_name(each):\n    return each.name\n\n"
        "print([_get_guardrail_name(each) for each in planner.input_guardrails])\n"
    ),
    "none given": _python(
        "from agents import Agent\nplanner = Agent(name='p', model='gpt-4o', input_guardrails=[])\n"
    ),
}


@pytest.mark.parametrize("files", ON.values(), ids=ON)
def test_a_guardrail_is_seen(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", OFF.values(), ids=OFF)
def test_nothing_else_is_taken_for_one(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message
