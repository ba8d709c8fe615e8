"""Which calls of a component go to the libraries of a trade."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.source import Component


def calls_of(component: Component, *trades: str, role: Role = Role.APP) -> Iterator[Call]:
    """Calls of anything that the component imports from libraries of the trades."""
    libraries = {use.library for trade in trades for use in component.uses(trade)}
    code = component.code
    modules = tuple({each.module for each in code.imports if each.library in libraries})
    return (call for call in code.calls if call.role is role and call.below(*modules))
