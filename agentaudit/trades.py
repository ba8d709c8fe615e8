"""Trades of libraries that make a component agentic, and what counts as following one."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Protocol

from agentaudit.code import Code, Strength, Use
from agentaudit.expressions import regex

AGENTIC = ("model", "agent", "retriever", "vector_store", "embedding", "trainer")

_PROTOCOL = regex(r"(?i)(?:^|[-_./:])(?:fast)?mcp(?:$|[-_./:])|modelcontextprotocol|^rmcp$")


_CARRIES = regex(
    r"(?i)(?:.{0,100}/)?@?a2a(?:-?(?:js|go|sdk|python|net)?)(?:[-_./].{0,100})?"
    r"|(?:@langchain/)?langgraph-sdk|bedrock-agentcore|@?composio(?:[-/]core)?|agents"
)

_LOADERS = frozenset(
    {
        *("docling", "markitdown", "unstructured", "unstructured-client"),
        *("llama-index-readers-file", "langchain-unstructured"),
        "dev.langchain4j:langchain4j-document-parser-apache-tika",
        "org.springframework.ai:spring-ai-tika-document-reader",
        "org.springframework.ai:spring-ai-pdf-document-reader",
    }
)


def is_protocol(library: str) -> bool:
    """Whether a library only carries tools to a model that others call (MCP)."""
    return _PROTOCOL.search(library) is not None


def carries(library: str) -> bool:
    """Whether a library asks no model by itself: it carries tools, or the messages of an agent that
    runs elsewhere, or hosts one that another library makes."""
    return is_protocol(library) or _CARRIES.fullmatch(library) is not None


def acts(use: Use) -> bool:
    """Whether code that counts imports the library, and it does more than to carry."""
    return use.strength >= Strength.IMPORTED and not carries(use.library)


class Named(Protocol):
    """A declared dependency."""

    @property
    def name(self) -> str: ...


def follows(trade: str, declared: Iterable[Named], does: Set[str] | None, code: Code) -> bool:
    """Whether a component follows a trade: a manifest declares a library for it, or its own code
    shows it. `does` are the trades of its own code, or None where that is all of `code`."""
    if any(not carries(each.name) for each in declared):
        return True
    return any(map(acts, code.used.get(trade, ()))) if does is None else trade in does


def only_loads(declared: Iterable[Named], used: Iterable[Use]) -> bool:
    """Whether those libraries for retrieval do no more than turn documents into text."""
    names = {each.name for each in declared} | {use.library for use in used}
    return all(name.lower() in _LOADERS for name in names)
