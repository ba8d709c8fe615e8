"""Formatters of logs that leave tracebacks out, and streams whose errors become a text."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept

PASS, FAIL = Outcome.PASS, Outcome.FAIL
PLAN = (
    "def plan(text):\n    try:\n"
    "        return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
    "    except Exception as error:\n        {}\n\nplan('x')\n"
)
LOGS = "logger.exception('failed')"
LINES = (
    "import json, logging, sys, traceback\nfrom openai import OpenAI\n"
    "logger = logging.getLogger(__name__)\n\nclass Lines(logging.Formatter):\n"
    "    def format(self, record):\n        entry = {{'message': record.getMessage()}}\n"
    "        if record.exc_info:\n            entry['failed'] = {}\n"
    "        return json.dumps(entry)\n\n"
    "handler = logging.StreamHandler(sys.stdout)\nhandler.setFormatter({})\n"
    "logging.getLogger().addHandler(handler)\n\n"
)
TYPE = "record.exc_info[0].__name__"
CHAIN = (
    "import structlog\nfrom openai import OpenAI\nstructlog.configure(processors=[\n"
    "    structlog.processors.add_log_level, {}\n])\nlogger = structlog.get_logger()\n\n"
)
FIELDS = "structlog.processors.JSONRenderer()"
TEMPLATE = (
    'import winston from "winston";\nimport OpenAI from "openai";\n'
    "const {{ combine, printf, errors, json }} = winston.format;\n"
    "const logger = winston.createLogger({{ format: {} }});\n"
    "export async function plan(text: string) {{\n  try {{\n"
    "    return await new OpenAI().responses.create({{ model: 'gpt-4.1', input: text }});\n"
    "  }} catch (err) {{\n    logger.error('failed', {});\n  }}\n}}\nplan('x');\n"
)
SAID = "printf((info) => `${info.level} ${info.message}`)"
SHOWN = "printf((info) => `${info.level} ${info.stack ?? info.message}`)"
PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="OpenAI" '
    'Version="2.1.0" /></ItemGroup></Project>\n'
)
SINK = (
    "using OpenAI.Chat;\nusing Serilog;\nvar builder = WebApplication.CreateBuilder(args);\n"
    "builder.Host.UseSerilog((context, logs) => logs.WriteTo.Console({}));\n"
    'var app = builder.Build();\nvar chat = new ChatClient("gpt-4o-2024-08-06", key);\n'
    'app.MapPost("/ask", (string text) => chat.CompleteChat(text));\napp.Run();\n'
)
POM = (
    "<project><dependencies><dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-open-ai</artifactId><version>1.1.0</version></dependency>"
    "</dependencies></project>\n"
)
JAVA = (
    "import dev.langchain4j.model.openai.OpenAiChatModel;\npublic class Planner {\n"
    "  private static final Logger log = LoggerFactory.getLogger(Planner.class);\n"
    "  public static void main(String[] args) {\n"
    "    try { OpenAiChatModel.builder().build().chat(args[0]); }\n"
    '    catch (Exception e) { log.error("failed", e); }\n  }\n}\n'
)
LOGBACK = (
    '<configuration><appender name="OUT" class="ch.qos.logback.core.ConsoleAppender"><encoder>'
    "<pattern>%d %msg%n{}</pattern></encoder></appender></configuration>\n"
)
ENDS = "json(), transports: [new winston.transports.Console({{ format: {} }}){}]"
MUTE = "json(), transports: [new winston.transports.Console({{ silent: true }}){}]"
STREAM = (
    'import {{ createDataStreamResponse, streamText }} from "ai";\n'
    "export async function POST(request: Request) {{\n  try {{\n"
    "    return createDataStreamResponse({{\n      execute: (stream) => {{\n"
    "        streamText({{ model, prompt }}).mergeIntoDataStream(stream);\n      }},\n"
    "      onError: {},\n    }});\n  }} catch (error) {{\n    console.error(error);\n  }}\n}}\n"
)
FIXED = "() => 'Oops, an error occurred!'"


def _python(text: str, does: str = LOGS) -> dict[str, str]:
    return {"requirements.txt": "openai==1.93.0\n", "app.py": text + PLAN.format(does)}


def _node(text: str, version: str = "4.3.16") -> dict[str, str]:
    needs = f'"openai": "5.0.0", "winston": "3.17.0", "ai": "{version}", "next": "15.0.0"'
    manifest = f'{{"name": "api", "dependencies": {{{needs}}}}}'
    return {"package.json": manifest, "app/api/chat/route.ts": text}


def _configured(template: str, more: str = "") -> dict[str, str]:
    args = f'{{"outputTemplate": "{template}"}}'
    sinks = f'[{more}{{"Name": "Console", "Args": {args}}}]'
    program = SINK.replace("WriteTo.Console({})", "ReadFrom.Configuration(context.Configuration)")
    said = f'{{"Serilog": {{"WriteTo": {sinks}}}}}\n'
    return {"api.csproj": PROJECT, "Program.cs": program, "appsettings.json": said}


def _java(more: str) -> dict[str, str]:
    return {
        "pom.xml": POM,
        "src/main/java/Planner.java": JAVA,
        "src/main/resources/logback.xml": LOGBACK.format(more),
    }


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return tracebacks_kept.ask(asked).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_python(LINES.format(TYPE, "Lines()")), FAIL),
        (_python(LINES.format("self.formatException(record.exc_info)", "Lines()")), PASS),
        (_python(LINES.format("self._stack(record)", "Lines()")), PASS),
        (_python(LINES.format(TYPE, "logging.Formatter('%(message)s')")), PASS),
        (_python(LINES.format(TYPE, "Lines()") + "logging.basicConfig()\n"), PASS),
        # as a text it is a message
        (_python(LINES.format(TYPE, "Lines()"), "print(traceback.format_exc())"), PASS),
        (_python(CHAIN.format(FIELDS)), FAIL),
        (_python(CHAIN.format(f"structlog.processors.format_exc_info, {FIELDS}")), PASS),
        (_python(CHAIN.format(f"structlog.processors.dict_tracebacks, {FIELDS}")), PASS),
        (_python(CHAIN.format("structlog.dev.ConsoleRenderer()")), PASS),
        (_node(TEMPLATE.format(SAID, "err")), FAIL),
        (_node(TEMPLATE.format(f"combine(errors({{ stack: true }}), {SHOWN})", "err")), PASS),
        (_node(TEMPLATE.format("json()", "err")), PASS),
        # an answer to somebody is no format
        (_node(TEMPLATE.format(SAID, "err") + "response.json(await plan('x'));\n"), FAIL),
        (_node(TEMPLATE.format(SHOWN, "err") + "response.json(await plan('x'));\n"), PASS),
        (_node(TEMPLATE.format("winston.format.json()", "err")), PASS),
        # no transport is told anything but to be silent
        (_node(TEMPLATE.format("json(), silent: true", "err")), FAIL),
        (_node(TEMPLATE.format("json(), silent: process.env.QUIET", "err")), PASS),
        (_node(TEMPLATE.format(MUTE.format(""), "err")), FAIL),
        (
            _node(TEMPLATE.format(MUTE.format(", new winston.transports.File({{ a }})"), "err")),
            PASS,
        ),
        (_node(TEMPLATE.format(ENDS.format(SAID, ""), "err")), FAIL),
        (_node(TEMPLATE.format(ENDS.format(f"combine(errors(),\n{SAID})", ""), "err")), FAIL),
        (_node(TEMPLATE.format(ENDS.format(SHOWN, ""), "err")), PASS),
        # one transport writes everything
        (
            _node(
                TEMPLATE.format(ENDS.format(SAID, ", new winston.transports.File({{ a }})"), "err")
            ),
            PASS,
        ),
        ({"api.csproj": PROJECT, "Program.cs": SINK.format("")}, PASS),
        ({"api.csproj": PROJECT, "Program.cs": SINK.format('outputTemplate: "{Message}"')}, FAIL),
        (
            {
                "api.csproj": PROJECT,
                "Program.cs": SINK.format('outputTemplate: "{Message}{NewLine}{Exception}"'),
            },
            PASS,
        ),
        (_configured("{Message}"), FAIL),
        (_configured("{Message}{Exception}"), PASS),
        (_configured("{Message}", '{"Name": "Seq"}, '), PASS),
        (_java(""), PASS),
        (_java("%nopex"), FAIL),
    ],
)
def test_formatters_that_leave_tracebacks_out(files: dict[str, str], outcome: Outcome) -> None:
    assert _outcome(files) is outcome


@pytest.mark.parametrize(
    ("told", "version", "outcome"),
    [
        (FIXED, "4.3.16", FAIL),
        ("(error) => { console.error(error); return 'Oops'; }", "4.3.16", PASS),
        ("describe", "4.3.16", PASS),
        # from its fifth version on the library tells the console itself
        (FIXED, "5.0.0", PASS),
    ],
)
def test_errors_of_a_stream_that_become_a_text(told: str, version: str, outcome: Outcome) -> None:
    assert _outcome(_node(STREAM.format(told), version)) is outcome
