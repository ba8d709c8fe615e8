"""Where code itself names what is stored with a chunk, or read from an answer, and where it does
not."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.rag.carried import stores_text_alone
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept
from agentaudit.probes.rag.source_names import SOURCE

NEEDS = "google-generativeai==0.8.5\nasyncpg==0.30.0\nfastapi==0.116.0\n"
INGEST = (
    "import google.generativeai as genai\nfrom fastapi import APIRouter, Request, UploadFile\n"
    "router = APIRouter()\n\n"
    '@router.post("/ingest/")\nasync def ingest(request: Request, file: UploadFile):\n'
    '    """Cut a file, generate an embedding, and store it."""\n'
    "    for chunk in cut(await file.read()):\n"
    "        found = genai.embed_content(model='models/text-embedding-004', content=chunk)\n"
    "        await request.app.pool.execute(\n"
    '            "INSERT INTO documents (COLUMNS) VALUES ($1, $2)", chunk, found\n        )\n'
    '    return {"file_name": file.filename, "status": "success"}\n'
)
SEARCH = (
    "\nasync def find(pool, v):\n"
    '    return await pool.fetch("SELECT text FROM documents ORDER BY embedding <-> $1", v)\n'
)


def _asked(probe: Probe, files: dict[str, str], path: str = ".") -> Outcome:
    given = {"files": files, "path": path}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


@pytest.mark.parametrize(
    ("columns", "outcome"),
    [
        ("content, embedding", Outcome.FAIL),
        ("content, embedding, file_name", Outcome.PASS),
    ],
)
def test_columns_decide(columns: str, outcome: Outcome) -> None:
    """Neither a parameter nor what is answered is stored."""
    files = {"requirements.txt": NEEDS, "ingest.py": INGEST.replace("COLUMNS", columns)}
    assert _asked(source_kept, files) is outcome


@pytest.mark.parametrize(
    ("statement", "alone"),
    [
        ("INSERT INTO documents (content, embedding) VALUES ($1, $2)", True),
        ("insert into kb.chunks(\n  chunk_text,\n  text_embedding\n) values (?, ?)", True),
        ("INSERT INTO documents (id, content, embedding) VALUES ($1, $2, $3)", False),
        ("INSERT INTO documents (content, metadata, embedding) VALUES (%s)", False),
        ("INSERT INTO documents VALUES ($1, $2)", False),
    ],
)
def test_a_statement_with_its_columns(statement: str, alone: bool) -> None:
    assert stores_text_alone(statement) is alone


SERVICE = (
    "import httpx\nfrom openai import OpenAI\n\n"
    "def search(base, query):\n"
    '    found = httpx.post(f"{base}/rag/search", json={"query": query}).json()\n'
    "    return [KEEP for each in found]\n\n"
    "def answer(q):\n    return OpenAI().responses.create(model='gpt-4o', input=search('', q))\n"
)


@pytest.mark.parametrize(
    ("keep", "outcome"),
    [
        ('(each["content"], each.get("file_name", ""))', Outcome.PASS),
        ('each["content"]', Outcome.UNKNOWN),
    ],
)
def test_a_service_of_ones_own(keep: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "openai==1.93.0\nhttpx\n", "a.py": SERVICE.replace("KEEP", keep)}
    assert _asked(source_kept, files) is outcome
    assert _asked(ingestion_in_repository, files) is Outcome.FAIL


@pytest.mark.parametrize(
    ("path", "outcome"), [(".env.example", Outcome.PASS), ("api/.env.example", Outcome.FAIL)]
)
def test_a_sample_that_others_read(path: str, outcome: Outcome) -> None:
    files = {
        "api/requirements.txt": NEEDS,
        "api/Dockerfile": "FROM python:3.12\nCOPY . .\nCMD python ingest.py\n",
        "api/ingest.py": INGEST.replace("COLUMNS", "content, embedding") + SEARCH,
        path: "EMBEDDING_MODEL=all-MiniLM-L6-v2\n",
    }
    assert _asked(embedding_model_pinned, files, "api") is outcome


@pytest.mark.parametrize(
    ("key", "names"),
    [("page", True), ("page_number", True), ("page_length", False), ("page_content", False)],
)
def test_how_long_a_page_is_does_not_say_which(key: str, names: bool) -> None:
    assert bool(SOURCE.search(f'{{"{key}": value, "lang": "en"}}')) is names


STORE = (
    "import os\nfrom langchain_core.documents import Document\n"
    "from langchain_openai import OpenAIEmbeddings\n"
    "from langchain_qdrant import QdrantVectorStore\n\ndef ingest(text):\n"
    "    docs = [Document(page_content=chunk) for chunk in text.split('.')]\n"
    "    QdrantVectorStore.from_documents(docs, OpenAIEmbeddings(), url=os.environ['STORE'])\n\n"
    "def find(question):\n    store = QdrantVectorStore.from_existing_collection(url='x')\n"
    "    return store.similarity_search(question)\n"
)


def test_the_address_of_a_store_says_nothing_of_where_a_chunk_comes_from() -> None:
    needs = {"requirements.txt": "langchain-qdrant==0.2.0\nlangchain-openai==0.3.0\n"}
    assert _asked(source_kept, {**needs, "store.py": STORE}) is not Outcome.PASS
    told = STORE.replace("page_content=chunk)", "page_content=chunk, metadata={'source': name})")
    assert _asked(source_kept, {**needs, "store.py": told}) is Outcome.PASS


CHROMA = (
    'import { Chroma } from "@langchain/community/vectorstores/chroma";\n'
    'import { OpenAIEmbeddings } from "@langchain/openai";\n'
    "export const keep = async (docs) => {\n"
    "  await Chroma.fromDocuments(docs, new OpenAIEmbeddings(), { collectionName: 'a', GIVEN });\n"
    "};\nexport const find = (store: Chroma, q: string) => store.similaritySearch(q);\n"
)


@pytest.mark.parametrize(
    "given", ["url: process.env.CHROMADB_URL", "url: process.env['STORE']!, a: 1"]
)
def test_nor_does_it_where_a_script_makes_the_store(given: str) -> None:
    files = {**LANGCHAIN, "store.ts": CHROMA.replace("GIVEN", given)}
    assert _asked(source_kept, files) is Outcome.UNKNOWN


LANGCHAIN = {
    "package.json": '{"name": "a", "dependencies": {"@langchain/community": "0.3.0", '
    '"@langchain/openai": "0.6.0", "@langchain/textsplitters": "0.1.0"}}'
}
CUT = (
    'import { HNSWLib } from "@langchain/community/vectorstores/hnswlib";\n'
    'import { OpenAIEmbeddings } from "@langchain/openai";\n'
    'import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";\n'
    "export async function POST(request: Request) {\n"
    "  const text = await request.text();\n"
    "  const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 500 });\n"
    "  const docs = await splitter.createDocuments(GIVEN);\n"
    "  await HNSWLib.fromDocuments(docs, new OpenAIEmbeddings());\n}\n"
)
NOTING = (
    'import { Chroma } from "@langchain/community/vectorstores/chroma";\n'
    "export const find = (store: Chroma) => store.similaritySearch('q');\n"
    "export const source = (doc) => doc.metadata.source;\n"
)


@pytest.mark.parametrize(
    ("given", "kept"), [("text.split('\\n')", False), ("[text], [{ source: name }]", True)]
)
def test_what_is_cut_from_texts_alone_has_no_source(given: str, kept: bool) -> None:
    files = {**LANGCHAIN, "api/route.ts": CUT.replace("GIVEN", given), "find.ts": NOTING}
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


def test_what_makes_rows_of_its_own_of_what_it_cut_may_name_the_source() -> None:
    rows = "  const rows = docs.map((each) => row(each.pageContent, name));\n  await HNSWLib"
    code = CUT.replace("GIVEN", "[text]").replace("  await HNSWLib", rows)
    files = {**LANGCHAIN, "api/route.ts": code, "find.ts": NOTING}
    assert _asked(source_kept, files) is not Outcome.FAIL
    bare = {**files, "api/route.ts": CUT.replace("GIVEN", "[text]")}
    assert _asked(source_kept, bare) is Outcome.FAIL
