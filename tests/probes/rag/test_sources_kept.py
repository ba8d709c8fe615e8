"""What says where a stored chunk comes from, and what only looks so."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.rag.source_kept import source_kept
from agentaudit.probes.rag.written import sourced

ROWS = """import uuid
from google.cloud import firestore
from vertexai.language_models import TextEmbeddingModel

def embed(document, chunks):
    model = TextEmbeddingModel.from_pretrained("m")
    found = model.get_embeddings(chunks)
    return [
        {{
            {},
            "embedding": each.values,
        }}
        for i, each in enumerate(found)
    ]

def search(db, vector):
    return db.collection("chunks").find_nearest(vector_field="embedding", query_vector=vector)
"""


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ('"id": str(uuid.uuid4())', False),
        ('"id": f"chunk_{i}"', False),
        ('"chunk_id": i', False),
        ('"id": uuid4().hex', False),
        ('"id": document.id', True),
        ('"document_id": str(document.id)', True),
        ('"file_name": document.name', True),
    ],
)
def test_what_is_made_up_leads_to_no_document(key: str, kept: bool) -> None:
    files = {
        "requirements.txt": "google-cloud-firestore==2.20.0\ngoogle-cloud-aiplatform==1.100.0\n",
        "embed_chunks.py": ROWS.format(key),
    }
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    answer = source_kept.ask(inputs)
    assert (answer.outcome is Outcome.PASS) is kept, answer.message


CHROMA = """import chromadb
collection = chromadb.PersistentClient().get_collection('kb')

def ingest(path, chunks):
    for n, chunk in enumerate(chunks):
        collection.add(ids=[str(n)], documents=[chunk], metadatas=[{NOTED}])
"""


@pytest.mark.parametrize(
    ("noted", "outcome"),
    [
        ("'source': f'docs'", Outcome.FAIL),
        ("'source': f'docs/{path}'", Outcome.PASS),
        ("'page_index': n", Outcome.FAIL),
        ("'page_url': path", Outcome.PASS),
    ],
)
def test_a_word_and_a_number_are_no_source(noted: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "chromadb==1.0.15\n", "a.py": CHROMA.replace("NOTED", noted)}
    repo, component = testing.repository({"files": files}), testing.component({"files": files})
    assert source_kept.ask({"repo": repo, "component": component}).outcome is outcome


HANA = """from langchain_hana import HanaDB
from langchain_text_splitters import MarkdownHeaderTextSplitter

def index(docs, connection, embeddings):
    chunks = MarkdownHeaderTextSplitter().split_documents(docs)
    HanaDB(connection=connection, embedding=embeddings).add_documents(chunks)
"""


def test_a_store_of_a_database_that_holds_more_than_vectors() -> None:
    given = {"files": {"requirements.txt": "langchain-hana==1.1.1\n", "ingest.py": HANA}}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert source_kept.ask(inputs).outcome is Outcome.PASS


ANSWERED = """import chromadb
from openai import OpenAI

store = chromadb.PersistentClient().get_or_create_collection("kb")

def ingest(chunks, path):
    noted = [KEPT for _ in chunks]
    store.add(ids=["a"], documents=chunks, metadatas=noted)

def answer(question):
    found = store.query(query_texts=[question])
    return {"answer": "x", KEY: found["documents"]}
"""


@pytest.mark.parametrize(
    ("kept", "key", "outcome"),
    [
        ("path.parts", "'sources'", Outcome.UNKNOWN),
        ("path.parts", "'source'", Outcome.UNKNOWN),
        ("{'source': path}", "'sources'", Outcome.PASS),
    ],
)
def test_the_source_of_an_answer_is_none_of_a_chunk(kept: str, key: str, outcome: Outcome) -> None:
    source = ANSWERED.replace("KEPT", kept).replace("KEY", key)
    files = {"requirements.txt": "chromadb==1.0.15\n", "rag.py": source}
    inputs = {
        "repo": testing.repository({"files": files}),
        "component": testing.component({"files": files}),
    }
    assert source_kept.ask(inputs).outcome is outcome


CACHED = """using Microsoft.SemanticKernel.Memory;

public class Cache(IMemoryStore store, ITextEmbeddingGenerationService model)
{
    public async Task Keep(string prompt, string documentId)
    {
        var uniqueId = Guid.NewGuid().ToString();
        var item = new CacheItem
        {
            Id = GIVEN,
            PromptEmbedding = await model.GenerateEmbeddingAsync(prompt)
        };
        await store.UpsertAsync("cache", item);
    }
}
"""


@pytest.mark.parametrize(("given", "kept"), [("uniqueId", False), ("documentId", True)])
def test_an_id_that_is_made_for_the_row_leads_to_no_document(given: str, kept: bool) -> None:
    project = (
        '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
        'Include="Microsoft.SemanticKernel" Version="1.60.0" /></ItemGroup></Project>'
    )
    files = {"Rag.csproj": project, "VectorCache.cs": CACHED.replace("GIVEN", given)}
    repo, component = testing.repository({"files": files}), testing.component({"files": files})
    assert bool(sourced(repo, component, [])) is kept


CUT = """from langchain_text_splitters import RecursiveCharacterTextSplitter
from langchain_chroma import Chroma

def cut(pages):
    chunks = RecursiveCharacterTextSplitter().split_documents(pages)
    return TAKEN

def fill(rows):
    Chroma("kb").add_documents(rows)
"""


@pytest.mark.parametrize(
    ("taken", "outcome"),
    [("chunks", Outcome.PASS), ('[{"content": c.page_content} for c in chunks]', Outcome.UNKNOWN)],
)
def test_text_that_is_taken_from_chunks_leaves_its_source(taken: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "langchain-chroma==0.2.4\n", "a.py": CUT.replace("TAKEN", taken)}
    inputs = {
        "repo": testing.repository({"files": files}),
        "component": testing.component({"files": files}),
    }
    assert source_kept.ask(inputs).outcome is outcome


def test_a_piece_that_is_stored_alone_is_no_row_of_its_own() -> None:
    alone = ROWS.format('"chunk_id": i').replace(
        '"embedding": each.values,', '"text": chunk, "embedding": each.values,'
    )
    files = {
        "requirements.txt": "google-cloud-firestore==2.20.0\ngoogle-cloud-aiplatform==1.100.0\n",
        "embed_chunks.py": alone + "\ndef save(document, row):\n    document.set({**row})\n",
    }
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert source_kept.ask(inputs).outcome is not Outcome.PASS


SPRING = (
    "package x;\n\nimport org.springframework.ai.document.Document;\n"
    "import org.springframework.ai.transformer.splitter.TokenTextSplitter;\n"
    "import org.springframework.ai.vectorstore.VectorStore;\n\nclass Ingest {\n"
    "    private final VectorStore store;\n\n"
    "    Ingest(VectorStore store) { this.store = store; }\n\n"
    "    // a PagePdfDocumentReader would note the page\n"
    "    void add(String name, String text) {\n"
    "        TokenTextSplitter splitter = new TokenTextSplitter(800, 400, 5, 10000, true);\n"
    "        Document whole = MADE;\n"
    "        store.add(splitter.split(whole));\n    }\n}\n"
)
POM = (
    "<project><artifactId>x</artifactId><dependencies><dependency><groupId>"
    "org.springframework.ai</groupId><artifactId>spring-ai-starter-vector-store-pgvector"
    "</artifactId><version>1.0.0</version></dependency></dependencies></project>"
)
READ = (
    "package x;\n\nimport org.springframework.ai.reader.pdf.PagePdfDocumentReader;\n"
    "import org.springframework.ai.vectorstore.VectorStore;\n\nclass Ingest {\n"
    "    private final VectorStore store;\n\n"
    "    Ingest(VectorStore store) { this.store = store; }\n\n    void add(Resource file) {\n"
    "        var pages = new PagePdfDocumentReader(file);\n        store.accept(GIVEN);\n    }\n}\n"
)
MEMORY = (
    "using Microsoft.SemanticKernel.Memory;\n\npublic class Kept(IMemoryStore store)\n{\n"
    "    public async Task Save(string filePath, string text, ReadOnlyMemory<float> embedding)\n"
    "    {\n        var record = MemoryRecord.LocalRecord(\n"
    "            id: Guid.NewGuid().ToString(),\n            text: text,\n"
    "            description: TOLD,\n            embedding: embedding);\n"
    '        await store.UpsertAsync("kb", record);\n    }\n}\n'
)
CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="Microsoft.SemanticKernel.Connectors.Sqlite" Version="1.0.0" /></ItemGroup></Project>'
)


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        ({"pom.xml": POM, "Ingest.java": SPRING.replace("MADE", "new Document(text)")}, False),
        (
            {
                "pom.xml": POM,
                "Ingest.java": SPRING.replace("MADE", 'new Document(text, Map.of("source", name))'),
            },
            True,
        ),
        ({"pom.xml": POM, "Ingest.java": READ.replace("GIVEN", "cut(pages.get())")}, True),
        (
            {"pom.xml": POM, "Ingest.java": READ.replace("GIVEN", "cut(pages.get(0).getText())")},
            False,
        ),
        ({"App.csproj": CSPROJ, "Kept.cs": MEMORY.replace("TOLD", "filePath")}, True),
        ({"App.csproj": CSPROJ, "Kept.cs": MEMORY.replace("TOLD", "text")}, False),
    ],
)
def test_a_document_is_told_what_it_comes_from(files: dict[str, str], kept: bool) -> None:
    answer = source_kept.ask(testing.build({"component": {"files": files}}))
    assert (answer.outcome is Outcome.PASS) is kept, answer.message


PAGE = (
    "package x;\n\nimport org.springframework.core.io.ByteArrayResource;\n\nclass Page {\n"
    "    void take(Ingest ingest, byte[] bytes, String name) {\n        GIVEN;\n    }\n}\n"
)
STREAM = "ingest.add(new ByteArrayResource(bytes)END)"
CALLED = " {\n            public String getFilename() { return name; }\n        }"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (STREAM.replace("END", ""), False),
        (STREAM.replace("END", CALLED), True),
        ("ingest.add(new FileSystemResource(name))", True),
        ("return answer.body(new ByteArrayResource(bytes))", True),
    ],
)
def test_a_stream_without_a_name_leaves_none_with_its_chunks(given: str, kept: bool) -> None:
    files = {"pom.xml": POM, "Ingest.java": READ.replace("GIVEN", "cut(pages.get())")}
    files["Page.java"] = PAGE.replace("GIVEN", given)
    answer = source_kept.ask(testing.build({"component": {"files": files}}))
    assert (answer.outcome is Outcome.PASS) is kept, answer.message
