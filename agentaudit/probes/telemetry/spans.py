"""Tracing by the means of an SDK or of OpenTelemetry itself, without a library for it."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Role, Strength, Use, Value
from agentaudit.expressions import regex
from agentaudit.source import Component

_SPANS = frozenset(
    {
        *("set_attribute", "setAttribute", "set_attributes", "setAttributes", "SetAttributes"),
        *("start_as_current_span", "startActiveSpan", "start_span", "startSpan", "span"),
    }
)
"""Calls that tell a span something, or begin one."""
_PREFIXES = ("gen_ai.", "llm.", "openinference.", "ai.model", "langfuse.")


def own_spans(component: Component) -> Iterator[Call]:
    """Calls that trace by the means of an SDK or of OpenTelemetry itself."""
    code = component.code
    for call in code.methods("UseOpenTelemetry", "instrument_all"):
        if call.reached and not is_off(call):
            yield call
    for call in code.calls:
        if call.role is not Role.APP or not call.reached or is_off(call):
            continue
        asked = call.argument("experimental_telemetry", "experimental_telemetry.isEnabled")
        if asked and not _is_switched(component, asked) and _exports(component):
            yield call
        if call.method in _SPANS and _speaks(call) and _exports(component):
            yield call


_ASKED = regex(
    r"(?:!!\s*)?(?:\w{1,30}\.)*env\.(\w{1,80})\s*(?:={2,3}\s*[\"'](?:true|1|on|yes)[\"']"
    r"|\?\?\s*false|\|\|\s*false)?"
)
"""A variable that is off unless somebody says otherwise."""


def _is_switched(component: Component, asked: Value) -> bool:
    """Whether it is false, or asks a variable that nothing sets."""
    written = asked.written.rpartition("isEnabled:")[2].strip(" {},\n")
    variable = _ASKED.fullmatch(written[:200])
    if variable:
        return not any(
            each.value.strip("\"' ").lower() in ("true", "1", "on", "yes")
            for each in component.code.set(variable[1])
        )
    return "false" in (asked.text or asked.written).lower()


def _speaks(call: Call) -> bool:
    """Whether a span is told something about a model: by a key, or by keys in what it is given."""
    first = call.at(0)
    if first and first.text and first.text.startswith(_PREFIXES):
        return True
    return any(
        f"{quote}{key}" in a.value.written
        for a in call.arguments
        for key in _PREFIXES
        for quote in ('"', "'")
    )


def by_itself(component: Component) -> Use | None:
    """A framework that writes spans of models and agents by itself, where they go somewhere."""
    if not _exports(component):
        return None
    uses = component.uses("self_traced")
    return next((use for use in uses if use.strength >= Strength.CALLED), None)


def is_off(call: Call) -> bool:
    """Whether the call does not run when nobody configures anything."""
    return call.condition is not None and call.condition.default is False


_EXPORTERS = (
    "registerOTel",
    "NodeSDK",
    "TracerProvider",
    "NewTracerProvider",
    "NodeTracerProvider",
    "configure_azure_monitor",
    "useAzureMonitor",
)


def _exports(component: Component) -> bool:
    """Whether spans go anywhere: somebody sets a provider up."""
    code = component.code
    if _deployed_without(component):
        return False
    if any(call.reached and not is_off(call) for call in code.methods(*_EXPORTERS)):
        return True
    return any(each.value.strip() for each in code.set("OTEL_EXPORTER_OTLP_ENDPOINT"))


_SWITCH = regex(
    r"(?i)(?:app_|enable_|is_|use_|server_|api_)*(?:otel|open_?telemetry|tracing|traces)"
    r"(?:_tracing|_traces)?(?:_is)?(?:_enabled?|_active|_on)?"
)
"""Names of switches of all tracing, not of that by one library."""
_ASKS = regex(r"(?i)enable|active|_on$|^(?:is|use)_")
_FALSE = regex(r"(?i)(?:\$\{\w{1,80}:?-)?[\"']{0,2}(?:false|0|off|no)[\"']{0,2}\}?")
_TRUE = regex(r"(?i)(?:\$\{\w{1,80}:?-)?[\"']{0,2}(?:true|1)[\"']{0,2}\}?")


def _deployed_without(component: Component) -> bool:
    """Whether what deploys it sets a switch of tracing to false, and nothing sets it to true."""
    said: dict[str, set[bool]] = {}
    for each in component.code.settings:
        if each.name == "OTEL_SDK_DISABLED" and each.role in (Role.APP, Role.INFRA):
            said.setdefault(each.name, set()).add(bool(_TRUE.fullmatch(each.value.strip()[:120])))
        named = _SWITCH.fullmatch(each.name[:80]) and _ASKS.search(each.name[:80])
        if named and each.role in (Role.APP, Role.INFRA) and each.value.strip():
            off = bool(_FALSE.fullmatch(each.value.strip()[:120]))
            said.setdefault(each.name.upper(), set()).add(off)
    return any(values == {True} for values in said.values())
