"""Loggers that scripts write themselves: modules of logs that print each record as JSON, with the
trace id of the active span in it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.probes.telemetry.loggers import OF_LOGS
from agentaudit.source import Component, Repo

_SPAN = regex(r"\bgetActiveSpan\(|\bgetSpan\(")
_ID = regex(r"\btrace_?[iI][dD][\"']?\s?[:=]")
_PRINTS = regex(
    r"(?:\bconsole\.\w{1,8}|\bprocess\.std(?:out|err)\.write)\(\s{0,9}JSON\.stringify\("
    r"|\b(\w{1,40})\s?=\s?JSON\.stringify\((?s:.{0,400}?)"
    r"(?:\bconsole\.\w{1,8}|\bprocess\.std(?:out|err)\.write)\(\s{0,9}[`$\{]{0,3}\1\b"
)
"""A record that is written as JSON, at once or by a name."""
_PROVIDES = regex(
    r"\b(?:NodeTracerProvider|BasicTracerProvider|NodeSDK|useAzureMonitor)\(|\bregisterOTel\("
)
"""Without a provider no span is ever active."""
_LINES = regex(r"(?:\b|\.)\w{0,30}[lL]og(?:ger)?\.(?:error|warn|info|debug|fatal)\(")
_CONSOLE = regex(r"\bconsole\.(?:log|info|warn|error|debug)\(")
_SCRIPTS = ("ts", "js", "mjs")


def printed(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines that put the trace id into such records, where most of the component's are."""
    rows = (row for row in component.code.imports if row.module == "@opentelemetry/api")
    files = {
        row.place.path: Place(row.place.repo, row.place.path)
        for row in rows
        if row.role is Role.APP and OF_LOGS.search(row.place.path)
    }
    for _, file in sorted(files.items()):
        text = (repo.read(file) or "")[:200_000]
        span = _SPAN.search(text) if _PRINTS.search(text) else None
        found = _ID.search(text, span.start()) if span else None
        if found and loaded(repo, component, file) and _is_practice(repo, component):
            line = text.count("\n", 0, found.start()) + 1
            yield replace(file, line=line, text=text.split("\n")[line - 1].strip()[:300])


def _is_practice(repo: Repo, component: Component) -> bool:
    """Whether spans are recorded, and more lines go to a logger than to the console."""
    home = "" if component.path == "." else component.path + "/"
    provided, lines, bare = False, 0, 0
    for kind in _SCRIPTS:
        for file in repo.files(f"{home}**/*.{kind}"):
            if is_serving(repo, file):
                text = (repo.read(file) or "")[:200_000]
                provided = provided or bool(_PROVIDES.search(text))
                lines += len(_LINES.findall(text))
                bare += len(_CONSOLE.findall(text))
    return provided and lines > bare
