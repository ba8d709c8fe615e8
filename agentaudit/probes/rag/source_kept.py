from __future__ import annotations

from itertools import chain

from agentaudit.evidence import Evidence
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe, unknown
from agentaudit.probes.rag import by_words, over_http
from agentaudit.probes.rag.carried import is_bare
from agentaudit.probes.rag.declared import said
from agentaudit.probes.rag.in_text import in_text
from agentaudit.probes.rag.ingestion import indexing
from agentaudit.probes.rag.keeping import bare_rows, keeping
from agentaudit.probes.rag.lent import around
from agentaudit.probes.rag.managed import addressed, handed, recalling
from agentaudit.probes.rag.retrieval import retrieves
from agentaudit.probes.readable import of_code, unread
from agentaudit.source import Component, Repo

TRADES = ("vector_store", "retriever")
PYTHON = {"requirements.txt": "chromadb==1.0.15\nlangchain-chroma==0.2.4\n"}
NODE = {"package.json": '{"name": "web", "dependencies": {"@pinecone-database/pinecone": "6.1.0"}}'}
ADD = (
    "import chromadb\ncollection = chromadb.PersistentClient().get_collection('kb')\n\n"
    "def ingest(path, chunks):\n    for n, chunk in enumerate(chunks):\n"
    "        collection.add(ids=[str(n)], documents=[chunk]{})\n"
)
LANGCHAIN = (
    "from langchain_chroma import Chroma\n"
    "from langchain_community.document_loaders import PyPDFLoader\n"
    "from langchain_text_splitters import RecursiveCharacterTextSplitter\n\n"
    "def ingest(path, embedding):\n    pages = PyPDFLoader(path).load()\n"
    "    chunks = RecursiveCharacterTextSplitter().split_documents(pages)\n"
    "    return Chroma.from_documents(chunks, embedding)\n"
)
STRIPS = "    for c in chunks:\n        c.metadata = {}\n"
DJANGO = (
    "from openai import OpenAI\nfrom pgvector.django import L2Distance\n"
    "from kb.models import Entry\n\ndef fill(batch, path):\n    rows = []\n"
    "    for text in batch:\n"
    "        found = OpenAI().embeddings.create(model='e', input=text)\n"
    "        rows.append(\n            Entry(\n                embeddings=found,\n"
    "                raw=text,\n                file_path=path,\n            )\n        )\n"
    "    Entry.objects.bulk_create(rows)\n"
)
PLAIN = (
    "from langchain_chroma import Chroma\n"
    "from langchain_text_splitters import CharacterTextSplitter\n\n"
    "def ingest(catalog, embeddings):\n    with open(catalog) as file:\n"
    "        texts = CharacterTextSplitter().split_text(file.read())\n"
    "    message = {'title': 'ready'}\n"
    "    return Chroma.from_texts(texts, embeddings, collection_name='products'), message\n"
)
TS = (
    'import {{ Pinecone }} from "@pinecone-database/pinecone";\n'
    'const index = new Pinecone().index("kb");\n\n'
    "export const store = (id: string, values: number[], url: string) =>\n"
    "  index.upsert([{{ id, values{} }}]);\n"
)
HOSTED = {"package.json": '{"name": "web", "dependencies": {"openai": "5.8.2"}}'}
ROUTE = (
    'import OpenAI from "openai";\nconst openai = new OpenAI();\n'
    "export async function POST(file: File, store: string) {\n"
    '  const given = await openai.files.create({ file, purpose: "assistants" });\n'
    "  await openai.vectorStores.files.create(store, { file_id: given.id });\n}\n"
)
GO = {"go.mod": "module x\n\ngo 1.24\n\nrequire github.com/tmc/langchaingo v0.1.13\n"}
GO_MEMORY = (
    'package rag\n\nimport (\n\t"context"\n\n\t"github.com/tmc/langchaingo/schema"\n'
    '\t"github.com/tmc/langchaingo/vectorstores"\n)\n\n'
    "func keep(ctx context.Context, store vectorstores.VectorStore, "
    "docs []schema.Document, id int) {{\n"
    "\tfor _, doc := range docs {{\n\t\t{}\n\t}}\n\tstore.AddDocuments(ctx, docs)\n}}\n"
)
JAVA = {
    "pom.xml": "<project><artifactId>x</artifactId><dependencies><dependency><groupId>"
    "org.springframework.ai</groupId><artifactId>spring-ai-starter-vector-store-pgvector"
    "</artifactId><version>1.0.0</version></dependency></dependencies></project>"
}
SPRING = (
    "package x;\n\nimport org.springframework.ai.document.Document;\n"
    "import org.springframework.ai.vectorstore.VectorStore;\n\nclass Ingest {{\n"
    "    private final VectorStore store;\n\n"
    "    Ingest(VectorStore store) {{ this.store = store; }}\n\n"
    "    void add(java.util.List<Document> documents, String id) {{\n        {}\n"
    "        store.add(documents);\n    }}\n}}\n"
)
PUT = "documents.forEach(each -> each.getMetadata().put(MetaData.ID, id));"


def _python(source: str) -> dict[str, object]:
    return {"component": {"files": {**PYTHON, "ingest.py": source}}}


@probe(
    "rag-source-kept",
    fix="Store with every chunk where it comes from: "
    '`collection.add(ids=[...], documents=[...], metadatas=[{"source": path, "page": page}])`.',
    examples=[
        Example(Outcome.PASS, _python(ADD.format(", metadatas=[{'source': path}]"))),
        Example(Outcome.PASS, _python(LANGCHAIN), "the splitter copies what the loader noted"),
        Example(
            Outcome.PASS,
            {"component": {"files": {**NODE, "store.ts": TS.format(", metadata: { url }")}}},
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {**GO, "rag.go": GO_MEMORY.format('doc.Metadata["flow_id"] = id')}
                }
            },
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {**JAVA, "src/Ingest.java": SPRING.format(PUT)}}},
        ),
        Example(
            Outcome.UNKNOWN,
            {"component": {"files": {**JAVA, "src/Ingest.java": SPRING.format("")}}},
            "who calls it may have noted the source",
        ),
        Example(Outcome.FAIL, _python(ADD.format("")), "the text alone"),
        Example(
            Outcome.PASS,
            _python(ADD.format("").replace("str(n)", "f'{path.stem}-{n}'")),
            "the id of a chunk begins with that of its document",
        ),
        Example(
            Outcome.FAIL,
            _python(LANGCHAIN.replace("from_documents(chunks", "from_texts([c.page_content]")),
            "only the text of what was cut is stored",
        ),
        Example(
            Outcome.UNKNOWN,
            _python(LANGCHAIN.replace("    return", f"{STRIPS}    return")),
            "and taken from the chunks again",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**NODE, "a.ts": TS.format(", metadata: { url: undefined }")}}},
        ),
        Example(
            Outcome.FAIL,
            _python(ADD.format(", metadatas=[{'source': 'docs'}]")),
            "the same word for every chunk",
        ),
        Example(
            Outcome.FAIL,
            _python(PLAIN.replace("embeddings, c", "embeddings, url=catalog, c")),
            "the address of the store is none of a document",
        ),
        Example(
            Outcome.UNKNOWN,
            _python(ADD.format(", metadatas=noted") + "    # noted['url'] = path\n"),
            "a remark stores nothing",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {**HOSTED, "app/files/route.tsx": ROUTE}}},
            "a hosted index keeps the id of each file",
        ),
        Example(Outcome.FAIL, _python(PLAIN), "what is cut from a string is only text"),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": "pgvector==0.4.1\nopenai==1.93.0\n",
                        "embeddings.py": DJANGO,
                    }
                }
            },
            "a mapped row",
        ),
        Example(Outcome.FAIL, {"component": {"files": {**NODE, "store.ts": TS.format("")}}}),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": "azure-search-documents==11.5.2\n",
                        "search.py": "from azure.search.documents import SearchClient\n\n"
                        "def search(client: SearchClient, question):\n"
                        "    fields = question.fields\n    select = 'content,title,filepath'\n"
                        "    return client.search(question.text, select=select)\n",
                    }
                }
            },
            "filled elsewhere, and what is found says where it comes from",
        ),
        Example(
            Outcome.UNKNOWN,
            _python("import chromadb\nstore = chromadb.HttpClient().get_collection('kb')\n"),
            "nothing here fills the index",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\n", "a.py": "x = 1\n"}}},
        ),
    ],
)
@of_code("what chunks keep")
def source_kept(repo: Repo, component: Component) -> Answer:
    """Do chunks keep the id of the document that they come from?

    An answer can only be followed to its source if the chunk that it quotes says which document it
    was cut from. Text alone proves nothing, and cannot be removed when its document is.
    """
    declared = [use for trade in TRADES for use in component.uses(trade)]
    if missing := unread(component, declared, "what chunks keep"):
        return missing
    if not retrieves(repo, component):
        return by_words.kept(repo, component)
    beside = [component] if indexing(component) else around(repo, component)
    if bare := [place for each in beside for place in bare_rows(repo, each)]:
        return _without(component, [place.evidence() for place in bare[:3]])
    for components in ([component], beside):
        if kept := [call for each in components for call in keeping(repo, each)]:
            shown = [call.place.evidence() for call in kept[:3]]
            return passed("chunks are stored with the source that they come from", *shown)
    filling = [call for each in beside for call in indexing(each)]
    if shown := [place.evidence() for each in beside for place in in_text(repo, each)]:
        return passed("what is stored has a field for its source", *shown[:3])
    if not filling:
        return _filled_elsewhere(repo, component)
    fact, place = "chunk source", component.id
    shown = [call.place.evidence() for call in filling[:3]]
    if all(is_bare(call) for call in filling):
        return _without(component, shown)
    if told := said(repo, component):
        return passed(told[0], told[1].evidence())
    message = "what is stored beside a chunk is put together out of sight"
    return unknown(message, *shown, reason="unresolved", fact=fact, place=place)


def _without(component: Component, shown: list[Evidence]) -> Answer:
    message, at = "chunks are stored without the source that they come from", component.id
    return failed(message, *shown, reason="missing", fact="chunk source", place=at)


def _filled_elsewhere(repo: Repo, component: Component) -> Answer:
    """What is known where no code puts chunks into the index."""
    if told := said(repo, component):
        return passed(told[0], told[1].evidence())
    service = chain(over_http.told(repo, component), over_http.served(repo, component))
    if (place := next(service, None)) is not None:
        return passed("the service says which document each answer is from", place.evidence())
    if (its := next(addressed(repo, component), None)) is not None:
        return passed("the service keeps the address of each document", its.evidence())
    if (memory := recalling(component)) is not None:
        message = "the memory keeps the ids of message and thread with each vector"
        return passed(message, memory.place.evidence())
    if (file := next(handed(repo, component), None)) is not None:
        return passed("what takes files in keeps the id or the name of each", file.evidence())
    message, at = "no code that fills the index is visible", component.id
    return unknown(message, component.evidence(), reason="missing", fact="chunk source", place=at)
