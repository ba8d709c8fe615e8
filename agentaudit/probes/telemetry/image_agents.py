"""Agents that an image starts its program with: they trace requests, keep exceptions and send logs
without a line of code."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_STARTS = regex(
    r"-javaagent:\S{0,200}(?:applicationinsights|opentelemetry|dd-java-agent|newrelic|elastic-apm)"
    r"|(?:CMD|ENTRYPOINT|exec|command:)[^#\n]{0,200}[\s\"\'\[](?:opentelemetry-instrument|ddtrace-run"
    r"|newrelic-admin)[\s\"\']"
)


def agents(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of its build files that start the program under such an agent."""
    for file in component.build_files:
        for number, line in enumerate((repo.read(file.place) or "").split("\n"), 1):
            if _STARTS.search(line[:2000]) and not line.lstrip().startswith("#"):
                yield replace(file.place, line=number, text=line.strip()[:300])
