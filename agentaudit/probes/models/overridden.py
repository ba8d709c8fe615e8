"""Models that a stack gives to what it builds, in the place of what the code names by default."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.code import Role, Syntax
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.models.ids import Used
from agentaudit.source import Component, Repo

_GIVEN = regex(
    r"(?m)^[ \t]{2,60}[\"']?((?:[A-Z][A-Z0-9_]{0,60}_)?(?:MODEL|LLM)[A-Z0-9_]{0,60})[\"']?"
    r"\s{0,4}:\s{0,4}((?:[a-z]\w{0,60}\.){1,4}\w{1,80}),?[ \t]{0,4}$"
)
"""A variable that is set to a field of what the stack is configured by."""


def overridden(repo: Repo, component: Component, found: Iterable[Used]) -> list[Used]:
    """The ids, with what the stack that builds the component sets a variable to instead of each
    that is only its default in the code."""
    fields = dict(_set(repo, component))
    defaults = {
        each.text.lower(): each.name
        for each in component.code.literals
        if fields and each.role is Role.APP and each.syntax is Syntax.DEFAULT
    }
    told = [(each, fields.get(defaults.get(each.id.text.lower(), ""), "")) for each in found]
    return [new for each, field in told for new in (_named(component, field) or [each])]


def _set(repo: Repo, component: Component) -> Iterable[tuple[str, str]]:
    """Variables that such a stack sets, and the name of the field that each gets."""
    for place in dict.fromkeys(component.built_by):
        if place.path.endswith((".ts", ".py")):
            for found in _GIVEN.finditer((repo.read(place) or "")[:300_000]):
                yield found[1], found[2].rpartition(".")[2]


def _named(component: Component, field: str) -> list[Used]:
    """The models that infrastructure code writes into a field of that name."""
    literals = component.code.literals
    rows = [each for each in literals if field and each.role is Role.INFRA and each.name == field]
    ids = ((model_id(each.text), each.place) for each in rows)
    return [Used(named, place, None) for named, place in ids if named is not None]
