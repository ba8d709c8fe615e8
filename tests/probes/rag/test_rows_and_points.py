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
        _python(PGVECTOR, MAPPED.replace("NAME", "ContentDB")),
        {"app.csproj": CSPROJ, "Changes.cs": PROCEDURE},
        _python(
            "weaviate-client==4.16.0\n", WEAVIATE.replace("GIVEN", "{'fullDocument': original}")
        ),
    ],
    ids=["an id of file and page", "a row of its own", "a row by its key", "a reference"],
)
def test_source_is_kept(files: dict[str, str]) -> None:
    assert _asked(source_kept, files) is Outcome.PASS


@pytest.mark.parametrize(
    "files",
    [
        _python(GOOGLE, VERTEX.replace("datapoint_id=ID", "datapoint_id=str(number)")),
        _python(PGVECTOR, MAPPED.replace("NAME", "ContentChunk")),
        _python("weaviate-client==4.16.0\n", WEAVIATE.replace("GIVEN", "{'ofUser': original}")),
    ],
    ids=["a running number", "a piece without a source", "a reference to nobody's document"],
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
