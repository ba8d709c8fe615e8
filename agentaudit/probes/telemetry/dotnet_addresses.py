"""Programs of .NET that send what they measure and log only where they are told an address."""

from __future__ import annotations

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.aspire import is_hosted
from agentaudit.probes.telemetry.lent import own_texts
from agentaudit.source import Component, Repo

_ADDRESS = "OTEL_EXPORTER_OTLP_ENDPOINT"
_OTHERWISE = regex(
    r"(?m)^(?![ \t]{0,80}//)[^\n]{0,200}?"
    r"\b(?:UseAzureMonitor|(?:Add|WriteTo\.)ApplicationInsights\w{0,40})\("
)
"""What sends records and figures somewhere else."""
_SERVED = regex(
    r"(?m)^(?![ \t]{0,80}//)[^\n]{0,200}?\b(?:AddPrometheus(?:Exporter|HttpListener)"
    r"|MapPrometheusScrapingEndpoint|UseOpenTelemetryPrometheusScrapingEndpoint"
    r"|MapMetrics|UseMetricServer|UseHttpMetrics)\("
)
"""What has figures read where they are."""


def untold(repo: Repo, component: Component, place: Place) -> bool:
    """Whether a program sends only where it is told an address, as Aspire's template has it, and
    nobody tells it one: a host of Aspire does, but on a desk, where no image is run."""
    if not place.path.endswith(".cs") or (is_hosted(repo) and not _is_run(component)):
        return False
    texts = list(own_texts(repo, component))
    asked = any(_ADDRESS in text and "OtlpExporter(" in text for text in texts)
    if not asked or any(map(_OTHERWISE.search, texts)):
        return False
    return not any(each.value.strip() for each in component.code.set(_ADDRESS))


def _is_run(component: Component) -> bool:
    """Whether anything but the host builds or starts its image: a build file alone, as the
    template of a project brings it along, is run by nobody."""
    mine = {file.place.path for file in component.build_files}
    others = (place.path for place in component.built_by if place.path not in mine)
    return bool(mine) and not all(path.endswith((".csproj", ".cs")) for path in others)


def unread(repo: Repo, component: Component, place: Place) -> bool:
    """Whether the figures that are measured at a place are neither sent nor served."""
    if not untold(repo, component, place):
        return False
    return not any(map(_SERVED.search, own_texts(repo, component)))
