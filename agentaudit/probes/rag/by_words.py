"""Documents that are found by their words, without any vector, to ground what a model answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.blocks import Part
from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer
from agentaudit.probe import failed, not_applicable, passed, unknown
from agentaudit.probes.once import once
from agentaudit.probes.rag.flow import given
from agentaudit.probes.rag.ingestion import SEARCH_SERVICE
from agentaudit.probes.rag.keeping import is_told
from agentaudit.probes.rag.leading import leading
from agentaudit.probes.rag.retrieval import files
from agentaudit.probes.rag.searches import EMBED
from agentaudit.probes.rag.source_names import COLUMN
from agentaudit.probes.rag.uncalled import is_uncalled
from agentaudit.probes.remarks import code_only
from agentaudit.source import Component, Repo

_SQL = regex(
    r"(?i)\b(?P<fts>[a-z_]\w{1,60})\s{1,4}match\s{1,4}(?:\?|:\w|\$|@\w|%s|\{)"
    r"|\bfrom\s{1,20}[\"`]?(?:\w{1,30}\.)?(?P<table>[a-z_]\w{1,60})\b[^;]{0,400}?(?:@@\s{0,4}(?:\w{1,20}_)?to_?tsquery|@@\s{0,4}plainto_tsquery"
    r"|\bmatch\s{0,4}\([^()]{1,80}\)\s{0,4}against\b)"
)
"""SQL that finds rows by their words, and what it asks."""
_SAID = regex(r"[mM]atch|MATCH|tsq|TSQ")
"""What stands in each, in most files in none."""
_LIBRARY = regex(
    r"\bBM25(?:Okapi|Plus|L)\(|\bbm25s\.BM25\(|\bBM25Retriever\b|\bbleve\.New(?:Match|QueryString|Disjunction)\w{0,20}Query\("
    r"|\bnew MiniSearch\(|\bmeili\w{0,20}\.index\(|\bMeiliSearch\("
    r"|[\"']?\b(?:multi_match|multiMatch)[\"']?\s{0,4}(?::|\()",
    words=("BM25", "bm25s", "bleve", "MiniSearch", "meili", "Meili", "multi_match", "multiMatch"),
)
"""Libraries and engines that do."""
_NO_DOCUMENTS = regex(
    r"(?i)messag|session|histor|conversation|chat|memor|task|todo|product|order|invoice|customer|user|tool|skill|command"
    r"|event|(?<![a-z])log(?:s|_|\b)|media|photo|contact|intent|rout(?:e|er)\b|cache|test"
)
"""What is no document of a body of knowledge."""
_DOCUMENTS = regex(
    r"(?i)(?<![a-z])(?:docs?|documents?|chunks?|corpus|passages?|articles?|knowledge|kb|wiki|manuals?|handbooks?|faqs?|fragments?|sections?"
    r"|entries|regulations?|laws?|policies)(?![a-z])"
)
_MODEL = regex(
    r"chat\.completions|\.responses\.create|\.messages\.(?:create|stream)|generate_?[cC]ontent|\bgenerateText\(|\bstreamText\("
    r"|CompleteChat|CreateChatCompletion|Messages\.New|Chat\.Completions|\.converse\(|invoke_model|\b(?:llm|model|chain|agent)\.a?invoke\("
    r"|GetResponseAsync|@(?:\w{1,20}\.)?tool\b|\b(?:tool|createTool|FunctionTool|StructuredTool)\(|\.(?:registerTool|AddTool|add_tool)\(",
    words=(
        *("completions", "Completions", "responses", "messages", "Messages", "generate", "streamT"),
        *("CompleteChat", "CreateChat", "converse", "invoke", "GetResponseAsync", "tool", "Tool"),
    ),
)
"""Where a model is asked, or is given something to use."""
_KEEPS = regex(
    r"\.(?:addDocuments|add_documents|write_documents|addAll|bulk)\(|\bDocumentWriter\(|\bhelpers\.(?:async_)?bulk\(|/_bulk\b"
    r"|\b(?:es|client|elastic\w{0,10}|opensearch)\.index\(|\b(?:index|idx|batch)\.Index\("
)
"""Where such an engine is given what it finds."""
_READS = regex(
    r"\bopen\(|read_text|readFile|ReadFile|\bglob\(|listdir|os\.walk|WalkDir|json\.loads?\(|[lL]oader\b|upload|fetch\(|requests\.get"
)
_BUILT = regex(r"BM25|MiniSearch")
"""Indexes in memory, which are made of what the code has read."""
_NAME = regex(r"[A-Za-z_]\w{3,60}")
_LONGEST = 200_000
_MANY = 100
_STATEMENT, _ROW = 600, 120
"""Characters around a search that say what it searches, and that say it is none of documents."""


@once
def grounding(repo: Repo, component: Component) -> tuple[Place, ...]:
    """Where code searches documents by their words for a model: for what it is asked, or in a
    tool that it may use."""
    found = []
    for file in files(repo, component):
        raw = _raw(repo, file)
        if not (_SAID.search(raw) or _LIBRARY.search(raw)):
            continue
        text = code_only(raw, file.path)
        for asked in islice(_searches(file, text), 1):
            line = text.count("\n", 0, asked.start()) + 1
            place = replace(file, line=line, text=text.split("\n")[line - 1].strip()[:200])
            if _reaches_model(repo, component, place):
                found.append(place)
    return tuple(found)


def _searches(file: Place, text: str) -> Iterator[re.Match[str]]:
    if _NO_DOCUMENTS.search(file.path) or file.path.endswith((".tsx", ".jsx")):
        return
    for each in _SQL.finditer(text) if _SAID.search(text) else ():
        table = each["fts"] or each["table"]
        if _DOCUMENTS.search(table.replace("_", " ")) and not _NO_DOCUMENTS.search(table):
            yield each
    for each in _LIBRARY.finditer(text):
        near = text[max(each.start() - _STATEMENT, 0) : each.end() + _STATEMENT]
        row = text[max(each.start() - _ROW, 0) : each.end() + _ROW]
        if _DOCUMENTS.search(near.replace("_", " ")) and not _NO_DOCUMENTS.search(row):
            yield each


def _reaches_model(repo: Repo, component: Component, place: Place) -> bool:
    """Whether the file asks a model, or another does that names a function around the search or
    the module that it stands in."""
    file = Place(place.repo, place.path)
    asking = _asking(repo, component)
    if any(path == file.path for path, _ in asking):
        return True
    around = [b.name for b in repo.blocks(file) if b.part is Part.FUNCTION and b.name]
    stem = file.path.rpartition("/")[2].partition(".")[0]
    names = {name for name in (*around, stem) if _NAME.fullmatch(name)}
    return any(not names.isdisjoint(said) for _, said in asking)


@once
def _asking(repo: Repo, component: Component) -> list[tuple[str, frozenset[str]]]:
    """Files that ask a model, each with the names that stand in it."""
    asking = (file for file in files(repo, component) if _MODEL.search(_raw(repo, file)))
    texts = ((file.path, _text(repo, file)) for file in asking)
    return [(path, frozenset(_NAME.findall(text))) for path, text in texts if _MODEL.search(text)]


def ingested(repo: Repo, component: Component) -> Answer:
    """Whether code puts into the index what is found there, where no vectors are searched."""
    asked = grounding(repo, component)
    if not asked:
        return not_applicable(_NONE, component.evidence())
    if filled := _fillings(repo, component, asked):
        message = "documents are put into an index of their words"
        return passed(message, *(place.evidence() for place, _ in filled[:3]))
    message = "documents are searched by their words, and no code puts them into the index"
    fact, at = "ingestion code", component.id
    return failed(message, asked[0].evidence(), reason="missing", fact=fact, place=at)


def kept(repo: Repo, component: Component) -> Answer:
    """Whether what is stored there is given the source of each piece."""
    asked = grounding(repo, component)
    if not asked:
        return not_applicable(_NONE, component.evidence())
    filled = _fillings(repo, component, asked)
    if shown := [place.evidence() for place, text in filled if _says(repo, place, text)]:
        message = "what is indexed by its words is stored with the source that it comes from"
        return passed(message, *shown[:3])
    message, at = "what is stored beside an indexed text is out of sight", component.id
    shown = [asked[0].evidence()]
    return unknown(message, *shown, reason="unresolved", fact="chunk source", place=at)


_NONE = "its code searches no vector store"


def alone(repo: Repo, component: Component, fill: Call | None) -> bool:
    """Whether a call gives documents to a service or a store that is asked by words only."""
    calls = [call for call in component.code.calls if call.role is Role.APP]
    if fill is None or any(EMBED.search(call.callee) for call in calls):
        return False
    if not SEARCH_SERVICE.search(fill.callee) and not any("BM25Retr" in c.callee for c in calls):
        return False
    return "vector" not in _text(repo, Place(fill.place.repo, fill.place.path)).lower()


def _tables(repo: Repo, place: Place) -> Iterator[str]:
    """The table that is searched, and the one whose words it holds."""
    for each in _SQL.finditer(_text(repo, Place(place.repo, place.path))):
        name = each["fts"] or each["table"]
        yield from {name, re.sub(r"(?i)^fts_|_?fts5?$|_index$|_search$", "", name)} - {""}


def _fillings(
    repo: Repo, component: Component, asked: tuple[Place, ...]
) -> list[tuple[Place, str]]:
    """Where rows of a table that is searched, or documents, are stored, and of a row the statement
    that says what it holds."""
    tables = "|".join(sorted({re.escape(t) for place in asked for t in _tables(repo, place)}))
    inserts = rf"(?i)\binsert\s+(?:or\s+\w+\s+)?into\s+[\"`]?(?:\w+\.)?(?:{tables})\b"
    rows = re.compile(inserts) if tables else None
    names = frozenset(name for place in asked for name in _indexes(repo, place))
    found = []
    for file in files(repo, component):
        raw = _raw(repo, file)
        if not (rows.search(raw) if rows else _KEEPS.search(raw) or _BUILT.search(raw)):
            continue
        text = code_only(raw, file.path)
        if (at := _row(rows, text) if rows else _kept(text, names)) is not None:
            line = text.count("\n", 0, at.start()) + 1
            place = replace(file, line=line, text=text.split("\n")[line - 1].strip()[:200])
            if not is_uncalled(repo, place):
                found.append((place, _statement(text, at) if rows else ""))
    return found


def _row(rows: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where a row is stored that is none of a trigger, nor a command to the index itself."""
    found = islice(rows.finditer(text), _MANY)
    return next((at for at in found if not _OF_INDEX.search(_statement(text, at))), None)


def _statement(text: str, at: re.Match[str]) -> str:
    """The statement, and what the call is given besides that it stands in."""
    return given(text, at.start()).partition(";")[0]


_OF_INDEX = regex(
    r"(?i)\b(?:values\s{0,8}\(|select\s)[^;\"'`]{0,300}?\b(?:new|old)\.\w"
    r"|'(?:rebuild|optimize|merge|integrity-check|delete(?:-all)?)'"
)


def _indexes(repo: Repo, place: Place) -> Iterator[str]:
    """The name of the index of an engine that is searched, where it is written out."""
    rows = _text(repo, Place(place.repo, place.path)).split("\n")
    last = place.line or 1
    found = _INDEX.findall("\n".join(rows[max(last - _ABOVE, 0) : last]))
    yield from found[-1:]


_INDEX = regex(r"\b_?index(?:Name)?[\"']?\s{0,4}[:=]\s{0,4}[\"']([\w.*-]{1,80})[\"']")
_ABOVE = 4


def _kept(text: str, names: frozenset[str]) -> re.Match[str] | None:
    """Where documents are given to an engine, or an index is made of what was read; what goes to
    another index than the one that is searched is not found there."""
    if not _DOCUMENTS.search(text.replace("_", " ")):
        return None
    for at in islice(_KEEPS.finditer(text), _MANY):
        other = _INDEX.search(given(text, at.end()))
        if other is None or not names or other[1] in names:
            return at
    return _BUILT.search(text) if _READS.search(text) else None


def _says(repo: Repo, place: Place, row: str) -> bool:
    """Whether what is stored is given a source."""
    if row:
        return COLUMN.search(row) is not None or is_told(place, row)
    return is_told(place, code_only(leading(repo, place), place.path))


def _raw(repo: Repo, file: Place) -> str:
    return (repo.read(file) or "")[:_LONGEST]


def _text(repo: Repo, file: Place) -> str:
    return code_only(_raw(repo, file), file.path)
