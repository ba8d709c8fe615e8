"""Rows and points that hold a vector, and what leads from them to their document."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

VERTEX = (
    "from google import genai\nfrom google.cloud import aiplatform\n"
    "from google.cloud.aiplatform_v1.types import IndexDatapoint\n\n"
    "def index_pages(index_id, filename, pages):\n"
    "    found = genai.Client().models.embed_content(model='text-embedding-005', contents=pages)"
    "\n"
    "    points = [\n        IndexDatapoint(datapoint_id=ID, feature_vector=each.values)\n"
    "        for number, each in enumerate(found.embeddings)\n    ]\n"
    "    aiplatform.MatchingEngineIndex(index_id).upsert_datapoints(points)\n"
)
MAPPED = (
    "from litellm import embedding\nfrom pgvector.sqlalchemy import Vector\n\n"
    "async def save(asession, text, title):\n"
    "    content_embedding = embedding(model='e', input=[text])\n"
    "    row = NAME(\n        content_embedding=content_embedding,\n        content_text=text,\n"
    "    )\n    asession.add(row)\n"
)
CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>'
    '<ItemGroup><PackageReference Include="Azure.AI.OpenAI" Version="2.1.0" />'
    "</ItemGroup></Project>"
)
PROCEDURE = (
    "using Azure.AI.OpenAI;\n\npublic class Changes(OpenAIClient client, SqlConnection conn) {\n"
    "    public async Task Run(Item item) {\n"
    '        var e = await client.GetEmbeddingsAsync(new EmbeddingsOptions("e", [item.Text]));\n'
    '        await conn.ExecuteAsync("web.update_item_embeddings", new { item.Id, e }'
    ", commandType: CommandType.StoredProcedure);\n    }\n}\n"
)
WEAVIATE = (
    "import weaviate\nfrom weaviate.classes.data import DataObject\n\n"
    "async def keep(collection, chunks, original):\n"
    "    rows = [DataObject(properties={'text': c}, references=GIVEN) for c in chunks]\n"
    "    await weaviate.connect_to_local().collections.get('kb').data.insert_many(rows)\n"
)


def _python(needs: str, source: str) -> dict[str, str]:
    return {"requirements.txt": needs, "models.py": source}


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": files, "path": "."}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


GOOGLE = "google-genai==1.9.0\ngoogle-cloud-aiplatform==1.87.0\n"
CHROMA = "chromadb==1.0.0\n"
ADDED = (
    "import chromadb\n\nclass Store:\n    def __init__(self):\n"
    "        self.client = chromadb.PersistentClient('db')\n\n    def add(self, document):\n"
    "        store = self.client.get_or_create_collection(document.collection)\n"
    "        ids = [f'{{{}}}_{{i}}' for i in range(len(document.pieces))]\n"
    "        store.add(documents=document.pieces, embeddings=document.embeddings,\n"
    "                  metadatas=document.metadata, ids=ids)\n"
    "        return store.query(query_texts=['x'])\n"
)
PGVECTOR = "litellm==1.70.0\npgvector==0.4.1\n"


@pytest.mark.parametrize(
    "files",
    [
        _python(GOOGLE, VERTEX.replace("ID", "str(number)", 1)),
        _python(PGVECTOR, MAPPED.replace("NAME", "ContentDB")),
        {"app.csproj": CSPROJ, "Changes.cs": PROCEDURE},
    ],
    ids=["points of Vertex AI", "an entity of SQLAlchemy", "a stored procedure"],
)
def test_ingestion_is_seen(files: dict[str, str]) -> None:
    assert _asked(ingestion_in_repository, files) is Outcome.PASS


@pytest.mark.parametrize(
    "files",
    [
        _python(GOOGLE, VERTEX.replace("datapoint_id=ID", 'datapoint_id=f"{filename}:{number}"')),
        _python(CHROMA, ADDED.format("document.filename")),
        _python(PGVECTOR, MAPPED.replace("NAME", "ContentDB")),
        {"app.csproj": CSPROJ, "Changes.cs": PROCEDURE},
        _python(
            "weaviate-client==4.16.0\n", WEAVIATE.replace("GIVEN", "{'fullDocument': original}")
        ),
    ],
    ids=[
        "an id of file and page",
        "ids of file and number",
        "a row of its own",
        "a row by its key",
        "a reference",
    ],
)
def test_source_is_kept(files: dict[str, str]) -> None:
    assert _asked(source_kept, files) is Outcome.PASS


@pytest.mark.parametrize(
    "files",
    [
        _python(GOOGLE, VERTEX.replace("datapoint_id=ID", "datapoint_id=str(number)")),
        _python(CHROMA, ADDED.format("document.collection")),
        _python(PGVECTOR, MAPPED.replace("NAME", "ContentChunk")),
        _python("weaviate-client==4.16.0\n", WEAVIATE.replace("GIVEN", "{'ofUser': original}")),
    ],
    ids=[
        "a running number",
        "of a collection",
        "a piece without a source",
        "a reference to nobody's document",
    ],
)
def test_no_source_is_kept(files: dict[str, str]) -> None:
    assert _asked(source_kept, files) is not Outcome.PASS


POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>com.pgvector</groupId><artifactId>pgvector</artifactId>"
    "<version>0.1.6</version></dependency></dependencies></project>"
)
ENTITY = (
    "package x;\n\n@Entity\npublic class DocumentChunk implements Serializable {\n\n"
    "    @Column(nullable = false)\n    private String FIELD;\n\n"
    "    @Column(length = 5000)\n    private String content;\n}\n"
)
FILL = (
    "package x;\n\nimport com.pgvector.PGvector;\n\nclass Store {\n"
    "    void storeChunk(DocumentChunk chunk, float[] found) {\n"
    "        repository.save(chunk, new PGvector(found));\n    }\n}\n"
)


@pytest.mark.parametrize(("field", "kept"), [("documentId", True), ("language", False)])
def test_an_entity_of_java_names_its_document(field: str, kept: bool) -> None:
    entity = ENTITY.replace("FIELD", field)
    files = {"pom.xml": POM, "src/DocumentChunk.java": entity, "src/Store.java": FILL}
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


SCHEMA = (
    'import { pgTable, text, vector } from "drizzle-orm/pg-core";\n'
    'export const users = pgTable("users", { name: text("name") });\n'
    'export const pieces = pgTable("pieces", {\n  content: text("content"),\n'
    '  embedding: vector("embedding", { dimensions: 1536 }),\n});\n'
)
SEARCHED = (
    'import { embed } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
    'import { cosineDistance } from "drizzle-orm";\nimport { pieces } from "./schema";\n'
    "export const find = async (value: string) => {\n"
    '  const { embedding } = await embed({ model: openai.embedding("e"), value });\n'
    "  return db.select().from(pieces).orderBy(cosineDistance(pieces.embedding, embedding));\n};\n"
)
DRIZZLE = {
    "package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "drizzle-orm": "0.38.0"}}',
    "lib/schema.ts": SCHEMA,
    "lib/find.ts": SEARCHED,
}


@pytest.mark.parametrize(
    ("inserts", "outcome"),
    [
        ('import { pieces } from "./schema";\nawait db.insert(pieces).values(rows);\n', "pass"),
        ('import { pieces as t } from "./schema";\nawait db.insert(t).values(rows);\n', "pass"),
        (
            'import * as s from "./schema";\nawait tx\n  .insert(s.pieces)\n  .values(rows);\n',
            "pass",
        ),
        ('import { users } from "./schema";\nawait db.insert(users).values(rows);\n', "fail"),
    ],
)
def test_drizzle_fills_a_table_of_vectors(inserts: str, outcome: str) -> None:
    files = {**DRIZZLE, "lib/store.ts": inserts}
    inputs = {
        "repo": testing.repository({"files": files}),
        "component": testing.component({"files": files}),
    }
    assert ingestion_in_repository.ask(inputs).outcome.value == outcome


LANCE = {
    "package.json": '{"name": "kb", "dependencies": {"@lancedb/lancedb": "0.21.0", "openai": "5"}}',
    "src/kb.ts": 'import * as lancedb from "@lancedb/lancedb";\nimport OpenAI from "openai";\n'
    'const db = await lancedb.connect("kb");\nconst client = new OpenAI();\n\n'
    "export async function load(files: string[]) {\n"
    '  const made = await client.embeddings.create({ model: "e", input: files });\n'
    "  const rows = made.data.map((each, n) => ({ vector: each.embedding, text: files[n] }));\n"
    '  await db.createTable("kb", ROWS);\n}\n\n'
    "export async function find(vector: number[]) {\n"
    '  const table = await db.openTable("kb");\n  return table.search(vector).limit(5).toArray();\n'
    "}\n",
}


@pytest.mark.parametrize(("rows", "outcome"), [("rows", "pass"), ("[]", "fail")])
def test_a_table_is_made_of_rows(rows: str, outcome: str) -> None:
    files = {**LANCE, "src/kb.ts": LANCE["src/kb.ts"].replace("ROWS", rows)}
    assert _asked(ingestion_in_repository, files).value == outcome


NOTED = (
    'import { embed } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
    "export const note = async (value: string) => {\n"
    '  const { embedding } = await embed({ model: openai.embedding("e"), value });\n'
    "  await sql`INSERT INTO TABLE (content, embedding, COLUMN) VALUES (${value})`;\n};\n"
)


@pytest.mark.parametrize(
    ("table", "outcome"),
    [("pieces", "pass"), ("search_logs", "fail"), ("answer_cache", "fail"), ("QueryLog", "fail")],
)
def test_a_note_of_a_question_is_no_index(table: str, outcome: str) -> None:
    noted = NOTED.replace("TABLE", table).replace("COLUMN", "title")
    assert _asked(ingestion_in_repository, {**DRIZZLE, "lib/a.ts": noted}).value == outcome


KEYED = (
    'import { pgTable, serial, text, halfvec } from "drizzle-orm/pg-core";\n'
    'export const pieces = pgTable("pieces", {\n  KEY,\n  content: text("content"),\n'
    '  embedding: halfvec("embedding", { dimensions: 1536 }),\n});\n'
)


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ('id: serial("id").primaryKey()', False),
        ('id: bigint("id", { mode: "number" }).primaryKey()', False),
        ('batchId: text("batch_id")', False),
        ('source: text("source")', True),
    ],
)
def test_a_key_that_the_database_makes_is_no_source(key: str, kept: bool) -> None:
    store = 'import { pieces } from "./schema";\nawait db.insert(pieces).values(rows);\n'
    files = {**DRIZZLE, "lib/schema.ts": KEYED.replace("KEY", key), "lib/store.ts": store}
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


@pytest.mark.parametrize(("column", "kept"), [("document_id", True), ("created_at", False)])
def test_every_writer_keeps_the_source(column: str, kept: bool) -> None:
    writer = NOTED.replace("TABLE", "pieces").replace("COLUMN", column)
    files = {**DRIZZLE, "lib/schema.ts": KEYED.replace("KEY", 'source: text("source")')}
    files["lib/embed.ts"] = writer
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


CHROMA = (
    "import chromadb\n\nkb = chromadb.PersistentClient().get_collection('kb')\n\n"
    "def described(path):\n    return MADE\n\n"
    "def keep(texts, path):\n    notes = [described(path) for _ in texts]\n"
    "    kb.add(ids=texts, documents=texts, metadatas=notes)\n\n"
    "def news(row):\n    return OTHER\n\n"
    "def find(question):\n    return kb.query(query_texts=[question])\n"
)


@pytest.mark.parametrize(
    ("made", "other", "kept"),
    [
        ("{'source': path}", "row", True),
        ("row", "{'title': row.name, 'url': row.link}", False),
    ],
)
def test_only_what_leads_to_a_chunk_gives_its_source(made: str, other: str, kept: bool) -> None:
    source = CHROMA.replace("MADE", made).replace("OTHER", other)
    files = _python("chromadb==1.0.0\n", source)
    assert (_asked(source_kept, files) is Outcome.PASS) is kept


WRITTEN = (
    'import { createClient } from "@supabase/supabase-js";\n'
    'import { OpenAIEmbeddings } from "@langchain/openai";\n\n'
    "export async function storeAll(docs, fileId) {\n"
    "  const made = await new OpenAIEmbeddings().embedDocuments(docs.map((d) => d.pageContent));\n"
    "  const rows = docs.map((doc, n) => ({\n    content: doc.pageContent,\n"
    "    embedding: VECTOR,\n    file_id: fileId,\n  }));\n"
    '  await createClient("u", "k").from("documents").insert(rows);\n}\n\n'
    "export async function near(vector) {\n"
    '  return createClient("u", "k").rpc("match_documents", { query_embedding: vector });\n}\n'
)


@pytest.mark.parametrize(
    ("vector", "stored"),
    [
        ('`[${embeddings[n].join(",")}]`', True),
        ("JSON.stringify(embeddings[n])", True),
        ("null", False),
    ],
)
def test_a_vector_that_is_written_as_text(vector: str, stored: bool) -> None:
    packages = '"@supabase/supabase-js": "2.50.0", "@langchain/openai": "0.6.0"'
    files = {
        "package.json": f'{{"name": "w", "dependencies": {{{packages}}}}}',
        "src/vectors.ts": WRITTEN.replace("VECTOR", vector),
    }
    assert (_asked(ingestion_in_repository, files) is Outcome.PASS) is stored


PRISMA = (
    'import OpenAI from "openai";\nconst openai = new OpenAI();\n\n'
    "export async function save(prisma: any, id: string, text: string) {\n"
    "  const made = await openai.embeddings.create({ model: 'e', input: text });\n"
    '  await prisma.$executeRaw`\n    INSERT INTO "chunks" (\n      "source_id",\n'
    '      "content",\n      "COLUMN"\n    )\n'
    "    VALUES (${id}, ${text}, ${JSON.stringify(made)})`;\n}\n\n"
    "export const near = (prisma: any, vector: string) =>\n"
    '  prisma.$queryRaw`SELECT content FROM chunks ORDER BY "e" <=> ${vector} LIMIT 5`;\n'
)


@pytest.mark.parametrize(("column", "outcome"), [("embedding", "pass"), ("label", "fail")])
def test_columns_are_quoted_a_line_each(column: str, outcome: str) -> None:
    manifest = '{"name": "a", "dependencies": {"openai": "5.0.0"}}'
    files = {"package.json": manifest, "rag/store.ts": PRISMA.replace("COLUMN", column)}
    assert _asked(ingestion_in_repository, files) == outcome


RENEWED = (
    'import OpenAI from "openai";\nimport { createClient } from "@supabase/supabase-js";\n'
    'const openai = new OpenAI();\nconst db = createClient("u", "k");\n\n'
    "export async function renew(id: string, text: string) {\n"
    "  const made = await openai.embeddings.create({ model: 'e', input: text });\n"
    "  const embedding = made.data[0].embedding;\n"
    '  await db.from("chunks").METHOD({ embedding }).eq("id", id);\n}\n'
    "export const find = (query_embedding: number[]) =>\n"
    '  db.rpc("match_documents", { query_embedding });\n'
)


@pytest.mark.parametrize(("method", "outcome"), [("update", "unknown"), ("insert", "fail")])
def test_another_vector_leaves_what_stands_beside_it(method: str, outcome: str) -> None:
    needs = '{"name": "a", "dependencies": {"openai": "5.0.0", "@supabase/supabase-js": "2.0.0"}}'
    files = {"package.json": needs, "embed.ts": RENEWED.replace("METHOD", method)}
    assert _asked(source_kept, files) == outcome


GRAPH = {
    "graph/store.py": "from nano_vectordb import NanoVectorDB\n\nclass Store:\n"
    "    def __init__(self):\n        self.db = NanoVectorDB(8)\n",
    "graph/__init__.py": "",
    "graph/fill.py": "from openai import OpenAI\nfrom .store import Store\n\n"
    "def fill(document, chunks):\n    for chunk in chunks:\n"
    "        made = OpenAI().embeddings.create(model='e', input=chunk)\n"
    "        row = {'text': chunk, 'full_doc_id': document, 'vector': made}\n"
    "        chunks_store = Store()\n        chunks_store.upsert(row)\n",
    "requirements.txt": "openai==1.93.0\nnano-vectordb==0.0.4\n",
}


@pytest.mark.parametrize(("needs", "outcome"), [("nano-vectordb==0.0.4\n", "pass"), ("", "na")])
def test_a_package_beside_it_keeps_the_vectors(needs: str, outcome: str) -> None:
    files = {
        **GRAPH,
        "web/requirements.txt": f"openai==1.93.0\n{needs}",
        "web/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "web/main.py": "from openai import OpenAI\nfrom graph.fill import fill\n"
        "OpenAI().responses.create(model='m', input='x')\nfill('a', ['b'])\n",
    }
    given = {"component": {"files": files, "path": "web"}, "repo": {"files": files}}
    expected = "not_applicable" if outcome == "na" else outcome
    for probe in (ingestion_in_repository, source_kept):
        assert probe.ask(testing.build(given)).outcome == expected
