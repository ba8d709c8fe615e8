"""Reports of errors that nobody hears."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept

NEEDS = {"requirements.txt": "openai==1.93.0\nsentry-sdk==2.30.0\nstructlog==25.4.0\n"}
CAUGHT = (
    "import logging, os, traceback\nfrom openai import OpenAI\n{}\n"
    "logger = logging.getLogger(__name__)\ndef ask(text, quiet=False):\n    try:\n"
    "        return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
    "    except Exception as e:\n        {}\nask('x')\n"
)
KEEPS = "logger.exception('failed')"
QUIET = "logging.getLogger(__name__).addHandler(logging.NullHandler())\n"
TOLD = "def log_error(said, exc_info={}):\n    logger.error(said, exc_info=exc_info)\n"
OPEN = "".join(
    f"def more_{n}(text):\n    return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
    for n in range(2)
)
"""A tracker sees what nobody catches."""
SENTRY = f"import sentry_sdk\nsentry_sdk.init(dsn='https://a@o1.ingest.sentry.io/2'{{}})\n{OPEN}"
SPANS = (
    "from opentelemetry import trace\nfrom opentelemetry.sdk.trace import TracerProvider\n"
    "{}trace.set_tracer_provider(TracerProvider(active_span_processor=exporter))"
)
ASKED = (
    "def start():\n    if not os.getenv('SERVICE') or not os.getenv('OTEL_EXPORTER_OTLP_ENDPOINT'):"
    "\n        return\n    "
)
SPAN = "logger.error(str(e))\n        trace.get_current_span().record_exception(e)"
JSON = (
    "import os\nimport structlog\nfrom openai import OpenAI\n"
    "JSON = os.getenv('LOG_JSON', '{}') == '1'\n"
    "structlog.configure(processors=[structlog.contextvars.merge_contextvars, "
    "structlog.processors.JSONRenderer() if JSON else structlog.dev.ConsoleRenderer()])\n"
    "structlog.contextvars.bind_contextvars(trace_id=current())\n"
    "structlog.get_logger().info('x')\nOpenAI()\n"
)


def _outcome(probe: Probe, text: str) -> Outcome:
    given = {"files": {**NEEDS, "app.py": text}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("above", "body", "outcome"),
    [
        ("", KEEPS, Outcome.PASS),
        ("logging.disable(logging.CRITICAL)", KEEPS, Outcome.FAIL),
        ("logging.disable(logging.NOTSET)", KEEPS, Outcome.PASS),
        ("logging.disable(logging.DEBUG)", KEEPS, Outcome.PASS),
        ("if os.getenv('MUTE'):\n    logging.disable(logging.CRITICAL)", KEEPS, Outcome.PASS),
        ("logging.getLogger().setLevel(logging.CRITICAL)", KEEPS, Outcome.FAIL),
        ("logging.getLogger('httpx').setLevel(logging.CRITICAL)", KEEPS, Outcome.PASS),
        ("logging.basicConfig(level=logging.CRITICAL)", KEEPS, Outcome.FAIL),
        (QUIET, KEEPS, Outcome.PASS),
        (QUIET + "logging.getLogger(__name__).propagate = False", KEEPS, Outcome.FAIL),
        ("", "traceback.print_exc(file=open(os.devnull, 'w'))", Outcome.FAIL),
        ("", "traceback.print_exc()", Outcome.PASS),
        ("", "logger.exception('x') if os.getenv('DEBUG') else print(e)", Outcome.FAIL),
        ("", "if not quiet:\n            logger.exception('x')", Outcome.PASS),
        ("", "print(e)", Outcome.FAIL),
        ("TRACE = True", "logger.error('x', exc_info=TRACE)", Outcome.PASS),
        ("TRACE = False", "logger.error('x', exc_info=TRACE)", Outcome.FAIL),
        (
            "TRACE = False",
            "logger.error(\n            'x',\n            exc_info=TRACE)",
            Outcome.FAIL,
        ),
        ("", "logger.error('x', exc_info=settings.debug)", Outcome.FAIL),
        ("", "logger.error('x', exc_info=logger.isEnabledFor(logging.DEBUG))", Outcome.FAIL),
        (TOLD.format("True"), "log_error('x')", Outcome.PASS),
        (TOLD.format("False"), "log_error('x')", Outcome.FAIL),
        (TOLD.format("False"), "log_error('x', exc_info=True)", Outcome.PASS),
        # a span keeps it where it goes somewhere
        (SPANS.format(""), SPAN, Outcome.PASS),
        (SPANS.format("if os.getenv('TRACING', '') == '1':\n    "), SPAN, Outcome.FAIL),
        (SPANS.format(ASKED) + "\nstart()", SPAN, Outcome.FAIL),
        (
            SPANS.format(ASKED) + "\nstart()",
            SPAN.replace("str(e)", "'x', exc_info=True"),
            Outcome.PASS,
        ),
        ("from opentelemetry import trace", SPAN, Outcome.PASS),
        (SENTRY.format(""), "print(e)", Outcome.PASS),
        (SENTRY.format(", before_send=lambda event, hint: None"), "print(e)", Outcome.FAIL),
        (SENTRY.format(", before_send=lambda event, hint: event"), "print(e)", Outcome.PASS),
    ],
)
def test_what_nobody_hears(above: str, body: str, outcome: Outcome) -> None:
    assert _outcome(tracebacks_kept, CAUGHT.format(above, body)) is outcome


@pytest.mark.parametrize(("default", "outcome"), [("0", Outcome.FAIL), ("1", Outcome.PASS)])
def test_fields_behind_a_variable(default: str, outcome: Outcome) -> None:
    assert _outcome(logs_structured, JSON.format(default)) is outcome
