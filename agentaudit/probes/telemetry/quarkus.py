"""Quarkus, whose extensions trace its AI services, send its logs and measure the JVM where they are
dependencies and properties say so."""

from __future__ import annotations

import re

from agentaudit.code import Role, Strength
from agentaudit.expressions import regex
from agentaudit.source import Component, Dependency, Place, Repo

_TELEMETRY = regex(r"io\.quarkus:quarkus-(?:micrometer-)?opentelemetry")
_METERS = "io.quarkus:quarkus-micrometer-opentelemetry"
_FILE = regex(r"(?:^|/)application(?:-prod)?\.(?:ya?ml|properties)$")
_PREFIX = "quarkus.otel."
_VARIABLE = regex(r"(?:QUARKUS_)?OTEL_[A-Z_]{3,80}")
_FALSE = ("false", "none")
_OFF: dict[str, dict[str, tuple[str, ...]]] = {
    "": {"sdk.disabled": ("true",), "enabled": _FALSE, "exporter.otlp.enabled": _FALSE},
    "traces": {
        "traces.enabled": _FALSE,
        "traces.exporter": _FALSE,
        "traces.sampler": ("always_off", "off"),
    },
    "logs": {"logs.exporter": _FALSE},
    "metrics": {"metrics.exporter": _FALSE},
}
"""What switches all of it off, or one of its signals."""
_ADDRESSES = ("exporter.otlp.endpoint", "exporter.otlp.traces.endpoint", "traces.enabled")
_PRODUCTION = regex(r"(?m)^%prod\.quarkus\.otel\.([\w.-]{1,80})\s{0,9}[=:]\s{0,9}(\S{0,200})")


def traced(repo: Repo, component: Component) -> Place | None:
    """The extension that traces the services of LangChain4j, where the component asks by one."""
    asks = any(
        "langchain4j" in use.library
        for trade in ("model", "agent")
        for use in component.uses(trade)
        if use.strength >= Strength.CALLED or not component.code.read
    )
    return _sends(repo, component, "traces") if asks else None


def logged(repo: Repo, component: Component) -> Place | None:
    """The extension that sends every record with the context of its span, where it is asked to."""
    return _sends(repo, component, "logs")


def measured(repo: Repo, component: Component) -> Place | None:
    """The extension that sends the figures of the JVM."""
    needs = (need.name for each in component.manifests for need in each.dependencies)
    return _sends(repo, component, "metrics") if _METERS in needs else None


def bridge(repo: Repo, component: Component) -> Place | None:
    """The extension that puts the trace id into every record."""
    needs = (need.place for m in component.manifests for need in m.dependencies if _is_it(need))
    found = next(needs, None)
    said = _said(repo, component) if found else {}
    return None if any(said.get(key) in values for key, values in _OFF[""].items()) else found


def _sends(repo: Repo, component: Component, signal: str) -> Place | None:
    needs = (need.place for m in component.manifests for need in m.dependencies if _is_it(need))
    found = next(needs, None)
    said = _said(repo, component) if found else {}
    off = _OFF[""] | _OFF[signal]
    if any(said.get(key) in values for key, values in off.items()):
        return None
    addressed = signal == "traces" and any(said.get(key) for key in _ADDRESSES)
    return found if addressed or said.get(f"{signal}.enabled") == "true" else None


def _is_it(need: Dependency) -> bool:
    return _TELEMETRY.fullmatch(need.name) is not None


def _said(repo: Repo, component: Component) -> dict[str, str]:
    """Properties of its telemetry as they are where customers are served."""
    said: dict[str, str] = {}
    served: dict[str, str] = {}
    for each in component.code.settings:
        value = each.value.strip().strip("\"'").lower()
        key = each.name if "." in each.name else each.path
        if each.role in (Role.APP, Role.INFRA) and _VARIABLE.fullmatch(each.name[:100]):
            served[_key(each.name)] = value
        elif key.startswith(_PREFIX) and _FILE.search(each.place.path):
            said[key.removeprefix(_PREFIX)] = value
    files = {Place(each.place.repo, each.place.path) for each in component.code.settings}
    for file in files:
        if file.path.endswith("application.properties"):
            served |= dict(_PRODUCTION.findall((repo.read(file) or "")[:100_000]))
    return said | served


def _key(variable: str) -> str:
    return re.sub(r"^(?:quarkus\.)?otel\.", "", variable.lower().replace("_", "."))
