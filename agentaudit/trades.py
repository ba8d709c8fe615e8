"""Trades of libraries that make a component agentic, and what counts as following one."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Protocol

from agentaudit.code import Code, Strength, Use
from agentaudit.expressions import regex

AGENTIC = ("model", "agent", "retriever", "vector_store", "embedding", "trainer")

_PROTOCOL = regex(r"(?i)(?:^|[-_./:])(?:fast)?mcp(?:$|[-_./:])|modelcontextprotocol|^rmcp$")


def is_protocol(library: str) -> bool:
    """Whether a library only carries tools to a model that others call (MCP)."""
    return _PROTOCOL.search(library) is not None


def acts(use: Use) -> bool:
    """Whether code that counts imports the library, and it is more than a protocol."""
    return use.strength >= Strength.IMPORTED and not is_protocol(use.library)


class Named(Protocol):
    """A declared dependency."""

    @property
    def name(self) -> str: ...


def follows(trade: str, declared: Iterable[Named], does: Set[str] | None, code: Code) -> bool:
    """Whether a component follows a trade: a manifest declares a library for it, or its own code
    shows it. `does` are the trades of its own code, or None where that is all of `code`."""
    if any(not is_protocol(each.name) for each in declared):
        return True
    return any(map(acts, code.used.get(trade, ()))) if does is None else trade in does
