"""Registries of Prometheus that lack what the default one collects by itself."""

from __future__ import annotations

from agentaudit.code import Call, Use, Value
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.unasked import serving
from agentaudit.source import Component

_COLLECTORS = {
    "prometheus-client": ("ProcessCollector",),
    "github.com/prometheus/client_golang": ("NewProcessCollector", "NewGoCollector"),
}
"""What puts the memory of the process into a registry of one's own."""
_TAKES_FIRST = frozenset({"generate_latest", "HandlerFor"})
"""Take the registry as their first argument."""
_DEFAULT = regex(r"(?:^|\.)REGISTRY$|\bprometheus\.Default(?:Gatherer|Registerer)\b")


def lacks_memory(component: Component, use: Use) -> bool:
    """Whether it exports a registry of its own, and nothing puts the process into one."""
    collectors = _COLLECTORS.get(use.library)
    if collectors is None or not any(_own(call) for call in _exports(component, use)):
        return False
    return not any(next(component.code.methods(name), None) for name in collectors)


def _exports(component: Component, use: Use) -> list[Call]:
    at = (use.place.path, use.place.line)
    return [c for c in serving(component) if (c.place.path, c.place.line) == at]


def _own(call: Call) -> bool:
    given: Value | None = call.argument("registry")
    given = given or (call.at(0) if call.method in _TAKES_FIRST else None)
    return bool(given and not _DEFAULT.search(given.written))
