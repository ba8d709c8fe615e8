"""Components that turn texts into vectors and ask for no word: they have no prompt."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.code import Call, Role, Strength
from agentaudit.expressions import regex
from agentaudit.probes.asking import asking
from agentaudit.source import Component

_EMBEDS = regex(r"(?i)(?:.{0,300}\.)?\w{0,60}embed\w{0,60}(?:\.\w{1,60})?")


def only_embeds(component: Component) -> bool:
    """Whether each library that its code asks is one of vectors only, or asked for nothing else."""
    words = {use.library for trade in ("model", "agent") for use in component.uses(trade)}
    called = {use.library for use in asking(component) if use.strength >= Strength.CALLED}
    return bool(called) and all(
        library not in words or _asked_for_vectors(_of(component, library)) for library in called
    )


def _of(component: Component, library: str) -> list[Call]:
    """Calls of a library in the code that serves."""
    imports = component.code.imports
    modules = {row.module for row in imports if row.library == library and row.role is Role.APP}
    calls = component.code.calls
    return [each for each in calls if each.role is Role.APP and each.below(*modules)]


def _asked_for_vectors(calls: list[Call]) -> bool:
    """Whether every call is one for vectors, or makes the client that is asked for them."""
    asked = [call for call in calls if _EMBEDS.fullmatch(call.callee)]
    return bool(asked) and all(call in asked or _makes(call, asked) for call in calls)


def _makes(call: Call, asked: Iterable[Call]) -> bool:
    """Whether it makes an object of which another call is asked."""
    return any(each.below(call.callee) for each in asked)
