"""Retrieval is seen where no library says so: by a vector that something is asked with, by SQL that
stands in a file, and through a memory that embeds; and not where somebody only compares."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

NODE = {"package.json": '{"name": "web", "dependencies": {"openai": "5.8.2"}}'}
PACKAGES = '"openai": "5.8.2", "@prisma/client": "6.1.0"'
PRISMA = {"package.json": f'{{"name": "web", "dependencies": {{{PACKAGES}}}}}'}
BINDING = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    "export async function find(env: Env, text: string) {\n"
    "  const embedding = await env.EMBEDDER.embed({ text });\n"
    "  return env.DATABASE.findSimilarTextEmbedding(embedding.embedding, 5);\n}\n"
    "export async function keep(env: Env, id: string, text: string) {\n"
    "  const found = await env.EMBEDDER.embed({ text });\n"
    "  await env.DATABASE.updateCheck(id, { embedding: found.embedding });\n}\n"
    'find(env, "x");\n'
)
PADDING = ", ".join(f'c."column_{n}"' for n in range(40))
TEMPLATE = (
    'import OpenAI from "openai";\nimport { Prisma } from "@prisma/client";\n'
    "export class KnowledgeRepository {\n"
    "  public async add(id: string, chunk: string, client: OpenAI) {\n"
    "    const made = await client.embeddings.create({ model: 'e', input: chunk });\n"
    '    await this.db.$executeRaw`INSERT INTO "chunks" ("document_id", "text", "embedding")\n'
    "      VALUES (${id}, ${chunk}, ${literal(made)}::vector)`;\n  }\n"
    "  public async near(input: number[]) {\n    const vector = literal(input);\n"
    f"    return this.db.$queryRaw(Prisma.sql`SELECT {PADDING}\n"
    '      FROM "chunks" c ORDER BY c."embedding" <=> ${vector}::vector LIMIT 5`);\n  }\n}\n'
)
MEMORY = (
    "from mem0 import Memory\n\nmemory = Memory.from_config({})\n\n"
    "def remember(text, user):\n    memory.add(text, user_id=user)\n\n"
    "def recall(question, user):\n    return memory.search(question, user_id=user)\n\n"
    "recall('x', 'y')\n"
)
COMPARED = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    "export async function near(a: string, b: string) {\n"
    "  const embedding = await client.embeddings.create({ model: 'e', input: a });\n"
    "  const other = await client.embeddings.create({ model: 'e', input: b });\n"
    "  return compareMatch(embedding, other);\n}\n"
)


CHOSEN = (
    'import { OllamaEmbeddings } from "@langchain/ollama";\n'
    'import { OpenAIEmbeddings } from "@langchain/openai";\n'
    'import { Chroma } from "@langchain/community/vectorstores/chroma";\n'
    "const made = (kind: string, name: string) => kind === 'ollama'\n"
    "  ? new OllamaEmbeddings({ model: name })\n"
    "  : new OpenAIEmbeddings({ modelName: 'text-embedding-ada-002' });\n"
    "export const store = new Chroma(made('ollama', 'x'), {});\n"
)
WRITER = (
    "from haystack import Document, Pipeline\n"
    "from haystack.components.embedders import OpenAIDocumentEmbedder\n"
    "from haystack.components.writers import DocumentWriter\n"
    "from haystack_integrations.document_stores.chroma import ChromaDocumentStore\n\n"
    "def ingest(pages):\n    pipeline = Pipeline()\n"
    "    pipeline.add_component('embed', OpenAIDocumentEmbedder())\n"
    "    writer = DocumentWriter(document_store=ChromaDocumentStore())\n"
    "    pipeline.add_component('write', writer)\n"
    "    rows = [Document(content=page.text, meta={'url': page.url}) for page in pages]\n"
    "    pipeline.run({'embed': {'documents': rows}})\n\ningest([])\n"
)


def _ask(probe: Probe, files: dict[str, str]) -> Outcome:
    return probe.ask(testing.build({"component": {"files": files}})).outcome


@pytest.mark.parametrize(
    "files",
    [
        {**NODE, "src/check.ts": BINDING},
        {**PRISMA, "src/repositories/knowledge.ts": TEMPLATE},
        {"requirements.txt": "mem0ai==1.0.0\nopenai==1.93.0\n", "memory.py": MEMORY},
    ],
    ids=["a service that is asked by a vector", "SQL in a template", "a memory that embeds"],
)
def test_retrieval_and_what_fills_it_are_seen(files: dict[str, str]) -> None:
    assert _ask(ingestion_in_repository, files) is Outcome.PASS
    assert _ask(embedding_model_pinned, files) is not Outcome.NOT_APPLICABLE


def test_vectors_that_are_compared_are_no_retrieval() -> None:
    assert _ask(ingestion_in_repository, {**NODE, "a.ts": COMPARED}) is Outcome.NOT_APPLICABLE


def test_meta_data_of_a_document_tells_its_source() -> None:
    files = {"requirements.txt": "haystack-ai==2.9\nchroma-haystack==2.0\n", "fill.py": WRITER}
    assert _ask(source_kept, files) is Outcome.PASS


def test_a_provider_that_somebody_chooses_brings_a_model_that_nobody_named() -> None:
    packages = '"@langchain/ollama": "0.2.0", "@langchain/openai": "0.6.0", "chromadb": "3.0.0"'
    files = {
        "package.json": f'{{"name": "w", "dependencies": {{{packages}}}}}',
        "src/store.ts": CHOSEN,
    }
    assert _ask(embedding_model_pinned, files) is Outcome.UNKNOWN


CACHED = (
    "from openai import OpenAI\n\nclient = OpenAI()\n\n"
    "def lookup(cur, question):\n"
    "    made = client.embeddings.create(model='e', input=question).data[0].embedding\n"
    "    cur.execute('SELECT text FROM kept ORDER BY embedding <=> %s::vector LIMIT 1', (made,))\n"
    "    return cur.fetchone()\n\n"
    "def keep(cur, question, said):\n"
    "    made = client.embeddings.create(model='e', input=question).data[0].embedding\n"
    "    cur.execute('INSERT INTO kept (text, embedding) VALUES (%s, %s)', (said, made))\n"
)


@pytest.mark.parametrize(
    ("path", "seen"),
    [("app/semantic_cache.py", False), ("app/cache/near.py", False), ("app/search.py", True)],
)
def test_answers_that_are_kept_are_no_documents(path: str, seen: bool) -> None:
    files = {"requirements.txt": "openai==1.93.0\npsycopg==3.2.0\n", path: CACHED}
    files["app/main.py"] = f"from {path[:-3].replace('/', '.')} import lookup\nlookup(1, 'why?')\n"
    found = _ask(ingestion_in_repository, files)
    assert (found is not Outcome.NOT_APPLICABLE) is seen


STORED = (
    'package main\n\nimport (\n\t"github.com/pgvector/pgvector-go"\n'
    '\topenai "github.com/sashabaranov/go-openai"\n)\n\n'
    "// BatchInsertRows keeps rows.\n"
    "func (s *Store) BatchInsertRows(rows []Row) {\n"
    "\tquery := `INSERT INTO chunks (text, embedding) VALUES ($1, $2)`\n"
    "\tfor _, r := range rows {\n\t\ts.pool.Exec(query, r.Text, r.Made)\n\t}\n}\n\n"
    "func (s *Store) Near(client *openai.Client, q string) {\n"
    "\tmade := client.CreateEmbeddings(nil, openai.EmbeddingRequest{Input: q})\n"
    "\ts.pool.Query(`SELECT text FROM chunks ORDER BY embedding <=> $1 LIMIT 5`, "
    "pgvector.NewVector(made))\n}\n\n"
    'func main() {\n\tnew(Store).Near(nil, "why")\nREST}\n'
)


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [("", Outcome.FAIL), ("\tnew(Store).BatchInsertRows(nil)\n", Outcome.PASS)],
)
def test_a_function_that_nobody_calls_fills_no_index(rest: str, outcome: Outcome) -> None:
    needs = (
        "module x\n\ngo 1.24\n\nrequire (\n\tgithub.com/pgvector/pgvector-go v0.3.0\n"
        "\tgithub.com/sashabaranov/go-openai v1.40.0\n)\n"
    )
    files = {"go.mod": needs, "store.go": STORED.replace("REST", rest)}
    assert _ask(ingestion_in_repository, files) is outcome


ROWS = (
    'import { createClient } from "@supabase/supabase-js";\nimport OpenAI from "openai";\n'
    'const db = createClient("u", "k");\n'
    "export async function answer(text: string) {\n"
    "  const { data } = await new OpenAI().embeddings.create({ model: 'e', input: text });\n"
    "  const embedding = data[0].embedding;\n"
    "  const given = {\n    embedding: embedding,\n    GIVEN,\n  };\n"
    "  const found = await near(given);\n"
    "  await db.from('requests').insert({ text, found });\n}\n"
)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [("match_threshold: 0.8", Outcome.FAIL), ("content: text", Outcome.PASS)],
)
def test_a_vector_among_the_limits_of_a_search_is_no_row(given: str, outcome: Outcome) -> None:
    files = {
        "package.json": '{"name": "a", "dependencies": {"openai": "5", '
        '"@supabase/supabase-js": "2", "chromadb": "3"}}',
        "find.ts": 'import { ChromaClient } from "chromadb";\n'
        "export const near = (given) => new ChromaClient().query(given);\n",
        "answer.ts": ROWS.replace("GIVEN", given),
    }
    assert _ask(ingestion_in_repository, files) is outcome


PAGE = (
    '@page "/"\n@using Microsoft.KernelMemory\n@inject Settings settings\n\n<h1>Ask</h1>\n\n'
    "@code {\n    private IKernelMemory memory = new KernelMemoryBuilder().Build();\n\n"
    "    private async Task Keep(Stream file, string name)\n    {\n"
    "        await memory.DOES(file, name);\n        await memory.AskAsync(name);\n    }\n}\n"
)


@pytest.mark.parametrize(
    ("does", "outcome"),
    [("ImportDocumentAsync", Outcome.PASS), ("DeleteDocumentAsync", Outcome.FAIL)],
)
def test_a_page_of_blazor_fills_an_index(does: str, outcome: Outcome) -> None:
    needs = '<PackageReference Include="Microsoft.KernelMemory" Version="0.98.0" />'
    project = f'<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>{needs}</ItemGroup></Project>\n'
    files = {"App.csproj": project, "Pages/Home.razor": PAGE.replace("DOES", does)}
    assert _ask(ingestion_in_repository, files) is outcome
