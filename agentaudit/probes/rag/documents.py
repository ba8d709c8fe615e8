"""Retrieved documents, in every dialect."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.messages.shapes import unflatten
from agentaudit.probes.telemetry.amounts import number
from agentaudit.semconv.values import vacant
from agentaudit.span import Fact, Recorded, Span

_IDS = ("id", "document_id", "doc_id", "doc_uri", "chunk_id", "source_id", "uri")
_SCORES = ("score", "similarity", "distance", "relevance_score", "similarity_score")
_CONTENTS = ("content", "page_content", "text")
_HASHES = ("content_sha256", "content_hash", "sha256", "page_content_sha256")
_HASH = regex(r"(?:[a-z][a-z0-9]{1,15}[:-])?[0-9a-f]{16,128}", re.IGNORECASE)
_LISTS = ("documents", "docs", "results", "matches", "chunks", "nodes", "source_nodes")


class Document(Struct, frozen=True):
    """One retrieved document: what is recorded of it."""

    id: str
    score: bool
    content: bool
    """Its text, or a hash of it."""

    @property
    def lacks(self) -> str:
        """Reason code of the first thing that is missing; empty when nothing is."""
        if not self.id:
            return "docs_without_id"
        if not self.content:
            return "docs_without_content"
        return "" if self.score else "docs_without_score"


class Found(Struct, frozen=True):
    """What one retrieval is recorded to have found."""

    fact: Fact
    documents: tuple[Document, ...] = ()
    problem: str = ""
    """Empty, or missing, redacted, truncated, unparsable."""


def found(span: Span) -> Found:
    """The documents of a span; an empty list that is recorded is a retrieval without a hit."""
    fact = span.fact("retrieval.documents")
    if fact.state is Recorded.PLACEHOLDER and fact.value == []:
        return Found(fact)
    if not fact:
        return Found(fact, problem=fact.state.value)
    value, gap = fact.value, False
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except ValueError:
            return Found(fact, problem="truncated" if value[:1] in {"[", "{"} else "unparsable")
    elif isinstance(value, dict) and all(key[:1].isdigit() for key in value):
        value, gap = unflatten(value)
    if isinstance(value, dict):
        value = next((value[k] for k in _LISTS if isinstance(value.get(k), list)), None)
    if not isinstance(value, list):
        return Found(fact, problem="unparsable")
    documents = tuple(map(_document, value))
    return Found(fact, documents, "truncated" if gap else "")


def _document(given: Any) -> Document:
    inner = given.get("document", given.get("node", given)) if isinstance(given, dict) else {}
    given = given if isinstance(given, dict) else {}
    inner = inner if isinstance(inner, dict) else {}
    extra = inner.get("metadata") or given.get("metadata") or {}
    if isinstance(extra, str):
        try:
            extra = orjson.loads(extra)
        except ValueError:
            extra = {}
    places = [p for p in (given, inner, extra) if isinstance(p, dict)]
    id = _first(places, _IDS, _tells)
    content = _first(places, _CONTENTS, _tells)
    return Document(
        id="" if id is None else str(id),
        score=_first(places, _SCORES, lambda value: number(value) is not None) is not None,
        content=content is not None or _first(places, _HASHES, _hashes) is not None,
    )


def _tells(value: Any) -> bool:
    """Whether it says anything: no placeholder, no mask, no empty list or object."""
    return not vacant(value) if isinstance(value, str) else value not in ([], {})


def _hashes(value: Any) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value.strip()) is not None


def _first(
    places: Sequence[Mapping[str, Any]], names: tuple[str, ...], fits: Callable[[Any], bool]
) -> Any:
    """The first value under one of the names that fits; None when none does."""
    found = (p[n] for p in places for n in names if p.get(n) is not None)
    return next((value for value in found if fits(value)), None)
