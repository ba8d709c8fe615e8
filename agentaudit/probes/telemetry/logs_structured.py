from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from agentaudit.code import Argument, Call, Role, Strength, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.readable import of_code, step_missing, unread
from agentaudit.probes.telemetry import logback, own_fields, own_loggers, xray
from agentaudit.probes.telemetry.active_spans import is_of_span, never_active
from agentaudit.probes.telemetry.errors import writes_to_console
from agentaudit.probes.telemetry.keys import unstarted
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.probes.telemetry.log_exports import BOTH, exports, sent
from agentaudit.probes.telemetry.optional_keys import optional_key
from agentaudit.probes.telemetry.silenced import is_switched_off
from agentaudit.probes.telemetry.switches import lacks_only_credentials, waits
from agentaudit.probes.telemetry.written_ids import merges, shown_only, written_ids
from agentaudit.source import Component, Repo

PYTHON = {
    "requirements.txt": "openai==1.93.0\nstructlog==25.4.0\npython-json-logger==3.3.0\n"
    "opentelemetry-sdk==1.35.0\nopentelemetry-instrumentation-logging==0.56b0\n"
}
STRUCTLOG = (
    "import structlog\nfrom openai import OpenAI\nfrom opentelemetry import trace\n\n"
    "def add_trace(logger, name, event_dict):\n"
    "    event_dict[{!r}] = format(trace.get_current_span().get_span_context().trace_id, '032x')\n"
    "    return event_dict\n\n"
    "structlog.configure(processors=[add_trace, structlog.processors.JSONRenderer()])\n"
    "structlog.get_logger().info('ready', model=OpenAI().models.list())\n"
)
HANDLER = (
    "import logging\nfrom openai import OpenAI\n"
    "from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler\n"
    "logging.getLogger().addHandler(LoggingHandler(logger_provider=LoggerProvider()))\n"
    "OpenAI()\n"
)
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "pino": "9.0.0", '
    '"@opentelemetry/instrumentation-pino": "0.50.0"}}'
}
PINO = 'import pino from "pino";\nimport OpenAI from "openai";\nconst logger = pino();\n' + (
    "logger.info({ model: new OpenAI() });\n"
)
LOADS = 'import "./tracing";\n'
INSTRUMENTED = (
    'import { PinoInstrumentation } from "@opentelemetry/instrumentation-pino";\n'
    "export const instrumentations = [new PinoInstrumentation()];\n"
)
GO = {"go.mod": "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"}
SLOG = (
    'package main\n\nimport (\n\t"log/slog"\n\t"os"\n\n\t"github.com/openai/openai-go"\n)\n\n'
    "func main() {\n\tslog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))\n"
    "\topenai.NewClient()\n}\n"
)


def _files(base: dict[str, str], name: str, text: str, **more: str) -> dict[str, object]:
    return {"component": {"files": {**base, name: text, **more}}}


@probe(
    "telemetry-logs-structured",
    fix="Write logs as fields and put the trace id into each: "
    "`LoggingInstrumentor().instrument(set_logging_format=False)` and a JSON formatter with "
    "`%(otelTraceID)s`, or export them with `LoggingHandler` of OpenTelemetry, which does both.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, "app.py", STRUCTLOG.format("trace_id"))),
        Example(
            Outcome.PASS,
            _files(PYTHON, "app.py", HANDLER),
            "exported by OpenTelemetry: records have fields and the trace id",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {**NODE, "app.ts": LOADS + PINO, "tracing.ts": INSTRUMENTED}}},
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, "app.py", STRUCTLOG.format("request")),
            "fields, and nothing that leads to the trace",
        ),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                "app.py",
                "import logging\nfrom openai import OpenAI\n"
                "logging.basicConfig(format='%(asctime)s %(message)s')\nOpenAI()\n",
            ),
            "structlog is declared and never imported",
        ),
        Example(Outcome.FAIL, _files(NODE, "app.ts", PINO), "declared, never instrumented"),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**NODE, "app.ts": PINO, "types/tracing.ts": INSTRUMENTED}}},
            "instrumented in a script that nothing loads",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, "app.py", HANDLER + "logging.basicConfig(level=logging.CRITICAL)\n"),
            "exported, and silenced",
        ),
        Example(
            Outcome.FAIL,
            _files(
                {"requirements.txt": "openai==1.93.0\nazure-monitor-opentelemetry==1.6.12\n"},
                "app.py",
                "from azure.monitor.opentelemetry import configure_azure_monitor\n"
                "from openai import OpenAI\nconfigure_azure_monitor(logger_name='start')\n"
                "OpenAI()\n",
            ),
            "the records of one logger, which the code does not log by",
        ),
        Example(Outcome.FAIL, _files(GO, "main.go", SLOG), "JSON without the trace id"),
        Example(
            Outcome.UNKNOWN,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\nstructlog==25.4.0\n"}}},
            "there is no code to look at",
        ),
    ],
)
@of_code("the form of logs")
def logs_structured(repo: Repo, component: Component) -> Answer:
    """Are logs structured, and do they carry the trace id?

    With fields a log can be searched; with the trace id it is found from the response. One without
    the other leaves somebody scrolling through the minutes around the complaint.
    """
    uses = component.uses("logging")
    asking = [use for trade in ("model", "agent") for use in component.uses(trade)]
    if missing := unread(component, [*uses, *asking], "logs"):
        told = next(sent(repo, component), None)
        return passed(_SENT, told.evidence()) if told else missing
    if quiet := _silenced(component):
        message = "the root logger lets nothing through but what is critical"
        fact = "structured logs"
        return failed(message, quiet.evidence(), reason="off", fact=fact, place=component.id)
    live = [use for use in uses if use.strength is Strength.ON]
    live += [use for use in uses if lacks_only_credentials(component, use)]
    if writes_to_console(component):
        live = [use for use in live if not use.library.startswith("@opentelemetry/")]
    exporting = (use for use in live if use.library in BOTH and exports(component, use))
    exporting = (use for use in exporting if not waits(repo, component, use))
    exporting = (use for use in exporting if not optional_key(repo, component, use.library))
    if both := next((use for use in exporting if not unstarted(repo, component, use)), None):
        message = f"{both.library} exports logs with fields and the trace id"
        return passed(message, both.place.evidence())
    if told := next(sent(repo, component), None):
        return passed(_SENT, told.evidence())
    structured = next(_structured(repo, component, live), None)
    joined = next(_joined(repo, component, live), None)
    if structured and joined:
        message = "logs are structured and carry the trace id"
        return passed(message, structured.evidence(), joined.evidence())
    return _lacking(component, structured, joined, uses)


_SENT = "logs are sent with fields and the trace id"


def _silenced(component: Component) -> Place | None:
    """Where the logs of Python are shut for everybody: the first call of `basicConfig` decides."""
    calls = list(component.code.methods("basicConfig", role=None))
    if len({call.place.path for call in calls}) != 1:
        return None
    level = calls[0].argument("level")
    said = (level.text or level.written) if level else ""
    return calls[0].place if said.rpartition(".")[2] in ("CRITICAL", "FATAL") else None


_PLAIN = frozenset({"loguru", "consola", "opentelemetry-instrumentation-logging"}) | frozenset(
    f"@opentelemetry/{name}"
    for name in (
        *("instrumentation-pino", "instrumentation-winston", "instrumentation-bunyan"),
        *("auto-instrumentations-node", "winston-transport"),
    )
)
"""Libraries that write text unless told otherwise, or only add the trace id."""
_JOINS = frozenset(
    {
        *("opentelemetry-instrumentation-logging", "opentelemetry-distro", "ddtrace"),
        *("@opentelemetry/instrumentation-pino", "@opentelemetry/instrumentation-winston"),
        *("@opentelemetry/instrumentation-bunyan", "@opentelemetry/auto-instrumentations-node"),
        "@opentelemetry/winston-transport",
    }
)
"""Libraries that put the trace id into the records of others."""


def _structured(repo: Repo, component: Component, live: list[Use]) -> Iterator[Place]:
    made = [c for c in _serving(component) if c.method in _JSON]
    off = [c for c in made if c.condition and is_switched_off(c.condition)]
    shown = shown_only(repo, component) or (bool(off) and len(off) == len(made))
    for use in live:
        if use.library == "structlog" and shown:
            continue
        if use.library not in _PLAIN | BOTH | {"ddtrace", "opentelemetry-distro"}:
            yield use.place
    for call in _serving(component):
        given = call.argument("serialize")
        if (call.method in _JSON and call not in off) or (given and given.text == "True"):
            yield call.place
    yield from logback.structured(repo, component)
    yield from own_loggers.printed(repo, component)


_JSON = frozenset(
    {"JSONRenderer", "NewJSONHandler", "JsonFormatter", "JSONFormatter", "AddJsonConsole"}
)


def _serving(component: Component) -> Iterator[Call]:
    return (c for c in component.code.calls if c.role is Role.APP and c.reached)


_BINDS = frozenset(
    {
        *("bind", "bind_contextvars", "contextualize", "child", "With", "put", "PushProperty"),
        *("BeginScope", "bound_contextvars", "putCloseable", "append_keys", "appendKeys"),
    }
)
_ID = regex(r"(?i)(?:dd\.|otel)?trace[_.]?id|logging\.googleapis\.com/trace")


_FIELD = regex(r"(?:zap|slog)\.\w{1,12}\(\"(?:dd\.)?trace_?[iI][dD]\",\s?[^\"\s]")
"""A field of a logger of Go."""
_CONTEXT = frozenset({"bind_contextvars", "bound_contextvars"})


def _is_id(given: Argument) -> bool:
    """Whether it is the id of a trace, and not always the same word."""
    if _ID.fullmatch(given.name):
        return given.value.text is None or given.value.via != "literal"
    if _FIELD.match(given.value.written[:200]):
        return True
    return _ID.fullmatch(given.value.text or "") is not None


def _joined(repo: Repo, component: Component, live: list[Use]) -> Iterator[Place]:
    """Where the trace id enters the records, and is not that of a span that is never there."""
    dark = never_active(repo, component)
    for place in _ids(repo, component, live):
        if not (dark and is_of_span(repo, place)):
            yield place


def _ids(repo: Repo, component: Component, live: list[Use]) -> Iterator[Place]:
    for use in live:
        runs = loaded(repo, component, use.place) and not waits(repo, component, use)
        if use.library in _JOINS and runs:
            yield use.place
        if use.library in xray.LIBRARIES:
            yield from xray.traced(repo, component)
    for call in _serving(component):
        binds = call.method in _BINDS or call.callee.endswith(".With.Str")
        bound = binds and any(map(_is_id, call.arguments))
        if bound and call.place.path.endswith(".go") and own_fields.plain(repo, component):
            continue
        if bound and (call.method not in _CONTEXT or merges(repo, component)):
            yield call.place
    filled = not _is_declined(component, live)
    said = (place for place in written_ids(repo, component) if filled or _FILLED not in place.text)
    yield from islice(said, 1)
    yield from own_fields.fields(repo, component)
    yield from logback.joined(repo, component)
    yield from own_loggers.printed(repo, component)


_FILLS, _FILLED = "opentelemetry-instrumentation-logging", "otelTraceID"
"""What gives a record of Python the field of that name."""


def _is_declined(component: Component, live: list[Use]) -> bool:
    """Whether the program asks for it nowhere but behind a switch that is off."""
    asks = any(c.callee.endswith("LoggingInstrumentor.instrument") for c in _serving(component))
    return asks and not any(use.library == _FILLS for use in live)


def _lacking(
    component: Component, structured: Place | None, joined: Place | None, uses: tuple[Use, ...]
) -> Answer:
    fact, place = "structured logs", component.id
    if structured:
        message = "logs are structured, and nothing puts the trace id into them"
        return failed(message, structured.evidence(), reason="partial", fact=fact, place=place)
    if joined:
        message = "logs carry the trace id, and are text"
        return failed(message, joined.evidence(), reason="partial", fact=fact, place=place)
    said = "; ".join(["logs are text without the trace id", *map(step_missing, uses[:1])])
    shown = uses[0].place.evidence() if uses else component.evidence()
    return failed(said, shown, fact=fact, place=place)
