"""Whether code searches vectors, or stores them: by a library, a service, or by its own hand."""

from __future__ import annotations

import re

from agentaudit.code import Call, Role, Strength, Use
from agentaudit.expressions import regex
from agentaudit.probes.rag import over_http
from agentaudit.source import Component

_BY_WORDS = frozenset({"opensearch-py", "@opensearch-project/opensearch"})
"""Engines that mostly search logs and words: of vectors only where the code embeds."""
_HOSTED = regex(
    r"vector_stores?\.|[vV]ectorStores\.|\.VectorStoreClient\.|\.(?:Create|Get)VectorStoreClient$|[Ff]ileSearchTool(?:Definition|Resources?)?$"
    r"|\.start_ingestion_job$|(?i:[._]save_?(?:information|reference)(?:_?async)?)$|AzureSearchChat(?:DataSource|ExtensionConfiguration)$"
    r"|MatchingEngineIndex(?:Endpoint)?(?:\.|$)|\.upsert_datapoints$|\.upsertDatapoints$"
    r"|client-bedrock-agent-runtime\S{0,20}\.Retrieve\w{0,30}Command$"
    r"|\.ingest_knowledge_base_documents$|\.(?:StartIngestionJob|IngestKnowledgeBaseDocuments)Command$"
)
"""Calls about indexes that a provider of models or a cloud keeps, or a memory of a framework."""
_ON_DATA = regex(
    r"file_?[sS]earch_?[sS]tore_?[nN]ames|[\"']?data_?[sS]ources[\"']?\s{0,4}:.{0,80}?[\"']?type[\"']?\s{0,4}:\s{0,4}[\"']?azure_?(?:cognitive_?)?(?i:search)"
)
"""An index of Azure, or of Gemini, that a model is told to ask by itself."""
_OF_DOCUMENTS = regex(r"(?:^|\.)(?:a?embed_documents|embedMany|get_text_embedding_batch)$")
"""Calls that embed what is to be found later, not a question."""
OF_ONES_OWN = regex(
    r"(?i)(?:^|[._])(?:upsert|insert|store|save|add|index|write|put)_?(?:embeddings?|vectors?)(?:Command)?$"
)
"""What people call the function that puts vectors into a store which they ask by hand."""
TELLING = regex(r"(?i)ingest|index|embed|chunk|loader|vector|(?:^|[/_])rag|knowledge|etl")
_FILLS = regex(
    r"(?i)ingest|index|chunk|loader|vector|(?:^|[/_])rag|knowledge|etl|embed\w{0,12}[./_-](?:\w{1,20}[_-])?(?:docs|documents?|data|corpus|files?)"
)
"""The same of files that do more than to embed what they are sent."""
CHUNK = regex(
    r"(?i)(?:^|[._])(?:split_documents|split_text|splitdocuments|splittext|splitall|create_documents"
    r"|get_nodes_from_documents|documentsplitters?\.\w+|textchunker\.\w+|documentsplitter)$"
    r"|(?:text|sentence|token|markdown|node|semantic|code|html|document|recursive)_?(?:splitter|parser|chunker)"
    r"|chunk|(?:^|[._])split_?(?:pages|into|doc)|(?:^|[._])create_?(?:sections|passages)$"
    r"|textsplitter\."
)
EMBED = regex(r"(?i)embed(?!ded\b)|(?:model|encoder|transformer\w*|embedder)\.encode$|vectori[sz]e")
COMPARES = regex(
    r"(?i)(?:^|[._])(?:cos(?:ine)?_?sim\w{0,20}|(?:compute|calculate|vector|embedding)_?similarity)$"
    r"|^(?:numpy|np)\.(?:argsort|argpartition|lexsort)$|^torch\.topk$"
)
"""Calls that compare vectors, or rank what was compared: a search that the component wrote
itself."""
_NEAREST = regex(
    r"<[=#-]>\s{0,4}(?:\$\d|\$\{|%s|%\(|:\w|\?|@\w|CAST|\{)|\$vectorSearch\b|vector\.queryNodes"
    r"|(?i:\bvec_distance\w{0,12}|\bvector_?distance|\bcosine_?distance|array_cosine_(?:similarity|distance)"
    r"|vector_cosine_similarity)\s{0,4}\("
)
"""Queries that order rows by the distance of vectors, as pgvector, MariaDB, SQL Server, Oracle,
Cosmos DB, MongoDB, Neo4j, Spanner, ClickHouse, DuckDB and Snowflake write them."""
_MATCHES = regex(r"match_\w{1,60}")
"""Functions of Supabase that compare vectors, by their usual name; others are given one."""
_NEAREST_CALLS = regex(
    r"^drizzle-orm\S{0,40}\.(?:cosineDistance|l[12]Distance|innerProduct)$|(?:^|\.)(?:VectorDistance|CosineDistance|L2Distance|cosine_distance|l2_distance"
    r"|max_inner_product|findNearest|find_nearest|vectorSearch|query_?[vV]ectors|QueryVectors(?:Command)?)$"
)

_FINDS = regex(
    r"(?i)(?:^|[._])\w{0,40}(?:search|similar|nearest|neighbou?r|retriev|recall|lookup|match|query|find)\w{0,40}$"
)
_ALIKE = regex(r"(?i)similar|nearest|neighbou?r")
_OF_VECTORS = regex(
    r"(?i)cos(?:ine)?_?sim|similarity$|similarities$|distance|compare|score|rank"
    r"|^_?(?:find|get|query|match|lookup|retrieve)_?(?:embedding|vector)s?$"
)
"""Names of what computes with vectors, or reads one."""
_VECTOR = regex(
    r"(?i)(?:[a-z_][\w.]{0,40}[._])?[a-z_]{0,20}(?:embedding|vector)s?(?:\[0\]|\.values|\.data|\.tolist\(\))?"
)


ANSWERS = regex(
    r"(?:^|(?<!mbedding)(?<!mbeddings)(?<!ector)[/_.-])(?:semantic)?(?:caches?|caching)(?=[/_.-])"
    r"|[a-z](?<!mbedding)(?<!ector)Cache(?:Service|Store|Repository|Manager|Client)?\.\w{2,4}$"
)
"""Code that keeps answers for the next time: what it finds by its vector is a question that was
asked before, and no document."""


def is_rag(component: Component, at_least: Strength) -> bool:
    """Whether its code searches or fills an index of vectors."""
    calls = [call for call in component.code.calls if call.role is Role.APP]
    calls = [call for call in calls if not ANSWERS.search(call.place.path)]
    stores = [use for use in component.uses("vector_store") if use.strength >= at_least]
    stores = [use for use in stores if not _caches(component, use)]
    used = any(use.library not in _BY_WORDS for use in stores) or (
        bool(stores) and any(EMBED.search(call.callee) for call in calls)
    )
    hosted = any(_HOSTED.search(call.callee) or says(_ON_DATA, call) for call in calls)
    filled = any(_OF_DOCUMENTS.search(c.callee) and _FILLS.search(c.place.path) for c in calls)
    filled = filled or any(map(over_http.fills, calls))
    own = any(OF_ONES_OWN.search(c.callee) for c in calls) and any(map(_makes_vectors, calls))
    found = used or hosted or filled or own or _by_vector(component, calls)
    return found or compares(calls) or any(map(_asks_nearest, calls))


def _caches(component: Component, use: Use) -> bool:
    """Whether a store is brought only by code that keeps answers."""
    brought = [i.place.path for i in component.code.imports if i.library == use.library]
    return bool(brought) and all(map(ANSWERS.search, brought))


def _by_vector(component: Component, calls: list[Call]) -> bool:
    """Whether something, a service or a repository of the team's own, is given the vector of what
    it shall find. Of code that imports a library of vectors, the use of that library tells."""
    known = {i.place.path for i in component.code.imports if LIBRARIES.search(i.module)}
    finding = [
        call
        for call in calls
        if call.reached and call.place.path not in known and _finds_by_vector(call)
    ]
    alike = any(_ALIKE.search(call.method) for call in finding)
    return alike or (bool(finding) and any(map(_makes_vectors, calls)))


LIBRARIES = regex(
    r"(?i)^(?![.@~/]*(?:src|lib|app)?/)\S{0,60}(?:vector_?(?:data|stores?)|qdrant|pinecone|chroma|weaviate|milvus|faiss|lancedb"
    r"|opensearch|elasticsearch|azure[./]search)"
)


def _finds_by_vector(call: Call) -> bool:
    if not _FINDS.search(call.callee[-80:]) or _OF_VECTORS.search(call.method):
        return False
    given = [a for a in call.arguments if _VECTOR.fullmatch(a.value.written[:80])]
    return len(given) == 1


def _makes_vectors(call: Call) -> bool:
    return bool(EMBED.search(call.callee) and not OF_ONES_OWN.search(call.callee))


def _asks_nearest(call: Call) -> bool:
    first = call.at(0)
    named = first is not None and _MATCHES.fullmatch(first.text or "")
    given = any("embedding" in argument.name.lower() for argument in call.arguments)
    matches = call.method == "rpc" and (named or given)
    near = bool(matches or _NEAREST_CALLS.search(call.callee))
    return near or says(_NEAREST, call) or over_http.searches(call)


def says(pattern: re.Pattern[str], call: Call) -> bool:
    """Whether a call is given a text with the pattern, directly or by name."""
    values = [argument.value for argument in call.arguments]
    return any(pattern.search(v.text or "") or pattern.search(v.written) for v in values)


def compares(calls: list[Call]) -> bool:
    """Whether calls compare what others cut and embedded, or the vector of a question with those
    of what may answer it: an index in memory, of its own make."""
    comparing = [call for call in calls if COMPARES.search(call.callee)]
    if not comparing or not any(EMBED.search(call.callee) for call in calls):
        return False
    return any(map(_asks_many, comparing)) or any(CHUNK.search(call.callee) for call in calls)


def keeps_in_memory(calls: list[Call]) -> bool:
    """Whether what it compares was cut or embedded by its own code, not made elsewhere."""
    return compares(calls) and any(CHUNK.search(c.callee) or _embeds_many(c) for c in calls)


def _embeds_many(call: Call) -> bool:
    given = call.at(0)
    many = given is not None and _MANY.search(given.written[:80])
    return bool(many) and EMBED.search(call.callee) is not None


_MANY = regex(
    r"(?i)^\[?(?:\w{1,20}\.)?\w{0,20}(?:docs|documents|texts|chunks|corpus|passages|sentences|paragraphs|entries)\b"
)


def _asks_many(call: Call) -> bool:
    """Whether the vector of a question is compared with those of what may answer it."""
    if "rerank" in call.place.path.lower():
        return False
    given = [each.value.written[:80] for each in call.arguments if not each.name]
    asked = [each for each in given if _QUESTION.search(each)]
    if len(asked) == 1 and any(_ANSWERS.search(each) for each in given if each not in asked):
        return True
    return len(given) == 2 and sorted(map(_kind, given)) == ["its", "one"]


def _kind(written: str) -> str:
    """Whether a vector stands for itself, or belongs to each row of many."""
    if written.isidentifier():
        return "one"
    return "its" if _OF_ROW.fullmatch(written) else ""


_OF_ROW = regex(r"\w{1,30}(?:\.|\?\.|\[[\"'])(?:\w{1,20}_)?(?i:embedding|vector)(?:[\"']\])?!?")


_QUESTION = regex(
    r"(?i)^[\[(]{0,2}(?:\w{1,20}\.)?(?:user_?)?(?:q|query|question|prompt|search)_?(?:text_?)?(?:emb|vec)\w{0,12}"
)
_ANSWERS = regex(
    r"(?i)(?:doc|chunk|passage|corpus|article|page|note|memor|knowledge|index|entry|entries|row|item|record|candidate)\w{0,20}"
    r"(?:[._\[\"']{1,3}\w{0,12})?(?:emb|vec)|^(?:self\.|this\.)?(?:\w{1,12}_)?(?:embeddings|vectors|matrix)\b|emb_?matrix"
)
