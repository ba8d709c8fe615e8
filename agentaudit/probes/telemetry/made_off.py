"""Clients of tracing that are told to send nothing where they are made."""

from __future__ import annotations

from agentaudit.code import Call, Role, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component

_ON = regex(r"(?i)(?:(?:tracing|trace|telemetry)_?)?(?:is_?)?enabled?|is_?tracing_?enabled")
_OFF = regex(r"(?i)(?:is_?)?disabled?(?:_?(?:tracing|telemetry|trace))?|no_?op")
_RATE = regex(r"(?i)(?:(?:traces?|tracing|sampling|span)_?)?(?:sample_?rate|sampling_?rate|ratio)")
_NOTHING = regex(r"0(?:\.0{1,6})?")
_MAKES = regex(
    r"[A-Z]\w{1,60}|init\w{0,20}|register\w{0,20}|configure\w{0,20}|setup\w{0,20}|start\w{0,20}"
)


def made_off(component: Component, use: Use) -> Place | None:
    """Where every client of the library that the serving code makes is told to send nothing."""
    code = component.code
    modules = tuple({each.module for each in code.imports if each.library == use.library})
    if not modules:
        return None
    made = [
        call
        for call in code.called(*modules, role=Role.APP)
        if call.reached and _MAKES.fullmatch(call.method) and call.arguments
    ]
    off = [call for call in made if _is_off(call)]
    clients = {call.callee for call in off}
    same = [call for call in made if call.callee in clients]
    return off[0].place if off and len(off) == len(same) else None


def _is_off(call: Call) -> bool:
    for each in call.arguments:
        name, value = each.name.rpartition(".")[2], (each.value.text or "").strip().lower()
        if each.value.name or not name:
            continue
        if (_ON.fullmatch(name) and value == "false") or (_OFF.fullmatch(name) and value == "true"):
            return True
        if _RATE.fullmatch(name) and _NOTHING.fullmatch(value):
            return True
    return False
