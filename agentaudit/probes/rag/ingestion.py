"""The stages by which documents become an index: load, chunk, embed, index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agentaudit.code import Argument, Call, Role
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.probes.rag import over_http
from agentaudit.probes.rag.handing import handed_on, of_vectors
from agentaudit.probes.rag.searches import (
    ANSWERS,
    CHUNK,
    COMPARES,
    EMBED,
    OF_ONES_OWN,
    TELLING,
    keeps_in_memory,
    says,
)
from agentaudit.probes.rag.uncalled import is_uncalled
from agentaudit.source import Component, Repo

_COUNTS = frozenset({Role.APP, Role.INFRA})
RETRIEVES = ("vector_store", "retriever")

_INDEX = regex(
    r"EmbeddingStoreIngestor|(?:^|[._])(?:a?add_documents|a?add_texts|a?from_documents|a?from_texts|add_embeddings"
    r"|from_embeddings|upsert|upsert_points|upsert_?[rR]ecords|upload_points|upload_collection|upload_documents"
    r"|merge_or_upload_documents|index_documents|insert_nodes|insert_many|batch_import|add_nodes"
    r"|add_vectors|addDocuments|fromDocuments|fromTexts|addVectors|upsertPoints|upsertAsync"
    r"|UpsertAsync|Upsert|UpsertPoints|UpsertBatchAsync|UploadDocumentsAsync|uploadDocuments|mergeOrUploadDocuments"
    r"|IndexDocumentsAsync|MergeOrUploadDocumentsAsync|insertMany|addTexts|add_faiss_index|upsert_datapoints|upsertDatapoints"
    r"|write_documents|AddDocuments|AddDocumentsAsync|AddTexts|InsertDocuments|DocumentWriter|run_ingestion|ImportDocumentAsync|ImportTextAsync|ImportWebPageAsync"
    r"|add_objects?|add_data_objects?|addObjects?|add_corpus|feed_data_point|feed_iterable|feed_batch|AddDocument|upload_and_poll|uploadAndPoll|import_files|start_ingestion_job|EmbeddingStoreIngestor"
    r"|[iI]ndexer\.Store|AddIndexerNode|documents(?:\(\))?\.import_?|build_index|create_search_client_index|add_with_ids|add_items|bulk|async_bulk|parallel_bulk"
    r"|redisvl\.\S{0,80}\.load|turbopuffer\S{0,80}\.write|txtai\S{0,80}\.(?:index|upsert)"
    r"|(?:elasticsearch|opensearchpy)\S{0,80}\.index|streaming_bulk|upload_batch|New(?:Column|Row)Based(?:Insert|Upsert)Option|from_loaders|fromLoaders|add_files_to_pipeline(?:_api)?|(?i:save_?information(?:async)?))$"
)
"""Calls that put vectors or documents into an index."""
_INDEX_OF_STORE = frozenset({"add", "addAll", "insert", "Add", "Insert", "AddAll"})
"""Names that say so only where a vector store is what is called."""
_INDEX_BY_NAME = regex(
    r"(?:^|[._])\w{0,30}index\.(?:a?insert(?:_nodes)?|insertNodes|refresh(?:_ref_docs)?|a?update_ref_doc)$"
)
"""The same on an index that was handed in, by what people call it."""
_LLAMA = ("llama_index", "llamaindex", "@llamaindex", "@vectorstores")
_INDEX_OF_NODES = regex(r"(?:^|\.)VectorStoreIndex(?:\.insert)?$")
"""Calls of LlamaIndex that do, where they are given something."""
_TABLES = frozenset({"create_table", "createTable"})
"""The same where it is made of rows at once, as LanceDB does."""
_ASIDE = regex(
    r"(?:Filters|Plugins|Services|Options|Tools|Headers|Messages|History|Converters)\.Add(?:All)?$"
)
"""Such names on what hangs on a store, and is none."""
_ROW = regex(
    r"(?:Chunk|Embedding|Vector|Document|Node|Passage|Record|Point)"
    r"(?!\w{0,20}(?:Store|Index|Search|Client|Retriever|Query|Queries|Request))\w{0,20}$"
)
_STORE = regex(r"^langchain\S{0,200}Vector$")
"""Stores that are called as rows are: `PGVector`."""
_VECTORS = frozenset({"embedding", "embeddings", "vector", "vectors", "content_vector"})
_WRITES = frozenset({"insert", "create", "insertOne", "insert_one", "values"})
"""Calls that write a row of a table."""
_RECORDS = regex(r"(?i)^_?(?:insert|update|upsert|save)(?:_?[a-z]\w{0,40})?$")
"""Functions that write a record, by the name that teams give them."""
_NO_VECTOR = regex(r"(?i)(?:null|none|undefined|\[\s*\]|)(?:\s.*)?")
_TEXTS = frozenset({"documents", "texts"})
_DATA = regex(r"(?<![\w.])data\s{0,4}[:,}]")
"""A row of a table is an index too, when it holds a vector."""
_MANAGED = regex(
    r"vector_stores?\.(?:file_batches|files)\.|vectorStores\.(?:fileBatches|files)\."
    r"|VectorStores\.(?:FileBatches|Files)\.New\w{0,20}$|VectorStore\w{0,20}\.(?:AddFileToVectorStore|AddFileBatchToVectorStore|CreateBatchFileJob)(?:Async)?$"
    r"|start_ingestion_job|import_files|ImportDocumentAsync|ImportTextAsync|ImportWebPageAsync|add_files_to_pipeline"
    r"|pinecone\S{0,80}\.upload_?[fF]ile$|lightrag\S{0,80}\.a?insert\w{0,20}$|discoveryengine\S{0,80}\.(?:import_documents|importDocuments)"
    r"|(?i:file_?search_?stores)\.(?i:upload_?to_?file_?search_?store|import_?file)|graphrag\.\S{0,60}build_index"
    r"|EmbeddingStoreIngestor|VectorstoreIndexCreator|(?:agno|phi)\.knowledge\.\S*Knowledge(?:Base)?$|SearchIndexerClient|SearchIndexerSkillset|crewai\.knowledge\.source\."
    r"|crewai_tools\.(?:RagTool|(?:CSV|PDF|TXT|MDX|DOCX|JSON|XML|Directory|CodeDocs|Website)SearchTool)$"
)
"""Services and components that load, cut and embed by themselves."""
_OF_FILES = regex(r"(?:vector_stores|vectorStores)\.create(?:AndPoll|_and_poll)?$")
"""Calls that make such a store, where they are given its files."""
_LATER = regex(r"(?:agno|phi)\.knowledge\.")
_LOADS = frozenset(
    {"load", "aload", "add_content", "add_content_async", "add_contents", "add_contents_async"}
    | {"load_document", "aload_document", "load_documents", "load_text"}
)
"""Those of them that do so once they are told to, and how they are told."""
_TOLD = regex(r"(?i)knowledge(?:_?base)?\.a?insert(?:_many)?(?:_async)?$")
"""The same by a name that other things have too."""
_PAGE = regex(r"(?:^|/)(?!route\.)[^/]{1,200}\.[tj]sx$")
"""Files that draw a page, which fill no index; a route answers on the server, whatever its end."""
_PASSED_ON = regex(r"\*\*(?:body|request|req|payload)\b")
"""What somebody asks for is handed on: an interface to an index, whose documents others choose."""
_COLUMN = regex(r"(?i)pgvector\S*\.(?:new_?(?:half_?)?vector|vector|half_?vector|to_?sql)$")
"""Calls that make the value of a column of vectors."""
_INSERTS = regex(r"(?i)\binsert\s+into\s[^;\"`]{0,300}\b(?:embedding|vector)s?\b")
"""SQL that stores a row with a vector."""
_STORES = regex(r"(?i)^(?:store|insert|upsert|save|add|index|write|put|ingest|create)")
"""Functions that write a row."""
_READY = regex(r"(?:^|[._])(?:load_index_from_storage|from_persist_dir|load_local|read_index)$")
"""Calls that open an index which was made elsewhere."""
_KEPT = regex(
    r"(?:^|[._])(?:persist|save_local|write_index|VectorStoreIndex|a?from_(?:documents|texts)"
    r"|insert_nodes|add_documents|add_texts|add_embeddings|run_ingestion|refresh_ref_docs"
    r"|from_loaders)$"
)
"""Calls that make such an index."""
SEARCH_SERVICE = regex(
    r"(?i)(?:^|[._])(?:merge_?or_?)?upload_?documents(?:async)?$|(?:^|[._])index_?documents(?:async)?$"
)
"""Calls that give documents to a service that finds them by their words too."""
_EMBEDDING_STORE = regex(
    r"(?:^|[._])(?i:save_?information(?:async)?)$|[iI]ndexer\.Store$|\.AddIndexerNode$|(?:^|[._])(?:VectorStoreIndex(?:\.(?:from_documents|fromDocuments|insert|insert_nodes|insertNodes))?"
    r"|a?from_documents|a?from_texts"
    r"|a?add_documents|a?add_texts|fromDocuments|fromTexts|addDocuments|AddDocuments?|add_corpus)$"
    r"|springframework\.ai\.vectorstore\.[\w.]{1,300}\.(?:add|accept|write)$"
    r"|txtai\S{0,80}\.(?:index|upsert)$|pinecone\S{0,80}\.upsert_?[rR]ecords$"
)
"""Stores that embed what they are given."""
_LOAD = regex(
    r"(?:Loader|Reader|Parser|Connector|DocumentConverter)(?:$|\.)|(?:^|[._])(?:load_data|lazy_load"
    r"|aload|partition\w*|read_csv|read_json|read_parquet|read_text|read_bytes|load_documents"
    r"|PdfReader|PdfDocument|loadDocuments?|glob|rglob|walk|extract_text|parse_document\w*"
    r"|convert_to_markdown|MarkItDown|begin_analyze_document|readFile|readFileSync|ReadAllText"
    r"|ReadFile|LlamaParse|FileSystemDocumentLoader\.\w+|fetch_documents|load_file\w*)$"
)
NAMES = ("load", "chunk", "embed", "index")


class Stages(NamedTuple):
    """The first call that shows each stage; None where none does."""

    load: Call | None
    chunk: Call | None
    embed: Call | None
    fill: Call | None

    @property
    def managed(self) -> bool:
        """Whether what indexes also loads, cuts and embeds."""
        return self.fill is not None and _is_managed(self.fill)

    @property
    def missing(self) -> list[str]:
        return [name for name, call in zip(NAMES, self, strict=True) if call is None]

    @property
    def whole(self) -> bool:
        """Indexing must be there, and embedding but for services that search words; rows that are
        whole documents need no cutting, and documents that come with a request no loading."""
        if self.fill is None or self.managed:
            return self.fill is not None
        by_words = self.load is not None and SEARCH_SERVICE.search(self.fill.callee) is not None
        return self.embed is not None or by_words or _embeds_itself(self.fill)


def ready_made(component: Component, around: Iterable[Component]) -> Call | None:
    """A call that opens an index which no code of the component, or of one beside it, made."""
    own = (call for call in component.code.calls if call.role in _COUNTS)
    opened = next((call for call in own if _READY.search(call.callee)), None)
    calls = (call for each in (component, *around) for call in each.code.calls)
    made = opened and any(_KEPT.search(c.callee) for c in calls if c.role in _COUNTS)
    return None if made else opened


def stages(repo: Repo, components: Iterable[Component]) -> Stages:
    """The stages that the components show together; what nobody calls fills nothing."""
    components = list(components)
    stores = tuple(_modules(components))
    readers = tuple(_modules(components, "document"))
    own = (c for each in components for c in each.code.calls if c.role in _COUNTS)
    calls = list(handed_on(own))
    loads = any(call.method in _LOADS or _TOLD.search(call.callee) for call in calls)
    filling = [c for c in _filling(calls, stores) if loads or not _LATER.match(c.callee)]
    filling = [c for c in of_vectors(filling, components) if not is_uncalled(repo, c.place)]
    if not stores and keeps_in_memory(calls):
        filling += [c for c in calls if COMPARES.search(c.callee)]
    return Stages(
        load=_first(c for c in calls if _LOAD.search(c.callee) or c.below(*readers)),
        chunk=_first(c for c in calls if CHUNK.search(c.callee)),
        embed=_first(c for c in calls if _embeds(c)),
        fill=_first(filter(_is_managed, filling)) or _first(iter(filling)),
    )


@once
def indexing(component: Component) -> list[Call]:
    """Calls of a component that put documents into an index."""
    stores = tuple(_modules([component]))
    calls = list(handed_on(call for call in component.code.calls if call.role in _COUNTS))
    found = list(of_vectors(_filling(calls, stores), [component]))
    kept = not stores and not found and keeps_in_memory(calls)
    return [call for call in calls if COMPARES.search(call.callee)] if kept else found


def _first(calls: Iterator[Call]) -> Call | None:
    """The call that shows a stage best: one in code that is called ingestion or so."""
    found = sorted(calls, key=lambda call: not TELLING.search(call.place.path))
    return found[0] if found else None


def _modules(components: Iterable[Component], trade: str = "vector_store") -> Iterator[str]:
    """Modules of the libraries of a trade, as they are imported."""
    for component in components:
        libraries = {use.library for use in component.uses(trade)}
        yield from (i.module for i in component.code.imports if i.library in libraries)


def _filling(calls: list[Call], stores: tuple[str, ...]) -> list[Call]:
    """Those that put something into an index, in files that neither draw a page nor answer."""
    aside = {p for p in {c.place.path for c in calls} if _PAGE.search(p) or ANSWERS.search(p)}
    return [c for c in calls if c.place.path not in aside and _indexes(c, stores)]


def _indexes(call: Call, stores: tuple[str, ...]) -> bool:
    if any(_is_nothing(each) or _PASSED_ON.match(each.value.written) for each in call.arguments):
        return False
    if _INDEX_OF_NODES.search(call.callee):
        given = call.argument("nodes") or call.at(0)
        return given is not None and given.written.strip() != "[]"
    if _INDEX.search(call.callee):
        return "." in call.callee
    if _INDEX_BY_NAME.search(call.callee) and any(each.startswith(_LLAMA) for each in stores):
        given = call.at(0)
        return given is not None and given.written.strip() not in ("[]", "0")
    if _is_managed(call) or says(_INSERTS, call) or over_http.fills(call):
        return True
    if OF_ONES_OWN.search(call.callee) or _writes_row(call):
        return True
    if _COLUMN.search(call.callee):
        return bool(_STORES.search(call.scope.rpartition(".")[2]))
    if call.callee.startswith("org.springframework.ai.vectorstore"):
        return call.method in ("add", "accept", "write")
    row = (
        call.method[:1].isupper()
        and _ROW.search(call.method)
        and not _STORE.search(call.callee)
        and any(map(_is_vector, call.arguments))
    )
    return bool(row) or _adds(call, stores)


def _is_managed(call: Call) -> bool:
    """Whether it hands documents to what loads, cuts and embeds them by itself."""
    made = _OF_FILES.search(call.callee) and call.argument("file_ids")
    return bool(made or _MANAGED.search(call.callee))


def _writes_row(call: Call) -> bool:
    """Whether it writes a row, or a record of the team's own, that holds a vector."""
    given = [each for each in call.arguments if each.name in _VECTORS]
    if call.method in _WRITES:
        return bool(given)
    told = [each for each in given if not _NO_VECTOR.fullmatch(each.value.written)]
    return bool(told) and _RECORDS.search(call.method) is not None


def _adds(call: Call, stores: tuple[str, ...]) -> bool:
    named = call.method in _INDEX_OF_STORE or (call.method in _TABLES and _has_rows(call))
    return named and call.below(*stores) and not _ASIDE.search(call.callee)


def _has_rows(call: Call) -> bool:
    """Whether a table is made of rows, and not of their types alone."""
    rows = call.argument("data") or call.at(1)
    return rows is not None and rows.written.strip() not in ("[]", "None")


def _is_nothing(given: Argument) -> bool:
    """Whether it is an empty list of documents: an index that is made before there are any."""
    names = (given.name in _TEXTS) if given.name else given.position == 0
    return names and given.value.written.strip() == "[]"


def _is_vector(given: Argument) -> bool:
    last = given.value.written.rpartition(".")[2]
    return given.name in _VECTORS or (not given.name and last in _VECTORS)


def _embeds_itself(call: Call) -> bool:
    """Whether it gives texts, and no vectors, to a store that embeds them."""
    given = {each.name for each in call.arguments}
    texts = given & _TEXTS or ("upstash" in call.callee and says(_DATA, call))
    return bool(texts) and not given & _VECTORS


def _embeds(call: Call) -> bool:
    if _EMBEDDING_STORE.search(call.callee):
        return True
    given = any("embed" in argument.name.lower() for argument in call.arguments)
    return given or bool(EMBED.search(call.callee)) or any(map(_names_model, call.arguments))


def _names_model(given: Argument) -> bool:
    """Whether it is the id of a model that embeds, which a call for any model is given."""
    named = given.name.lower().replace("_", "") in ("model", "modelid", "modelname")
    return named and "embed" in (given.value.text or "").lower()
