"""Agents of Koog, whose code in Kotlin is asked in its words: the feature that traces is installed,
and given somebody who takes the spans."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.source import Component, Place, Repo

_INSTALLED = regex(r"(?m)^(?!\s{0,40}//)[^\n]{0,80}\binstall\(\s{0,9}OpenTelemetry(?:Feature)?\b")
_TAKES = regex(
    r"(?m)^(?!\s{0,60}//)[^\n]{0,80}\badd(?:Span|Langfuse|Weave|Datadog)Exporter\((?!\s{0,9}LoggingSpan)"
)
_ASIDE = regex(r"/src/(?:test|\w{1,40}Test)/")


def traced(repo: Repo, component: Component) -> Place | None:
    """Where the feature is installed, in a program that names Koog among its dependencies."""
    needs = (need.name for each in component.manifests for need in each.dependencies)
    named = any(name.startswith("ai.koog:") for name in needs)
    return next(_installed(repo, component), None) if named else None


def _installed(repo: Repo, component: Component) -> Iterator[Place]:
    home = "" if component.path == "." else component.path + "/"
    for file in repo.files(f"{home}**/*.kt"):
        text = (repo.read(file) or "")[:200_000] if not _ASIDE.search(file.path) else ""
        found = _INSTALLED.search(text)
        if found and _TAKES.search(text):
            line = text.count("\n", 0, found.end()) + 1
            yield replace(file, line=line, text=found[0].strip()[:300])
