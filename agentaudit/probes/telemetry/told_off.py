"""Settings by which whoever deploys a program keeps spans from it, whatever its code does."""

from __future__ import annotations

from agentaudit.code import Role, Setting
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.adot import is_installed
from agentaudit.source import Component, Repo

_DECLINES = {
    "OTEL_SDK_DISABLED": regex(r"(?i)true"),
    "OTEL_TRACES_EXPORTER": regex(r"none"),
    "OTEL_TRACES_SAMPLER": regex(r"(?:parentbased_)?always_off"),
    "OTEL_TRACES_SAMPLER_ARG": regex(r"0(?:\.0{1,9})?"),
    "DISABLE_ADOT_OBSERVABILITY": regex(r"(?i)true"),
}
"""Variables of OpenTelemetry, and the values that make no span or send none."""
_SWITCH = regex(
    r"(?i)(?:app_|enable_|is_|use_|server_|api_)*(?:otel|open_?telemetry|tracing|traces)"
    r"(?:_tracing|_traces)?(?:_is)?(?:_enabled?|_active|_on)?"
)
"""Names of switches of all tracing, not of that by one library."""
_ASKS = regex(r"(?i)enable|active|_on$|^(?:is|use)_")
_FALSE = regex(r"(?i)(?:\$\{\w{1,80}:?-)?[\"']{0,2}(?:false|0|off|no)[\"']{0,2}\}?")


def told_off(repo: Repo, component: Component) -> Setting | None:
    """The one that does, where no other of its name says otherwise."""
    said: dict[str, list[tuple[bool, Setting]]] = {}
    for each in component.code.settings:
        name, value = each.name.upper(), each.value.strip()[:120]
        if each.role not in (Role.APP, Role.INFRA) or not _concerns(repo, component, name):
            continue
        if declined := _DECLINES.get(name):
            off = declined.fullmatch(each.default[:120]) is not None
            said.setdefault(name, []).append((off, each))
        elif value and _SWITCH.fullmatch(name[:80]) and _ASKS.search(name[:80]):
            said.setdefault(name, []).append((_FALSE.fullmatch(value) is not None, each))
    return next((rows[0][1] for rows in said.values() if all(off for off, _ in rows)), None)


def _concerns(repo: Repo, component: Component, name: str) -> bool:
    """Whether a variable is asked at all: a ratio by a sampler of ratios, and what declines AWS's
    distribution where that is installed."""
    if name == "OTEL_TRACES_SAMPLER_ARG":
        return any("ratio" in s.value for s in component.code.set("OTEL_TRACES_SAMPLER"))
    return name != "DISABLE_ADOT_OBSERVABILITY" or is_installed(repo, component)
