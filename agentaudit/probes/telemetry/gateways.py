"""Gateways that calls of models pass on their way, and that keep a trace of each of them.

A proxy that somebody runs beside the component is none: what is switched on in it shows which
requests arrived there, and nothing of the steps of the component that sent them.
"""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.unasked import serving
from agentaudit.source import Component, Place

_ADDRESS = regex(r"(?i)(?:base_?url|api_?base|(?:http_?)?(?:base|end)_?(?:path|point))")
_RECORDING = regex(r"https://[\w.-]{1,60}\.helicone\.ai(?:[/:]|$)")
"""Helicone writes down every request that it passes on."""
_ASKED = regex(r"(?:\w{1,40}_)?(?:BASE_URL|API_BASE)")
"""Variables that say where models are asked."""


def recorded(component: Component) -> Iterator[Place]:
    """Where its calls are sent through such a gateway, whatever is configured."""
    for call in serving(component):
        given = (a.value for a in call.arguments if _ADDRESS.fullmatch(a.name.rpartition(".")[2]))
        held = call.condition is not None and call.condition.default is not True
        for value in () if held else given:
            if _RECORDING.match(value.text or ""):
                yield value.place
    for each in component.code.settings:
        deployed = each.role in (Role.APP, Role.INFRA)
        if deployed and _ASKED.fullmatch(each.name) and _RECORDING.match(each.value.strip()):
            yield each.place
