"""Whether a component retrieves: by a library or a service that its calls show, by what its files
write to a database, or through a memory that keeps vectors."""

from __future__ import annotations

import posixpath

from agentaudit.code import Call, Role, Strength
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.beside import inner
from agentaudit.probes.once import once
from agentaudit.probes.rag import flow, over_http
from agentaudit.probes.rag.ingestion import indexing
from agentaudit.probes.rag.searches import ANSWERS, CHUNK, EMBED, is_rag
from agentaudit.probes.rag.written import fills
from agentaudit.source import Component, Repo


@once
def retrieves(repo: Repo, component: Component) -> bool:
    """Whether its code searches or fills an index of vectors, in whatever way it is seen."""
    return (
        is_rag(component, Strength.IMPORTED)
        or fills(repo, component)
        or asks_in_text(repo, component)
        or _feeds(repo, component)
        or _borrows(repo, component)
        or _is_served(repo, component)
        or next(flow.found_by(repo, component), None) is not None
    )


def _is_served(repo: Repo, component: Component) -> bool:
    """Whether it asks a service for pieces of documents, which none beside it searches."""
    others = (c for c in repo.components() if c.repo == component.repo and c.path != component.path)
    if next(over_http.served(repo, component), None) is None:
        return False
    return not any(is_rag(each, Strength.IMPORTED) for each in others)


def _borrows(repo: Repo, component: Component) -> bool:
    """Whether it asks for a store of vectors that only a package beside it uses, whose code it
    imports: what is mounted there, or put on the path, is none of its own."""
    code = component.code.imports
    taken = [each.module for each in code if each.role is Role.APP and each.module.startswith(".")]
    packages = {module.lstrip(".").partition(".")[0] for module in taken} - {""}
    asked = {use.library for use in component.uses("vector_store")}
    return any(
        use.library in asked and packages & set(use.place.path.split("/")[:-1])
        for other in repo.components()
        if asked and other.repo == component.repo and other.path != component.path
        for use in other.uses("vector_store")
        if use.strength >= Strength.CALLED
    )


def _feeds(repo: Repo, component: Component) -> bool:
    """Whether its own code runs code beside it that cuts documents or fills an index, as a
    pipeline does in which that code is mounted."""
    taken = {
        each.module.lstrip(".").replace(".", "/")
        for each in component.code.imports
        if each.role is Role.APP and each.module.startswith(".") and _FEEDS.search(each.module)
    }
    folders = {posixpath.dirname(module) for module in taken} - {""}
    return bool(taken) and any(
        posixpath.dirname(call.place.path) in folders or call.place.path[:-3] in taken
        for other in repo.components()
        if other.repo == component.repo and other.path != component.path
        for call in (*indexing(other), *_cuts(other))
    )


def _cuts(component: Component) -> list[Call]:
    calls = component.code.calls
    return [call for call in calls if call.role is Role.APP and CHUNK.search(call.callee)]


_FEEDS = regex(r"(?i)ingest|indexing|indexer|embedding|vectori[sz]|(?:^|[._])rag(?:[._]|$)")


_NEAREST = regex(
    r"<[=#-]>\s{0,4}(?:\(?\s{0,4}(?:CAST\s{0,4}\()?\s{0,4})?(?:\$\d|\$?\{|%s|%\(|:\w|\?|@\w|#\{|['\"]\s{0,4}\+)"
    r"|(?i:\bvector_?distance|\bvec_distance\w{0,12}|\bcosine_?distance|\barray_cosine_(?:similarity|distance)"
    r"|\bvector_cosine_similarity)\(\s{0,4}[\w.\"'`\[]{1,60},\s{0,4}(?:\$?\{|\$\d|:\w|%s|%\(|\?|@\w|CAST)"
    r"|\bvector::(?:similarity|distance)::\w{1,20}\(|\bfn::\w{0,20}(?:vector|semantic)_?search\("
    r"|(?i:\b(?:from|join|select)\s{1,8}(?:\w{1,30}\.)?(?:match|search|find|hybrid|nearest|similar|semantic)_\w{1,60}"
    r"\(\s{0,8}(?:\$?\{|\$\d|:\w|%s|%\(|\?|@\w|#\{))"
    r"|(?i:\b(?:embedding|vector)\s{1,4}match\s{1,4}(?:\?|:\w|@\w|\$|vec_))|\bvector_top_k\("
    r"|\$vectorSearch\b|\bindex\.vector\.query|\[KNN\s|\bknn[\"']?\s{0,4}[:=]\s{0,4}\{|\.knn\(\s{0,8}\w{1,20}\s{0,4}[-=]>"
    r"|\bvector_query[\"']?\s{0,4}[:=]|\bKnn(?:Float|Byte)?VectorQuery\("
)
"""SQL that orders rows by the distance to a vector that is handed in, or calls the database's own
function that does, and the same question as other engines are asked it: MongoDB, Neo4j, Redis,
Elasticsearch, Typesense, Lucene, SQLite."""
_ABOUT = regex(
    r"(?i)embed|vector|chunk|knowledge|(?:^|[/_.])rag|memor|search|retriev|similar|neighbo|repositor"
    r"|quer|mapper|store|databas|domain|models?[/.]|(?:^|[/_.-])(?:db|dao|dal|sql)(?:[/_.-]|$)"
)
"""Files that may ask a database, by their path: they are read first."""
_CODE = regex(r"\.(?:py|tsx?|jsx?|mjs|cjs|go|java|kt|cs|rs|sql|xml|surql)$")
_ASIDE = regex(r"(?i)(?:^|/)(?:build|migrations?|notebooks?)/|\.(?:min|d)\.")
_COUNTS = frozenset({Role.APP, Role.INFRA})
_MOST = 200
_LONGEST = 200_000


def asks_in_text(repo: Repo, component: Component) -> bool:
    """Whether a file of a component that computes vectors holds a query for what is nearest, which
    a call is given by way of a variable or a template, or in pieces."""
    if not _embeds(component):
        return False
    texts = ((repo.read(each) or "")[:_LONGEST] for each in files(repo, component))
    return any(_NEAREST.search(text) for text in texts if "embed" in text.lower())


def _embeds(component: Component) -> bool:
    """Whether it computes vectors, or names the model that does."""
    calls = (call.callee for call in component.code.calls if call.role in _COUNTS)
    ids = (model_id(each.text) for each in component.code.literals if each.role in _COUNTS)
    return any(map(EMBED.search, calls)) or any(id and id.purpose == "embedding" for id in ids)


@once
def files(repo: Repo, component: Component) -> list[Place]:
    """The component's files of code, and others that it calls, the likeliest first."""
    home = "" if component.path == "." else f"{component.path}/"
    code = component.code
    told = {(c.place.repo, c.place.path) for c in code.calls if c.role in _COUNTS}
    told |= {(i.place.repo, i.place.path) for i in code.imports if i.role in _COUNTS}
    below = inner(repo, component)
    own = {
        (each.repo, each.path)
        for each in repo.files("**")
        if each.repo == component.repo and each.path.startswith(home) and _CODE.search(each.path)
        if not each.path.startswith(below) and repo.role(each) not in ASIDE
    }
    found = sorted(
        (not _ABOUT.search(path), path, name)
        for name, path in told | own
        if not (_ASIDE.search(path) or ANSWERS.search(path))
    )
    return [Place(name, path) for _, path, name in found[:_MOST]]
