"""Indexes, tables and records that are declared with a field for where a chunk comes from, and code
that reads such a field from what it found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.rag.written import NOT_OF_ONE, matches, selected
from agentaudit.source import Component, Repo

_NAME = (
    r"(?:source(?!_?(?:len|count|size|lang|type|code)|s\b)_?(?:file|path|page|id|uri|url|name|document|doc)?"
    r"|file_?(?:name|path|id)|(?:doc|document|parent|article|page|product|ticket|message)_?(?:id|name|title|url)"
    r"|(?:doc|document|page|source|file|article|web|original)?_?(?:url|uri|link)|metadata_storage_\w{4,6}|citation\w{0,8}"
    r"|(?:repo|doc|document|rel|relative)_?path|ref_doc_id)"
)
"""Names of fields that say which document a chunk is from."""
_FIELD = regex(
    rf"\b(?:Simple|Searchable|Search)Field\(\s{{0,20}}(?:name\s{{0,4}}=\s{{0,4}})?[\"'](?i:{_NAME})[\"']"
    rf"|\b(?:FieldSchema|add_field|Property)\(\s{{0,20}}(?:(?:field_)?name\s{{0,4}}[=:]\s{{0,4}})?[\"'](?i:{_NAME})[\"']"
    rf"|\bField\.builder\(\)\s{{0,20}}\.name\([\"'](?i:{_NAME})[\"']\)|\bpa\.field\([\"'](?i:{_NAME})[\"']"
    rf"|[{{,]\s{{0,20}}[\"']?name[\"']?\s{{0,4}}:\s{{0,4}}[\"'](?i:{_NAME})[\"']\s{{0,4}},\s{{0,20}}"
    r"[\"']?(?:data_?[tT]ype|type)[\"']?\s{0,4}:"
)
"""A field of an index: Azure AI Search, Milvus, Weaviate, LanceDB, Redis, or of what is
asked of one."""
_READ = regex(
    rf"(?i:\bmeta|meta_?data|payload)s?\)?(?:\(\)|\[\w{{1,12}}\])?[?!]?\s{{0,4}}(?:\??\.(?:get|getString|GetString|getOrDefault|GetValueOrDefault)\(\s{{0,4}}"
    rf"|(?:\?\.)?\[\s{{0,4}})[\"'](?i:{_NAME})[\"'](?!\s{{0,4}}\]\s{{0,4}}=(?!=))"
    rf"|\.(?:metadata|payload)[?!]?\.(?i:{_NAME})\b(?!\s{{0,4}}=(?!=))"
    rf"|\b(?:chunk|passage|hit|match|matched)[?!]?(?:\.|\[[\"'])(?i:{_NAME})(?:[\"']\])?\s{{0,4}}[,;)}}\n]"
)
"""What was found is asked for its source."""
_BLOCK = regex(
    r"(?im)\bcreate\s{1,4}table\b|^\s{0,12}(?:@\w{1,30}\s{0,4}){0,3}(?:(?:public|internal|export|sealed|data|abstract|default)\s{1,4}){0,4}(?:class|record|model|interface)\s{1,4}\w"
    r"|\b(?:pg|sqlite|mysql)table\(|^type\s{1,4}\w{1,60}\s{1,4}struct\b|\bdefinetable\("
)
"""Where a table or a record begins."""
_VECTOR = regex(
    r"(?i:\b(?:half_?)?vector\s{0,4}\(|\bvector_?field\(|\bf32_blob\()|\bUnsupported\(\"vector|\bpgvector\.\w{0,8}Vector\b"
    r"|\[VectorStore(?:Record)?Vector|\.vectorIndex\("
)
"""A column of vectors."""
_LAST = regex(r"(?m)^\s{0,12}(?:\)\s{0,4};|\}\s{0,4}\)?;?\s{0,4}$|\);\s{0,4}$)")
_COLUMN = regex(
    rf"(?im)^\s{{1,40}}(?:(?:public|private|protected|required|virtual|final|readonly|static|string|guid|int|long|uuid)\??\s{{1,4}}){{0,5}}"
    rf"[\"'`\[]?(?:{_NAME}|(?!{NOT_OF_ONE}_?id)\w{{0,20}}(?:[a-z]_?id|link|source_?url))[\"'`\]]?"
    r"\s{0,12}(?:[:={;?]|(?:uuid|text|varchar|character|int|bigint|serial|integer|string|char|nvarchar|uniqueidentifier)\b)"
)
"""A column that leads to what a chunk comes from."""
_ENTITY = regex(
    r"\b(?:class|record)\s{1,4}(?!\w{0,40}(?:Chunk|Paragraph|Passage|Snippet|Section|Segment|Text|Memory|Fact|Event|Data\b|Record\b|Item\b|Entry\b|Document\b))"
    r"\w{1,60}[^\[]{0,200}\[VectorStore(?:Record)?Key[^;]{0,120}\b(?:public|required)\b[^;]{0,60}\b(?i:\w{0,20}id|key|sku)\b"
)
"""A record that is a thing of its own, such as a product, under its own key."""
_LONGEST = 200_000
_MOST = 100
_FAR = 4_000


def said(repo: Repo, component: Component) -> tuple[str, Place] | None:
    """What tells that chunks keep their source where what is stored is not in sight, and where."""
    for message, look in _LOOKS:
        if (place := next(iter(look(repo, component)), None)) is not None:
            return message, place
    return None


def declared(repo: Repo, component: Component) -> Iterator[Place]:
    """Where an index or a table of vectors is declared with a field for the source."""
    yield from matches(repo, component, _FIELD)
    for place in _tables(repo, component):
        text = (repo.read(place) or "")[:_LONGEST]
        if (at := _with_source(text)) is not None:
            line = text.count("\n", 0, at) + 1
            yield Place(place.repo, place.path, line, text.split("\n")[line - 1].strip()[:200])


def read_back(repo: Repo, component: Component) -> Iterator[Place]:
    """Where code that searches reads the source of what it found."""
    code = component.code
    calls = (c for c in code.calls if c.role is Role.APP and c.reached)
    searching = {(c.place.path, c.place.repo) for c in calls if _SEARCHES.search(c.method)}
    brought = ((i.place.path, i.place.repo) for i in code.imports if i.role is Role.APP)
    searching |= {each for each in brought if _ASKS.search(each[0])}
    yield from matches(repo, component, _READ, searching)


_SEARCHES = regex(r"(?i)search|retriev|quer|recall|nearest|similar")
_ASKS = regex(r"(?i)(?<!web)(?<!web[_-])search|retriev|(?:^|[/_.-])rag(?:[/_.-])")
"""Files that search, by their path."""


def _tables(repo: Repo, component: Component) -> list[Place]:
    """Files that may declare tables: of SQL, and those that are about vectors."""
    scripts = [each for each in repo.files("**/*.sql") if each.repo == component.repo]
    return [*scripts[:_MOST], *matches(repo, component, _VECTOR)]


def _with_source(text: str) -> int | None:
    """Where a table or record begins that has a column of vectors and one for the source."""
    if not _VECTOR.search(text):
        return None
    starts = [found.start() for found in _BLOCK.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        block = _whole(text[start : min(end, start + _FAR)])
        if _VECTOR.search(block) and (_COLUMN.search(block) or _ENTITY.search(block)):
            return start + len(block) - len(block.lstrip())
    return None


def _whole(block: str) -> str:
    """A block up to where it ends."""
    found: re.Match[str] | None = _LAST.search(block, 20)
    return block[: found.end()] if found else block


_LOOKS = (
    ("the index is asked for the source of what it finds", selected),
    ("the index is declared with a field for the source", declared),
    ("what is found says which document it is from", read_back),
)
