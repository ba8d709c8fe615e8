"""Vector stores that are asked over HTTP, without a library: Qdrant, Chroma, Milvus, Pinecone,
Weaviate, Azure AI Search."""

from __future__ import annotations

import re

from agentaudit.code import Call
from agentaudit.expressions import regex

_SENDS = regex(
    r"(?i)(?:^|[._])(?:a?(?:post|put|fetch|request|send|urlopen)\w{0,20}|newrequest\w{0,20})$"
)
_SEARCH = regex(
    r"/points/(?:search|query|recommend)\b|/collections/[^\s/]{1,120}/query\b"
    r"|/v[12]/vectordb/entities/(?:hybrid_)?search\b|\.pinecone\.io\S{0,60}/query\b"
    r"|/indexes/\S{1,120}/docs/search\b|/knn_search\b"
)
_FILL = regex(
    r"/collections/[^\s/]{1,120}/points(?:/batch)?(?:\?|[\"'`]|$)"
    r"|/collections/[^\s/]{1,120}/(?:add|upsert)\b|/v[12]/vectordb/entities/(?:insert|upsert)\b"
    r"|/vectors/upsert\b|/indexes/\S{1,120}/docs/index\b"
)
"""Where each takes what is to be found later."""


def searches(call: Call) -> bool:
    """Whether the call asks a store for what is nearest."""
    return _addresses(_SEARCH, call)


def fills(call: Call) -> bool:
    """Whether the call gives a store points with their vectors."""
    return _addresses(_FILL, call)


def _addresses(pattern: re.Pattern[str], call: Call) -> bool:
    if not _SENDS.search(call.callee[-60:]):
        return False
    given = (each.value for each in call.arguments)
    return any(pattern.search(v.written) or pattern.search(v.text or "") for v in given)
