"""What declared libraries are for; the tables are the files of `knowledge/`."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.source import Dependency
from agentaudit.sources.git.declared import normalised
from agentaudit.sources.git.knowledge import known


def by_trade(dependencies: Iterable[Dependency]) -> dict[str, tuple[Dependency, ...]]:
    """The known libraries among them, by trade; trades without any are left out."""
    found: dict[str, list[Dependency]] = {}
    for dependency in dependencies:
        for trade in trades(dependency):
            found.setdefault(trade, []).append(dependency)
    return {trade: tuple(found[trade]) for trade in known().trades if trade in found}


def trades(dependency: Dependency) -> frozenset[str]:
    """What a package is for; empty when it is not known. Whole names only, never parts of them."""
    names = known().packages.get(dependency.ecosystem, {})
    return names.get(package_name(dependency), frozenset())


def package_name(dependency: Dependency) -> str:
    """Its name as the tables spell it."""
    name = dependency.name
    if dependency.ecosystem == "python":
        return normalised(name)
    if dependency.ecosystem == "go":
        head, _, version = name.rpartition("/")
        return head if version[:1] == "v" and version[1:].isdigit() else name
    return name
