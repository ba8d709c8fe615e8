from __future__ import annotations

from agentaudit.code import Call, Role
from agentaudit.evidence import Evidence
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, not_applicable, passed, probe, unknown
from agentaudit.probes.models.by_deployment import pinned
from agentaudit.probes.models.hub import Load
from agentaudit.probes.models.hub_loads_pinned import SHA
from agentaudit.probes.models.ids import Used, asked
from agentaudit.probes.models.stored import stored
from agentaudit.probes.rag.aside import in_artifact, in_use, unheard_of
from agentaudit.probes.rag.ingestion import indexing
from agentaudit.probes.rag.managed import embedding_models
from agentaudit.probes.rag.retrieval import retrieves
from agentaudit.probes.readable import of_code, unread
from agentaudit.source import Component, Repo

TRADES = ("vector_store", "retriever", "embedding")
_MAKES = regex(
    r"^(?:(?:Azure)?OpenAIEmbeddings?|OpenAI(?:Document|Text)Embedder|MistralAIEmbeddings?"
    r"|CohereEmbeddings?|VertexAIEmbeddings?|BedrockEmbeddings?|GoogleGenerativeAIEmbeddings?"
    r"|HuggingFaceEmbeddings?|FastEmbedEmbeddings|VoyageAIEmbeddings?|TextEmbedding"
    r"|DefaultEmbeddingFunction|OpenAIEmbeddingFunction)$"
)
"""Clients of embeddings that have a default model."""
_CLIENT = regex(
    rf"{_MAKES.pattern}|^(?:Ollama|Azure|Jina|Nomic|Together|Fireworks|Nvidia|NVIDIA|DashScope|Qianfan|Zhipu\w{{0,3}}"
    r"|Watsonx|LocalAI|LlamaCpp|Bedrock|Google\w{0,20}|HuggingFace\w{0,20})Embeddings?$"
)
"""Clients of embeddings, whether or not they have one."""
PYTHON = {"requirements.txt": "chromadb==1.0.15\nopenai==1.93.0\nsentence-transformers==5.0.0\n"}
STORE = "import chromadb\nstore = chromadb.PersistentClient().get_collection('kb')\n"
OPENAI = (
    STORE + "from openai import OpenAI\n\ndef search(question):\n"
    "    found = OpenAI().embeddings.create(model='{}', input=question)\n"
    "    return store.query(query_embeddings=[found.data[0].embedding])\n"
)
LOCAL = (
    STORE + "from sentence_transformers import SentenceTransformer\n"
    "model = SentenceTransformer('all-MiniLM-L6-v2'{})\n\ndef search(question):\n"
    "    return store.query(query_embeddings=[model.encode(question)])\n"
)
JAVA = (
    "package app;\nimport dev.langchain4j.model.openai.OpenAiEmbeddingModel;\n"
    "import dev.langchain4j.store.embedding.qdrant.QdrantEmbeddingStore;\n"
    'class Search {{\n  Object model = OpenAiEmbeddingModel.builder().modelName("{}").build();\n'
    '  Object store = QdrantEmbeddingStore.builder().host("db").build();\n}}\n'
)
POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-qdrant</artifactId>"
    "<version>1.1.0</version></dependency></dependencies></project>"
)


def _python(source: str, **more: str) -> dict[str, object]:
    return {"component": {"files": {**PYTHON, "app.py": source, **more}}}


def _java(model: str) -> dict[str, object]:
    return {
        "component": {
            "files": {"pom.xml": POM, "src/main/java/app/Search.java": JAVA.format(model)}
        }
    }


@probe(
    "rag-embedding-model-pinned",
    fix="Pin what computes the vectors: a commit for a model of the Hub, "
    f'`SentenceTransformer("BAAI/bge-m3", revision="{SHA}")`; for a hosted one the version of the '
    "deployment (Bicep: `version: '1'`) or an id that carries it (`text-embedding-005`).",
    examples=[
        Example(Outcome.PASS, _python(LOCAL.format(f", revision='{SHA}'"))),
        Example(
            Outcome.PASS,
            _python(
                OPENAI.format("text-embedding-3-large"),
                **{
                    "infra/main.bicep": "param embeddingModelName string = "
                    "'text-embedding-3-large'\nparam embeddingModelVersion string = '1'\n"
                },
            ),
            "the deployment pins the version",
        ),
        Example(Outcome.PASS, _java("text-embedding-005")),
        Example(
            Outcome.PASS,
            _python(OPENAI.format("text-embedding-ada-002")),
            "its number is its version",
        ),
        Example(
            Outcome.FAIL,
            _python(
                OPENAI.format("text-embedding-ada-002"),
                **{
                    "infra/ai.yaml": "deployments:\n  - name: text-embedding-ada-002\n"
                    "    model:\n      format: OpenAI\n      name: text-embedding-ada-002\n"
                },
            ),
            "the cloud has two versions of it, and is told none",
        ),
        Example(Outcome.FAIL, _python(OPENAI.format("text-embedding-3-small"))),
        Example(Outcome.FAIL, _python(LOCAL.format("")), "whatever lies on the Hub today"),
        Example(Outcome.FAIL, _java("text-embedding-3-small")),
        Example(
            Outcome.FAIL,
            _python(
                "from langchain_chroma import Chroma\n"
                "from langchain_openai import OpenAIEmbeddings\n"
                "import chromadb\nstore = Chroma(embedding_function=OpenAIEmbeddings())\n"
            ),
            "the library chooses",
        ),
        Example(
            Outcome.UNKNOWN,
            _python(
                LOCAL.format(f", revision='{SHA}'"),
                **{
                    "ingest.py": LOCAL.replace("all-MiniLM-L6-v2", "BAAI/bge-m3")
                    .format(f", revision='{SHA}'")
                    .replace("search(question)", "fill(question)")
                    .replace("query(query_", "add(ids=['1'], ")
                },
            ),
            "questions are embedded by another model than documents",
        ),
        Example(
            Outcome.UNKNOWN,
            _python("import os\n" + OPENAI.replace("'{}'", "os.environ['EMBEDDING_MODEL']")),
            "it is set outside of the repository",
        ),
        Example(
            Outcome.UNKNOWN,
            _python(
                "from langchain_chroma import Chroma\n"
                "from langchain_mistralai import MistralAIEmbeddings\n"
                "from langchain_openai import OpenAIEmbeddings\n\n"
                "def made(family, name):\n    if family == 'mistral':\n"
                "        return MistralAIEmbeddings(model=name)\n"
                "    return OpenAIEmbeddings(model='text-embedding-ada-002')\n\n"
                "store = Chroma(embedding_function=made('openai', ''))\n"
            ),
            "somebody chooses the provider, and its model",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\n", "a.py": "x = 1\n"}}},
            "it retrieves nothing",
        ),
    ],
)
@of_code("the embedding model", whole=True)
def embedding_model_pinned(repo: Repo, component: Component) -> Answer:
    """Is the embedding model pinned to a version?

    Vectors of two models, or of two versions of one, do not compare. When the model behind a name
    changes, the questions no longer find what was indexed, and nothing in the repository says so.
    """
    declared = [use for trade in TRADES for use in component.uses(trade)]
    if missing := unread(component, declared, "the embedding model"):
        return missing
    if not retrieves(repo, component):
        return not_applicable("its code searches no vector store", component.evidence())
    named, local = in_use(component)
    free = [each for each in named if not each.pinned and not _loaded(each, local)]
    loose = [load for load in local if load.pinned is False]
    if free or loose:
        return _moving(component, free, loose)
    doubts = [load for load in local if load.pinned is None]
    by_default = [c for c in component.code.calls if _takes_default(c) and not _same(c, named)]
    if by_default and not doubts:
        return _by_default(component, by_default[0])
    if doubted := _doubted(component, local, doubts):
        return doubted
    if named or local:
        shown = [_shown(each) for each in named] + [x.call.place.evidence() for x in local]
        return passed("the embedding model is pinned", *shown[:5])
    if (inside := in_artifact(component)) is not None:
        message = "the weights lie in an artifact, whose version the build fixes"
        return passed(message, inside.evidence())
    if fixed := pinned(repo, component, frozenset({"embedding"})):
        return passed("the deployment pins the embedding model", *(x.evidence() for x in fixed[:3]))
    return _by_stack(repo, component)


def _by_stack(repo: Repo, component: Component) -> Answer:
    """What a stack says about the Knowledge Base that is asked, or keeps in a store."""
    kept = (each.used for each in stored(repo, component, frozenset({"embedding"})))
    told = ((each.id.text, each.pinned, each.place) for each in kept)
    named = [*embedding_models(repo, component), *told]
    shown = [place.evidence() for *_, place in named[:5]]
    if free := [name for name, pinned, _ in named if not pinned]:
        return failed(
            f"the embedding model is named without a version: {', '.join(free[:3])}",
            *shown,
            reason="missing",
            fact="embedding model version",
            place=component.id,
        )
    if named:
        return passed("the stack pins the embedding model", *shown)
    return _unsaid(component, "which embedding model is used", component.evidence())


def _doubted(component: Component, local: list[Load], doubts: list[Load]) -> Answer | None:
    """What leaves open which model it is, if anything does."""
    if doubts:
        what = "which embedding model is loaded"
        return _unsaid(component, what, doubts[0].call.place.evidence())
    if chosen := _chosen(component):
        what = "which of several embedding models is used"
        return _unsaid(component, what, chosen.place.evidence())
    if told := unheard_of(component, {load.name.rpartition("/")[2].lower() for load in local}):
        return _unsaid(component, "which model it is that a setting names", told.evidence())
    if other := _asked_of_another(component, local):
        what = "why questions are embedded by another model than documents"
        return _unsaid(component, what, other.call.place.evidence())
    return None


def _asked_of_another(component: Component, local: list[Load]) -> Load | None:
    """A load beside a search of what none of the files that fill the index loads."""
    filling = {call.place.path for call in indexing(component)}
    stored = {load.name.lower() for load in local if load.call.place.path in filling}
    calls = (c for c in component.code.calls if c.role is Role.APP)
    searching = {c.place.path for c in calls if c.method in _ASKS} - filling
    others = (load for load in local if load.call.place.path in searching)
    return next((x for x in others if stored and x.name.lower() not in stored), None)


_ASKS = frozenset({"query", "similarity_search", "search", "query_points"})
_SEVERAL = 2


def _loaded(each: Used, local: list[Load]) -> bool:
    """Whether the id is what a load from the Hub names: that load says whether it is pinned."""
    return any(load.name.lower().endswith(each.id.text.lower()) for load in local)


def _moving(component: Component, free: list[Used], loose: list[Load]) -> Answer:
    names = [each.id.text for each in free] + [load.name for load in loose]
    shown = [each.place.evidence() for each in free] + [x.call.place.evidence() for x in loose]
    return failed(
        f"the embedding model is named without a version: {', '.join(names[:3])}",
        *shown[:5],
        reason="missing",
        fact="embedding model version",
        place=component.id,
    )


def _takes_default(call: Call) -> bool:
    """Whether a client of embeddings is made without saying of which model."""
    named = asked(call) is not None or call.argument("embed_model", "embedding_model") is not None
    makes = call.role is Role.APP and _MAKES.search(call.method) is not None
    return makes and not named and call.at(0) is None


def _same(call: Call, named: list[Used]) -> bool:
    """Whether the library's default is the one model that is named elsewhere."""
    ids = {each.id.text.lower() for each in named}
    return call.method == "OpenAIEmbeddings" and ids == {"text-embedding-ada-002"}


def _chosen(component: Component) -> Call | None:
    """A client whose model the code does not tell, where clients of several providers are made:
    somebody chooses one."""
    calls = [c for c in component.code.calls if c.role is Role.APP and _CLIENT.search(c.method)]
    if len({call.method for call in calls}) < _SEVERAL:
        return None
    values = ((call, asked(call)) for call in calls)
    return next((call for call, value in values if value and not value.text), None)


def _by_default(component: Component, call: Call) -> Answer:
    return failed(
        f"{call.method} is made without a model: the library's default computes the vectors",
        call.place.evidence(),
        reason="default_model",
        fact="embedding model version",
        place=component.id,
    )


def _unsaid(component: Component, what: str, shown: Evidence) -> Answer:
    return unknown(
        f"the code does not say {what}",
        shown,
        reason="set_at_run_time",
        fact="embedding model version",
        place=component.id,
    )


def _shown(each: Used) -> Evidence:
    return (each.fixed_by or each.place).evidence()
