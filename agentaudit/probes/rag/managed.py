"""Indexes that a cloud fills: Knowledge Bases of Amazon Bedrock, whose data source stands in a
stack and whose ingestion a script, a stack or code starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Call, Role
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Component, Place, Repo
from agentaudit.trades import acts

_SOURCE = regex(
    r"\bCfnDataSource\(|AWS::Bedrock::DataSource|aws_bedrockagent_data_source"
    r"|\bnew\s+(?:\w{1,30}\.)?S3DataSource\(|\bS3DataSource\(|\baddS3DataSource\(|bedrock\.AgentDataSource\("
)
"""Where a stack says which documents are taken in."""
_STARTS = regex(
    r"start-ingestion-job|ingest-knowledge-base-documents|\bstart_ingestion_job\("
    r"|\bStartIngestionJob(?:Command|Request)?\b|[\"']startIngestionJob[\"']"
    r"|states:::aws-sdk:bedrockagent:startIngestionJob"
)
"""What has them cut, embedded and indexed."""
_STACKS = ("**/*.ts", "**/*.py", "**/*.yaml", "**/*.yml", "**/*.tf", "**/*.json")
_SCRIPTS = ("**/*.sh", "**/Makefile", "**/*.py", "**/*.ts", "**/*.yml", "**/*.yaml", "**/*.tf")
_CODE = ("**/*.py", "**/*.ts", "**/*.tsx", "**/*.js")
_LIBRARY = "bedrock"


_HANDED = regex(
    r"\bvector_?[sS]tores\.(?:files|file_?[bB]atches)\.(?:create|upload)\w{0,20}\((?![^()]{0,200}\*\*)"
    r"|\.add_files_to_pipeline(?:_api)?\("
)
"""Where files are put into an index that OpenAI or LlamaCloud cuts, embeds and keeps."""
_BY_SETTING = "easy-rag"
"""A library that takes in the directory that a setting names, with the name of each file."""


def handed(repo: Repo, component: Component) -> Iterator[Place]:
    """Where the component hands files to what cuts, embeds and keeps them: code to a hosted index,
    or a setting to a library."""
    stores = component.uses("vector_store")
    yield from (use.place for use in stores if use.library == _BY_SETTING)
    home = "" if component.path == "." else f"{component.path}/"
    found = _places(repo, component, _CODE, _HANDED)
    yield from (each for each in found if each.path.startswith(home))


_SKILL = regex(r"Skills\.Text\.AzureOpenAIEmbeddingSkill\b|\bAzureOpenAIEmbeddingSkill\(")
"""What has Azure AI Search embed documents while it indexes them."""
_INDEXER = regex(
    r"[\"']?dataSourceName[\"']?\s{0,4}:|\bdata_source_name\s{0,4}=|\bdataSourceName\s{0,4}="
)
"""What has it take them from somewhere."""
_DECLARES = ("**/*.json", "**/*.bicep", "**/*.tf", "**/*.ps1", "**/*.http", "**/*.py", "**/*.cs")
_AZURE_SEARCH = regex(r"(?i)azure[./_]?(?:ai)?[./_]?search")


def skilled(repo: Repo, component: Component) -> list[Place]:
    """Where an index of Azure AI Search is told to take in, cut and embed documents by itself;
    empty where the component asks none, or where one half is not in the repository."""
    if not any(_AZURE_SEARCH.search(each.module) for each in component.code.imports):
        return []
    skill = next(_places(repo, component, _DECLARES, _SKILL), None)
    indexer = next(_places(repo, component, _DECLARES, _INDEXER), None) if skill else None
    return [skill, indexer] if skill and indexer else []


_MEMORY = "mem0ai"
_REMEMBERS = regex(
    r"\.add\((?:[^()]|\([^()]{0,80}\)){0,300}?\b(?:user_?[iI]d|agent_?[iI]d|run_?[iI]d)\s{0,4}[=:,}]"
)
"""How such a memory is told what to keep, and whose it is."""


_RECALLS = regex(
    r"^@mastra/memory\.Memory$|(?:^|\.)(?:VectorStoreRetrieverMemory|ChromaDBVectorMemory)$"
    r"|^langgraph\.store\.\w{1,40}\.(?:Async)?(?:InMemory|Postgres|Sqlite|Redis|Mongo\w{0,4})Store$"
)
"""Memories of frameworks that, where they are given a model of embeddings, embed every message and
keep it in vectors with the ids of its thread."""
_RECALLED = (("vector", "embedder"), ("retriever",), ("config",), ("index",))
"""What they are given for that."""
_NEVER = regex(r"semanticRecall\s{0,4}:\s{0,4}false\b")


def recalling(component: Component) -> Call | None:
    """Where a memory of a framework is made that finds what was said by its vectors."""
    for call in component.code.calls:
        if call.role is Role.APP and call.reached and _RECALLS.search(call.callee):
            given = {each.name for each in call.arguments}
            off = any(_NEVER.search(each.value.written) for each in call.arguments)
            if not off and any(given.issuperset(names) for names in _RECALLED):
                return call
    return None


def remembered(repo: Repo, component: Component) -> Place | None:
    """Where the component gives what was said to a memory that embeds and stores it."""
    if (recalls := recalling(component)) is not None:
        return recalls.place
    if not any(use.library == _MEMORY for use in component.uses("vector_store")):
        return None
    home = "" if component.path == "." else f"{component.path}/"
    for found in _places(repo, component, _CODE, _REMEMBERS):
        text = repo.read(replace(found, line=None, text="")) or ""
        if found.path.startswith(home) and ("mem0" in text.lower() or "mem0" in found.path):
            return found
    return None


def asks_bedrock(component: Component) -> bool:
    """Whether it retrieves from a Knowledge Base."""
    return any(use.library == _LIBRARY for use in component.uses("vector_store"))


def sources(repo: Repo, component: Component) -> Iterator[Place]:
    """Where the data source of a Knowledge Base is declared."""
    return _places(repo, component, _STACKS, _SOURCE)


_READS_ADDRESS = regex(
    r"\bs3Location\b|x-amz-bedrock-kb-source-uri|\bretrievedReferences\b|\bretrieved_references\b"
    r"|\bretrievalResults\b[^;]{0,200}\blocation\b"
)
"""Where code reads from an answer of a Knowledge Base which document it is from."""


_VERTEX = frozenset({"google-cloud-discoveryengine", "@google-cloud/discoveryengine"})
_READS_METADATA = regex(
    r"\b(?:document_?[mM]etadata|unstructured_?[dD]ocument_?[iI]nfo|structured_?[dD]ocument_?[iI]nfo)"
    r"\??\.(?:uri|title|document)\b"
)
"""The same of an answer of Vertex AI Search."""


def addressed(repo: Repo, component: Component) -> Iterator[Place]:
    """Where a Knowledge Base is told its documents, or it or Vertex AI Search is asked for the
    address of what it found."""
    home = "" if component.path == "." else f"{component.path}/"
    if asks_bedrock(component):
        yield from sources(repo, component)
        found = _places(repo, component, _CODE, _READS_ADDRESS)
        yield from (each for each in found if each.path.startswith(home))
    if any(u.library in _VERTEX and acts(u) for u in component.uses("vector_store")):
        found = _places(repo, component, _CODE, _READS_METADATA)
        yield from (each for each in found if each.path.startswith(home))


_EMBEDS = regex(
    r"(?:BedrockFoundationModel|FoundationModelIdentifier)\.((?:AMAZON_)?TITAN_EMBED\w{1,40}|COHERE_EMBED\w{1,40})\b"
    r"|(?:foundation-model/|[\"'`])((?:amazon\.titan-embed|cohere\.embed|amazon\.nova-\d?-?\w{0,20}-?embed)"
    r"[\w.:-]{1,60})"
)
"""How a stack names the model that a Knowledge Base embeds with."""
_BASE = regex(r"(?i)knowledge_?base|embed(?:ding)?s?_?model")
_REMARKS = regex(r"(?m)^[ \t]{0,80}(?:#|//|\*).*$")


def embedding_models(repo: Repo, component: Component) -> list[tuple[str, bool, Place]]:
    """Models by which a stack has its Knowledge Bases embed: id, whether that is one version, and
    where it is named."""
    found: dict[str, tuple[str, bool, Place]] = {}
    for pattern in _STACKS if asks_bedrock(component) else ():
        for file in repo.files(pattern):
            if file.repo != component.repo or repo.role(file) in ASIDE:
                continue
            text = (repo.read(file) or "")[:300_000]
            for each in _EMBEDS.finditer(_REMARKS.sub(_spaces, text)) if _BASE.search(text) else ():
                name = each[2] or _DIMENSIONS.sub("", each[1]).replace("_", "-").lower()
                known = model_id(name)
                pinned = known.pinned if known else _NUMBERED.search(name) is not None
                line = text.count("\n", 0, each.start()) + 1
                place = replace(file, line=line, text=each[0].strip("\"'`"))
                found.setdefault(name, (name, pinned, place))
    return list(found.values())


_DIMENSIONS = regex(r"_(?:256|384|512|1024|1536)$")
_NUMBERED = regex(r"-v\d")


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def ingested(repo: Repo, component: Component) -> list[Place]:
    """Where the ingestion is started, and where its data source is declared; empty where one of
    them is not in the repository."""
    if not asks_bedrock(component):
        return []
    started = next(_places(repo, component, _SCRIPTS, _STARTS), None)
    declared = next(sources(repo, component), None) if started else None
    return [started, declared] if started and declared else []


def _places(
    repo: Repo, component: Component, patterns: tuple[str, ...], wanted: re.Pattern[str]
) -> Iterator[Place]:
    for pattern in patterns:
        for file in repo.files(pattern):
            if file.repo != component.repo or repo.role(file) in ASIDE:
                continue
            text = (repo.read(file) or "")[:300_000]
            if found := wanted.search(text):
                line = text.count("\n", 0, found.start()) + 1
                yield replace(file, line=line, text=found[0].strip()[:300])
