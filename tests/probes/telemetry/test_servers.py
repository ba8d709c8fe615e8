"""Servers and runtimes that log what nobody catches, and the trace id that they add."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.advice import answering_only
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.memory_measured import memory_measured
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept

ASK = "from openai import OpenAI\n\n\ndef {}(event, context=None):\n{}\n"
PASSED_ON = "    return OpenAI().responses.create(model='gpt-4.1', input=event)"
HELD = (
    "    try:\n        return OpenAI().responses.create(model='gpt-4.1', input=event)\n"
    "    except Exception{}"
)
LOST = HELD.format(" as error:\n        return {'error': str(error)}")
SILENT = HELD.format(":\n        return {}")
SAM = (
    "Globals:\n  Function:\n    Tracing: {}\nResources:\n  Chat:\n"
    "    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: chat/\n"
)
CDK = (
    "import {{ Function, Code, Tracing }} from 'aws-cdk-lib/aws-lambda';\n"
    "new Function(this, 'Chat', {{ code: Code.fromAsset('chat'), tracing: Tracing.{} }});\n"
)
LOGGER = (
    "from aws_lambda_powertools import Logger\nfrom openai import OpenAI\nlogger = Logger()\n\n\n"
    "@logger.inject_lambda_context\ndef lambda_handler(event, context):\n"
    "    logger.info(OpenAI().responses.create(model='gpt-4.1', input=event))\n"
)


def _outcome(probe: Probe, files: dict[str, str], home: str = ".") -> Outcome:
    given = {"files": files, "path": home}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("needs", "body", "outcome"),
    [
        ("fastapi", PASSED_ON, Outcome.PASS),
        ("streamlit", PASSED_ON, Outcome.PASS),
        ("flask", PASSED_ON, Outcome.PASS),
        ("temporalio", PASSED_ON, Outcome.PASS),
        ("temporalio", LOST, Outcome.FAIL),
        ("fastapi", LOST, Outcome.FAIL),
        ("streamlit", SILENT, Outcome.FAIL),
        ("requests", PASSED_ON, Outcome.PASS),
        ("requests", LOST, Outcome.FAIL),
        ("django", PASSED_ON, Outcome.FAIL),
    ],
)
def test_what_serves_logs_what_nobody_catches(needs: str, body: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": f"openai==1.93.0\n{needs}==1.0\n",
        "app.py": f"import {needs}\n" + ASK.format("ask", body) + "\n\nask('x')\n",
    }
    assert _outcome(tracebacks_kept, files) is outcome


def test_a_server_of_embeddings_is_one_too() -> None:
    text = (
        "from fastapi import FastAPI\nfrom sentence_transformers import SentenceTransformer\n"
        "app = FastAPI()\n\n@app.post('/embed')\ndef embed(text: str):\n"
        "    return SentenceTransformer('BAAI/bge-m3').encode(text)\n"
    )
    needs = "fastapi==0.115.0\nsentence-transformers==4.1.0\n"
    files = {"requirements.txt": needs, "main.py": text}
    assert _outcome(tracebacks_kept, files) is Outcome.PASS


@pytest.mark.parametrize(
    ("name", "body", "outcome"),
    [
        ("lambda_handler", PASSED_ON, Outcome.PASS),
        ("lambda_handler", LOST, Outcome.FAIL),
        ("lambda_handler", SILENT, Outcome.FAIL),
        ("start", PASSED_ON, Outcome.FAIL),
    ],
)
def test_the_runtime_of_lambda_logs_what_nobody_catches(
    name: str, body: str, outcome: Outcome
) -> None:
    files = {
        "template.yaml": SAM.format("Active"),
        "chat/requirements.txt": "openai==1.93.0\n",
        "chat/main.py": ASK.format(name, body),
    }
    assert _outcome(tracebacks_kept, files, "chat") is outcome


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("template.yaml", SAM.format("Active"), Outcome.PASS),
        ("template.yaml", SAM.format("PassThrough"), Outcome.FAIL),
        ("app/stack.ts", CDK.format("ACTIVE"), Outcome.PASS),
        ("app/stack.ts", CDK.format("DISABLED"), Outcome.FAIL),
    ],
)
def test_powertools_write_the_trace_id_of_what_is_traced(
    path: str, text: str, outcome: Outcome
) -> None:
    home = "app/chat" if path.startswith("app") else "chat"
    files = {
        path: text,
        f"{home}/requirements.txt": "openai==1.93.0\naws-lambda-powertools==3.0.0\n",
        f"{home}/main.py": LOGGER,
        **({"app/cdk.json": "{}"} if path.startswith("app") else {}),
    }
    assert _outcome(logs_structured, files, home) is outcome


ROUTE = (
    'import {{ openai }} from "@/app/openai";\n'
    "export async function POST(request) {{\n"
    "  return openai.responses.create({{ model: 'gpt-4.1', input: 'x' }}){};\n}}\n"
)
CLIENT = 'import OpenAI from "openai";\nexport const openai = new OpenAI();\n'
STREAMED = (
    'import { streamText } from "ai";\nimport { NextResponse } from "next/server";\n'
    "export async function POST() { return streamText({ prompt: 'x'%s }); }\n"
)


@pytest.mark.parametrize(
    ("files", "sdk", "outcome"),
    [
        ({"app/api/route.ts": ROUTE.format(""), "app/openai.ts": CLIENT}, "4.3.1", Outcome.PASS),
        ({"lib/route.ts": ROUTE.format(""), "app/openai.ts": CLIENT}, "4.3.1", Outcome.PASS),
        ({"app/api/route.ts": STREAMED % ""}, "4.3.1", Outcome.FAIL),
        ({"app/api/route.ts": STREAMED % ""}, "^5.0.2", Outcome.PASS),
        ({"app/api/route.ts": STREAMED % ""}, "latest", Outcome.FAIL),
        ({"app/api/route.ts": STREAMED % ", onError: report"}, "4.3.1", Outcome.PASS),
    ],
)
def test_routes_of_next(files: dict[str, str], sdk: str, outcome: Outcome) -> None:
    needs = '{"name": "a",\n"dependencies": {\n"openai": "5",\n"next": "15",\n"ai": "SDK"\n}}'
    needs = needs.replace("SDK", sdk)
    assert _outcome(tracebacks_kept, {"package.json": needs, **files}) is outcome


TRAINS = "from transformers import Trainer\nfrom trl import SFTTrainer\n{}\n"


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("SFTTrainer(model='a').train()", Outcome.PASS),
        ("try:\n    SFTTrainer(model='a').train()\nexcept Exception:\n    pass", Outcome.FAIL),
    ],
)
def test_a_run_that_trains_ends_with_its_traceback(body: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "trl==0.19.0\ntransformers==4.53.0\n"}
    assert _outcome(tracebacks_kept, {**files, "train.py": TRAINS.format(body)}) is outcome


ADVICE = (
    "@RestControllerAdvice\npublic class Advice {{\n  @ExceptionHandler(Exception.class)\n"
    "  public ResponseEntity<String> all(Exception e) {{\n    {}\n"
    "    return ResponseEntity.status(500).body(e.getMessage());\n  }}\n}}\n"
)


@pytest.mark.parametrize(
    ("line", "found"), [("", True), ('log.error("x", e);', False), ("throw e;", False)]
)
def test_advice_that_answers_the_message_only(line: str, found: bool) -> None:
    repo = testing.repository({"files": {"src/main/java/Advice.java": ADVICE.format(line)}})
    assert bool(list(answering_only(repo, "."))) is found


SENT = (
    'import OpenAI from "openai";\nimport { LoggerProvider } from "@opentelemetry/sdk-logs";\n'
    "const provider = new LoggerProvider();\nnew OpenAI();\n"
)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [("", Outcome.PASS), ("try { ask(); } catch (e) { console.error(e); }\n", Outcome.FAIL)],
)
def test_the_console_is_no_record(line: str, outcome: Outcome) -> None:
    needs = '{"name": "a", "dependencies": {"openai": "5", "@opentelemetry/sdk-logs": "0.200.0"}}'
    files = {"package.json": needs, "server.ts": SENT + line}
    assert _outcome(logs_structured, files) is outcome


HOST = (
    "using OpenAI.Chat;\nvar builder = WebApplication.CreateBuilder(args);\n"
    "builder.Services.AddApplicationInsightsTelemetry();\n{}"
    'var chat = new ChatClient("gpt-4o-2024-08-06", key);\n'
)
FACTORY = "builder.Services.AddSingleton<ILoggerFactory>(LoggerFactory.Create(b => b.{}));\n"


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("", Outcome.PASS),
        (FACTORY.format("AddConsole()"), Outcome.FAIL),
        (FACTORY.format("AddOpenTelemetry(o => o.AddOtlpExporter())"), Outcome.PASS),
    ],
)
def test_a_factory_in_the_place_of_the_host_s_sends_nothing(line: str, outcome: Outcome) -> None:
    files = {"api.csproj": PROJECT, "Program.cs": HOST.format(line)}
    assert _outcome(logs_structured, files) is outcome


PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="OpenAI" '
    'Version="2.1.0" /></ItemGroup></Project>\n'
)
TEMPLATE = (
    "using OpenAI.Chat;\nvar builder = WebApplication.CreateBuilder(args);\n"
    "builder.Logging.AddOpenTelemetry(x => {});\n"
    'if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))\n'
    "    builder.Services.AddOpenTelemetry().UseOtlpExporter();\n"
    'var chat = new ChatClient("gpt-4o-2024-08-06", key);\n'
)
IMAGE = "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCOPY . .\n"
HOST_OF_ALL = {"host/host.csproj": '<Project Sdk="Aspire.AppHost.Sdk/9.5.0"></Project>\n'}
COMPOSED = "services:\n  api:\n    build: .\n"
MEASURED = TEMPLATE.replace(
    "builder.Logging.AddOpenTelemetry(x => {});",
    "builder.Services.AddOpenTelemetry().WithMetrics(x => x.AddRuntimeInstrumentation());",
)


@pytest.mark.parametrize(
    ("more", "line", "outcome"),
    [
        ({}, "", Outcome.FAIL),
        (HOST_OF_ALL, "", Outcome.PASS),
        ({"Dockerfile": IMAGE}, "app.MapPrometheusScrapingEndpoint();\n", Outcome.PASS),
        ({"Dockerfile": IMAGE}, "// app.MapPrometheusScrapingEndpoint();\n", Outcome.FAIL),
    ],
)
def test_what_is_measured_is_sent_or_served(
    more: dict[str, str], line: str, outcome: Outcome
) -> None:
    files = {"api.csproj": PROJECT, "Program.cs": MEASURED + line, **more}
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, Outcome.FAIL),
        (HOST_OF_ALL, Outcome.PASS),
        ({"Dockerfile": IMAGE}, Outcome.FAIL),
        ({"Dockerfile": IMAGE, **HOST_OF_ALL}, Outcome.PASS),
        ({"Dockerfile": IMAGE, **HOST_OF_ALL, "compose.yaml": COMPOSED}, Outcome.FAIL),
        (
            {"Dockerfile": f"{IMAGE}ENV OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317\n"},
            Outcome.PASS,
        ),
    ],
)
def test_an_image_that_is_told_no_address_sends_no_logs(
    more: dict[str, str], outcome: Outcome
) -> None:
    files = {"api.csproj": PROJECT, "Program.cs": TEMPLATE, **more}
    assert _outcome(logs_structured, files) is outcome
    for mark, sends in (("", Outcome.PASS), ("// ", outcome)):
        other = f"{mark}builder.Services.AddOpenTelemetry().UseAzureMonitor();\n"
        assert _outcome(logs_structured, {**files, "Other.cs": other}) is sends


WEB = "".join(
    f"<dependency><groupId>org.springframework.{group}</groupId><artifactId>{name}</artifactId>"
    "</dependency>"
    for group, name in [("ai", "spring-ai-openai"), ("boot", "spring-boot-starter-web")]
)
CHAT = (
    "import org.springframework.ai.chat.client.ChatClient;\npublic class Chat extends Base {{\n"
    "  private ChatClient client;\n  {}\n"
    "  public String ask(String text) {{ return client.prompt(text).call().content(); }}\n}}\n"
)
LARGE = "class Large {\n" + "  void a() { try { b(); } catch (Exception e) { } }\n" * 9_000 + "}\n"


@pytest.mark.parametrize(
    ("mark", "other", "outcome"),
    [
        ("", "class Other { }", Outcome.PASS),
        ('@Retry(name = "a", fallbackMethod = "inherited")', "class Other { }", Outcome.FAIL),
        ("", LARGE, Outcome.FAIL),
        ("", LARGE.replace("catch", "when"), Outcome.PASS),
    ],
)
def test_what_may_catch_keeps_it_from_the_container(
    mark: str, other: str, outcome: Outcome
) -> None:
    files = {
        "pom.xml": f"<project><dependencies>{WEB}</dependencies></project>",
        "src/main/java/Chat.java": CHAT.format(mark),
        "src/main/java/Other.java": other,
    }
    assert _outcome(tracebacks_kept, files) is outcome
