"""Counters of the process that distributions of Azure Monitor for Python and .NET send unasked."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.keys import is_deployed
from agentaudit.probes.telemetry.unasked import serving
from agentaudit.source import Component, Place, Repo

_PINNED = regex(
    r"azure-monitor-opentelemetry(?:==\s{0,4}|[\"']\s{0,4}\n\s{0,9}version\s{0,4}=\s{0,4}[\"'])"
    r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})"
)
_SINCE = (1, 8, 2)
"""The release from which on it counts the memory of the process."""
_ADDRESS = "APPLICATIONINSIGHTS_CONNECTION_STRING"


def counted(repo: Repo, component: Component) -> Iterator[Place]:
    """Where it starts, in a release that counts, with an address that a deployment sets."""
    calls = [
        call
        for call in component.code.methods("configure_azure_monitor")
        if call.reached and call.role is Role.APP and not _is_off(call)
    ]
    if calls and _is_new(repo, component) and _is_addressed(component):
        yield from (call.place for call in calls)
    used = [call for call in serving(component) if call.method == "UseAzureMonitor"]
    used = [call for call in used if not _is_off(call) and not _told_off(repo, call)]
    if used and _is_new_dotnet(repo, component) and _is_addressed(component):
        yield from (call.place for call in used)


_DOTNET = regex(
    r"\bAzure\.Monitor\.OpenTelemetry\.AspNetCore\"\s{1,4}Version=\"\[?(\d{1,3})\.(\d{1,3})\.(\d{1,3})"
)
_SINCE_DOTNET = (1, 5, 0)
_WITHOUT = regex(r"\bEnablePerformanceCounters\s{0,4}=\s{0,4}false\b")


def _told_off(repo: Repo, call: Call) -> bool:
    text = repo.read(Place(call.place.repo, call.place.path)) or ""
    return _WITHOUT.search(text) is not None


def _is_new_dotnet(repo: Repo, component: Component) -> bool:
    needs = (need for each in component.manifests for need in each.dependencies)
    files = {Place(need.place.repo, need.place.path) for need in needs}
    texts = [repo.read(file) or "" for file in files if file.path.endswith(".csproj")]
    texts += [repo.read(file) or "" for file in repo.files("**/Directory.Packages.props")]
    found = [tuple(map(int, each)) for text in texts for each in _DOTNET.findall(text)]
    return bool(found) and min(found) >= _SINCE_DOTNET


def _is_off(call: Call) -> bool:
    if call.condition is not None and call.condition.default is False:
        return True
    without = (("enable_performance_counters", "False"), ("disable_metrics", "True"))
    given = ((call.argument(name), off) for name, off in without)
    return any(value and (value.text or value.written) == off for value, off in given)


def _is_new(repo: Repo, component: Component) -> bool:
    needs = (need for each in component.manifests for need in each.dependencies)
    texts = [repo.read(each.place) or "" for each in component.locks]
    texts += [need.place.text for need in needs if need.name == "azure-monitor-opentelemetry"]
    found = [tuple(map(int, each)) for text in texts for each in _PINNED.findall(text)]
    return bool(found) and min(found) >= _SINCE


def _is_addressed(component: Component) -> bool:
    return any(
        (each.value if each.name == "name" else each.name) == _ADDRESS and is_deployed(each)
        for each in component.code.settings
        if each.value.strip("\"' ")
    )
