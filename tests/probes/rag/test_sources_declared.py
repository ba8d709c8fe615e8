"""Indexes and tables that are declared with a field for the source, what is found and asked for it,
and answers of services that hold it."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.asking import asking
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

QDRANT = {
    "requirements.txt": "qdrant-client==1.15.0\nopenai==1.93.0\n",
    "store.py": "from qdrant_client import QdrantClient\nclient = QdrantClient('db')\n\n"
    "def fill(points):\n    client.upsert('kb', points=points)\n\n"
    "def search(vector):\n    found = client.query_points('kb', query=vector)\n"
    "    return [READ for each in found]\n\n"
    "print(fill, search)\n",
}
PGVECTOR = {
    "package.json": '{"name": "web", "dependencies": {"openai": "5.8.2", "pg": "8.16.0"}}',
    "lib/rag/search.ts": 'import OpenAI from "openai";\nimport { Pool } from "pg";\n'
    "const pool = new Pool();\n\nexport async function search(question: string) {\n"
    "  const openai = new OpenAI();\n  const found = await openai.embeddings.create("
    '{ model: "text-embedding-ada-002", input: question });\n'
    "  return pool.query('SELECT body FROM parts ORDER BY embedding <=> $1', [found]);\n}\n",
}
TABLE = (
    "CREATE TABLE parts (\n    id uuid PRIMARY KEY,\n    COLUMN\n    body text,\n"
    "    embedding vector(1536)\n);\nCREATE TABLE users (\n    id uuid,\n    file_name text\n);\n"
)
SERVICE = (
    "import os\nimport requests\nfrom openai import OpenAI\n\ndef search_knowledge(question):\n"
    "    url = os.environ['KB_URL']\n"
    "    found = requests.post(url, json={'q': question}).json()['results']\n"
    "    return [(each['chunk_content'], each['FIELD']) for each in found]\n\n"
    "def ask(question):\n    return OpenAI().responses.create(model='gpt-5', "
    "input=str(search_knowledge(question)))\n"
)


VERTEX = {
    "requirements.txt": "google-cloud-discoveryengine==0.13.8\n",
    "search.py": "from google.cloud import discoveryengine_v1 as discoveryengine\n\n"
    "def ask(config, question):\n"
    "    client = discoveryengine.ConversationalSearchServiceClient()\n"
    "    query = discoveryengine.Query(text=question)\n"
    "    request = discoveryengine.AnswerQueryRequest(serving_config=config, query=query)\n"
    "    answer = client.answer_query(request).answer\n"
    "    return [READ for each in answer.references]\n\nprint(ask)\n",
}


def _outcome(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("each.payload['source']", Outcome.PASS),
        ("each.payload.get('file_name')", Outcome.PASS),
        ("each.payload['text']", Outcome.UNKNOWN),
        ("each.payload['user_id']", Outcome.UNKNOWN),
    ],
)
def test_what_is_found_is_asked_for_its_source(read: str, expected: Outcome) -> None:
    files = {**QDRANT, "store.py": QDRANT["store.py"].replace("READ", read)}
    assert _outcome(source_kept, files) is expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("document_id uuid,", Outcome.PASS),
        ("source_url text,", Outcome.PASS),
        ("user_id uuid,", Outcome.UNKNOWN),
        ("created_at date,", Outcome.UNKNOWN),
    ],
)
def test_a_table_of_vectors_has_a_column_for_the_source(column: str, expected: Outcome) -> None:
    files = {**PGVECTOR, "migrations/1.sql": TABLE.replace("COLUMN", column)}
    assert _outcome(source_kept, files) is expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [("document_name", Outcome.PASS), ("url", Outcome.PASS), ("mood", Outcome.NOT_APPLICABLE)],
)
def test_a_service_says_which_document_a_piece_is_from(field: str, expected: Outcome) -> None:
    files = {"requirements.txt": "openai==1.93.0\n", "kb.py": SERVICE.replace("FIELD", field)}
    assert _outcome(source_kept, files) is expected


RECORD = (
    "using Microsoft.Extensions.VectorData;\nusing Microsoft.SemanticKernel.Connectors.Qdrant;\n"
    "public class NAME\n{\n    [VectorStoreKey]\n    public Guid Id { get; set; }\n"
    "    [VectorStoreData]\n    public string Body { get; set; }\n"
    "    [VectorStoreVector(1536)]\n    public ReadOnlyMemory<float> Vector { get; set; }\n}\n"
    "public class Search(QdrantVectorStore store)\n{\n"
    "    public async Task Fill(IEnumerable<NAME> rows)\n    {\n"
    '        var all = store.GetCollection<Guid, NAME>("kb");\n'
    "        await all.UpsertAsync(rows);\n    }\n}\n"
)
PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Microsoft.SemanticKernel.Connectors.Qdrant" Version="1.60.0" />'
    "</ItemGroup></Project>"
)


@pytest.mark.parametrize(
    ("name", "expected"), [("Product", Outcome.PASS), ("TextChunk", Outcome.UNKNOWN)]
)
def test_a_thing_of_its_own_is_its_own_source(name: str, expected: Outcome) -> None:
    files = {"app.csproj": PROJECT, "Vectors/Search.cs": RECORD.replace("NAME", name)}
    assert _outcome(source_kept, files) is expected


SKILL = '{"skills": [{"@odata.type": "#Microsoft.Skills.Text.AzureOpenAIEmbeddingSkill"}]}'
INDEXER = '{"name": "docs", "dataSourceName": "blobs", "skillsetName": "cut"}'
ASKS = (
    "from azure.search.documents import SearchClient\n\n"
    "def search(client: SearchClient, question):\n    return client.search(question)\n"
)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"infra/skills.json": SKILL, "infra/indexer.json": INDEXER}, Outcome.PASS),
        ({"infra/skills.json": SKILL}, Outcome.FAIL),
        ({"infra/indexer.json": INDEXER}, Outcome.FAIL),
    ],
)
def test_an_index_is_declared_to_fill_itself(files: dict[str, str], expected: Outcome) -> None:
    own = {"requirements.txt": "azure-search-documents==11.5.2\n", "search.py": ASKS}
    assert _outcome(ingestion_in_repository, {**own, **files}) is expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("each.chunk_info.document_metadata.uri", Outcome.PASS),
        ("each.unstructured_document_info.title", Outcome.PASS),
        ("each.chunk_info.content", Outcome.UNKNOWN),
    ],
)
def test_a_search_of_vertex_is_asked_for_the_document(read: str, expected: Outcome) -> None:
    files = {**VERTEX, "search.py": VERTEX["search.py"].replace("READ", read)}
    assert _outcome(source_kept, files) is expected


@pytest.mark.parametrize(
    ("called", "asks"),
    [("AnswerQueryRequest", True), ("SearchRequest", False)],
)
def test_a_search_of_vertex_that_answers_asks_a_model(called: str, asks: bool) -> None:
    text = VERTEX["search.py"].replace("AnswerQueryRequest", called)
    text = text.replace("answer_query", "search")
    component = testing.component({"files": {**VERTEX, "search.py": text}})
    assert bool(asking(component)) is asks
