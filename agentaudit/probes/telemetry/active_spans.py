"""Ids of traces that code takes from the active span: functions that do, and whether there ever is
such a span."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentaudit.code import Call, Strength, Use
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.once import once
from agentaudit.probes.telemetry.keys import provided
from agentaudit.probes.telemetry.started_behind import behind
from agentaudit.source import Component, Place, Repo

SPAN = regex(
    r"\bget_current_span\(|\bget_span_context\(|getActiveSpan\(|getSpan\(|spanContext\("
    r"|SpanContextFromContext\(|SpanFromContext\("
)
_ID = regex(r"trace_?[iI][dD]")
_GIVEN = regex(r"trace_?[iI][dD][\"']?\s{0,4}[=:,]\s{0,4}(\w{1,40})\b")
"""What it is told as the id."""
_BY_NAME = regex(
    r"(?i)otel|opentelemetry|LoggingInstrumentor|(?:Pino|Winston|Bunyan)Instrumentation"
    r"|NodeAutoInstrumentations"
)
_CALLED = regex(r"(?<!\bdef )(?<!\bfunction )\b([A-Za-z_]\w{3,80})\(")
_NEXT = regex(r"\n(?:export|def|async|function|const|let|class|func)\b")
_KINDS = ("py", "ts", "js", "mjs", "go")
_ABOVE = 25
"""Lines in which an id is taken before it is handed on."""
PROVIDERS = (
    *("TracerProvider", "NewTracerProvider", "NodeTracerProvider", "BasicTracerProvider"),
    *("NodeSDK", "registerOTel", "configure_azure_monitor", "useAzureMonitor"),
)
"""Calls without which no span is ever active."""


def takes_id(repo: Repo, names: Iterable[str]) -> bool:
    """Whether a function of one of these names gives the id of the trace of the active span."""
    return any(_takes(repo, name) for name in dict.fromkeys(names))


@once
def _takes(repo: Repo, name: str) -> bool:
    defined = re.compile(
        rf"\b(?:def|function|const|let|func(?: \([^()\n]{{1,60}}\))?) {re.escape(name)}\b"
    )
    for kind in _KINDS:
        for file in repo.files(f"**/*.{kind}", saying=(name,)):
            text = "" if repo.role(file) in ASIDE else (repo.read(file) or "")[:200_000]
            found = defined.search(text) if SPAN.search(text) and _ID.search(text) else None
            if found:
                below = _NEXT.search(text, found.end())
                if SPAN.search(text, found.end(), below.start() if below else len(text)):
                    return True
    return False


def is_of_span(repo: Repo, place: Place) -> bool:
    """Whether the id that a line puts into records is that of the active span."""
    if _BY_NAME.search(place.text):
        return True
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")
    near = rows[max(0, (place.line or 1) - _ABOVE) : place.line or 1]
    if any(map(SPAN.search, near)):
        return True
    given = _GIVEN.search(near[-1])
    said = re.compile(rf"{_ID.pattern}|\b{given[1]}\s?:?=" if given else _ID.pattern)
    told = (row for row in near if said.search(row))
    return takes_id(repo, (name for row in told for name in _CALLED.findall(row)))


@once
def never_active(repo: Repo, component: Component) -> bool:
    """Whether whatever makes spans does so only behind a switch that is off, or an address that
    nobody provides."""
    if is_brought(component):
        return False
    made = [call for call in component.code.methods(*PROVIDERS) if call.reached]
    return bool(made) and all(_is_shut(repo, component, call) for call in made)


def is_brought(component: Component) -> bool:
    """Whether a library of traces is on that needs no such call."""
    return any(_brings(use) for use in component.uses("tracing") if use.strength is Strength.ON)


def _brings(use: Use) -> bool:
    """Whether a library makes spans without such a call: most of those for scripts only take
    them."""
    if use.place.path.endswith(_SCRIPTS):
        return _BRINGS.search(use.library) is not None
    return "opentelemetry" not in use.library


_SCRIPTS = (".ts", ".js", ".mjs")
_BRINGS = regex(r"(?i)sentry|traceloop|logfire|azure")


def _is_shut(repo: Repo, component: Component, call: Call) -> bool:
    held = call.condition
    if held is not None and held.default is False and not provided(repo, component, held):
        return True
    return behind(repo, component, call) is not None
