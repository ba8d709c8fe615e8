"""Counters of the process that the distribution of Azure Monitor for Python sends unasked."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.keys import is_deployed
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
