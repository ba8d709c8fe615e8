"""What sends the records of logs with fields, and each with the context of its span."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry import adot, agentcore, quarkus
from agentaudit.probes.telemetry.dotnet_addresses import untold
from agentaudit.probes.telemetry.errors import is_provider
from agentaudit.probes.telemetry.go_zero import traced_logs
from agentaudit.probes.telemetry.image_agents import agents
from agentaudit.probes.telemetry.lent import own_texts, runs_here
from agentaudit.probes.telemetry.sentry_logs import sentry_logs
from agentaudit.probes.telemetry.spans import started_under
from agentaudit.probes.telemetry.unasked import serving
from agentaudit.source import Component, Repo

BOTH = frozenset(
    {
        *("azure-monitor-opentelemetry", "opentelemetry-sdk", "logfire"),
        *("@azure/monitor-opentelemetry", "applicationinsights", "@opentelemetry/sdk-logs"),
        *(f"go.opentelemetry.io/contrib/bridges/{name}" for name in ("otelslog", "otelzap")),
    }
)
"""Libraries that send log records with fields, each with the context of its span."""
_SENDS = frozenset(
    {
        *("AddApplicationInsightsTelemetry", "AddApplicationInsightsTelemetryWorkerService"),
        *("UseAzureMonitor", "WithLogging"),
    }
)


def sent(repo: Repo, component: Component) -> Iterator[Place]:
    """What sends every record with fields and its context: agents of images that know logs, and
    what .NET registers at start-up."""
    sending = (c.place for c in serving(component) if c.method in _SENDS or is_provider(c))
    yield from (
        each
        for each in sending
        if runs_here(repo, component, each)
        and not _replaced(repo, component, each)
        and not untold(repo, component, each)
    )
    yield from sentry_logs(repo, component)
    yield from traced_logs(repo, component)
    yield from filter(None, [quarkus.logged(repo, component)])
    for place in agents(repo, component):
        if re.search(r"applicationinsights|opentelemetry-javaagent", place.text):
            yield place
    if adot.sends_logs(repo, component):
        under = started_under(repo, component)
        yield from [under] if under and not agentcore.names(under) else []


_FACTORY = regex(
    r"\.(?:Add|TryAdd)Singleton(?:<ILoggerFactory>)?\(\s{0,40}(?:\w{1,30}\s{0,4}=>\s{0,4})?"
    r"LoggerFactory\.Create\((?![^;]{0,600}(?:OpenTelemetry|ApplicationInsights|AzureMonitor))"
)
"""A factory of loggers in the place of the host's, which knows nothing of what the host sends."""


def _replaced(repo: Repo, component: Component, place: Place) -> bool:
    if not place.path.endswith(".cs"):
        return False
    return any(map(_FACTORY.search, own_texts(repo, component)))


_HANDED = {"loguru": "loguru_handler", "structlog": "StructlogProcessor"}
"""Loggers, and what hands their records to Logfire."""


def exports(component: Component, use: Use) -> bool:
    """Of OpenTelemetry's own, records of `logging` are sent by its handler only, which newer
    releases of its instrumentation add; of Azure Monitor, those of one logger where it is given a
    name, which must be that of the code; of Logfire, those of another logger by the handler that it
    has for that."""
    if use.library == "logfire":
        used = {each.module.partition(".")[0] for each in component.code.imports}
        return not any(
            name in used and not any(component.code.methods(handler))
            for name, handler in _HANDED.items()
        )
    if use.library == "azure-monitor-opentelemetry":
        calls = component.code.methods("configure_azure_monitor")
        named = next((v for c in calls if (v := c.argument("logger_name")) and v.text), None)
        return named is None or any(
            f"/{named.text}/" in f"/{each.place.path}" for each in component.code.imports
        )
    if use.library != "opentelemetry-sdk":
        return True
    return any(
        call.method == "LoggingHandler" or _adds_handler(component, call)
        for call in serving(component)
    )


_INSTRUMENTOR = "opentelemetry.instrumentation.logging.LoggingInstrumentor.instrument"
_ADDS = regex(
    r"opentelemetry-instrumentation-logging[^\n]{0,20}[=>~]=\s{0,4}0\.(?:6[1-9]|[7-9]\d)b"
)
"""From this release on the instrumentor adds the handler that hands records to the provider."""


def _adds_handler(component: Component, call: Call) -> bool:
    if call.callee != _INSTRUMENTOR or call.argument("enable_log_auto_instrumentation"):
        return False
    needs = (need.place.text for each in component.manifests for need in each.dependencies)
    return any(map(_ADDS.search, needs))
