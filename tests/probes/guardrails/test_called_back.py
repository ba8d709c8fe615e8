"""Guardrails of Go, whose verdict somebody must heed, and those that a framework calls itself."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

MOD = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
GO = (
    'package main\n\nimport (\n\t"context"\n\t"errors"\n\t"log/slog"\n\n'
    '\t"github.com/openai/openai-go"\n)\n\nvar client = openai.NewClient()\n\n'
    "func moderate(ctx context.Context, text string) (bool, error) {\n"
    "\tfound, err := client.Moderations.New(ctx, openai.ModerationNewParams{})\n"
    "\tif err != nil {\n\t\treturn false, err\n\t}\n"
    "\treturn found.Results[0].Flagged, nil\n}\n\n"
    "func answer(ctx context.Context, text string) error {\n"
)
CALLED = "\tbad, err := moderate(ctx, text)\n\tif err != nil {\n\t\treturn err\n\t}\n"
STOPS = '\tif bad {\n\t\treturn errors.New("blocked")\n\t}\n'
LOGS = '\tif bad {\n\t\tslog.Warn("flagged")\n\t}\n'
TELLS = '\tslog.Info("moderated", "bad", bad)\n'
ASK = (
    "\t_, err2 := client.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{})\n"
    '\treturn err2\n}\n\nfunc main() {\n\tanswer(context.Background(), "why?")\n}\n'
)


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (CALLED + STOPS, Outcome.PASS),
        (CALLED + LOGS, Outcome.FAIL),
        (CALLED + TELLS, Outcome.FAIL),
        ("", Outcome.FAIL),
    ],
)
def test_moderation_in_go(asked: str, outcome: Outcome) -> None:
    given = {"component": {"files": {"go.mod": MOD, "main.go": GO + asked + ASK}}}
    answer = on_by_default.ask(testing.build(given))
    assert answer.outcome is outcome, answer.message


WORDS = (
    'package main\n\nimport (\n\t"context"\n\t"strings"\n\n\t"github.com/openai/openai-go"\n)\n\n'
    "var client = openai.NewClient()\n\ntype Store struct {\n"
    "\tName string\n\tForbiddenWords []string TAG\n}\n\n"
    "func (store *Store) ContainsForbiddenWords(text string) bool {\n"
    "\tfor _, forbiddenWord := range store.ForbiddenWords {\n"
    "\t\tif strings.Contains(text, forbiddenWord) {\n\t\t\treturn true\n\t\t}\n\t}\n"
    "\treturn false\n}\n\nfunc answer(ctx context.Context, text string) error {\n"
    "\tstore := Store{GIVEN}\n"
    "\tif store.ContainsForbiddenWords(text) {\n\t\treturn errRefused\n\t}\n"
)
COLUMN = '`xorm:"text" json:"forbiddenWords"`'


@pytest.mark.parametrize(
    ("tag", "given", "outcome"),
    [
        (COLUMN, "", Outcome.FAIL),
        (COLUMN, 'ForbiddenWords: []string{"iban"}', Outcome.PASS),
        ("", "", Outcome.PASS),
    ],
)
def test_words_that_somebody_must_fill_in(tag: str, given: str, outcome: Outcome) -> None:
    source = WORDS.replace("TAG", tag).replace("GIVEN", given) + ASK
    files = {"go.mod": MOD, "main.go": source}
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message


CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Azure.AI.ContentSafety" Version="1.0.0" />'
    '<PackageReference Include="Microsoft.SemanticKernel" Version="1.60.0" /></ItemGroup></Project>'
)
FILTER = (
    "using Microsoft.SemanticKernel;\nusing Azure.AI.ContentSafety;\n"
    "public class ShieldFilter(ContentSafetyClient client) : IPromptRenderFilter\n{\n"
    "    public async Task OnPromptRenderAsync(PromptRenderContext context, Next next)\n    {\n"
    "        await next(context);\n"
    "        var found = await client.AnalyzeTextAsync(context.RenderedPrompt);\n"
    "        if (found.Value.CategoriesAnalysis.Any(c => c.Severity > 2)) throw new Exception();\n"
    "    }\n}\n"
)
CLIENT = FILTER.replace(": IPromptRenderFilter", ": DelegatingChatClient").replace(
    "async Task OnPromptRenderAsync", "override async Task<ChatResponse> GetResponseAsync"
)
MIDDLEWARE = FILTER.replace(" : IPromptRenderFilter", "").replace("OnPromptRender", "Invoke")
PROGRAM = (
    "using Microsoft.SemanticKernel;\nvar builder = WebApplication.CreateBuilder(args);\n"
    "builder.Services.AddKernel();\n{}\nvar app = builder.Build();\n"
    'app.MapPost("/chat", async (Kernel k, string q) => await k.InvokePromptAsync(q));\n'
    "app.Run();\n"
)


@pytest.mark.parametrize(
    ("shield", "registered", "outcome"),
    [
        (
            FILTER,
            "builder.Services.AddSingleton<IPromptRenderFilter, ShieldFilter>();",
            Outcome.PASS,
        ),
        (CLIENT, "builder.Services.AddChatClient(b => new ShieldFilter(b));", Outcome.PASS),
        (MIDDLEWARE, "builder.Services.AddTransient<ShieldFilter>();", Outcome.PASS),
        (MIDDLEWARE, "", Outcome.FAIL),
        (FILTER, "", Outcome.FAIL),
        (CLIENT, "", Outcome.FAIL),
    ],
)
def test_filters_of_dotnet(shield: str, registered: str, outcome: Outcome) -> None:
    files = {
        "api.csproj": CSPROJ,
        "Program.cs": PROGRAM.format(registered),
        "ShieldFilter.cs": shield,
    }
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message


SHIELD = (
    "import json\nfrom fastapi import FastAPI\nfrom openai import OpenAI\n"
    "from starlette.middleware.base import BaseHTTPMiddleware\n"
    "client = OpenAI()\napp = FastAPI()\n\nclass Shield(BaseHTTPMiddleware):\n"
    "    async def dispatch(self, request, call_next):\n"
    "        found = client.moderations.create(input=await request.body())\n"
    "        if found.results[0].flagged:\n            return None\n"
    "        return await call_next(request)\n\n{}"
    "@app.post('/ask')\ndef ask(text):\n"
    "    return client.responses.create(model='gpt-4o-2024-08-06', input=text)\n"
)
HOME = "src/main/java/a/"
POM = (
    "<project><dependencies><dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId></dependency></dependencies></project>"
)
ADVISOR = (
    "import org.springframework.ai.moderation.ModerationModel;\n@Component\n"
    "class Shield implements CallAdvisor {\n  private final ModerationModel model;\n"
    "  Shield(ModerationModel model) { this.model = model; }\n  @Override\n"
    "  public ChatClientResponse adviseCall(ChatClientRequest asked, CallAdvisorChain chain) {\n"
    "    var found = model.call(asked);\n"
    "    if (found.isFlagged()) throw new IllegalArgumentException();\n"
    "    return chain.nextCall(asked);\n  }\n}\n"
)
CHAT = (
    "import org.springframework.ai.chat.client.ChatClient;\n@RestController\nclass Chat {{\n"
    "  private final ChatClient chat;\n"
    "  Chat(ChatClient.Builder b{}) {{ this.chat = b{}.build(); }}\n"
    '  @PostMapping("/ask") String ask(String q) {{ return chat.prompt(q).call().content(); }}\n'
    "}}\n"
)


def _spring(*given: str) -> dict[str, str]:
    chat = CHAT.format(*given)
    return {"pom.xml": POM, HOME + "Shield.java": ADVISOR, HOME + "Chat.java": chat}


def _python(added: str) -> dict[str, str]:
    return {
        "requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n",
        "app.py": SHIELD.format(added),
    }


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_python("app.add_middleware(Shield)\n\n"), Outcome.PASS),
        (_python(""), Outcome.FAIL),
        (_spring(", Shield shield", ".defaultAdvisors(shield)"), Outcome.PASS),
        (_spring("", ""), Outcome.FAIL),
    ],
)
def test_what_is_registered(files: dict[str, str], outcome: Outcome) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message


LAMBDA = (
    "const OpenAI = require('openai');\nconst client = new OpenAI();\n"
    "async function applyGuardrails(text) {\n"
    "  const found = await client.moderations.create({ input: text });\n"
    "  return { blocked: found.results[0].flagged };\n}\n\n"
    "async function handleMessage(text) {\n  const verdict = await applyGuardrails(text);\n"
    "  if (verdict.blocked) {\n    return 'no';\n  }\n"
    "  return client.responses.create({ model: 'gpt-4o-2024-08-06', input: text });\n}\n\n"
)
HANDLER = "exports.handler = async (event) => {\n  return await handleMessage(event.body);\n};\n"


@pytest.mark.parametrize(
    ("handler", "outcome"),
    [(HANDLER, Outcome.PASS), ("", Outcome.UNKNOWN)],
)
def test_a_function_of_a_cloud_is_called_as_what_hands_on(handler: str, outcome: Outcome) -> None:
    manifest = '{"name": "handler", "dependencies": {"openai": "5.0.0"}}'
    files = {"package.json": manifest, "index.js": LAMBDA + handler}
    given = {"component": {"files": files}, "repo": {"files": files}}
    answer = on_by_default.ask(testing.build(given))
    assert answer.outcome is outcome, answer.message
