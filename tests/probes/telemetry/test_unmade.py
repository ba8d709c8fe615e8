"""Spans that nothing makes, or that no provider takes, trace no model."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

PASS, FAIL = Outcome.PASS, Outcome.FAIL
PYTHON = {"requirements.txt": "openai==1.93.0\narize-phoenix-otel==0.13.0\nlogfire==4.0.0\n"}
PHOENIX = (
    "from openai import OpenAI\nfrom phoenix.otel import register\n"
    "register(project_name='chat', endpoint='http://phoenix:6006/v1/traces'{})\n"
    "{}\nOpenAI().responses.create(model='gpt-4.1', input='x')\n"
)
LOGFIRE = (
    "import logfire\nfrom openai import OpenAI\nlogfire.configure({})\n"
    "logfire.instrument_openai()\nOpenAI().responses.create(model='gpt-4.1', input='x')\n"
)
NODE = {
    "package.json": '{"dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2.0.0", "next": "15.0.0", '
    '"@vercel/otel": "1.13.0", "langfuse-vercel": "3.38.0"}}',
    "instrumentation.ts": 'import { registerOTel } from "@vercel/otel";\n'
    'import { LangfuseExporter } from "langfuse-vercel";\nexport function register() {\n'
    '  registerOTel({ serviceName: "web", traceExporter: new LangfuseExporter() });\n}\n',
}
ROUTE = (
    'import {{ generateText }} from "ai";\nimport {{ openai }} from "@ai-sdk/openai";\n'
    "export async function POST(req: Request) {{\n"
    "  return generateText({{ model: openai('gpt-4.1'), prompt: await req.text(){} }});\n}}\n"
)
PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="Microsoft.Extensions.AI.OpenAI" Version="9.5.0" /></ItemGroup></Project>\n'
)
CLIENT = (
    "using Microsoft.Extensions.AI;\nusing OpenTelemetry.Trace;\n"
    "var builder = WebApplication.CreateBuilder(args);\n"
    "builder.Services.AddChatClient(new OpenAIClient(key).AsChatClient(name)){};\n"
    "builder.Services.AddOpenTelemetry().WithTracing(t => t{}.AddOtlpExporter());\n"
    "var app = builder.Build();\napp.Run();\n"
)
SOURCE = '.AddSource("Experimental.Microsoft.Extensions.AI")'


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"component": testing.component({"files": files})}
    return tracing_wired.ask({**given, "repo": testing.repository({"files": files})}).outcome


@pytest.mark.parametrize(
    ("given", "makes", "outcome"),
    [
        (", auto_instrument=True", "", PASS),
        ("", "OpenAIInstrumentor().instrument()", PASS),
        ("", "", FAIL),
        (", auto_instrument=False", "", FAIL),
        (", auto_instrument = False", "", FAIL),
        ("", "# OpenAIInstrumentor().instrument() was too slow", FAIL),
    ],
)
def test_phoenix_takes_spans_and_makes_none(given: str, makes: str, outcome: Outcome) -> None:
    assert _outcome({**PYTHON, "app.py": PHOENIX.format(given, makes)}) is outcome


@pytest.mark.parametrize(
    ("given", "more", "outcome"),
    [
        ("", {}, PASS),
        ("send_to_logfire=True", {}, PASS),
        ("send_to_logfire='if-token-present'", {}, FAIL),
        (
            "send_to_logfire='if-token-present'",
            {
                "Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "compose.yaml": "services:\n  api:\n    build: .\n    environment:\n"
                "      LOGFIRE_TOKEN: lf-1\n",
            },
            PASS,
        ),
    ],
)
def test_what_is_sent_with_a_token_only(given: str, more: dict[str, str], outcome: Outcome) -> None:
    assert _outcome({**PYTHON, **more, "app.py": LOGFIRE.format(given)}) is outcome


ON, HANDED = ", experimental_telemetry: { isEnabled: true }", ", experimental_telemetry: settings"
SETTINGS = "export const settings = {{ isEnabled: {} }};\n"


@pytest.mark.parametrize(
    ("given", "beside", "outcome"),
    [
        (ON, "", PASS),
        (", experimental_telemetry: { metadata: { a: 1 }, isEnabled: on() }", "", PASS),
        (HANDED, SETTINGS.format("true"), PASS),
        (", experimental_telemetry: { ...settings }", SETTINGS.format("true"), PASS),
        (", experimental_telemetry: AISDKExporter.getSettings()", "", PASS),
        (", experimental_telemetry: { isEnabled: false }", "", FAIL),
        (", experimental_telemetry: {\n isEnabled:\n  false }", "", FAIL),
        (" /* , experimental_telemetry: { isEnabled: true } */", "", FAIL),
        ("", f"// TODO {ON}\n", FAIL),
        ("", "export const isEnabled = (flag: string) => flags.has(flag);\n", FAIL),
        ("", SETTINGS.format("true"), FAIL),
        ("", "export const store = { telemetry: false };\n", FAIL),
        ("", "", FAIL),
    ],
)
def test_an_exporter_of_spans_that_the_sdk_makes_when_told_to(
    given: str, beside: str, outcome: Outcome
) -> None:
    files = {**NODE, "app/api/chat/route.ts": ROUTE.format(given), "lib/beside.ts": beside}
    assert _outcome(files) is outcome


@pytest.mark.parametrize(
    ("client", "provider", "outcome"),
    [
        (".UseOpenTelemetry()", SOURCE, PASS),
        (".UseOpenTelemetry()", '.AddSource("*Microsoft.Extensions.AI")', PASS),
        (".UseOpenTelemetry()", '.AddSource("*")', PASS),
        (".UseOpenTelemetry()", "", PASS),
        (".UseOpenTelemetry(loggerFactory)", '.AddSource("Planner")', FAIL),
        (".UseOpenTelemetry()", '.AddSource("Planner")', FAIL),
        ('.UseOpenTelemetry(sourceName: "Planner")', '.AddSource("Planner")', PASS),
        ('.UseOpenTelemetry(sourceName: "Planner")', '.AddSource("Other")', FAIL),
        ("", SOURCE, FAIL),
    ],
)
def test_a_client_tells_a_source_that_a_provider_adds(
    client: str, provider: str, outcome: Outcome
) -> None:
    files = {"api.csproj": PROJECT, "Program.cs": CLIENT.format(client, provider)}
    assert _outcome(files) is outcome


NAMED = "static class Telemetry {\n  public static readonly ActivitySource Source = new({});\n}\n"
SPAN = (
    "using Microsoft.Extensions.AI;\nclass Chat {{\n  public async Task Ask(string text) {{\n"
    '    using var span = {}.StartActivity("chat");\n    {}\n'
    "    await client.GetResponseAsync(text);\n  }}\n}}\n"
)
TOLD = 'span?.SetTag("gen_ai.request.model", name);'
SENDS = ".AddOtlpExporter()"


@pytest.mark.parametrize(
    ("named", "source", "told", "added", "outcome"),
    [
        ('"Planner"', "Telemetry.Source", TOLD, '.AddSource("Planner")' + SENDS, PASS),
        ('"Planner.Chat"', "Telemetry.Source", TOLD, '.AddSource("Planner.*")' + SENDS, PASS),
        ("Names.Chat", "Telemetry.Source", TOLD, ".AddSource(Names.Chat)" + SENDS, PASS),
        ('"P"', "Telemetry.Source", TOLD, ".AddSource(Telemetry.Source.Name)" + SENDS, PASS),
        ('"P"', "Source", 'span.AddTag("llm.model", m);', '.AddSource("P")' + SENDS, PASS),
        ('"P"', "Source", 'new Tags { { "gen_ai.system", s } };', '.AddSource("P")' + SENDS, PASS),
        ('"P"', "Source", TOLD, '.AddSource("Other")' + SENDS, FAIL),
        ('"P"', "Source", TOLD, '.AddSource("P").AddConsoleExporter()', FAIL),
        ('"P"', "Source", TOLD, SENDS, FAIL),
        ('"P"', "Source", 'span.SetTag("http.route", r);', '.AddSource("P")' + SENDS, FAIL),
        ('"P"', "Source", "// " + TOLD, '.AddSource("P")' + SENDS, FAIL),
        ('"P"', "Others.Of", TOLD, '.AddSource("P")' + SENDS, FAIL),
    ],
)
def test_spans_of_a_source_of_its_own(
    named: str, source: str, told: str, added: str, outcome: Outcome
) -> None:
    program = CLIENT.replace(".AddOtlpExporter()", "").format("", added)
    files = {"api.csproj": PROJECT, "Telemetry.cs": NAMED.replace("{}", named)}
    files |= {"Chat.cs": SPAN.format(source, told), "Program.cs": program}
    assert _outcome(files) is outcome
