"""Counters of the process that distributions of Azure Monitor for Python, .NET and Node.js send
unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.expressions import regex
from agentaudit.probes.beside import is_alone
from agentaudit.probes.telemetry.keys import is_deployed
from agentaudit.probes.telemetry.releases import oldest
from agentaudit.probes.telemetry.unasked import serving
from agentaudit.source import Component, Place, Repo

_SINCE: tuple[int, ...] = (1, 8, 2)
"""The release from which on it counts the memory of the process."""
_ADDRESS = "APPLICATIONINSIGHTS_CONNECTION_STRING"


def counted(repo: Repo, component: Component) -> Iterator[Place]:
    """Where it starts, in a release that counts, with an address that a deployment sets."""
    calls = [
        call
        for call in component.code.methods("configure_azure_monitor")
        if call.reached and call.role is Role.APP and not _is_off(call)
    ]
    if calls and _is_new(repo, component) and _is_addressed(repo, component):
        yield from (call.place for call in calls)
    used = [call for call in serving(component) if call.method == "UseAzureMonitor"]
    used = [call for call in used if not _is_off(call) and not _told_off(repo, call)]
    if used and _is_new_dotnet(repo, component) and _is_addressed(repo, component):
        yield from (call.place for call in used)
    node = [call for call in serving(component) if call.method == "useAzureMonitor"]
    if node and _is_new_node(repo, component) and _is_addressed(repo, component):
        shown = (call for call in node if not _OFF_NODE.search(repo.read(call.place) or ""))
        yield from (call.place for call in shown if not _is_off(call))


_NODE = regex(
    r"node_modules/@azure/monitor-opentelemetry\"\s{0,4}:\s{0,4}\{\s{0,20}\"version\"\s{0,4}:\s{0,4}"
    r"\"(\d{1,3})\.(\d{1,3})\.(\d{1,3})"
    r"|(?m:^)[ ]{2,4}'?@azure/monitor-opentelemetry@(\d{1,3})\.(\d{1,3})\.(\d{1,3})'?:"
)
_SINCE_NODE = (1, 10, 0)
_OFF_NODE = regex(r"enablePerformanceCounters\s{0,4}:\s{0,4}false")


def _is_new_node(repo: Repo, component: Component) -> bool:
    """Whether the release in the lock counts: its own, or that of the workspace around it."""
    homes = {component.path.rpartition("/")[0] or ".", component.path, "."}
    found = []
    for name in ("package-lock.json", "pnpm-lock.yaml"):
        for file in repo.files(f"**/{name}"):
            if (file.path.rpartition("/")[0] or ".") in homes:
                rows = _NODE.findall(repo.read(file) or "")
                found += [tuple(int(part) for part in row if part) for row in rows]
    return bool(found) and min(found) >= _SINCE_NODE


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
    """Whether every release that it may be given counts."""
    return oldest(repo, component, "azure-monitor-opentelemetry") >= _SINCE


def _is_addressed(repo: Repo, component: Component) -> bool:
    given = any(
        (each.value if each.name == "name" else each.name) == _ADDRESS and is_deployed(each)
        for each in component.code.settings
        if each.value.strip("\"' ")
    )
    return given or any(_is_handed(repo, component))


_HANDED = regex(r"\n\s{1,20}applicationInsights?(?:Name|ResourceId)\s{0,4}:\s{0,4}[\w.]")
_SITE = regex(
    r"(?i)^[^\n]{0,200}(?:web/sites?\b|app-?service\.bicep|functions?(?:-node|-python)?\.bicep)"
)
"""Web applications and functions; of others only the environment is told the address."""
_MODULE = regex(r"(?m)^(?:module|resource)\s")


def _is_handed(repo: Repo, component: Component) -> Iterator[bool]:
    """Modules that are given an Application Insights, whose address they put into the settings of
    the application that they name."""
    name = component.path.rpartition("/")[2] if component.path != "." else component.name
    alone = is_alone(repo)
    for file in repo.files("**/main.bicep"):
        text = (repo.read(file) or "")[:300_000]
        if "applicationInsight" not in text or file.repo != component.repo:
            continue
        for block in (each.split("\n}")[0] for each in _MODULE.split(text)):
            handed = _HANDED.search(block) and _SITE.search(block)
            if handed and (alone or _plain(name) in _plain(block)):
                yield True


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()
