"""Runtimes of Bedrock AgentCore that its command line deploys: whether it starts their program
under the agent of OpenTelemetry."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo

_ON = regex(r"\"enableOtel\"\s{0,4}:\s{0,4}true\b")
_FILE = "agentcore.json"


def names(place: Place) -> bool:
    """Whether a place is in such a configuration, which says of spans only that they are sent."""
    return place.path.rpartition("/")[2] == _FILE


@once
def _starts(repo: Repo) -> list[tuple[str, int]]:
    """File and line at which each runtime's part of a configuration begins."""
    built = (place for each in repo.components() for place in each.built_by if names(place))
    return sorted({(place.path, place.line or 0) for place in built})


def started(repo: Repo, component: Component) -> Iterator[Place]:
    """Where the configuration of a runtime that builds the component asks for it."""
    for place in filter(names, component.built_by):
        rows = (repo.read(place) or "")[:300_000].split("\n")
        first = place.line or 1
        below = (line for path, line in _starts(repo) if path == place.path and line > first)
        for number in range(first, min(below, default=len(rows) + 1)):
            if asked := _ON.search(rows[number - 1] if number <= len(rows) else ""):
                text = f"{asked[0]} (opentelemetry-instrument)"
                yield replace(place, line=number, text=text)
