"""What the text of files says about the source of rows that are stored with a vector."""

from __future__ import annotations

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.rag import flow
from agentaudit.probes.rag.carried import stores_text_alone
from agentaudit.probes.rag.ingestion import indexing
from agentaudit.probes.rag.source_names import BARE_KEY, COLUMN, FIELD, ONE_WORD, SOURCE
from agentaudit.probes.rag.written import sourced, stored, typed
from agentaudit.source import Component, Repo


def in_text(repo: Repo, component: Component) -> list[Place]:
    """Types of chunks that have a source, and rows that are stored whole: each is its own."""
    filling = [call.place for call in indexing(component)] or [*flow.kept(repo, component)]
    if found := typed(repo, component) or sourced(repo, component, filling):
        return found
    return [
        each
        for each in stored(repo, component, besides=False)
        if (_has_key(repo, each) if _WRITTEN.search(each.text) else not _is_cut(repo, each))
    ]


_WRITTEN = regex(r"(?i)insert|\b(?:create|merge)\s{0,4}\(|VectorField\(")
"""Rows, nodes and fields that are written out, which are told everything that they hold."""


def _is_cut(repo: Repo, place: Place) -> bool:
    """Whether the object that is stored is a piece of a document, and is given no source."""
    line = (place.line or 1) - 1
    written = (repo.read(Place(place.repo, place.path)) or "").split("\n")
    around = "\n".join(written[max(line - _STATEMENT, 0) : line + _STATEMENT])
    told = any(not ONE_WORD.match(around, found.end()) for found in SOURCE.finditer(around))
    return _PIECE.search(around) is not None and not told


_PIECE = regex(
    r"\b[A-Z]\w{0,40}(?:Chunk|Passage)\w{0,20}\(\s{0,4}\n|\bChunk\w{0,20}\(\s{0,4}\n"
    r"|[\"']?\b(?i:text|content|body)[\"']?\s{0,4}[:=]\s{0,4}(?:chunk|piece|passage)\w{0,10}\b"
)
"""Where such an object is made, an argument a line, or a row that is given a piece as its text."""


def _has_key(repo: Repo, place: Place) -> bool:
    """Whether a row that SQL stores may be given a source: columns that are told decide."""
    text = repo.read(Place(place.repo, place.path)) or ""
    lines = text.split("\n")[(place.line or 1) - 1 :][:_STATEMENT]
    statement = "\n".join(lines)
    if "insert" not in place.text.lower():
        return FIELD.search(statement) is not None or _EDGE.search(statement) is not None
    told = BARE_KEY.search(text) or COLUMN.search(statement)
    return not stores_text_alone(statement) and bool(told)


_EDGE = regex(r"-\[:\w{0,20}(?:PART|FROM|HAS|CHUNK|SOURCE|BELONGS|CONTAINS)\w{0,20}\]")
"""A relation of a node to the document that it is from."""


_STATEMENT = 12
"""Lines of one statement."""
