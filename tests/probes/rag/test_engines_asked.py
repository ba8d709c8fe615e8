"""Engines that are asked what is nearest in their own language, and what is stored there."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

SEARCH = (
    "from openai import OpenAI\n\ndef embed(text):\n"
    "    return OpenAI().embeddings.create(model='e', input=text).data[0].embedding\n\n"
    "def near(db, question):\n    vector = embed(question)\n    body = ASKED\n"
    "    return db.run(body)\n"
)
ASKED = {
    "Elasticsearch": "{'knn': {'field': 'v', 'query_vector': vector}}",
    "MongoDB": "[{'$vectorSearch': {'queryVector': vector}}]",
    "Redis": "('FT.SEARCH', 'docs', '*=>[KNN 5 @v $vec AS score]', vector)",
    "Neo4j": "('CALL db.index.vector.queryNodes($index, 5, $vector)', vector)",
    "Typesense": "{'q': '*', 'vector_query': f'v:({vector}, k:5)'}",
    "SQLite": "('SELECT text FROM parts WHERE embedding MATCH ? AND k = 5', vector)",
}
NEIGHBOURS = "{'neighbors': 5, 'weights': vector}"
STORE = (
    "\ndef keep(db, part, document):\n    db.run('CREATE (c:Part {text: $part, "
    "embedding: $embedding})KEY', embedding=embed(part))\n"
)


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": {"requirements.txt": "openai==1.93.0\n", **files}, "path": "."}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


@pytest.mark.parametrize("engine", ASKED)
def test_a_question_in_the_language_of_an_engine(engine: str) -> None:
    files = {"knowledge.py": SEARCH.replace("ASKED", ASKED[engine])}
    assert _asked(ingestion_in_repository, files) is Outcome.FAIL


def test_no_question_about_vectors() -> None:
    files = {"knowledge.py": SEARCH.replace("ASKED", NEIGHBOURS)}
    assert _asked(ingestion_in_repository, files) is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("key", "kept"),
    [("", False), ("-[:PART_OF]->(d)", True), ("-[:NEXT]->(d)", False)],
)
def test_a_node_of_a_graph_is_stored(key: str, kept: bool) -> None:
    source = SEARCH.replace("ASKED", ASKED["Neo4j"]) + STORE.replace("KEY", key)
    files = {"knowledge.py": source}
    assert _asked(ingestion_in_repository, files) is Outcome.PASS
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


HASH = (
    "from openai import OpenAI\n\ndef _embed(text):\n"
    "    return OpenAI().embeddings.create(model='e', input=text).data[0].embedding\n\n"
    "def near(db, question):\n    return db.search_nearest(_embed(question))\n\n"
    "def keep(db, part):\n    CALL\n"
)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("db.hset(part.key, mapping={'text': part.text, 'v': _embed(part.text)})", Outcome.PASS),
        ("db.log_query(part.key, _embed(part.text))", Outcome.FAIL),
        ("print(_embed(part.text))", Outcome.FAIL),
    ],
)
def test_a_vector_that_gets_no_name_on_its_way(call: str, expected: Outcome) -> None:
    files = {"parts.py": HASH.replace("CALL", call)}
    assert _asked(ingestion_in_repository, files) is expected


QDRANT = {
    "requirements.txt": "qdrant-client==1.14.0\nopenai==1.93.0\n",
    "index.py": "from openai import OpenAI\nfrom qdrant_client import QdrantClient\n"
    "from qdrant_client.models import PointStruct\nfrom rows import make_payload\n\n"
    "def fill(parts):\n    points = [PointStruct(id=p.number, vector=OpenAI().embeddings.create("
    "input=p.text), payload=make_payload(p)) for p in parts]\n"
    "    QdrantClient('q').upsert('kb', points)\n",
    "rows.py": "def make_payload(part):\n    return {'KEY': part.origin, 'text': part.text}\n",
}


@pytest.mark.parametrize(("key", "kept"), [("file_name", True), ("language", False)])
def test_what_a_helper_of_another_file_puts_together(key: str, kept: bool) -> None:
    files = {**QDRANT, "rows.py": QDRANT["rows.py"].replace("KEY", key)}
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


ROWS = (
    "import sqlite_vec\nfrom openai import OpenAI\n\ndef fill(db, name, parts):\n"
    "    for part in parts:\n"
    "        row = db.execute('INSERT INTO chunks (KEY, text) VALUES (?, ?)', (name, part))\n"
    "        embedding = OpenAI().embeddings.create(model='e', input=part)\n"
    "        db.execute('INSERT INTO vec_parts (rowid, embedding) VALUES (?, ?)',\n"
    "                   (row.lastrowid, sqlite_vec.serialize_float32(embedding)))\n"
)


@pytest.mark.parametrize(("key", "kept"), [("relpath", True), ("language", False)])
def test_a_vector_beside_the_row_of_its_piece(key: str, kept: bool) -> None:
    files = {
        "requirements.txt": "sqlite-vec==0.1.6\nopenai==1.93.0\n",
        "index.py": ROWS.replace("KEY", key),
    }
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


POM = (
    "<project><artifactId>x</artifactId><dependencies><dependency><groupId>"
    "org.springframework.ai</groupId><artifactId>spring-ai-starter-vector-store-redis"
    "</artifactId><version>1.0.0</version></dependency></dependencies></project>"
)
LOADER = (
    "package x;\n\nimport org.springframework.ai.document.Document;\n"
    "import org.springframework.ai.transformer.splitter.TokenTextSplitter;\n"
    "import org.springframework.ai.vectorstore.VectorStore;\n\nclass LineLoader {\n"
    "    private final VectorStore store;\n\n"
    "    LineLoader(VectorStore store) { this.store = store; }\n\n    void load(String text) {\n"
    "        java.util.List<Document> rows = java.util.List.of(new Document(text));\n"
    "        store.add(new TokenTextSplitter().apply(rows));\n    }\n}\n"
)


def test_a_type_that_is_called_a_loader_notes_nothing() -> None:
    files = {"pom.xml": POM, "src/main/java/x/LineLoader.java": LOADER}
    assert _asked(source_kept, files) is not Outcome.PASS


READING = {
    "requirements.txt": "pgvector==0.4.1\nopenai==1.93.0\n",
    "search.py": "from openai import OpenAI\n\ndef search(db, question):\n"
    "    vector = OpenAI().embeddings.create(model='e', input=question)\n"
    "    found = db.fetch('SELECT * FROM parts ORDER BY v <=> $1', vector)\n"
    "    return [{'text': hit['text'], 'from': hit['KEY']} for hit in found]\n",
}


@pytest.mark.parametrize(
    ("read", "kept"),
    [("hit['document_id']", True), ("metadatas[n].get('source')", True), ("hit['lang']", False)],
)
def test_what_is_found_is_handed_on_with_its_source(read: str, kept: bool) -> None:
    files = {**READING, "search.py": READING["search.py"].replace("hit['KEY']", read)}
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Azure.AI.OpenAI" '
    'Version="2.1.0" /></ItemGroup></Project>'
)
RECORDS = (
    "using Azure.AI.OpenAI;\n\npublic class Index(Maker maker, Keeper keeper)\n{\n"
    "    public async Task Fill(string name, List<string> parts)\n    {\n"
    "        foreach (var chunk in parts)\n            keeper.Add(new Entry\n            {\n"
    "                Key = Guid.NewGuid().ToString(),\n                Title = GIVEN,\n"
    "                Content = chunk,\n"
    "                ContentVector = await maker.GetEmbeddingAsync(chunk)\n            });\n"
    "    }\n}\n"
)


@pytest.mark.parametrize(("given", "kept"), [("name", True), ('"Handbook"', False)])
def test_one_title_for_all_pieces_is_no_source(given: str, kept: bool) -> None:
    files = {"Kb.csproj": CSPROJ, "Index.cs": RECORDS.replace("GIVEN", given)}
    assert _asked(ingestion_in_repository, files) is Outcome.PASS
    assert (_asked(source_kept, files) is Outcome.PASS) is kept
