"""Models that infrastructure code of a programming language names, such as a stack of the AWS CDK,
and that the serving code gets by its environment."""

from __future__ import annotations

from collections.abc import Sequence

from agentaudit.code import Literal, Role, Syntax, Value
from agentaudit.expressions import regex
from agentaudit.finding import Answer
from agentaudit.model_ids import model_id
from agentaudit.probe import unknown
from agentaudit.probes.models.ids import Used
from agentaudit.probes.models.stored import is_stored, stored
from agentaudit.probes.models.templated import templated, variables
from agentaudit.source import Component, Repo

_TAKES = frozenset({Syntax.KEYWORD, Syntax.POSITIONAL, Syntax.PAIR, Syntax.ASSIGNMENT})
_MODEL = regex(r"(?i)model|llm|deployment|prompt|agent|inferenceprofile")
"""What a model is given to, or the name that it gets."""
_ALLOWS = regex(r"(?i)policy|statement|grant|resources?$|permission|allowed")
"""What only says who may ask it."""


def stacked(component: Component, purposes: frozenset[str]) -> list[Used]:
    """Ids of these purposes in infrastructure code, once per id, in the order of the places."""
    found: dict[str, Used] = {}
    for literal in component.code.literals:
        named = model_id(literal.text) if _takes_part(literal) else None
        if named is not None and named.purpose in purposes:
            found.setdefault(named.text.lower(), Used(named, literal.place, None))
    return list(found.values())


def told(
    repo: Repo, component: Component, doubts: Sequence[Value], purposes: frozenset[str]
) -> list[Used]:
    """What infrastructure code names where the serving code takes the model from variables: from
    such that it sets, from a store that it fills, or from one that is not in sight."""
    if (kept := stored(repo, component, purposes)) and all(is_stored(v, kept) for v in doubts):
        return [each.used for each in kept]
    both = [*stacked(component, purposes), *templated(repo, component, purposes)]
    ids = list({each.id.text.lower(): each for each in reversed(both)}.values())[::-1]
    names = {each.name.strip("\"'") for each in component.code.literals if _takes_part(each)}
    if all(each.name and each.name in names for each in doubts):
        return ids
    taken = all(_ATTRIBUTE.fullmatch(each.written) for each in doubts)
    return ids if taken and variables(repo, component) else []


_ATTRIBUTE = regex(r"[\w.]{0,100}\.\w{0,40}(?i:model)\w{0,40}")
"""A setting that is read somewhere else."""


def _takes_part(literal: Literal) -> bool:
    around = f"{literal.callee} {literal.name}"
    infra = literal.role is Role.INFRA and literal.syntax in _TAKES
    return infra and bool(_MODEL.search(around)) and not _ALLOWS.search(around)


def doubted(component: Component, doubts: Sequence[Value]) -> Answer:
    """The answer where the repository does not say which model is asked."""
    where = "by no id that is known" if doubts[0].text else "outside of the repository"
    return unknown(
        f"the model is named {where}: {doubts[0].text or doubts[0].written}",
        *(each.place.evidence() for each in doubts[:5]),
        reason="set_at_run_time",
        fact="model id",
        place=component.id,
    )
