"""Runtimes of Bedrock AgentCore that its command line deploys: whether it starts their program
under the agent of OpenTelemetry."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_HOME = regex(r"\"codeLocation\"\s{0,4}:\s{0,4}\"([^\"\n]{1,200})\"")
_ON = regex(r"\"enableOtel\"\s{0,4}:\s{0,4}true\b")


_FILE = "agentcore.json"


def names(place: Place) -> bool:
    """Whether a place is in such a configuration, which says of spans only that they are sent."""
    return place.path.rpartition("/")[2] == _FILE


def started(repo: Repo, component: Component) -> Iterator[Place]:
    """Where the configuration of a runtime whose code the component is asks for it."""
    for file in repo.files(f"**/{_FILE}"):
        text = (repo.read(file) or "")[:300_000] if file.repo == component.repo else ""
        homes = list(_HOME.finditer(text))
        for number, home in enumerate(homes, 1):
            end = homes[number].start() if number < len(homes) else len(text)
            asked = _ON.search(text, home.end(), end)
            if asked and posixpath.normpath(home[1]) == component.path:
                line = text.count("\n", 0, asked.start()) + 1
                yield replace(file, line=line, text=f"{asked[0]} (opentelemetry-instrument)")
