"""A trace source: Acme's model gateway writes one JSON line per call, with ids but without OTLP.

{"trace": "<32 hex>", "span": "<16 hex>", "service": "planner", "model": "gpt-4o-2024-11-20",
 "start_ms": 1795219200000, "end_ms": 1795219201000, "commit": "<40 hex>"}
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentaudit import parse
from agentaudit.errors import SourceError
from agentaudit.recognition import recognise
from agentaudit.semconv import Vocabulary
from agentaudit.sources.traces import TraceSource
from agentaudit.span import Resource, Span

LONGEST_LINE = 1_000_000


def open_source(source: TraceSource) -> Iterator[Span]:
    """Every call of the log as a span; raises SourceError when it cannot be read."""
    path = Path(source.uri.partition(":")[2])
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE):
                number += 1
                yield _span(_call(line, path, number), source.uri, f"{path.name}:{number}")
    except OSError as error:
        raise SourceError(
            f"{source.uri} cannot be read: {error.strerror}",
            where=source.place,
            hint="name the gateway's log file",
        ) from error


def _call(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        call = parse.json(line)
    except parse.Malformed as error:
        raise SourceError(f"is not a gateway log: {error}", where=f"{path}:{number}") from None
    if not isinstance(call, dict) or not {"trace", "span", "service"} <= call.keys():
        raise SourceError("is not a call of the gateway", where=f"{path}:{number}")
    return call


def _span(call: dict[str, Any], uri: str, locator: str) -> Span:
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": call.get("model", "")}
    resource = {"service.name": call["service"], "vcs.ref.head.revision": call.get("commit", "")}
    vocabulary = Vocabulary()
    kind, by = recognise(attributes, "acme.gateway", "chat", vocabulary)
    return Span(
        trace_id=str(call["trace"]),
        span_id=str(call["span"]),
        parent_id="",
        name=f"chat {call.get('model', '')}".strip(),
        kind=kind,
        recognised_by=by,
        otel_kind="CLIENT",
        start_ns=int(call.get("start_ms", 0)) * 1_000_000,
        end_ns=int(call.get("end_ms", 0)) * 1_000_000,
        error=False,
        status_message="",
        scope="acme.gateway",
        scope_version="",
        attributes=attributes,
        resource=Resource(resource),
        source=uri,
        locator=locator,
        vocabulary=vocabulary,
    )
