"""What a service records about itself and about each step of its work.

Names follow OpenTelemetry and OpenInference; where neither has one, the names of agentaudit's
vocabulary are used (`env.lock.digest`, `retrieval.source.snapshot`, `guardrail.verdict`, ...).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import resource
import signal
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from opentelemetry import baggage, context, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.exporter.otlp.json.file._log_exporter import FileLogExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from services.common.settings import ROOT

CALL_ATTRIBUTES = context.create_key("invoice-agents-call-attributes")
COHORT = ("session.id", "tenant.id")


class ContextAttributes(SpanProcessor):
    """Puts the cohort (from baggage) and the facts of a model call on every span below them."""

    def on_start(self, span: Span, parent_context: context.Context | None = None) -> None:
        for key in COHORT:
            value = baggage.get_baggage(key, parent_context)
            if isinstance(value, str):
                span.set_attribute(key, value)
        facts = context.get_value(CALL_ATTRIBUTES, parent_context)
        if isinstance(facts, Mapping):
            span.set_attributes(facts)


def configure(service: str, component: str, config_digest: str) -> None:
    """Send spans and logs of this process to files under TELEMETRY_DIR, one line a batch."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    about = Resource.create(_about(service, component, config_digest))
    target = Path(os.environ.get("TELEMETRY_DIR", "var/telemetry"))
    target.mkdir(parents=True, exist_ok=True)

    spans = TracerProvider(
        resource=about, span_limits=SpanLimits(max_span_attributes=10_000, max_events=1_000)
    )
    spans.add_span_processor(ContextAttributes())
    spans.add_span_processor(
        BatchSpanProcessor(FileSpanExporter(target / f"{service}.spans.jsonl"))
    )
    trace.set_tracer_provider(spans)

    logs = LoggerProvider(resource=about)
    logs.add_log_record_processor(
        BatchLogRecordProcessor(FileLogExporter(target / f"{service}.logs.jsonl"))
    )
    set_logger_provider(logs)
    logging.getLogger().addHandler(LoggingHandler(logger_provider=logs))
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("waitress").setLevel(logging.WARNING)


def step(
    kind: str, name: str, given: object, attributes: Mapping[str, Any] | None = None
) -> AbstractContextManager[trace.Span]:
    """Open a span for one step of the system, located at the calling line.

    An agent's step carries the agent's name; a step outside any agent is given one by its caller.
    """
    caller = sys._getframe(1)
    file = Path(caller.f_code.co_filename).relative_to(ROOT)
    facts = {
        "openinference.span.kind": kind,
        "input.value": text(given),
        "code.function.name": f"{caller.f_globals['__name__']}.{caller.f_code.co_qualname}",
        "code.file.path": file.as_posix(),
        "code.line.number": caller.f_lineno,
        **(attributes or {}),
    }
    if kind == "AGENT":
        facts["agent.name"] = name
    return _measured(name, facts)


@contextmanager
def _measured(name: str, facts: Mapping[str, Any]) -> Iterator[trace.Span]:
    """A span that records, where it ends, how much memory the process has needed."""
    tracer = trace.get_tracer("invoice-agents")
    with tracer.start_as_current_span(name, attributes=facts) as span:
        try:
            yield span
        finally:
            record_memory(span)


@contextmanager
def call_facts(facts: Mapping[str, str]) -> Iterator[None]:
    """Spans that an instrumentor opens inside carry these attributes."""
    token = context.attach(context.set_value(CALL_ATTRIBUTES, dict(facts)))
    try:
        yield
    finally:
        context.detach(token)


@contextmanager
def cohort(session: str, tenant: str) -> Iterator[None]:
    """Everything inside, in other services too, is done in this session for this tenant."""
    trace.get_current_span().set_attributes({"session.id": session, "tenant.id": tenant})
    inside = baggage.set_baggage("session.id", session)
    token = context.attach(baggage.set_baggage("tenant.id", tenant, inside))
    try:
        yield
    finally:
        context.detach(token)


def record_memory(span: trace.Span) -> None:
    """Record the highest resident memory this process has had so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    span.set_attribute("process.memory.peak_bytes", peak)


def text(value: object) -> str:
    """The recorded form of a value: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _about(service: str, component: str, config_digest: str) -> dict[str, Any]:
    build = json.loads((ROOT / "build-info.json").read_text())
    lock = (ROOT / component / "requirements.lock").read_bytes()
    system = platform.freedesktop_os_release() if sys.platform == "linux" else {}
    return {
        "service.name": service,
        "service.namespace": "invoice-agents",
        "service.version": build["version"],
        "service.instance.id": str(uuid.uuid4()),
        "deployment.environment.name": os.environ.get("DEPLOYMENT_ENVIRONMENT", "local"),
        "vcs.repository.url.full": build["repository"],
        "vcs.ref.head.revision": build["commit"],
        "vcs.dirty": build["dirty"],
        "host.id": os.environ.get("HOST_ID", ""),
        "host.gpu.count": len(list(Path("/proc/driver/nvidia/gpus").glob("*"))),
        "os.type": sys.platform,
        "os.name": system.get("NAME", platform.system()),
        "os.version": system.get("VERSION_ID", platform.release()),
        "process.runtime.name": platform.python_implementation().lower(),
        "process.runtime.version": platform.python_version(),
        "env.lock.digest": "sha256:" + hashlib.sha256(lock).hexdigest(),
        "env.config.digest": config_digest,
        **_image(),
    }


def _image() -> dict[str, str]:
    """The image we run in, as whoever started it says: a process cannot see its own image."""
    digest = os.environ.get("IMAGE_DIGEST", "")
    return {"oci.manifest.digest": digest} if digest else {}
