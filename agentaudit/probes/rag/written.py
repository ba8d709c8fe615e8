"""What the text of files says about an index where no call does: rows that SQL or a mapped object
stores with their vector, and the types of what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.rag import over_http
from agentaudit.probes.rag.searches import EMBED
from agentaudit.probes.rag.source_names import ONE_WORD
from agentaudit.probes.rag.vector_files import COUNTS, about_vectors, likeliest
from agentaudit.source import Component, Repo

_VECTOR = r"(?:\w{0,40}_)?(?:embeddings?|vectors?)(?:_\w{1,40})?"
_STORES = regex(
    rf"(?i:\binsert\s{{1,8}}into\s(?:[^;\"`]|\"\w{{1,60}}\"\s?(?=[,.()\w\s])){{0,300}}?\"?\b{_VECTOR}\b"
    rf"|\bupdate\s{{1,8}}[$\w.\"]{{1,60}}\s{{1,8}}set\s[^;`]{{0,200}}?\b{_VECTOR}\s{{0,4}}="
    r"|(?<!self)(?<!this)(?<!cls)\.(?:\w{0,40}_)?(?:embedding|vector)\s{0,4}=(?![=>])"
    r"\s{0,8}(?=[\w$.( ]{0,80}(?:embed|vector))"
    rf"|\.insert\(\s{{0,8}}\w{{0,40}}embeddings?(?:table)?\s{{0,8}}\)\s{{0,20}}\.values\("
    rf"|\b(?:create|merge)\s{{0,4}}\(\w{{0,30}}:\w{{1,40}}\s{{0,4}}\{{[^{{}}]{{0,300}}?\b{_VECTOR}\s{{0,4}}:\s{{0,4}}\$"
    rf"|\bset_?attr\([^()]{{0,80}}{_VECTOR}\b)"
    r"|\bnew\s{1,4}Knn(?:Float|Byte)?VectorField\("
    r"|\.set\w{0,20}(?:Embedding|Vector)\((?!\s{0,4}null)"
    r"|(?m:^\s{1,40}\w{0,20}(?:Embedding|Vector)\s{0,4}=(?!=)[^;={}\n]{0,80}(?:mbed|ector)[^;={}\n]{0,60},?\r?$)"
)
"""SQL that stores a vector, or a field of a mapped row that is given one."""
_PUT = regex(
    r"\[?[\"']?\b(?:\w{0,20}_)?(?:embedding|vector)(?:s|Column|Field)?[\"']?\]?\s{0,4}:\s{0,8}"
    r"(?:await\s|JSON\.stringify\(|`\[?\$\{)?(?=[a-z])[\w.\[\]()]{0,60}?(?i:embed|vector)\w{0,30}[\w.\[\]()]{0,40}(?:[\"'],[\"']\)\}\]?`)?\s{0,8}[,}\n]"
)
"""A row that is given a vector by key."""
_FIELD = regex(
    r"(?m)^[ \t]{1,60}(?:\w{0,20}_)?(?:embedding|vector)s?[ ]{0,2}=[ ]{0,2}(?!None)"
    r"[\w.\[\]()]{1,80},\r?$"
)
"""A mapped row that is given a vector by name, on a line of its own."""
_MAPPED = regex(
    r"\binsert\(\s{0,8}\w{1,60}\s{0,8}\)\.values\(|\.insert\(\)\.values\("
    r"|\.(?:a?bulk_create|objects\.a?create|objects\.a?update_or_create|add_all)\("
    r"|\b\w{0,20}(?:[sS]ession|db)\.(?:add|merge)\("
)
"""Calls and statements that write such rows: Django, SQLAlchemy."""
_PROCEDURE = regex(
    r"(?i)[\"'](?:\[?\w{1,40}\]?\.)?\[?(?:update|upsert|insert|save|store|set|add)_?\w{0,40}(?:embedding|vector)s?\]?[\"']"
)
_RUNS = regex(r"CommandType\.StoredProcedure|\.callproc\(|\bprepareCall\(|\bSimpleJdbcCall\(")
"""A procedure of the database that is given a vector to store, and calls that run one."""
_WRITES = regex(
    r"(?<!embeddings)(?<!completions)(?<!messages)(?<!responses)(?<!Embedding)"
    r"\.(?:insert|upsert|update|insert_?(?:one|many)|insert(?:One|Many)|create|createMany|bulk_create|values"
    r"|(?:update|replace)_?(?:[oO]ne|[mM]any)|find_?[oO]ne_?[aA]nd_?[uU]pdate|bulk_?[wW]rite|(?:create|upsert)_?[iI]tem"
    r"|patch|set(?=\(\s{0,8}\{))\("
)
"""Calls that write rows, whatever the database."""
NOT_OF_ONE = (
    r"(?:user|tenant|chunk|session|uu|agent|run|api_?key|org|organi[sz]ation|account|team|owner|request|trace|job"
    r"|batch|bot|chatbot|namespace|model|kb|knowledge_?base|workspace|project|collection|space|category|customer|client)"
)
"""What an id tells that many documents share, or that only a piece has."""
_ID = rf"(?:(?!(?i:{NOT_OF_ONE})_?(?:id|ID|Id))\w{{0,30}}_?(?:id|ID)|Id)"
_OF_ONE = (
    r"(?i:doc|document|file|source|article|page|post|product|ticket)s?_?"
    r"(?i:id|name|path|url|uri|title)"
)
"""What a variable is called that holds where a chunk comes from."""
_FROM = (
    r"(?i:source(?!_?(?:len|count|size|lang)|s\b)\w{0,20}|file_?(?:name|path)?|filename|(?:file_?)?path|(?:\w{1,10}_)?ur[il]|link|title|page(?!_?(?:len|count|size|content|text))\w{0,8}"
    r"|origin|citation\w{0,8}|(?:document|doc|article|product|table)_?name)"
)
_KEPT = regex(
    rf"(?i:meta_?data)\)?(?:\(\))?\s{{0,4}}\[\s{{0,4}}[\w.]{{0,40}}[\"']?(?:{_ID}|{_FROM})[\"']?\s{{0,4}}\]\s{{0,4}}=(?!=)"
    rf"|(?i:meta_?data)(?:\(\))?\s{{0,8}}\.(?:put|set|add|Add|TryAdd|setdefault)\(\s{{0,20}}[\w.]{{0,40}}[\"']?\b(?:{_ID}|{_FROM})\b"
    rf"|(?i:meta_?data)[\"']?\s{{0,4}}[:=]\s{{0,4}}[^;{{}}\n]{{0,40}}\{{[^{{}}]{{0,400}}?[\"']?\b(?:{_ID}|{_FROM})[\"']?\s{{0,4}}[:,}}]"
    rf"|\bnew\s{{1,4}}(?:Stored|String|Text)Field\(\s{{0,8}}[\"'](?:{_ID}|{_FROM})[\"']\s{{0,4}},\s{{0,8}}[a-z]"
    rf"|(?:Map\.of|Metadata\.(?:from|metadata))\([^;{{}}]{{0,200}}?[\"'](?:{_ID}|{_FROM})[\"']"
    rf"|(?:Map\.of\([^;{{}}]{{0,200}}?|[mM]eta(?:[dD]ata)?(?:\(\))?\s{{0,8}}\.(?:put|set|add|Add|TryAdd)\([\w.\"']{{1,60}}),"
    rf"\s{{0,20}}(?:\w{{1,30}}\.)?(?:get)?{_OF_ONE}\b"
    rf"|[{{,]\s{{0,20}}[\"']?(?:{_ID}|{_FROM})[\"']?\s{{0,4}}[:,](?:[^{{}};]|\${{[^{{}}]{{0,60}}\}}){{0,300}}?"
    r"(?<![\w.])[\"']?(?:embedding|vector)[\"']?\s{0,4}(?::\s{0,4}(?!string|number|real|vector)\w|[,}])"
    rf"|(?<![\w.])(?:(?:data_?)?(?:chunk|point|doc|vector|node)_?)?ids?\s{{0,4}}=\s{{0,4}}\[?\s{{0,20}}f[\"'][^\"'{{}}\n]{{0,40}}"
    rf"\{{(?:\w{{1,30}}\[[\"'](?!{NOT_OF_ONE}_?id)\w{{0,30}}(?:id|name|path|url|slug)[\"']\]"
    r"|(?:\w{1,30}\.)?(?:file_?(?:name|path|id)|doc(?:ument)?_?id|source|url|slug))\}"
    r"|\[[\"'](?:_id|(?:doc|document|file|source|page)_?id)[\"']\]\)?,\s{1,40}\w{0,20}(?:embed|vector)\w{0,20}(?:\[\w{1,20}\])?,"
    r"|new Document\(\s{0,20}(?:String\.valueOf\()?\w{1,40}(?:\.\w{1,40}\(\)){0,2}\.(?:getI|i)d\(\)"
    r"|\.(?:insert|upsert|insertMany|createMany)\([^;]{0,200}?[{,]\s{0,20}"
    rf"(?!(?i:{NOT_OF_ONE})_?(?i:id))\w{{2,30}}_?[iI]d\s{{0,4}}[,:]"
    r"|(?m:^\s{1,40}(?:Id|Key|DocumentId|Document|SourceId|FileId)\s{0,4}=\s{0,4}(?:\w{1,40}\.)?"
    r"(?!(?i:unique|new|random|generated|guid|cache|session|user|chunk|memory|vector)Id)(?:\w{0,40}Id|document)(?:\.ToString\(\))?,\r?$)"
)
"""What is stored beside a vector is given the id or name of what it comes from."""
_SOURCE = (
    r"(?:source(?!_?(?:len|count|size|lang)|s\b)\w{0,20}|(?:doc|document|parent|file|page|article|product|item|ticket)_?id|file_?(?:name|path)"
    r"|filename|ur[il]|title)"
)
_TYPE = regex(
    r"\b(?:class|type|interface|record|struct|model)\s{1,4}"
    r"(?!\w{0,40}(?:Completion|Stream|Message|Delta|Event))\w{0,40}(?:Chunk|Passage|Embedding|Section)s?"
    r"(?:Data|Row|Record|Model|Meta(?:_?[dD]ata)?|Schema|Entity|DTO|Dto|Input|Document|Table|Info|Result)?"
    rf"\b[^@]{{0,900}}?\b(?i:{_SOURCE})\b\s{{0,4}}[?:]"
)
"""A type of chunks that has a field for where it comes from."""
_MEMBER = regex(
    r"\b(?:class|record)\s{1,4}\w{0,40}(?:Chunk|Passage)s?(?:Data|Row|Record|Model|Entity|Document|Table)?"
    r"\b[^{}]{0,200}\{(?:[^}{]|\{[^}{]{0,60}\}){0,1500}?\b(?:private|public|protected)\s{1,4}"
    rf"(?:final\s|required\s|virtual\s){{0,2}}\s{{0,4}}(?:String|string|Long|long|UUID|Guid|int|Integer)\??\s{{1,4}}(?i:{_SOURCE})\s{{0,4}}[;={{]"
    r"|\brecord\s{1,4}\w{0,40}(?:Chunk|Passage)\w{0,20}\([^(){}]{0,900}?"
    rf"\b(?:String|string|Long|long|UUID|Guid|int|Integer)\??\s{{1,20}}(?i:{_SOURCE})\s{{0,20}}[,)]"
)
"""The same as Java and C# write it."""
_STRUCT = regex(
    r"\btype\s\w{0,40}(?:Chunk|Passage)s?(?:Data|Row|Record|Model|Document|Info|Result)?\sstruct\s{0,4}\{"
    rf"[^}}]{{0,1500}}?\n\s{{1,20}}(?i:{_SOURCE})\s{{1,40}}\*?[\w.]{{1,40}}"
)
"""The same as Go writes it."""
_SELECTED = regex(
    r"(?i)\b(?:select(?:_?fields)?|output_?fields|return_?(?:properties|fields)|_source|source_?includes)[\"']?\s{0,4}[:=]\s{0,4}\[?\s{0,8}[\"'][^;\[\]{}()]{0,120}"
    r"(?<!\w)(?:file_?path|file_?name|ur[il]|source\w{0,12}|(?:parent|doc|document)_?id"
    r"|metadata_storage_path)\b"
)
"""A question to an index that asks for the source of what it finds."""
_MOST = 60
_LONGEST = 200_000


def stored(repo: Repo, component: Component, besides: bool = True) -> list[Place]:
    """Places where a row is stored with its vector; on demand only in files that are about
    vectors, and not besides in others that compute one."""
    code = component.code.calls
    near = {
        (c.place.path, c.place.repo) for c in code if c.role in COUNTS and EMBED.search(c.callee)
    }
    wide = near if besides else frozenset()
    given = [p for p in matches(repo, component, _PUT, wide) if _WRITES.search(_text(repo, p))]
    rows = [p for p in matches(repo, component, _FIELD, wide) if _MAPPED.search(_text(repo, p))]
    named = matches(repo, component, _PROCEDURE, near)
    told = [place for place in named if _RUNS.search(_text(repo, place))]
    return [*matches(repo, component, _STORES, wide), *given, *rows, *told]


def fills(repo: Repo, component: Component) -> bool:
    """Whether it embeds, and stores rows with what it embedded, for others to search."""
    embeds = any(c.role is Role.APP and EMBED.search(c.callee) for c in component.code.calls)
    return embeds and bool(stored(repo, component, besides=False))


_MADE_UP = (
    r"(?:(?:str|int|hash|String(?:\.valueOf)?)\(\s{0,8}){0,2}(?:uuid\w{0,4}(?:\.|\()|UUID\.|Guid\.NewGuid|crypto\."
    r"|(?:crypto\.)?randomUUID|nanoid\(|ulid|cuid|shortuuid|createId\(|generate_?[iI]d\(|ObjectId\(\)|secrets\."
    r"|random\.|Math\.random|hash\(|time\.|Date\.|new Date|datetime\.|Instant\.|now\(|len\("
    r"|(?:i|j|n|idx|index|counter|count|chunk_?(?:idx|index|no|number))\b(?![.\[(])"
    r"|(?:(?:self|this)\.)?(?:new_?)?(?:memory|chunk|vector|point|entry|row|node|embedding)_?[iI][dD]\b"
    r"|(?:similar|existing|previous|current|matched)\w{0,20}\.id\b"
    r"|(?:big|small)?serial\(|[a-z]\w{0,20}\([^()\n]{0,60}\)(?:\.\w{1,20}\([^()\n]{0,60}\)){0,3}?\.primaryKey\()"
)
_COUNTED = regex(
    r"[\"']?\b(?:id|Id|ID|_id|(?:doc|document|point|record|memory|item|entry|node)_?(?:id|Id|ID))[\"']?\s{0,4}"
    rf"\]?\s{{0,4}}[:=,]\s{{0,8}}(?:{_MADE_UP}|f?[\"'`][\w.:-]{{0,40}}\$?\{{{_MADE_UP}[^{{}}]{{0,40}}\}}[\"'`])"
)
"""A key that is random, a time, a running number, or that the database makes, of no document."""


def _blanked(text: str) -> str:
    """The text without keys that lead to no document, with everything else where it was."""
    return _COUNTED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def sourced(repo: Repo, component: Component, fillings: Iterable[Place]) -> list[Place]:
    """Places, in files that fill an index or are about vectors, where what is stored is given the
    source that it comes from."""
    return list(matches(repo, component, _KEPT, {(p.path, p.repo) for p in fillings}))


def typed(repo: Repo, component: Component) -> list[Place]:
    """Types of chunks with a field for their source."""
    written = (_TYPE, _MEMBER, _STRUCT)
    return [place for each in written for place in matches(repo, component, each)]


def selected(repo: Repo, component: Component) -> list[Place]:
    """Questions that ask the index for the source of each chunk."""
    code = component.code
    given = [(i.place, i.role) for i in code.imports] + [(c.place, c.role) for c in code.calls]
    files = {(p.path, p.repo) for p, r in given if r in COUNTS and _SEARCHES.search(p.path)}
    files |= {(c.place.path, c.place.repo) for c in code.calls if over_http.searches(c)}
    return list(matches(repo, component, _SELECTED, files))


_SEARCHES = regex(r"(?i)search|retriev")


def _text(repo: Repo, place: Place) -> str:
    return (repo.read(Place(place.repo, place.path)) or "")[:_LONGEST]


def matches(
    repo: Repo,
    component: Component,
    pattern: re.Pattern[str],
    besides: Set[tuple[str, str]] = frozenset(),
) -> Iterator[Place]:
    """Where files that are about vectors match, once a file, the likeliest first."""
    files = about_vectors(repo, component) | besides
    for path, name in sorted(files, key=likeliest)[:_MOST]:
        text = _text(repo, Place(name, path))
        if pattern in _OF_VECTORS and not _SAYS.search(text):
            continue
        text = _blanked(text) if pattern is _KEPT else text
        counted = (each for each in pattern.finditer(text) if _counts(text, each))
        if pattern is _PUT:
            counted = (each for each in counted if not _asks(text, each))
        if found := next(counted, None):
            line = text.count("\n", 0, found.start()) + 1
            written = _text(repo, Place(name, path)).split("\n")[line - 1]
            yield Place(name, path, line, written.strip()[:200])


_OF_VECTORS = (_STORES, _PUT, _FIELD, _PROCEDURE)
_SAYS = regex(r"(?i)vector|embedding")
"""What each of these is about: to look for a word is faster than for them."""


def _counts(text: str, found: re.Match[str]) -> bool:
    """Whether a match is code, and no remark or the same word for every chunk."""
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    aside = _REMARK.match(line) or _SIGNATURE.fullmatch(line) or _NOTES.match(found[0])
    if found[0].startswith(".set") and _FOUND.search(
        text, max(found.start() - 800, 0), found.end()
    ):
        return False
    return not aside and not ONE_WORD.match(text, found.end())


_NOTES = regex(
    r"(?:(?i:insert\s{1,8}into|update)\s{1,8}|\.insert\(\s{0,8})[\w.\"`\[\]]{0,60}?"
    r"(?:(?i:(?<![a-z])(?:logs?|history|caches?|analytics|audits?))|(?:Logs?|History|Caches?|Analytics|Audits?))"
    r"(?![a-z])"
)
"""What keeps a note of questions, or answers for the next time: none is an index of documents."""
_FOUND = regex(r"[\"'](?:_additional|additional|certainty|similarity|score)[\"']")
"""Before a vector that was read with what was found."""


def _asks(text: str, found: re.Match[str]) -> bool:
    """Whether a vector is given to a search, or stands among the limits of one."""
    if _SEARCH.search(text, max(found.start() - 160, 0), found.start()):
        return True
    return _LIMITS.match(text, found.end()) is not None


_SEARCH = regex(
    r"(?i)search|(?<!embed)(?<!embed_)quer(?:y|ies)|nearest|similar|\bmatch|recommend|\brpc\("
)
_LIMITS = regex(
    r"(?i)[^{}]{0,300}?\b(?:\w{1,20}_?threshold|(?:match|document|chunk|result)_?(?:count|limit)|top_?k"
    r"|num_?(?:candidates|probes|results)|(?:min|max)_?(?:score|distance|results))\b[\"']?\s{0,4}[:,}]"
)
"""How much a search is to find, and how near."""
_REMARK = regex(r"\s{0,200}(?:#|//)")
_SIGNATURE = regex(
    r"\s{0,80}(?:export\s)?(?:default\s)?(?:async\s)?(?:def|function|func)\s[^{}]{0,300}"
)
"""Before a parameter, which is given and not stored."""
