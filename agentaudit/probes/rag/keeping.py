"""Calls that store the source of a chunk beside it, or copy it from document to chunk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from agentaudit.blocks import Part
from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.once import once
from agentaudit.probes.rag.carried import is_bare, is_plain, names_source, stores_text_alone
from agentaudit.probes.rag.ingestion import indexing
from agentaudit.probes.rag.leading import leading
from agentaudit.probes.rag.nameless import unnamed
from agentaudit.probes.rag.passed_in import passed_in
from agentaudit.probes.rag.source_names import (
    BARE_KEY,
    FIELD,
    INITIALIZED,
    KEY,
    MADE_WITH,
    ONE_WORD,
    PIECE_ROW,
)
from agentaudit.probes.rag.written import stored
from agentaudit.source import Component, Repo

_KEEPS = regex(
    r"split_documents$|splitDocuments$|load_and_split$|loadAndSplit$|get_nodes_from_documents$|transform_documents$"
    r"|VectorStoreIndex\.from_documents$|VectorStoreIndex\.fromDocuments$|IngestionPipeline"
    r"|TokenTextSplitter\.(?:apply|split|transform)$|EmbeddingStoreIngestor|DocumentSplitter"
    r"|vector_stores?\.(?:file_batches|files)\.|vectorStores\.|ImportDocumentAsync|import_files"
    r"|start_ingestion_job|graphrag\.\S{0,60}build_index|DirectoryReader|HybridChunker|HierarchicalChunker"
    r"|haystack\.components\.\S{0,60}(?:ToDocument|FileConverter|DocumentConverter|DocumentPreprocessor)$"
    r"|haystack_integrations\.components\.converters\.|discoveryengine\S{0,80}\.import_?[dD]ocuments$|IndexProjections?(?:Selector|Parameters)?$|(?:agno|phi)\.knowledge\.\S*Knowledge(?:Base)?$|\.from_?[lL]oaders$|add_files_to_pipeline"
)
"""Calls that copy the source of a document to each of its chunks."""
_ROW = regex(
    r"(?:^|\.)(?:Document|LangchainDocument|LCDocument|TextNode|Node|PointStruct|TextSegment"
    r"|SearchDocument|IndexDatapoint|DataObject|IndexDocumentsAction|\w{0,40}Chunk(?:DTO|Model|Row)?)(?:\.from)?$"
)
"""Things that are made to be stored."""


def keeping(repo: Repo, component: Component) -> list[Call]:
    """Calls that store the source, or copy it from document to chunk."""
    filling = indexing(component)
    stored = [call for call in filling if names_source(call)]
    copied = [
        call
        for call in component.code.calls
        if call.role in (Role.APP, Role.INFRA) and _KEEPS.search(call.callee)
        if not _takes_text(repo, call)
    ]
    copied += _read(repo, component, {call.place.path for call in filling})
    rows = [
        call
        for call in component.code.calls
        if call.role in (Role.APP, Role.INFRA) and _ROW.search(call.callee) and names_source(call)
    ]
    if filling and (all(map(is_plain, filling)) or _strips(repo, filling)):
        copied = [call for call in copied if call in filling]
    near = stored or rows or copied or [call for call in filling if _put_together(repo, call)]
    return near or [call for call in filling if _handed_in(repo, component, call)]


def bare_rows(repo: Repo, component: Component) -> Iterator[Place]:
    """Where SQL stores a piece with its vector, and in no column anything else, or what is stored
    is read from a stream without a name, or cut from texts alone."""
    filling = {call.place.path for call in indexing(component)}
    reading = {call.place.path for call in _read(repo, component, filling)}
    yield from unnamed(repo, component, reading)
    yield from (call.place for call in _cut_bare(repo, component, filling))
    for place in stored(repo, component):
        rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")
        first = (place.line or 1) - 1
        if stores_text_alone("\n".join(rows[first : first + _STATEMENT])):
            yield place


_STATEMENT = 12
"""Lines of one statement."""
_FROM_TEXTS = frozenset({"create_documents", "createDocuments"})
"""Methods of splitters of LangChain that make documents of texts, and take apart from these what
belongs to each."""


def _cut_bare(repo: Repo, component: Component, filling: set[str]) -> Iterator[Call]:
    """Calls that make documents of nothing but texts, in files that fill an index with them, say
    nothing else of them and make no rows of their own of what was cut."""
    for call in component.code.methods(*_FROM_TEXTS):
        told = call.at(1) is not None or call.argument("metadatas") is not None
        if call.role is not Role.APP or told or call.place.path not in filling:
            continue
        text = _ASIDES.sub("", repo.read(Place(call.place.repo, call.place.path)) or "")
        if not _NOTED.search(text) and not _REWRITTEN.search(text):
            yield call


_REWRITTEN = regex(r"\.page_?[cC]ontent\b")
_READERS = regex(
    r"^org\.springframework\.ai\.reader\.(?:pdf\.\w{4,9}PdfDocumentReader|tika\.TikaDocumentReader|TextReader)$"
)
"""Readers of Spring AI that note the file, which every splitter of it copies."""
_TAKES = regex(r"\.get(?:Text|Content|FormattedContent)\(\)|\bnew Document\(")


def _read(repo: Repo, component: Component, filling: set[str]) -> list[Call]:
    """Calls of such readers in files that fill an index with what they read, as it is."""
    return [
        call
        for call in component.code.calls
        if call.role is Role.APP
        and call.place.path in filling
        and _READERS.search(call.callee)
        and not _TAKES.search(repo.read(Place(call.place.repo, call.place.path)) or "")
    ]


def _put_together(repo: Repo, call: Call) -> bool:
    """Whether what a call stores through variables is given a source in the code of its file that
    leads to it."""
    if is_bare(call) or "crewai" in call.callee:
        return False
    return _says_source(repo, call.place.repo, call.place.path, leading(repo, call.place))


@once
def _says_source(repo: Repo, name: str, path: str, text: str) -> bool:
    """Whether code of a file, which may lead to many calls, or a function that it asks says where a
    chunk comes from."""
    file = Place(name, path)
    helpers = _helpers(repo, file, text)
    return is_told(file, text) or any(is_told(place, body) for place, body in helpers)


def _helpers(repo: Repo, place: Place, text: str) -> Iterator[tuple[Place, str]]:
    """Functions of other files that make what is stored beside a piece, by what they are called."""
    suffix = place.path.rpartition(".")[2]
    for name in islice(dict.fromkeys(_MAKES.findall(text)), _MOST):
        for file in islice(repo.files(f"**/*.{suffix}", saying=(name,)), _MOST):
            if file.repo != place.repo or file.path == place.path or repo.role(file) in ASIDE:
                continue
            for block in repo.blocks(file):
                if block.part is Part.FUNCTION and block.name == name:
                    yield file, block.body(repo.read(file) or "")


_MAKES = regex(
    r"(?i)(?<![\w.])((?:make|build|create|to|get|as|new|_)\w{0,30}(?:payload|meta_?data|point|record|document|chunk)s?)\("
)
"""Calls of a function that puts together what is stored."""
_MOST = 8


def _handed_in(repo: Repo, component: Component, call: Call) -> bool:
    """Whether who calls the function around it, with what it stores, is given a source."""
    if is_bare(call) or "crewai" in call.callee:
        return False
    return any(is_told(row, text) for row, text in passed_in(repo, component, call))


def is_told(place: Place, text: str) -> bool:
    """Whether code says where a chunk comes from, as the language of its file writes it."""
    if PIECE_ROW.search(text):
        return True
    if place.path.endswith(_SCRIPT):
        return _tells(BARE_KEY, text)
    if place.path.endswith(".cs") and _tells(INITIALIZED, text):
        return True
    if place.path.endswith(".go") and _tells(FIELD, text):
        return True
    if place.path.endswith(".py") and _tells(MADE_WITH, text):
        return True
    return _tells(KEY, _REMARK.sub("", text))


def _tells(key: re.Pattern[str], text: str) -> bool:
    """Whether a key is given anything but one word for every chunk."""
    return any(not ONE_WORD.match(text, found.end()) for found in key.finditer(text))


def _takes_text(repo: Repo, call: Call) -> bool:
    """Whether the file of a call takes from what was cut its text, or makes its documents of text
    alone, and never says what belongs to it."""
    if not _CUTS.search(call.callee):
        return False
    text = _ASIDES.sub("", repo.read(Place(call.place.repo, call.place.path)) or "")
    for own in islice(_CLASS.findall(text), _MOST):
        text = text.replace(own, "")
    return _TEXT_ALONE.search(text) is not None and not _NOTED.search(text)


_CLASS = regex(r"\bclass\s{1,4}([A-Z]\w{3,60})")
"""Names of the file's own types, which say nothing of what others note."""


_CUTS = regex(
    r"split_?[dD]ocuments$|VectorStoreIndex\.from_?[dD]ocuments$"
    r"|TokenTextSplitter(?:\.(?:apply|split|transform))?$|EmbeddingStoreIngestor|DocumentSplitter"
)
_ASIDES = regex(r"(?m)^[ \t]{0,80}(?://|\*|/\*)[^\n]{0,1000}$")
_NOTED = regex(r"(?i)metadata|extra_info|\bid_=|\bdoc_id=|loader\b|reader\b")
_TEXT_ALONE = regex(
    r"[\[{(:,]\s{0,8}\w{1,30}\.page_content(?:\.\w{1,20}\(\))?\s{0,4}\}?\s{1,8}for\s{1,4}\w{1,30}\s{1,4}in\b"
    r"|\.map\(\s{0,8}\(?\w{1,30}\)?\s{0,4}=>\s{0,8}\w{1,30}\.pageContent\b"
    r"|\bnew\s+Document\(\s{0,20}\w{1,40}\s{0,8}\)|\bDocument\.(?:from|document)\(\s{0,20}\w{1,40}\s{0,8}\)"
    r"|\bDocument\(\{?\s{0,20}(?:page_content=|pageContent:|text[=:])[^(){},]{1,80},?\s{0,8}\}?\s{0,8}\)"
)


def _strips(repo: Repo, filling: list[Call]) -> bool:
    """Whether a file of these calls takes from chunks what was copied to them."""
    files = {Place(call.place.repo, call.place.path) for call in filling}
    return any(_STRIPS.search(repo.read(file) or "") for file in files)


_STRIPS = regex(
    r"\.metadata\s{0,4}=\s{0,4}(?:\{\s{0,4}\}|None\b|null\b|dict\(\))|\.metadata\.clear\(\)"
    r"|\bdel \w{1,30}\.metadata\b",
    words=(".metadata",),
)


_REMARK = regex(r"(?m)^[ \t]{0,80}#.*$")
_SCRIPT = (".ts", ".tsx", ".js", ".mjs", ".jsx")
