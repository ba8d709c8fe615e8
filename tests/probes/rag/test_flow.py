"""A vector that code makes and hands on tells a search, whatever stores and names are used."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

GO = {
    "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/sashabaranov/go-openai v1.40.0\n",
    "main.go": 'package main\n\nimport openai "github.com/sashabaranov/go-openai"\n\n'
    "func main() { openai.NewClient(key) }\n",
}
GO_SEARCH = (
    "package main\n\nfunc (r *Retrieval) semantic(q string) ([]Hit, error) {\n"
    "\tvecs, err := r.em.Embed(ctx, []string{q})\n\tif err != nil {\n\t\treturn nil, err\n\t}\n"
    "\treturn r.vec.Query(vecs[0], r.pool), nil\n}\n"
)
GO_FILL = (
    "package main\n\nfunc (p *Processor) run(batch []Chunk) {\n"
    "\tvecs, _ := p.em.Embed(ctx, texts(batch))\n"
    "\tfor i, it := range batch {\n\t\tp.vec.Add(it.DocumentID, vecs[i])\n\t}\n}\n"
)
GO_TYPE = "package main\n\ntype Chunk struct {\n\tText string\n\tDocumentID string\n}\n"
CSHARP = {
    "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="OpenAI" Version="2.2.0" /></ItemGroup></Project>',
    "Ask.cs": "using OpenAI.Chat;\nvar chat = new ChatClient(model, key);\n",
}
CSHARP_SEARCH = (
    "class Search\n{\n    async Task<Hits> Find(string question)\n    {\n"
    "        var asked = await _embedding.GenerateEmbeddingAsync(question);\n"
    "        return await _client.PostAsync(_url, _builder.BuildHybridQuery(question, asked));\n"
    "    }\n}\n"
)
NODE = {
    "package.json": '{"name": "web", "dependencies": {"ai": "5.0.0"}}',
    "chat.ts": 'import { generateText } from "ai";\nexport const ask = () => generateText({});\n',
}
TS = (
    'import {{ shelf }} from "./shelf";\n\nexport async function about(question: string) {{\n'
    "  const {{ vector: asked }} = await embedText(question);\n  return {}(asked);\n}}\n"
)
PYTHON = {
    "requirements.txt": "openai==1.93.0\n",
    "chat.py": "from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt-4o')\n",
}
MADE = "embeddings = get_embedding_model('x')\nstore = find_store(embeddings)\n"
SHELF = "vec = embed(q)\nfound = shelf.search(vec)\n"
STORED = "vec = embed(text)\nshelf.upsert(vec)\n"
ROWS = "vector = np.array(encode(text))\nfound = search(vector)\n"

COMPARED = {
    "requirements.txt": "openai==1.93.0\nscikit-learn==1.7.0\nsentence-transformers==5.0.0\n",
    "app.py": "from openai import OpenAI\nfrom sentence_transformers import SentenceTransformer\n"
    "from sklearn.metrics.pairwise import cosine_similarity\n\n"
    "model = SentenceTransformer('all-MiniLM-L6-v2')\n\n"
    "def scores(query_embedding, doc_embeddings):\n"
    "    return cosine_similarity(query_embedding, doc_embeddings)[0]\n\n"
    "def ask(question, docs):\n    scores(model.encode([question]), model.encode(docs))\n"
    "    return OpenAI().chat.completions.create(model='gpt-4o')\n",
}
SAME = "cosine_similarity(first_embedding, second_embedding)"
PUSHED = {
    "package.json": '{"name": "web", "dependencies": {"openai": "5.0.0", '
    '"@langchain/openai": "0.6.0", "@langchain/mongodb": "0.1.0", "mongodb": "6.0.0"}}',
    "ask.ts": 'import { MongoDBAtlasVectorSearch } from "@langchain/mongodb";\n'
    "export const store = new MongoDBAtlasVectorSearch(embeddings, { collection });\n"
    "export const find = (q: string) => store.similaritySearch(q);\n",
    "scripts/add.ts": 'import { OpenAIEmbeddings } from "@langchain/openai";\n'
    "const embeddings = new OpenAIEmbeddings({ model: 'text-embedding-3-small' });\n"
    "async function run(chunks: Chunk[]) {\n  const rows = [];\n"
    "  for (const chunk of chunks) {\n"
    "    const embedding = await embeddings.embedQuery(chunk.text);\n"
    "    rows.push({\n      text: chunk.text,\n      embedding: embedding\n    });\n  }\n"
    "  await collection.insertMany(rows);\n}\nrun([]);\n",
}
IN_A_FILE = {
    **NODE,
    "about.ts": TS.format("shelf.findNearby"),
    "scripts/ingest.ts": 'import { embedTexts } from "./embed";\n'
    "async function main(chunks: Chunk[]) {\n"
    "  const vectors = await embedTexts(chunks.map((c) => c.text));\n"
    "  const index = chunks.map((c, i) => ({ ...c, embedding: vectors[i] }));\n"
    "  await fs.writeFile(OUT, JSON.stringify(index));\n}\nmain([]);\n",
}
S3_VECTORS = {
    "requirements.txt": "boto3==1.40.0\n",
    "app.py": "import boto3\nbedrock = boto3.client('bedrock-runtime')\n"
    "s3v = boto3.client('s3vectors')\n\ndef vector(text):\n"
    "    return bedrock.invoke_model(modelId='amazon.titan-embed-text-v2:0', body=text)\n\n"
    "def ask(v):\n    return s3v.query_vectors(indexName='i', queryVector=v, topK=3)\n\n"
    "def put(key, v, path):\n    s3v.put_vectors(indexName='i', vectors=[\n"
    "        {'key': key, 'data': v, 'metadata': {'source': path}}])\n",
}
JAVA = {
    "pom.xml": "<project><artifactId>x</artifactId><dependencies><dependency><groupId>"
    "org.springframework.ai</groupId><artifactId>spring-ai-starter-vector-store-pgvector"
    "</artifactId><version>1.0.0</version></dependency></dependencies></project>",
    "src/main/java/x/Ingest.java": "package x;\n\n"
    "import org.springframework.ai.document.Document;\n"
    "import org.springframework.ai.vectorstore.VectorStore;\n\nclass Ingest {\n"
    "    private final VectorStore store;\n\n"
    "    Ingest(VectorStore store) { this.store = store; }\n\n"
    "    void add(java.util.List<Document> documents) { store.add(documents); }\n}\n",
}
RECORD = (
    "package x;\n\npublic record KnowledgeChunk(\n        String id,\n        String fileName,\n"
    "        String content) {}\n"
)


def _asked(question: Probe, files: Mapping[str, str]) -> Outcome:
    return question.ask(testing.build({"component": {"files": files}})).outcome


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({**GO, "search.go": GO_SEARCH, "fill.go": GO_FILL}, Outcome.PASS),
        ({**GO, "search.go": GO_SEARCH}, Outcome.FAIL),
        ({**GO, "search.go": GO_SEARCH.replace("r.vec.Query", "r.vec.Norm")}, None),
        ({**CSHARP, "Search.cs": CSHARP_SEARCH}, Outcome.FAIL),
        ({**CSHARP, "Search.cs": CSHARP_SEARCH.replace("question, asked", "question")}, None),
        ({**NODE, "about.ts": TS.format("shelf.findNearby")}, Outcome.FAIL),
        ({**NODE, "about.ts": TS.format("shelf.norm")}, None),
        ({**NODE, "about.ts": TS.format("rankBySimilarity")}, None),
        ({**PYTHON, "made.py": MADE}, None),
        ({**PYTHON, "rows.py": ROWS}, None),
        ({**PYTHON, "find.py": SHELF, "fill.py": STORED}, Outcome.PASS),
        ({**PYTHON, "find.py": SHELF, "fill.py": f'"""\n{STORED}"""\n'}, Outcome.FAIL),
        ({**PYTHON, "find.py": f'x = 1\n"""\n{SHELF}"""\n'}, None),
    ],
)
def test_a_vector_that_finds_something(files: dict[str, str], expected: Outcome | None) -> None:
    outcome = expected or Outcome.NOT_APPLICABLE
    assert _asked(ingestion_in_repository, files) is outcome


def test_what_is_kept_beside_a_vector() -> None:
    files = {**GO, "search.go": GO_SEARCH, "fill.go": GO_FILL}
    assert _asked(source_kept, files) is Outcome.UNKNOWN
    assert _asked(source_kept, {**files, "chunk.go": GO_TYPE}) is Outcome.PASS


def test_a_question_that_is_compared_with_documents() -> None:
    assert _asked(ingestion_in_repository, COMPARED) is Outcome.PASS
    one = {**COMPARED, "app.py": COMPARED["app.py"].replace("encode(docs)", "encode(doc)")}
    assert _asked(ingestion_in_repository, one) is Outcome.FAIL
    same = COMPARED["app.py"].replace("cosine_similarity(query_embedding, doc_embeddings)", SAME)
    files = {**COMPARED, "app.py": same}
    assert _asked(ingestion_in_repository, files) is Outcome.NOT_APPLICABLE


def test_a_row_whose_vector_is_called_a_query_where_it_is_made() -> None:
    assert _asked(ingestion_in_repository, PUSHED) is Outcome.PASS


def test_an_index_that_is_written_to_a_file() -> None:
    assert _asked(ingestion_in_repository, IN_A_FILE) is Outcome.PASS
    other = IN_A_FILE["scripts/ingest.ts"].replace("stringify(index)", "stringify(chunks)")
    assert _asked(ingestion_in_repository, {**IN_A_FILE, "scripts/ingest.ts": other}) is (
        Outcome.FAIL
    )


def test_vectors_that_a_cloud_keeps_as_objects() -> None:
    assert _asked(ingestion_in_repository, S3_VECTORS) is Outcome.PASS
    assert _asked(source_kept, S3_VECTORS) is Outcome.PASS
    chat = S3_VECTORS["app.py"].replace("titan-embed-text-v2:0", "nova-pro-v1:0")
    assert _asked(ingestion_in_repository, {**S3_VECTORS, "app.py": chat}) is Outcome.FAIL


def test_the_record_of_a_chunk_names_its_file() -> None:
    assert _asked(source_kept, JAVA) is Outcome.UNKNOWN
    chunk = "src/main/java/x/KnowledgeChunk.java"
    assert _asked(source_kept, {**JAVA, chunk: RECORD}) is Outcome.PASS
    bare = RECORD.replace("fileName", "heading")
    assert _asked(source_kept, {**JAVA, chunk: bare}) is Outcome.UNKNOWN


def test_a_store_that_is_called_a_vector_is_no_row() -> None:
    source = (
        "from langchain_postgres import PGVector\n\ndef store(embeddings, name):\n"
        "    return PGVector(embeddings=embeddings, collection_name=name).similarity_search('x')\n"
    )
    files = {"requirements.txt": "langchain-postgres==0.0.15\n", "app.py": source}
    assert _asked(ingestion_in_repository, files) is Outcome.FAIL
    # Looked for columns without finding a table: an answer, and no crash.
    column = "from pgvector.sqlalchemy import Vector\nkind = Vector(3)\n"
    assert _asked(source_kept, {**files, "models.py": column}) is Outcome.UNKNOWN


MADE_FOR = (
    "from openai import OpenAI\nclient = OpenAI()\n\ndef vector(text):\n"
    "    return client.embeddings.create(model='e', input=text).data[0].embedding\n\n"
)
KEPT = {
    "redisvl": "from redisvl.index import SearchIndex\nindex = SearchIndex.from_yaml('s')\n"
    "index.load([{'text': 'x', 'embedding': vector('x')}])\n",
    "turbopuffer": "import turbopuffer as tpuf\nns = tpuf.Namespace('x')\n"
    "ns.write(upsert_rows=[{'id': 1, 'vector': vector('x')}])\n",
    "txtai": "from txtai import Embeddings\nEmbeddings(path='x').index(['x'])\n",
    "elasticsearch": "from elasticsearch import Elasticsearch\n"
    "asked = client.embeddings.create(model='e', input='x')\n"
    "Elasticsearch().search(index='i', knn={'field': 'v', 'query_vector': asked})\n"
    "Elasticsearch().index(index='i', document={'v': vector('x')})\n",
    "redis": "import redis\nr = redis.Redis()\n\ndef put(k, text):\n"
    "    made = client.embeddings.create(model='e', input=text)\n"
    "    r.hset(k, mapping={'text': text, 'v': made})\n\n"
    "def find(text):\n    asked = get_embedding(text)\n    return r.ft('i').search('q', asked)\n",
    "lightrag-hku": "from lightrag import LightRAG\nrag = LightRAG(working_dir='w')\n"
    "rag.insert('x')\n",
}


@pytest.mark.parametrize("library", KEPT)
def test_what_fills_an_index_in_its_own_words(library: str) -> None:
    files = {"requirements.txt": f"openai==1.93.0\n{library}==1.0.0\n"}
    filled = MADE_FOR + KEPT[library]
    assert _asked(ingestion_in_repository, {**files, "app.py": filled}) is Outcome.PASS


def test_a_model_that_searches_stores_of_files() -> None:
    files = {
        "requirements.txt": "google-genai==1.50.0\n",
        "app.py": "from google import genai\nfrom google.genai import types\n"
        "client = genai.Client()\n\ndef ask(question):\n"
        "    return client.models.generate_content(model='gemini-2.5-flash', contents=question,\n"
        "        config=types.GenerateContentConfig(tools=[types.Tool(\n"
        "            file_search=types.FileSearch(file_search_store_names=['s']))]))\n",
    }
    assert _asked(ingestion_in_repository, files) is Outcome.FAIL
    up = "\nclient.file_search_stores.upload_to_file_search_store(file='a.pdf')\n"
    files["app.py"] += up
    assert _asked(ingestion_in_repository, files) is Outcome.PASS


DRIZZLE = (
    'import { cosineDistance, desc, sql } from "drizzle-orm";\nimport { rows } from "./schema";\n'
    "export const find = (v: number[]) =>\n"
    "  db.select().from(rows).orderBy(desc(sql`1 - ${cosineDistance(rows.embedding, v)}`));\n"
)
COMMAND = (
    "import { BedrockAgentRuntimeClient, RetrieveCommand } "
    'from "@aws-sdk/client-bedrock-agent-runtime";\nconst c = new BedrockAgentRuntimeClient({});\n'
    'export const find = (q: string) => c.send(new RetrieveCommand({ knowledgeBaseId: "k" }));\n'
)
ROWS_OF = (
    'import { cosineSimilarity, embed } from "ai";\nimport rows from "./rows.json";\n'
    "export async function find(value: string) {\n  const { embedding } = await embed({ value });\n"
    "  return rows.map((r) => cosineSimilarity(embedding, r.embedding)).sort();\n}\n"
)


@pytest.mark.parametrize("source", [DRIZZLE, COMMAND, ROWS_OF])
def test_a_search_whose_index_is_filled_elsewhere(source: str) -> None:
    packages = ("ai", "drizzle-orm", "@aws-sdk/client-bedrock-agent-runtime")
    named = ", ".join(f'"{each}": "1.0.0"' for each in packages)
    files = {"package.json": f'{{"name": "web", "dependencies": {{{named}}}}}', "find.ts": source}
    assert _asked(ingestion_in_repository, files) is Outcome.FAIL


def test_an_index_that_embeds_what_it_is_given() -> None:
    files = {
        "package.json": '{"name": "web", "dependencies": {"@upstash/vector": "1.2.0"}}',
        "find.ts": 'import { Index } from "@upstash/vector";\nconst index = new Index();\n'
        "export const put = (id: string, text: string) => index.upsert({ id, data: text });\n",
    }
    assert _asked(ingestion_in_repository, files) is Outcome.PASS
    vectors = files["find.ts"].replace("data: text", "vector: made(text)")
    assert _asked(ingestion_in_repository, {**files, "find.ts": vectors}) is Outcome.FAIL


NODE_APP = {
    "package.json": '{"name": "a", "dependencies": {"openai": "5"}}',
    "app.ts": 'import OpenAI from "openai";\nnew OpenAI().responses.create({ model: "gpt-4o" });\n',
}
NODE_SEARCH = (
    "export async function find(question: string) {{\n"
    "  const vector = await embed(question);\n  {}(question, vector);\n"
    "  return client.search('docs', vector);\n}}\n"
)


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        ("await store.saveQuery", Outcome.FAIL),
        ("logger.insertSearchEvent", Outcome.FAIL),
        ("SQL.replace", Outcome.FAIL),
        ("await blogs.upsert", Outcome.PASS),
    ],
)
def test_a_note_of_a_question_is_no_index(call: str, outcome: Outcome) -> None:
    files = {**NODE_APP, "find.ts": NODE_SEARCH.format(call)}
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ingestion_in_repository.ask(inputs).outcome is outcome


@pytest.mark.parametrize(
    ("given", "outcome"),
    [("name, file_ids: ids", Outcome.PASS), ("name", Outcome.FAIL)],
)
def test_a_hosted_index_is_filled_by_the_files_that_it_is_made_of(
    given: str, outcome: Outcome
) -> None:
    files = {
        "package.json": '{"name": "web", "dependencies": {"openai": "5.8.2"}}',
        "route.ts": 'import OpenAI from "openai";\nconst openai = new OpenAI();\n'
        "export async function POST(name: string, ids: string[]) {\n"
        f"  const store = await openai.vectorStores.create({{ {given} }});\n"
        '  const tools = [{ type: "file_search", vector_store_ids: [store.id] }];\n'
        '  return openai.responses.create({ model: "gpt-4o", input: name, tools });\n}\n',
    }
    assert _asked(ingestion_in_repository, files) is outcome
