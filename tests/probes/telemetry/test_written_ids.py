"""The trace id is in the records where what writes it is in use."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.logs_structured import logs_structured

HEAD = (
    "import structlog\nfrom openai import OpenAI\nfrom opentelemetry import trace\n\n"
    "def add_trace(logger, name, event_dict):\n"
    "    event_dict['trace_id'] = trace.get_current_span().get_span_context().trace_id\n"
    "    return event_dict\n\n"
)
CONFIGURED = "structlog.configure(processors=[{}])\nstructlog.get_logger().info(OpenAI())\n"
PLAIN = HEAD.partition("def add_trace")[0]
JSON = "structlog.processors.JSONRenderer()"
CONTEXT = "structlog.contextvars.merge_contextvars, "
BIND = (
    "\ndef begin(request):\n    structlog.contextvars.bind_contextvars(trace_id={})\n\n"
    "begin({{}})\n"
)
FORMAT = "formatters:\n  a:\n    format: '%(otelTraceID)s'\n"


FILLED = (
    "import logging\nimport os\nfrom openai import OpenAI\n"
    "from opentelemetry.instrumentation.logging import LoggingInstrumentor\n"
    "from pythonjsonlogger import jsonlogger\n\n{}LoggingInstrumentor().instrument()\n"
    "handler = logging.StreamHandler()\n"
    "handler.setFormatter(jsonlogger.JsonFormatter('%(message)s %(otelTraceID)s'))\n"
    "logging.getLogger().addHandler(handler)\nOpenAI()\n"
)
SWITCH = "if os.getenv('JOIN_LOGS', '{}').lower() in ('1', 'true'):\n    "


@pytest.mark.parametrize(
    ("switch", "outcome"),
    [
        ("", Outcome.PASS),
        (SWITCH.format("true"), Outcome.PASS),
        (SWITCH.format(""), Outcome.FAIL),
    ],
)
def test_something_fills_the_field(switch: str, outcome: Outcome) -> None:
    needs = (
        "openai==1.93.0\npython-json-logger==2.0.7\nopentelemetry-instrumentation-logging==0.48b0\n"
    )
    files = {"requirements.txt": needs, "app.py": FILLED.format(switch)}
    answer = logs_structured.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize(
    ("app", "more", "outcome"),
    [
        (HEAD + CONFIGURED.format(f"add_trace, {JSON}"), {}, Outcome.PASS),
        (
            HEAD.replace("event_dict", "event") + CONFIGURED.format(f"add_trace, {JSON}"),
            {},
            Outcome.PASS,
        ),
        (
            HEAD.replace("event_dict", "headers") + CONFIGURED.format(f"add_trace, {JSON}"),
            {},
            Outcome.FAIL,
        ),
        (HEAD + CONFIGURED.format(JSON), {}, Outcome.FAIL),
        (
            HEAD + CONFIGURED.format("add_trace, structlog.dev.ConsoleRenderer()"),
            {},
            Outcome.FAIL,
        ),
        (
            PLAIN + CONFIGURED.format(CONTEXT + JSON) + BIND.format("request['traceparent']"),
            {},
            Outcome.PASS,
        ),
        (
            PLAIN + CONFIGURED.format(JSON) + BIND.format("request['traceparent']"),
            {},
            Outcome.FAIL,
        ),
        (PLAIN + CONFIGURED.format(CONTEXT + JSON) + BIND.format("'start'"), {}, Outcome.FAIL),
        (
            PLAIN + CONFIGURED.format(JSON),
            {"log_help.py": "# format: %(trace_id)s\n"},
            Outcome.FAIL,
        ),
        (PLAIN + CONFIGURED.format(JSON), {"logging.dev.yaml": FORMAT}, Outcome.FAIL),
        (
            PLAIN + "load('logging.prod.yaml')\n" + CONFIGURED.format(JSON),
            {"logging.prod.yaml": FORMAT},
            Outcome.PASS,
        ),
    ],
)
def test_what_is_used_counts(app: str, more: dict[str, str], outcome: Outcome) -> None:
    needs = "openai==1.93.0\nstructlog==25.4.0\nopentelemetry-sdk==1.35.0\n"
    files = {"requirements.txt": needs, "app.py": app, **more}
    answer = logs_structured.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message
