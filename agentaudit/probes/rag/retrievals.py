"""The retrievals of a response: those that say so, those that hide, and where their facts stand."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.above import of_kind
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Cause
from agentaudit.probe import unknown
from agentaudit.probes.rag.documents import found
from agentaudit.probes.visibility import RETRIEVALS
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Span

_WORDS = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SEARCHING = frozenset(
    {
        "search",
        "searches",
        "retrieve",
        "retriever",
        "retrieval",
        "retrieves",
        "lookup",
        "query",
        "queries",
        "rag",
    }
)


def unseen(response: Response) -> Answer:
    """The answer of a question about retrievals for a response that shows none."""
    hiding = hidden(response)
    if not hiding:
        return RETRIEVALS.unseen(response)
    causes = {Cause("retrieval.visible", response.service_name(s), "hidden") for s in hiding}
    message = f"{hiding[0].name} looks like a retrieval, but is not recorded as one"
    return unknown(
        message, hiding[0].evidence(), reason="retrieval_not_visible", causes=sorted(causes)
    )


def hidden(response: Response) -> list[Span]:
    """Steps that look like a retrieval and neither carry documents nor belong to a retrieval."""
    around = _around_retrievers(response)
    return [
        span
        for span in response.of(Kind.TOOL, Kind.MEMORY, Kind.EMBEDDING)
        if _searches(span) and not (span.span_id in around or _shows_documents(span))
    ]


def _searches(span: Span) -> bool:
    if span.kind is Kind.EMBEDDING:
        return True
    name = span.fact("tool.name")
    words = {w.lower() for text in (span.name, name.text if name else "") for w in _split(text)}
    if span.kind is Kind.MEMORY:
        return not words & {"update", "create", "delete", "write", "save", "store", "add"}
    return bool(words & _SEARCHING) or {"look", "up"} <= words


def _split(text: str) -> Iterator[str]:
    yield from _WORDS.findall(text[:200])


def _shows_documents(span: Span) -> bool:
    documents = found(span)
    return not documents.problem and any(d.id and d.content for d in documents.documents)


def _around_retrievers(response: Response) -> set[str]:
    """Ids of the spans above and below retrievals; of embeddings also those beside one."""
    near: set[str] = set()
    homes = {span.parent_id for span in response.of(Kind.RETRIEVER)}
    using = of_kind(response, Kind.TOOL, Kind.MEMORY, Kind.AGENT, Kind.WORKFLOW, Kind.LLM)
    retrievers = of_kind(response, Kind.RETRIEVER)
    for span in response.of(Kind.RETRIEVER):
        above = using.of(span)
        while above and above.kind in {Kind.TOOL, Kind.MEMORY} and above.span_id not in near:
            near.add(above.span_id)
            above = using.of(above)
    for span in response.of(Kind.TOOL, Kind.MEMORY, Kind.EMBEDDING):
        beside = span.kind is Kind.EMBEDDING and span.parent_id in homes
        if beside or retrievers.of(span):
            near.add(span.span_id)
    return near


def told_near(response: Response, key: str) -> dict[str, Fact]:
    """By retrieval: what it says about `key`, else a span below it, else what stands above it."""
    best = {s.span_id: s.fact(key) for s in response.of(Kind.RETRIEVER)}
    retrievers = of_kind(response, Kind.RETRIEVER)
    for span in response.spans:
        holder = retrievers.of(span)
        if holder is not None and not best[holder.span_id]:
            below = span.fact(key)
            best[holder.span_id] = below if below else best[holder.span_id]
    for span in response.of(Kind.RETRIEVER):
        if not best[span.span_id]:
            above = response.inherited(span, key)
            best[span.span_id] = above if above else best[span.span_id]
    return best
