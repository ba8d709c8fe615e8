"""Loggers that are made to put the trace id into every record, as their libraries ask for it."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.logs_structured import logs_structured

MOD = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
SLOG = (
    'package main\n\nimport (\n\t"context"\n\t"log/slog"\n\t"os"\n\n'
    '\t"github.com/openai/openai-go"\n\t"go.opentelemetry.io/otel/trace"\n)\n\n'
    "type traceHandler struct{{ slog.Handler }}\n\n"
    "func (h traceHandler) Handle(ctx context.Context, r slog.Record) error {{\n"
    "\tsc := trace.SpanContextFromContext(ctx)\n"
    '\tr.AddAttrs(slog.String("{}", sc.TraceID().String()))\n'
    "\treturn h.Handler.Handle(ctx, r)\n}}\n\n"
    "func main() {{\n\tslog.SetDefault(slog.New({}))\n"
    "\topenai.NewClient()\n\tslog.{}\n}}\n"
)
FOLDED = SLOG.replace("r.AddAttrs(", "r.AddAttrs(\n\t\t")
JSON = "slog.NewJSONHandler(os.Stdout, nil)"
TOLD = 'InfoContext(ctx, "asked")'
FROM = (
    "package main\n\nimport (\n"
    + "".join(f'\t"{each}"\n' for each in ("context", "os", "github.com/openai/openai-go"))
    + '\t"github.com/rs/zerolog"\n\t"go.opentelemetry.io/otel/trace"\n\t"go.uber.org/zap"\n)\n\n'
    "var plain = zerolog.New(os.Stdout)\nvar base, _ = zap.NewProduction()\n\n"
    "func from(ctx context.Context) any {{\n"
    "\tid := trace.SpanContextFromContext(ctx).TraceID().String()\n\treturn {}\n}}\n\n"
    "func main() {{\n\topenai.NewClient()\n\tfrom(context.Background())\n}}\n"
)
NEST = (
    'import {{ LoggerModule }} from "nestjs-pino";\nimport {{ trace }} from "@opentelemetry/api";\n'
    'import OpenAI from "openai";\nnew OpenAI();\n'
    "export const logs = LoggerModule.forRoot({{ pinoHttp: {{ {} }} }});\n"
)
ID = "trace_id: trace.getActiveSpan()?.spanContext().traceId"
WINSTON = (
    'import winston from "winston";\nimport {{ trace }} from "@opentelemetry/api";\n'
    'import OpenAI from "openai";\nnew OpenAI();\n'
    "const traced = winston.format((info) => {{\n"
    "  info.{} = trace.getActiveSpan()?.spanContext().traceId;\n  return info;\n}});\n"
    "winston.createLogger({{ format: winston.format.combine(traced(), winston.format.json()) }})"
    '.info("asked");\n'
)
LOGURU = (
    "import sys\nfrom loguru import logger\nfrom openai import OpenAI\n"
    "from opentelemetry import trace\n\ndef patch(record):\n"
    "    record['extra'][{!r}] = trace.get_current_span().get_span_context().trace_id\n\n"
    "{}logger.add(sys.stdout, serialize=True)\nlogger.info(OpenAI())\n"
)
OWN = (
    'import OpenAI from "openai";\nimport { trace } from "@opentelemetry/api";\n'
    'import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";\n'
    'import { logger } from "./lib/logger";\nnew NodeTracerProvider().register();\n'
    'logger.info("asked");\nnew OpenAI();\n'
)
PRINTS = (
    'import { trace } from "@opentelemetry/api";\nexport const logger = {\n  info(msg: string) {\n'
    "    const sc = trace.getActiveSpan()?.spanContext();\n"
    "    const entry = { msg, trace_id: sc?.traceId };\n"
    '    process.stdout.write(JSON.stringify(entry) + "\\n");\n  },\n};\n'
)
TAKES = (
    'import { trace } from "@opentelemetry/api";\nexport function currentIds() {\n'
    "  const span = trace.getActiveSpan();\n"
    "  return span ? { traceId: span.spanContext().traceId } : {};\n}\n"
    "export function plainIds() {\n  return { app: 'planner' };\n}\n"
)
PINO = (
    'import pino from "pino";\nimport OpenAI from "openai";\n'
    'import { currentIds, plainIds } from "./ids.js";\nnew OpenAI();\n'
    "const add = plainIds;\nexport const logger = pino({ level: 'info', %s });\n"
)
CALLS = (
    "hooks: { logMethod(args, method) { args[0] = { ...args[0], ...%s() }; "
    "method.apply(this, args); } }"
)
SDK = (
    'import {{ NodeSDK }} from "@opentelemetry/sdk-node";\n'
    'import {{ getNodeAutoInstrumentations }} from "@opentelemetry/auto-instrumentations-node";\n'
    "{}const sdk = new NodeSDK({{\n  instrumentations: [getNodeAutoInstrumentations()],\n}});\n{}"
)
STARTS = "export const startTracing = () => {\n  sdk.start();\n};\n"
MAIN = (
    'import "./tracing";\nimport pino from "pino";\nimport OpenAI from "openai";\nnew OpenAI();\n'
    'pino().info("asked");\n'
)
BOUND = (
    "import os\nimport structlog\nfrom openai import OpenAI\nfrom opentelemetry import trace\n"
    "from opentelemetry.sdk.trace import TracerProvider\nfrom ids import current_id\n"
    "{}trace.set_tracer_provider(TracerProvider())\n"
    "structlog.configure(processors=[structlog.contextvars.merge_contextvars, "
    "structlog.processors.JSONRenderer()])\n\n"
    "def ask(request):\n    known = {}\n"
    "    structlog.contextvars.bind_contextvars(trace_id=known)\n    return OpenAI()\n\nask(None)\n"
)
OFF = "if os.getenv('TRACING_ENABLED', 'false') == 'true':\n    "
IDS = (
    "from opentelemetry import trace\n\ndef current_id():\n"
    "    return format(trace.get_current_span().get_span_context().trace_id, '032x')\n"
)
HANDED = (
    "import logging\nfrom openai import OpenAI\n"
    "from opentelemetry.sdk._logs import LoggerProvider\nLoggerProvider()\n"
    "logging.basicConfig(format='%(message)s %(otelTraceID)s')\nOpenAI()\n"
)
ADDED = (
    "from openai import OpenAI\n"
    "from opentelemetry.instrumentation.logging import LoggingInstrumentor\n"
    "from opentelemetry.sdk._logs import LoggerProvider\nset_logger_provider(LoggerProvider())\n"
    "LoggingInstrumentor().instrument({})\nOpenAI()\n"
)
PATCHED = "logger.configure(patcher=patch)\n"


def _go(text: str) -> dict[str, str]:
    return {"go.mod": MOD, "main.go": text}


def _node(text: str) -> dict[str, str]:
    needs = '"openai": "5.0.0", "nestjs-pino": "4.4.0", "winston": "3.17.0"'
    return {"package.json": f'{{"name": "api", "dependencies": {{{needs}}}}}', "src/app.ts": text}


def _own(app: str, logger: str) -> dict[str, str]:
    return {**_node(app), "src/lib/logger.ts": logger}


def _pino(given: str) -> dict[str, str]:
    return _node(PINO % given) | {"src/ids.ts": TAKES, "src/main.ts": 'import "./app";\n'}


def _sdk(before: str, after: str, main: str) -> dict[str, str]:
    need = '"@opentelemetry/auto-instrumentations-node": "0.60.0", "pino": "9.0.0", '
    package = f'{{"name": "api", "dependencies": {{{need}"openai": "5.0.0"}}}}'
    files = {"package.json": package, "src/tracing.ts": SDK.format(before, after)}
    return {**files, "src/index.ts": MAIN + main}


def _bound(before: str, known: str) -> dict[str, str]:
    needs = "openai==1.93.0\nstructlog==25.4.0\nopentelemetry-sdk==1.35.0\n"
    return {"requirements.txt": needs, "app.py": BOUND.format(before, known), "ids.py": IDS}


def _added(release: str, given: str = "") -> dict[str, str]:
    needs = "openai==1.93.0\nopentelemetry-sdk==1.42.0\n"
    needs += f"opentelemetry-instrumentation-logging{release}\n"
    return {"requirements.txt": needs, "app.py": ADDED.format(given)}


def _python(text: str) -> dict[str, str]:
    return {"requirements.txt": "openai==1.93.0\nloguru==0.7.3\n", "app.py": text}


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_go(SLOG.format("trace_id", f"traceHandler{{{JSON}}}", TOLD)), Outcome.PASS),
        (_go(FOLDED.format("trace_id", f"traceHandler{{{JSON}}}", TOLD)), Outcome.PASS),
        (_go(SLOG.format("request", f"traceHandler{{{JSON}}}", TOLD)), Outcome.FAIL),
        (_go(SLOG.format("trace_id", JSON, TOLD)), Outcome.FAIL),
        # without the context there is no trace to ask for
        (_go(SLOG.format("trace_id", f"traceHandler{{{JSON}}}", 'Info("asked")')), Outcome.FAIL),
        (_go(FROM.format('base.With(zap.String("trace_id", id))')), Outcome.PASS),
        (_go(FROM.format('base.With(zap.String("user_id", id))')), Outcome.FAIL),
        (_go(FROM.format('plain.With().Str("trace_id", id).Logger()')), Outcome.PASS),
        (_go(FROM.format('plain.With().Str("user_id", id).Logger()')), Outcome.FAIL),
        (_node(NEST.format(f"mixin() {{ return {{ {ID} }}; }}")), Outcome.PASS),
        (_node(NEST.format(f"mixin: () => ({{ {ID} }})")), Outcome.PASS),
        (_node(NEST.format(f"formatters: {{ log: (o) => ({{ ...o, {ID} }}) }}")), Outcome.PASS),
        (_node(NEST.format('level: "info"')), Outcome.FAIL),
        (_node(NEST.format(f"customProps: [{{ {ID} }}]")), Outcome.FAIL),
        (_node(WINSTON.format("trace_id")), Outcome.PASS),
        (_node(WINSTON.format("span")), Outcome.FAIL),
        # most lines are written by a package that knows no fields
        (
            _go(FROM.format('base.With(zap.String("trace_id", id))') + 2 * '\nlog.Printf("x")'),
            Outcome.FAIL,
        ),
        (_own(OWN, PRINTS), Outcome.PASS),
        (_own(OWN, PRINTS.replace("trace_id", "request_id")), Outcome.FAIL),
        (_own(OWN, PRINTS.replace("JSON.stringify(entry)", "entry.msg")), Outcome.FAIL),
        # no span is ever active
        (_own(OWN.replace("new NodeTracerProvider().register()", ""), PRINTS), Outcome.FAIL),
        (_own(OWN + 3 * 'console.log("x");\n', PRINTS), Outcome.FAIL),
        (_python(LOGURU.format("trace_id", PATCHED)), Outcome.PASS),
        (_python(LOGURU.format("trace_id", "")), Outcome.FAIL),
        (_python(LOGURU.format("user", PATCHED)), Outcome.FAIL),
        # pino asks a function that takes the id
        (_pino("mixin: currentIds"), Outcome.PASS),
        (_pino("mixin: () => currentIds()"), Outcome.PASS),
        (_pino("mixin() { return { app: 1, ...currentIds() }; }"), Outcome.PASS),
        (_pino(CALLS % "currentIds"), Outcome.PASS),
        (_pino("mixin: plainIds"), Outcome.FAIL),
        (_pino(CALLS % "plainIds"), Outcome.FAIL),
        (_pino("serializers: { err: currentIds }"), Outcome.FAIL),
        (_pino("mixin: add"), Outcome.FAIL),
        # spans are made only where somebody asks for them
        (_bound("", "current_id()"), Outcome.PASS),
        (_bound(OFF, "current_id()"), Outcome.FAIL),
        (_bound(OFF, "request.headers['x-trace-id']"), Outcome.PASS),
        (_sdk("export ", "sdk.start();\n", ""), Outcome.PASS),
        (_sdk("export ", STARTS, "startTracing();\n"), Outcome.PASS),
        (
            _sdk("", STARTS, 'if (process.env.TRACING === "true") {\n  startTracing();\n}\n'),
            Outcome.FAIL,
        ),
        # newer releases add the handler
        (_added(">=0.63b1,<0.64"), Outcome.PASS),
        (_added("==0.60b1"), Outcome.FAIL),
        (_added("==0.64b0", "enable_log_auto_instrumentation=False"), Outcome.FAIL),
        # records are sent by nobody
        (
            {"requirements.txt": "openai==1.93.0\nopentelemetry-sdk==1.35.0\n", "app.py": HANDED},
            Outcome.FAIL,
        ),
    ],
)
def test_every_record_is_given_it(files: dict[str, str], outcome: Outcome) -> None:
    answer = logs_structured.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message
