"""Powertools of AWS Lambda, whose logger writes the trace id where its function is traced."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.source import Component, Place, Repo

LIBRARIES = frozenset({"aws-lambda-powertools", "@aws-lambda-powertools/logger"})
_ACTIVE = regex(
    r"^\s*(?:Tracing:\s*[\"']?Active|Mode:\s*[\"']?Active|TracingEnabled:\s*true|lambda:\s*true"
    r"|mode\s*=\s*\"Active\"|tracing_mode\s*=\s*\"Active\")"
    r"|\btracing\s*[:=]\s*[\w.]{0,40}Tracing\.ACTIVE|\btracing\s*:\s*[\"']active[\"']",
)


def traced(repo: Repo, component: Component) -> Iterator[Place]:
    """Where what deploys the function switches its tracing on."""
    for path in sorted({place.path for place in component.built_by}):
        file = Place(component.repo, path)
        for number, line in enumerate((repo.read(file) or "")[:300_000].split("\n"), 1):
            if _ACTIVE.search(line[:300]):
                yield replace(file, line=number, text=line.strip()[:300])
                return
