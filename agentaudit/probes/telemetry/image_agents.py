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


_SCRIPT = regex(r"[\w./-]{1,100}\.sh\b")
_RUN_BY_SCRIPT = regex(
    r"(?:exec\s+)?(?:[\w./-]{1,60}/)?(?:opentelemetry-instrument|ddtrace-run|newrelic-admin)\s"
)
"""At the start of a line, where no condition of the script is around it."""


def agents(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of its build files, and of scripts that these start, that run the program under such
    an agent."""
    for file in component.build_files:
        for number, line in enumerate((repo.read(file.place) or "").split("\n"), 1):
            if _STARTS.search(line[:2000]) and not line.lstrip().startswith("#"):
                yield replace(file.place, line=number, text=line.strip()[:300])
    for script in _scripts(repo, component):
        for number, line in enumerate((repo.read(script) or "")[:50_000].split("\n"), 1):
            if _RUN_BY_SCRIPT.match(line[:500]):
                yield replace(script, line=number, text=line.strip()[:300])


def _scripts(repo: Repo, component: Component) -> Iterator[Place]:
    """Scripts of the shell beside its build files, or below, that these name."""
    for file in component.build_files:
        home = file.place.path.rpartition("/")[0]
        named = {each.rpartition("/")[2] for each in _SCRIPT.findall(repo.read(file.place) or "")}
        if named:
            beside = repo.files(f"{home}/**/*.sh".lstrip("/"))
            yield from (each for each in beside if each.path.rpartition("/")[2] in named)
