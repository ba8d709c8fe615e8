"""Models that the code names only by their deployment, which infrastructure code pins."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role, Setting
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.models.deployed import deployments
from agentaudit.probes.models.versions import is_version
from agentaudit.source import Component, Repo

_NAMES = regex(r"(?i)\w{0,60}deployment(?:_?name|_?id)?")
_NEAR = 3
"""Lines between the name and the version of one model."""


def pinned(repo: Repo, component: Component, purposes: frozenset[str]) -> list[Place]:
    """Where infrastructure code pins the models behind all deployments of these purposes that the
    component's settings name; empty where one of the deployments is not pinned, or not in sight."""
    named = {
        each.value.lower()
        for each in component.code.settings
        if each.role is Role.APP and _NAMES.fullmatch(each.name) and each.value
    }
    rows = list(_declared(repo, component))
    versions = [row for row in rows if row.name == "version" and is_version(row.value)]
    seen: set[str] = set()
    places: list[Place | None] = []
    for name, model in deployments(row for row in rows if row.name == "name"):
        known = model_id(model.value)
        if name.value.lower() not in named or known is None:
            continue
        seen.add(name.value.lower())
        if known.purpose in purposes:
            of = next((row.place for row in versions if _belongs(row, model)), None)
            places.append(of)
    if seen != named or not all(places):
        return []
    return [place for place in places if place]


def _declared(repo: Repo, component: Component) -> Iterator[Setting]:
    """Names and versions in the infrastructure code of the component's repository."""
    seen: set[tuple[Place, str]] = set()
    for other in repo.components():
        for row in other.code.settings if other.repo == component.repo else ():
            key = (row.place, row.path)
            if row.role is Role.INFRA and row.name in ("name", "version") and key not in seen:
                seen.add(key)
                yield row


def _belongs(version: Setting, model: Setting) -> bool:
    same = version.place.path == model.place.path
    above = version.path.rpartition(".")[0] == model.path.rpartition(".")[0]
    return same and above and abs((version.place.line or 0) - (model.place.line or 0)) <= _NEAR
