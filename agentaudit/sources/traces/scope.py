"""What the configuration and the flags leave out of a source: a declaration, always printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from agentaudit.sources.traces.options import ReadOptions, TraceSource

MARK = "scope: "


def told(name: str, sources: Iterable[TraceSource], options: ReadOptions) -> str:
    """In words; empty when every response of every trace is in."""
    return ", ".join(_parts(name, sources, options))


def _parts(name: str, sources: Iterable[TraceSource], options: ReadOptions) -> Iterator[str]:
    pairs = [pair for s in sources if s.name == name for pair in s.where.items()]
    for attribute, value in (*pairs, *options.where):
        yield f"only where {attribute}={value}"
    if options.since_ns is not None:
        yield f"since {_instant(options.since_ns)}"
    if options.until_ns is not None:
        yield f"until {_instant(options.until_ns)}"
    if options.entry:
        yield f"a response begins at spans called {options.entry!r}"


def _instant(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
