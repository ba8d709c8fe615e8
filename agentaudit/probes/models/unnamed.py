"""The answer where no id of a hosted model is in sight."""

from __future__ import annotations

from collections.abc import Iterator, Set

from agentaudit import addresses
from agentaudit.code import Role, Strength, Syntax
from agentaudit.evidence import Place
from agentaudit.finding import Answer
from agentaudit.probe import not_applicable, unknown
from agentaudit.probes.asking import asking
from agentaudit.source import Component


def unnamed(component: Component, local: Set[str]) -> Answer:
    """UNKNOWN where a hosted model is asked all the same; `local`: libraries that load weights
    themselves."""
    hosted = [use for use in asking(component) if use.library not in local]
    calls = [use for use in hosted if use.trade == "model" and use.strength >= Strength.CALLED]
    if calls:
        return _unseen(component, f"{calls[0].library} is called", calls[0].place)
    if (place := next(_addressed(component), None)) is not None:
        return _unseen(component, "a provider is asked by its address", place)
    return not_applicable("its code names and asks no hosted model", component.evidence())


def _unseen(component: Component, what: str, place: Place) -> Answer:
    return unknown(
        f"{what}, and no model id is visible in code or configuration",
        place.evidence(),
        reason="no_id_visible",
        fact="model id",
        place=component.id,
    )


def _addressed(component: Component) -> Iterator[Place]:
    """Where its own code names where a provider answers."""
    for each in component.code.literals if component.does is None else ():
        named = each.role is Role.APP and each.syntax is not Syntax.COMPARISON
        if named and addresses.asks(each.text, each.place.path, each.name):
            yield each.place
