"""Indexes that are asked over HTTP, without a library: Qdrant, Chroma, Milvus, Pinecone, Weaviate,
Azure AI Search, and services of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_SENDS = regex(
    r"(?i)(?:^|[._])(?:a?(?:post|put|fetch|request|send|urlopen)\w{0,20}|newrequest\w{0,20})$"
)
_SEARCH = regex(
    r"/points/(?:search|query|recommend)\b|/collections/[^\s/]{1,120}/query\b"
    r"|/v[12]/vectordb/entities/(?:hybrid_)?search\b|\.pinecone\.io\S{0,60}/query\b"
    r"|/indexes/\S{1,120}/docs/search\b|/knn_search\b"
)
_OWN_SERVICE = regex(
    r"(?i)[/}](?:rag|retriev(?:al|er))/(?:v\d/)?(?:search|query|retrieve)\b"
    r"|//api\.vectara\.io/v\d/(?:corpora/\S{1,80}/)?query\b|/datasets/[^\s/]{1,80}/retrieve\b|/api/v\d/retrieval\b"
    r"|/(?:vector|semantic)[-_]?search\b|/knowledge(?:[-_]?bases?)?/(?:[^\s/]{1,80}/)?(?:search|retrieve)\b"
)
"""Where people let their own service of retrieval answer."""
_TOLD = regex(
    r"(?:\[|\.get\(|getString\()\s{0,8}[\"'](?:file_?[nN]ame|file_?[pP]ath|source\w{0,12}|s3_key|docs?_url"
    r"|(?:doc|document)_?(?:id|Id|name|Name)|url|uri|title)[\"']"
)
"""Where something that was found says what it comes from."""
_FILL = regex(
    r"/collections/[^\s/]{1,120}/points(?:/batch)?(?:\?|[\"'`]|$)"
    r"|/collections/[^\s/]{1,120}/(?:add|upsert)\b|/v[12]/vectordb/entities/(?:insert|upsert)\b"
    r"|/vectors/upsert\b|/indexes/\S{1,120}/docs/index\b"
)
"""Where each takes what is to be found later."""


def searches(call: Call) -> bool:
    """Whether the call asks a store for what is nearest."""
    return _addresses(_SEARCH, call) or _addresses(_OWN_SERVICE, call)


def told(repo: Repo, component: Component) -> Iterator[Place]:
    """Where code that asks a service of retrieval reads which document each answer is from."""
    calls = (c for c in component.code.calls if c.role is Role.APP)
    files = {(c.place.repo, c.place.path): c for c in calls if _addresses(_OWN_SERVICE, c)}
    for (name, path), call in sorted(files.items()):
        lines = (repo.read(Place(name, path)) or "").split("\n")
        after = (call.place.line or 1) - 1
        for number, line in enumerate(lines[after : after + _FAR], after + 1):
            if _TOLD.search(line):
                yield Place(name, path, number, line.strip()[:200])
                break


_PIECES = regex(
    r"(?:\[|\.get\()\s{0,4}[\"'](?:chunk_(?:content|text|id)|passages|chunks|document_name)[\"']"
    r"|[\"']chunk[\"']\]\s{0,4}\[\s{0,4}[\"'](?:metadata|content|text)[\"']|\.(?:chunk_?[cC]ontent|chunk_?[tT]ext)\b"
)
"""Where an answer is read piece by piece."""
_ASKED = regex(r"(?i)search|retriev|quer|knowledge|(?:^|[._/])rag(?:[._/]|$)|generate")
_MOST = 60


def served(repo: Repo, component: Component) -> Iterator[Place]:
    """Where code that sends a question reads pieces of documents from the answer, and which
    document each is from."""
    calls = (c for c in component.code.calls if c.role is Role.APP and c.reached)
    sent = [c for c in calls if _FETCHES.search(c.callee[-60:])]
    files = {
        (c.place.repo, c.place.path) for c in sent if _ASKED.search(f"{c.place.path} {c.scope}")
    }
    for name, path in sorted(files)[:_MOST]:
        text = (repo.read(Place(name, path)) or "")[:200_000]
        if (found := _PIECES.search(text)) and _TOLD.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Place(name, path, line, text.split("\n")[line - 1].strip()[:200])


_FETCHES = regex(rf"{_SENDS.pattern}|(?i:(?:^|[._])(?:a?get|async_request)$)")
_FAR = 60
"""Lines behind the question in which its answer is read."""


def fills(call: Call) -> bool:
    """Whether the call gives a store points with their vectors."""
    return _addresses(_FILL, call)


def _addresses(pattern: re.Pattern[str], call: Call) -> bool:
    if not _SENDS.search(call.callee[-60:]):
        return False
    given = (each.value for each in call.arguments)
    return any(pattern.search(v.written) or pattern.search(v.text or "") for v in given)
