"""Whether a figure of the memory that code reads is kept anywhere: by a log, or by a gauge of the
team's own."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.errors import serving
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.source import Component, Repo

_LOGS = regex(
    r"(?i)(?:\blog|logger|logging|logger\([^()\n]{0,60}\)|\bwandb|\brun|mlflow|console)"
    r"\.(?:info|debug|log|log_metrics?|log_artifact)\("
)
_MEMORY = regex(r"(?i)(?<![a-z])(?:rss|vms|vram|ram)(?![a-z])|mem_?(?:info|ory|_|\b)|heap")
_LONGEST = 800


def logged(repo: Repo, place: Place) -> bool:
    """Whether the file of a place writes a figure of memory into a log, and not only where it is
    too high."""
    text = (repo.read(place) or "")[:200_000]
    return any(
        _MEMORY.search(_statement(text[found.end() : found.end() + _LONGEST]))
        for found in _LOGS.finditer(text)
    )


_READS = "process.memoryUsage"
_TAKEN = regex(
    r"(?i)(?:gauge|observe|record|histogram)\w{0,20}\([^()\n]{0,160}"
    r"\.(?:rss|heapUsed|heap_used)\b"
)
"""A gauge that is given what Node tells of its memory."""
_OF_GPU = regex(r"(?i)(?<![a-z])gpu\w{0,20}[\s_.-](?:mem|vram)|(?<![a-z])vram(?![a-z])")
_GAUGES = frozenset({"Gauge", "create_gauge", "createGauge", "NewGauge"})


def gauged(repo: Repo, component: Component) -> Iterator[Place]:
    """Where gauges of the team's own are given the memory of the process by Node, or are made for
    that of the GPU by Python, and set."""
    calls = list(serving(component.code))
    for call in calls:
        if call.callee == _READS and loaded(repo, component, call.place):
            text = (repo.read(replace(call.place, line=None, text="")) or "")[:200_000]
            if _TAKEN.search(text):
                yield call.place
    told = {call.place.path for call in calls if call.method in ("set", "Set")}
    for call in calls:
        named = " ".join(each.value.text or "" for each in call.arguments[:2])
        if call.method in _GAUGES and call.place.path in told and _OF_GPU.search(named):
            yield replace(call.place, text=named)


def _statement(rest: str) -> str:
    """What stands up to the bracket that closes the call."""
    depth = 1
    for at, sign in enumerate(rest):
        depth += (sign in "([{") - (sign in ")]}")
        if not depth:
            return rest[:at]
    return rest
