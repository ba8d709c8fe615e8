"""Scripts that somebody deploys with, and what they tell containers of the commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.inference_code.commits import committed, holds
from agentaudit.source import Component, Repo

_ATTRIBUTES = regex(
    r"(?m)^(?![ \t]*#)[^\n]{0,200}\bOTEL_RESOURCE_ATTRIBUTES=[^\n]{0,300}?"
    r"\b(?:service\.version|vcs\.[\w.]{1,40})=([^\s,\"']{1,120})"
)


def scripted(repo: Repo, component: Component) -> Iterator[Place]:
    """Where a script that builds the component's image writes the environment of its containers,
    or has another do so, with the commit among the attributes of its telemetry."""
    for file in repo.files("**/*.sh", saying=("OTEL_RESOURCE_ATTRIBUTES",)):
        text = (repo.read(file) or "")[:200_000] if file.repo == component.repo else ""
        for found in _ATTRIBUTES.finditer(text):
            if any(holds(found[1], committed(each)) for each in _deploying(repo, component, file)):
                line = text.count("\n", 0, found.start(1)) + 1
                yield replace(file, line=line, text=found[0].strip()[:300])


def _deploying(repo: Repo, component: Component, file: Place) -> Iterator[str]:
    """Scripts that are this one or run it, and that name a build file of the component."""
    name = file.path.rpartition("/")[2]
    runs = re.compile(rf"(?m)^[ \t]*(?:source|\.|bash|sh)[ \t]+\S{{0,200}}?\b{re.escape(name)}\b")
    for other in repo.files("**/*.sh", saying=(name, "OTEL_RESOURCE_ATTRIBUTES")):
        text = (repo.read(other) or "")[:200_000]
        paths = (re.escape(each.place.path) for each in component.build_files)
        ours = any(re.search(rf"(?<![\w.-]){path}(?![\w.-])", text) for path in paths)
        if ours and (other.path == file.path or runs.search(text)):
            yield text
