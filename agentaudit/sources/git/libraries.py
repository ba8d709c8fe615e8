"""What known libraries are for, by ecosystem and trade: the table is `libraries.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from agentaudit import parse
from agentaudit.source import Dependency
from agentaudit.sources.git.declared import normalised

TRADES = (
    "model",
    "agent",
    "retriever",
    "vector_store",
    "embedding",
    "guardrail",
    "trainer",
    "tracing",
    "evaluation",
    "tracker",
)


@cache
def table() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Ecosystem → package name → trades. Whole names only, never parts of them."""
    text = files(__package__ or "").joinpath("libraries.yaml").read_text(encoding="utf-8")
    data = parse.yaml(text, strict=True).data
    found: dict[str, dict[str, frozenset[str]]] = {}
    for ecosystem, trades in data.items():
        names = found.setdefault(ecosystem, {})
        for trade, listed in trades.items():
            for name in listed:
                names[name] = names.get(name, frozenset()) | {trade}
    return found


def by_trade(dependencies: Iterable[Dependency]) -> dict[str, tuple[Dependency, ...]]:
    """The known libraries among them, by trade; trades without any are left out."""
    found: dict[str, list[Dependency]] = {}
    for dependency in dependencies:
        for trade in _trades(dependency):
            found.setdefault(trade, []).append(dependency)
    return {trade: tuple(found[trade]) for trade in TRADES if trade in found}


def _trades(dependency: Dependency) -> frozenset[str]:
    names = table().get(dependency.ecosystem, {})
    name = dependency.name
    if dependency.ecosystem == "python":
        name = normalised(name)
    if dependency.ecosystem == "go":
        head, _, version = name.rpartition("/")
        name = head if version[:1] == "v" and version[1:].isdigit() else name
    return names.get(name, frozenset())
