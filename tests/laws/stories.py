"""Responses to hide evidence in: complete, bare and odd ones in four dialects, and the example's.

Each is read by the real reader from real files; `Story.told` rebuilds it, poorer by what is hidden,
through the same cutting and following as a scan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agentaudit.response import Response
from agentaudit.sources.traces.assemble import Context, Trace, responses
from tests import dialects
from tests.dialects import SECOND, START_NS, Step, attributes
from tests.laws.hiding import NOTHING, SERIES, Hidden, carriers, poorer

OTHER = {"service.name": "search", "service.instance.id": "search-0"}
"""What tells the second service of a story from its first."""
TRACEBACK = 'Traceback:\n  File "planner.py", line 1, in plan\nValueError: no'
RAISED = {
    "exception.type": "ValueError",
    "exception.message": "no",
    "exception.stacktrace": TRACEBACK,
}


@dataclass
class Story:
    """One response, and how to tell it again with less."""

    id: str
    name: str
    trace: Trace
    context: Context
    series: frozenset[str] = frozenset()
    _carriers: dict[bool, dict[str, Hidden]] = field(default_factory=dict)

    def carriers(self, *, precise: bool) -> dict[str, Hidden]:
        """What can be hidden, by fact."""
        if precise not in self._carriers:
            found = carriers(self.trace, precise=precise)
            if not self.series:
                found.pop(SERIES, None)
            self._carriers[precise] = found
        return self._carriers[precise]

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Services that carry anything."""
        held = self.carriers(precise=False).values()
        return tuple(sorted({carrier.service for all in held for carrier in all}))

    def told(self, hidden: Hidden = NOTHING) -> Response:
        """The response without what is hidden; its references are not followed yet."""
        cut = responses(poorer(self.trace, hidden), self.context)
        response = next(found for found in cut if found.id == self.id)
        if not any(carrier.name == SERIES for carrier in hidden):
            response.series = self.series
        return response


def stories(found: Iterable[Response], context: Context) -> Iterator[Story]:
    """Stories of what a store gave, in its order."""
    by_trace: dict[str, list[Response]] = {}
    for response in found:
        by_trace.setdefault(response.trace_id, []).append(response)
    for trace_id, told in by_trace.items():
        spans = [span for response in told for span in response.spans]
        logs = [record for response in told for record in response.logs]
        for response in told:
            trace = Trace(trace_id, spans, logs)
            yield Story(response.id, response.name, trace, context, response.series)


def _part(steps: list[Step], part: str) -> Step:
    return next(step for step in steps if step.part == part)


def _failed(steps: list[Step], *, explained: bool) -> list[Step]:
    for part in ("llm1", "tool"):
        step = _part(steps, part)
        step.attributes["error.type"] = "ValueError"
        if explained:
            moment = str(START_NS + SECOND)
            raised = {"name": "exception", "timeUnixNano": moment, "attributes": attributes(RAISED)}
            step.events.append(raised)
    return steps


def _each(steps: list[Step], part: str, **given: Any) -> list[Step]:
    """More attributes on every step whose part starts so; a double underscore is a dot."""
    for step in steps:
        if step.part.startswith(part):
            step.attributes |= {name.replace("__", "."): value for name, value in given.items()}
    return steps


def _added(steps: list[Step], *more: Step) -> list[Step]:
    return [*steps, *more]


def _less(steps: list[Step], part: str) -> list[Step]:
    return [step for step in steps if step.part != part]


def _hidden(steps: list[Step]) -> list[Step]:
    """A retrieval behind a tool."""
    named = {"tool__name": "search_docs", "gen_ai__tool__name": "search_docs"}
    return _each(_less(steps, "retriever"), "tool", **named)


def _alias(steps: list[Step]) -> list[Step]:
    """The call says one model in one place and another one elsewhere."""
    return _each(steps, "llm", llm__request__model_name="scripted", mlflow__llm__model="scripted")


def _hosted_by_name(steps: list[Step]) -> list[Step]:
    """No address: provider and model together say who served it."""
    for step in steps:
        step.attributes.pop("server.address", None)
    named = dict.fromkeys(
        ("gen_ai__request__model", "gen_ai__response__model"), "gpt-4o-2024-08-06"
    )
    return _each(steps, "llm", gen_ai__provider__name="openai", **named)


def _embedded(steps: list[Step]) -> list[Step]:
    model = {"gen_ai.request.model": "e5"}
    return _added(steps, Step("embedding", "embeddings e5", model, parent="retriever"))


def _remote(steps: list[Step]) -> list[Step]:
    return _each(steps, "tool", mcp__method__name="tools/call", tool__version="3")


def _scattered(steps: list[Step]) -> list[Step]:
    """A step whose parent is not there is a response of its own."""
    _part(steps, "tool").parent = "nobody"
    return steps


VARIANTS: dict[str, Callable[[list[Step]], list[Step]]] = {
    "complete": lambda steps: steps,
    "bare": dialects.bare,
    "adapted": lambda s: _each(s, "llm", model__base="llama", model__adapter__name="lora"),
    "adapted whole": lambda s: _each(
        s, "llm", model__base="ll", model__adapter__name="l", model__adapter__version="1"
    ),
    "failed": lambda s: _failed(s, explained=False),
    "failed, explained": lambda s: _failed(s, explained=True),
    "repeated": lambda s: _added(s, Step("tool2", *_told(_part(s, "tool")))),
    "hidden": _hidden,
    "unaccounted": lambda s: _less(s, "tool"),
    "no retrieval": lambda s: _less(s, "retriever"),
    "no guardrail": lambda s: _less(s, "guardrail"),
    "no model": lambda s: _less(_less(s, "llm1"), "llm2"),
    "scattered": _scattered,
    "hosted": lambda s: _each(s, "llm", server__address="api.openai.com"),
    "hosted by name": _hosted_by_name,
    "two names": _alias,
    "embedded": _embedded,
    "remote": _remote,
    "on a GPU": lambda s: _each(s, "llm", host__gpu__count=1, gpu__memory__peak_bytes=1 << 30),
    "continued": lambda s: _each(s, "llm", gen_ai__request__previous_response_id="resp_1"),
    "dirty": lambda s: _each(s, "agent", vcs__dirty=True),
    "moved on": lambda s: _each(s, "llm2", gen_ai__prompt__version="4", prompt__version="4"),
}
"""What is told in each dialect."""
APART = {"apart": ("retriever",), "far apart": ("retriever", "tool", "guardrail")}
"""Complete, with these steps in a service of their own."""


def _told(step: Step) -> tuple[str, dict[str, Any], str, str, int]:
    return step.name, dict(step.attributes), step.parent, step.scope, step.kind


def documents(commit: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every story as OTLP: its name, and a document of some of its spans or log records."""
    resource = dialects.resource(commit)
    number = 0
    for dialect, steps in dialects.DIALECTS.items():
        for name, told in VARIANTS.items():
            number += 1
            given = {"service.name": "planner"} if name == "bare" else resource
            for document in dialects.trace(number, told(steps()), given, logs=name != "bare"):
                yield f"{dialect} {name}", document
        for name, parts in APART.items():
            number += 1
            for who, there in ((resource, False), (resource | OTHER, True)):
                ids = {hashlib.md5(f"{number} {p}".encode()).hexdigest()[:16] for p in parts}
                for document in dialects.trace(number, steps(), who):
                    yield f"{dialect} {name}", _only(document, ids, there=there)


def _only(document: dict[str, Any], ids: set[str], *, there: bool) -> dict[str, Any]:
    """The document with only the spans that are among `ids`, or that are not."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for group in copy.get("resourceSpans", ()):
        for scope in group["scopeSpans"]:
            scope["spans"] = [s for s in scope["spans"] if (s["spanId"] in ids) is there]
    return copy
