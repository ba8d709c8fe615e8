"""Retrieval without a library for vectors, ingestion beside the component, ready-made indexes."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

NODE = '{"name": "web", "dependencies": {"openai": "5.0.0", "pg": "8.16.0"}}'
ASK = 'const OpenAI = require("openai");\nconst openai = new OpenAI();\n'
EMBED = (
    "async function embedText(text) {\n"
    '  return openai.embeddings.create({ model: "text-embedding-3-small", input: text });\n}\n'
)
SQL = {
    "package.json": NODE,
    "search.js": ASK
    + EMBED
    + 'const { Client } = require("pg");\nconst client = new Client();\n'
    + "module.exports = async (v) => client.query(\n"
    + "  `SELECT content FROM chunks ORDER BY embedding <=> $1::vector LIMIT 5`, [v]);\n",
    "ingest.js": ASK
    + EMBED
    + 'const { Client } = require("pg");\nconst client = new Client();\n'
    + "async function main(chunks) {\n  for (const chunk of splitText(chunks)) {\n"
    + '    await client.query("INSERT INTO chunks (file_name, content, embedding) '
    + 'VALUES ($1, $2, $3)", [chunk.name, chunk.text, await embedText(chunk.text)]);\n  }\n}\n'
    + "main();\n",
}
IN_MEMORY = {
    "requirements.txt": "openai==1.93.0\nnumpy==2.3.0\n",
    "store.py": "from openai import OpenAI\n\ndef cosine_similarity(a, b):\n    return a @ b\n\n"
    "def chunk_text(text):\n    return [text]\n\n"
    "def embed_texts(texts):\n"
    "    return OpenAI().embeddings.create(model='text-embedding-3-small', input=texts)\n\n"
    "def load(path):\n    return embed_texts(chunk_text(path.read_text()))\n\n"
    "def search(question, rows):\n    return max(rows, key=lambda r: "
    "cosine_similarity(question, r['embedding']))\n",
}
ELASTIC = {
    "requirements.txt": "elasticsearch==9.0.0\nopenai==1.93.0\npypdf==5.0.0\n",
    "index.py": "from elasticsearch import Elasticsearch\n"
    "from elasticsearch.helpers import bulk\nfrom openai import OpenAI\n"
    "from pypdf import PdfReader\n"
    "MAPPING = {'properties': {'v': {'type': 'dense_vector', 'dims': 3}}}\n\n"
    "def run(path):\n    pages = PdfReader(path).pages\n"
    "    v = OpenAI().embeddings.create(model='text-embedding-3-small', input='x')\n"
    "    bulk(Elasticsearch(), [{'_source': {'v': v, 'url': path}} for page in pages])\n",
}
GO = {
    "go.mod": "module x\n\ngo 1.24\n\nrequire (\n\tgithub.com/pgvector/pgvector-go v0.3.0\n"
    "\tgithub.com/sashabaranov/go-openai v1.40.0\n)\n",
    "store.go": 'package main\n\nimport (\n\t"github.com/pgvector/pgvector-go"\n'
    '\topenai "github.com/sashabaranov/go-openai"\n)\n\n'
    "type Store struct{ db DB }\n\nfunc chunkText(t string) []string { return []string{t} }\n\n"
    "func (s *Store) StorePosts(id string, vs [][]float32) {\n\tfor _, v := range vs {\n"
    '\t\ts.db.Exec(map[string]any{"post_id": id, "embedding": pgvector.NewVector(v)})\n\t}\n}\n\n'
    'func main() {\n\tclient := openai.NewClient("")\n\tfor _, c := range chunkText("x") {\n'
    "\t\tclient.CreateEmbeddings(nil, openai.EmbeddingRequest{Input: c})\n\t}\n"
    "\tnew(Store).StorePosts(c, nil)\n}\n",
}
CREWAI = {
    "requirements.txt": "crewai==0.140.0\n",
    "crew.py": "from crewai import Agent\n"
    "from crewai.knowledge.source.pdf_knowledge_source import PDFKnowledgeSource\n"
    "agent = Agent(knowledge_sources=[PDFKnowledgeSource(file_paths=['a.pdf'])])\n",
}
DOTNET = {
    "app.sln": "",
    "src/Backend/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:8.0.1\nCOPY . .\n",
    "src/Backend/Backend.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Microsoft.SemanticKernel.Connectors.Qdrant" Version="1.0.0" />'
    "</ItemGroup></Project>",
    "src/Backend/Search.cs": "using Microsoft.SemanticKernel.Memory;\n"
    "using Microsoft.SemanticKernel.Connectors.Qdrant;\n"
    "public class Search(IMemoryStore store) {\n"
    '  public Task Seed(object rows) => store.UpsertBatchAsync("kb", rows);\n}\n',
    "src/DataIngestor/DataIngestor.csproj": '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>'
    '<PackageReference Include="PdfPig" Version="0.1.8" /></ItemGroup></Project>',
    "src/DataIngestor/Ingestor.cs": "using UglyToad.PdfPig;\n"
    "using Microsoft.SemanticKernel.Text;\npublic class Ingestor {\n"
    "  public void Run(string file) {\n    using var pdf = PdfDocument.Open(file);\n"
    '    var parts = TextChunker.SplitPlainTextParagraphs(["x"], 200);\n'
    "    var vectors = generator.GenerateEmbeddingsAsync(parts);\n  }\n}\n",
}
DEPLOYED = {
    "app/Dockerfile": "FROM python:3.12.1\nCOPY . .\n",
    "app/requirements.txt": "azure-search-documents==11.5.0\n",
    "app/search.py": "from azure.search.documents import SearchClient\n"
    "client = SearchClient('e', 'kb', None)\n",
    "infra/scripts/requirements.txt": "pypdf==5.0.0\n",
    "infra/scripts/fill.py": "from azure.search.documents import SearchClient\n"
    "from pypdf import PdfReader\nrows = [{'title': 'a', 'content': p.extract_text()} "
    "for p in PdfReader('a.pdf').pages]\n"
    "SearchClient('e', 'kb', None).upload_documents(documents=rows)\n",
}
HERE = {
    "javascript, SQL": SQL,
    "python, in memory": IN_MEMORY,
    "python, Elasticsearch": ELASTIC,
    "go, pgvector": GO,
    "python, CrewAI": CREWAI,
    "c#, a project beside it": DOTNET,
    "python, a script of the deployment": DEPLOYED,
}


def _ask(probe: Probe, files: dict[str, str]) -> Outcome:
    homes = [name.rpartition("/")[0] for name in files if name.endswith("Dockerfile")]
    given = {"files": files, "path": homes[0] if homes else "."}
    return probe.ask(testing.build({"component": given})).outcome


@pytest.mark.parametrize("files", HERE.values(), ids=HERE)
def test_the_ingestion_is_seen(files: dict[str, str]) -> None:
    assert _ask(ingestion_in_repository, files) is Outcome.PASS


@pytest.mark.parametrize("name", ["javascript, SQL", "python, Elasticsearch", "go, pgvector"])
def test_the_source_is_seen(name: str) -> None:
    assert _ask(source_kept, HERE[name]) is Outcome.PASS


def test_a_ready_made_index_has_no_ingestion_whatever_else_is_indexed() -> None:
    source = (
        "from llama_index.core import load_index_from_storage, StorageContext\n"
        "from llama_index.embeddings.huggingface import HuggingFaceEmbedding\n"
        "from qdrant_client import QdrantClient\n"
        "index = load_index_from_storage(StorageContext.from_defaults(persist_dir='db'))\n\n"
        "def chunk_text(text):\n    return [text]\n\n"
        "def index_tools(tools):\n    for chunk in chunk_text(tools):\n"
        "        QdrantClient(':memory:').upsert('t', points=HuggingFaceEmbedding().embed(chunk))\n"
    )
    files = {
        "requirements.txt": "llama-index-core==0.12.0\nqdrant-client==1.14.0\n",
        "a.py": source,
    }
    assert _ask(ingestion_in_repository, files) is Outcome.FAIL


def test_similar_words_are_no_retrieval() -> None:
    source = (
        "from openai import OpenAI\n\ndef cosine_similarity(a, b):\n    return a @ b\n\n"
        "def close(a, b):\n    return cosine_similarity(a, b) > 0.9\n"
    )
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": source}
    assert _ask(ingestion_in_repository, files) is Outcome.NOT_APPLICABLE


def test_what_a_developer_runs_at_home_does_not_count_beside_what_is_deployed() -> None:
    files = {
        "package.json": '{"name": "api", "dependencies": {"@langchain/ollama": "0.2.0", '
        '"@langchain/openai": "0.6.0", "faiss-node": "0.5.1"}}',
        "src/constants.ts": "export const ollamaModel = 'nomic-embed-text:latest';\n",
        "src/search.ts": 'import { FaissStore } from "@langchain/community/vectorstores/faiss";\n'
        'import { AzureOpenAIEmbeddings } from "@langchain/openai";\n'
        'import { OllamaEmbeddings } from "@langchain/ollama";\n'
        'import { ollamaModel } from "./constants";\n'
        "const model = process.env.AZURE ? new AzureOpenAIEmbeddings({ azureADTokenProvider }) "
        ": new OllamaEmbeddings({ model: ollamaModel });\n"
        'export const store = await FaissStore.load("db", model);\n',
        "infra/main.parameters.json": '{"parameters": {"embeddingsModelName": '
        '{"value": "${M=text-embedding-3-large}"}, "embeddingsModelVersion": {"value": "${V=2}"}}}',
    }
    assert _ask(embedding_model_pinned, files) is Outcome.PASS
    alone = {name: text for name, text in files.items() if not name.startswith("infra")}
    assert _ask(embedding_model_pinned, alone) is Outcome.FAIL
