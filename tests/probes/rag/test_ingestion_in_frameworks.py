"""Ingestion and the source of chunks are seen however the frameworks in use today write them."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

PYTHON = {
    "langchain": (
        "langchain-chroma",
        "from langchain_chroma import Chroma\nfrom langchain_openai import OpenAIEmbeddings\n"
        "from langchain_community.document_loaders import DirectoryLoader\n"
        "from langchain_text_splitters import RecursiveCharacterTextSplitter\n"
        "docs = DirectoryLoader('kb').load()\n"
        "chunks = RecursiveCharacterTextSplitter(chunk_size=500).split_documents(docs)\n"
        "Chroma.from_documents(chunks, OpenAIEmbeddings())\n",
    ),
    "llama-index": (
        "llama-index-core",
        "from llama_index.core import SimpleDirectoryReader, VectorStoreIndex\n"
        "from llama_index.embeddings.openai import OpenAIEmbedding\n"
        "docs = SimpleDirectoryReader('kb').load_data()\n"
        "index = VectorStoreIndex.from_documents(docs, embed_model=OpenAIEmbedding())\n",
    ),
    "llama-index, node by node": (
        "llama-index-core",
        "from llama_index.core import VectorStoreIndex\n"
        "from llama_index.core.schema import TextNode\nindex = VectorStoreIndex([])\n\n"
        "def ingest(message):\n"
        "    node = TextNode(text=message['text'], metadata={'source': message['url']})\n"
        "    index.insert_nodes([node])\n",
    ),
    "qdrant": (
        "qdrant-client",
        "from pathlib import Path\nfrom openai import OpenAI\n"
        "from qdrant_client import QdrantClient\n"
        "from qdrant_client.models import PointStruct\n\n"
        "def chunk_text(text):\n    return [text]\n\n"
        "def ingest(path):\n    client = QdrantClient('http://db:6333')\n"
        "    for n, chunk in enumerate(chunk_text(Path(path).read_text())):\n"
        "        v = OpenAI().embeddings.create(input=chunk, model='text-embedding-3-small')\n"
        "        client.upsert('kb', points=[PointStruct(id=n, vector=v.data[0].embedding,\n"
        "                      payload={'source': str(path), 'text': "
        "chunk})])\n\ningest('kb.md')\n",
    ),
    "pgvector": (
        "pgvector",
        "from pgvector.sqlalchemy import Vector\n"
        "from sentence_transformers import SentenceTransformer\n"
        "model = SentenceTransformer('all-MiniLM-L6-v2')\n\n"
        "def ingest(session, document):\n    for text in split_text(document.text):\n"
        "        session.add(DocumentChunk(document_id=document.id, text=text,\n"
        "                                  embedding=model.encode(text)))\n",
    ),
    "azure-search": (
        "azure-search-documents",
        "from azure.search.documents import SearchClient\nfrom openai import AzureOpenAI\n"
        "import pandas as pd\n\ndef ingest(client: SearchClient):\n"
        "    rows = pd.read_csv('products.csv').to_dict('records')\n"
        "    for row in rows:\n        vector = AzureOpenAI().embeddings.create(\n"
        "            input=row['text'], model='text-embedding-ada-002').data[0].embedding\n"
        "        client.upload_documents([{'id': row['id'], 'url': row['url'], 'v': vector}])\n\n"
        "ingest(SearchClient('e', 'i', None))\n",
    ),
    "haystack": (
        "haystack-ai",
        "from haystack import Pipeline\n"
        "from haystack.components.converters import PyPDFToDocument\n"
        "from haystack.components.embedders import OpenAIDocumentEmbedder\n"
        "from haystack.components.preprocessors import DocumentSplitter\n"
        "from haystack.components.writers import DocumentWriter\n"
        "from haystack.document_stores.in_memory import InMemoryDocumentStore\n"
        "p = Pipeline()\np.add_component('convert', PyPDFToDocument())\n"
        "p.add_component('split', DocumentSplitter(split_by='word'))\n"
        "p.add_component('embed', OpenAIDocumentEmbedder())\n"
        "p.add_component('write', DocumentWriter(InMemoryDocumentStore()))\n",
    ),
    "openai-vector-store": (
        "openai",
        "from openai import OpenAI\nclient = OpenAI()\n"
        "store = client.vector_stores.create(name='kb')\n"
        "client.vector_stores.file_batches.upload_and_poll(vector_store_id=store.id, files=[])\n",
    ),
}
NODE = {
    "langchain": (
        "@langchain/qdrant",
        'import { QdrantVectorStore } from "@langchain/qdrant";\n'
        'import { OpenAIEmbeddings } from "@langchain/openai";\n'
        'import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";\n'
        'import { PDFLoader } from "@langchain/community/document_loaders/fs/pdf";\n'
        'const docs = await new PDFLoader("kb.pdf").load();\n'
        "const chunks = await new RecursiveCharacterTextSplitter().splitDocuments(docs);\n"
        "await QdrantVectorStore.fromDocuments(chunks, new OpenAIEmbeddings(), {});\n",
    ),
    "supabase, by hand": (
        "@supabase/supabase-js",
        'import { createClient } from "@supabase/supabase-js";\n'
        'import { OpenAI } from "openai";\nimport fs from "fs";\n'
        'const db = createClient("u", "k");\n'
        'for (const essay of JSON.parse(fs.readFileSync("essays.json", "utf8"))) {\n'
        "  const { essay_url, content } = essay;\n"
        '  const made = await new OpenAI().embeddings.create({ model: "m", input: content });\n'
        "  const [{ embedding }] = made.data;\n"
        '  await db.from("pg").insert({ essay_url, content, embedding });\n}\n'
        'export const find = (v) => db.rpc("pg_search", { query_embedding: v, match_count: 3 });\n',
    ),
    "rows of drizzle": (
        "ai",
        'import { embedMany } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
        'import { drizzle } from "drizzle-orm/postgres-js";\nimport { chunk } from "./schema";\n'
        "export async function ingest(path: string, texts: string[]) {\n"
        '  const model = openai.embedding("text-embedding-3-small");\n'
        "  const { embeddings } = await embedMany({ model, values: texts });\n"
        "  await insertChunks({ chunks: texts.map((text, i) => ({\n"
        "    id: `${path}/${i}`, filePath: `${user}/${path}`, content: text,\n"
        "    embedding: embeddings[i],\n  })) });\n}\n"
        "export async function insertChunks({ chunks }) {\n"
        '  return await drizzle("u").insert(chunk).values(chunks);\n}\n',
    ),
    "mastra": (
        "@mastra/pinecone",
        'import { PineconeVector } from "@mastra/pinecone";\n'
        'import { MDocument } from "@mastra/rag";\nimport { embedMany } from "ai";\n'
        'import { openai } from "@ai-sdk/openai";\n'
        "export async function ingest(text: string, source: string) {\n"
        "  const chunks = await MDocument.fromText(text, { source }).chunk({ size: 512 });\n"
        "  const { embeddings } = await embedMany({\n"
        '    model: openai.embedding("text-embedding-3-small"), values: '
        "chunks.map((c) => c.text),\n"
        "  });\n"
        '  const store = new PineconeVector({ apiKey: "x" });\n'
        '  await store.upsert({ indexName: "kb", vectors: embeddings,\n'
        "    metadata: chunks.map((c) => ({ text: c.text, source })) });\n}\n",
    ),
}
POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>GROUP</groupId><artifactId>NAME</artifactId>"
    "<version>1.1.0</version></dependency></dependencies></project>"
)
OTHERS = {
    "langchain4j": {
        "pom.xml": POM.replace("GROUP", "dev.langchain4j").replace("NAME", "langchain4j-qdrant"),
        "src/main/java/app/Ingest.java": "package app;\n"
        "import dev.langchain4j.data.document.loader.FileSystemDocumentLoader;\n"
        "import dev.langchain4j.data.document.splitter.DocumentSplitters;\n"
        "import dev.langchain4j.model.openai.OpenAiEmbeddingModel;\n"
        "import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;\n"
        "import dev.langchain4j.store.embedding.qdrant.QdrantEmbeddingStore;\n"
        "class Ingest {\n  public static void main(String[] args) {\n"
        '    var docs = FileSystemDocumentLoader.loadDocuments("kb");\n'
        "    EmbeddingStoreIngestor.builder()\n"
        "      .documentSplitter(DocumentSplitters.recursive(300, 0))\n"
        "      .embeddingModel(OpenAiEmbeddingModel.withApiKey(null))\n"
        "      .embeddingStore(QdrantEmbeddingStore.builder().build()).build().ingest(docs);\n"
        "  }\n}\n",
    },
    "spring-ai": {
        "pom.xml": POM.replace("GROUP", "org.springframework.ai").replace(
            "NAME", "spring-ai-starter-vector-store-pgvector"
        ),
        "src/main/java/app/Ingest.java": "package app;\n"
        "import org.springframework.ai.reader.tika.TikaDocumentReader;\n"
        "import org.springframework.ai.transformer.splitter.TokenTextSplitter;\n"
        "import org.springframework.ai.vectorstore.VectorStore;\n"
        "import org.springframework.stereotype.Component;\n"
        "@Component\nclass Ingest {\n  private final VectorStore store;\n"
        "  Ingest(VectorStore store) { this.store = store; }\n"
        "  void run(String path) {\n    var docs = new TikaDocumentReader(path).get();\n"
        "    store.add(new TokenTextSplitter().apply(docs));\n  }\n}\n",
    },
    "go, by hand": {
        "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/sashabaranov/go-openai v1.36.0\n",
        "upload.go": 'package main\n\nimport openai "github.com/sashabaranov/go-openai"\n\n'
        "func getEmbeddings(texts []string) [][]float32 {\n"
        "\tres, _ := openai.NewClient(key).CreateEmbeddings(nil, openai.EmbeddingRequest{})\n"
        "\treturn vectors(res)\n}\n\nfunc main() {\n\tchunks := CreateChunks(readText())\n"
        "\tdb.UpsertEmbeddings(getEmbeddings(texts(chunks)), chunks)\n}\n",
        "vectordb.go": "package main\n\n"
        "func (s *Store) UpsertEmbeddings(v [][]float32, c []Chunk) {\n"
        "\tfor i := range v {\n\t\tput(Vector{Values: v[i], Metadata: map[string]string{\n"
        '\t\t\t"file_name": c[i].Title, "text": c[i].Text}})\n\t}\n}\n',
    },
    "go, a fork": {
        "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/someone/langchaingo v0.1.14\n",
        "rag/rag.go": "package main\n\nimport (\n"
        + "".join(
            f'\t"github.com/someone/langchaingo/{name}"\n'
            for name in ("documentloaders", "embeddings", "textsplitter", "vectorstores/qdrant")
        )
        + ")\n\nfunc main() {\n\tloader := documentloaders.NewText(open())\n"
        "\tdocs, _ := loader.LoadAndSplit(nil, textsplitter.NewRecursiveCharacter())\n"
        '\tfor _, doc := range docs {\n\t\tdoc.Metadata["file_name"] = name\n\t}\n'
        "\tembedder, _ := embeddings.NewEmbedder(nil)\n"
        "\tstore, _ := qdrant.New(qdrant.WithEmbedder(embedder))\n"
        "\tstore.AddDocuments(nil, docs)\n}\n",
    },
    "go": {
        "go.mod": "module x\n\ngo 1.24\n\nrequire (\n\tgithub.com/qdrant/go-client v1.14.0\n"
        "\tgithub.com/openai/openai-go v1.0.0\n)\n",
        "ingest.go": 'package main\n\nimport (\n\t"os"\n\n\t"github.com/openai/openai-go"\n'
        '\t"github.com/qdrant/go-client/qdrant"\n)\n\nfunc chunkText(t string) []string {\n'
        "\treturn []string{t}\n}\n\nfunc main() {\n"
        '\tdata, _ := os.ReadFile("kb.md")\n\tai := openai.NewClient()\n'
        "\tclient, _ := qdrant.NewClient(&qdrant.Config{})\n"
        "\tfor _, c := range chunkText(string(data)) {\n"
        '\t\tv, _ := ai.Embeddings.New(nil, openai.EmbeddingNewParams{Model: "m"})\n'
        '\t\tclient.Upsert(nil, &qdrant.UpsertPoints{CollectionName: "kb", Points: '
        '[]*qdrant.PointStruct{{Payload: qdrant.NewValueMap(map[string]any{"source": "kb.md",\n'
        '\t\t\t"text": c, "v": v})}}})\n\t}\n}\n',
    },
}


def _repositories() -> dict[str, dict[str, str]]:
    found = {
        f"python {name}": {"requirements.txt": f"{package}==1.0.0\n", "ingest.py": source}
        for name, (package, source) in PYTHON.items()
    }
    for name, (package, source) in NODE.items():
        manifest = f'{{"name": "web", "dependencies": {{"{package}": "1.0.0"}}}}'
        found[f"node {name}"] = {"package.json": manifest, "src/ingest.ts": source}
    return found | OTHERS


REPOSITORIES = _repositories()


@pytest.mark.parametrize("files", REPOSITORIES.values(), ids=REPOSITORIES)
def test_the_ingestion_is_seen(files: dict[str, str]) -> None:
    answer = ingestion_in_repository.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", REPOSITORIES.values(), ids=REPOSITORIES)
def test_the_source_is_seen(files: dict[str, str]) -> None:
    answer = source_kept.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


AGNO = (
    "from agno.knowledge.url import UrlKnowledge\nfrom agno.vectordb.pgvector import PgVector\n\n"
    "knowledge = UrlKnowledge(urls=['https://kb.example'], vector_db=PgVector(table_name='kb'))\n"
)
NANO = (
    "from nano_vectordb import NanoVectorDB\nfrom openai import OpenAI\n"
    "store = NanoVectorDB(1536)\n\ndef near(vector):\n    return store.query(query=vector)\n\n"
    "def fill(chunks):\n    for chunk in chunks:\n"
    "        made = OpenAI().embeddings.create(model='e', input=chunk).data[0].embedding\n"
    "        store.upsert([{'__id__': chunk, '__vector__': made}])\n"
)
CREATOR = (
    "from langchain.indexes import VectorstoreIndexCreator\n"
    "from langchain_community.document_loaders import PyPDFLoader\n"
    "from langchain_community.vectorstores import FAISS\n\n"
    "index = VectorstoreIndexCreator(vectorstore_cls=FAISS).from_loaders([PyPDFLoader('a.pdf')])\n"
    "index.vectorstore.save_local('index')\n"
)
OPENED = (
    "from langchain_community.vectorstores import FAISS\n"
    "from langchain_openai import ChatOpenAI\n\nstore = FAISS.load_local('index', None)\n"
    "answer = ChatOpenAI(model='gpt-4.1')\n"
)
HTTP = (
    "import requests\nfrom openai import OpenAI\n\n\ndef embed_chunks(text):\n"
    "    chunks = split_text(text)\n"
    "    return OpenAI().embeddings.create(model='text-embedding-ada-002', input=chunks)\n\n\n"
    "def fill(url, points):\n    requests.put(f'{url}/collections/kb/points', json=points)\n\n\n"
    "def search(url, vector):\n"
    "    return requests.post(f'{url}/collections/kb/points/search', json={'vector': vector})\n"
)


@pytest.mark.parametrize(
    ("needs", "source", "expected"),
    [
        ("agno", AGNO + "knowledge.load(upsert=True)\n", Outcome.PASS),
        ("agno", AGNO + "await_it = knowledge.aload()\n", Outcome.PASS),
        ("agno", AGNO + "knowledge.insert(url='https://kb.example')\n", Outcome.PASS),
        ("agno", AGNO + "rows = []\nrows.insert(0, 'a')\n", Outcome.FAIL),
        ("agno", AGNO, Outcome.FAIL),
        ("nano-vectordb", NANO, Outcome.PASS),
        ("nano-vectordb", NANO.partition("def fill")[0], Outcome.FAIL),
        ("langchain-community", CREATOR, Outcome.PASS),
        ("openai", HTTP, Outcome.PASS),
        ("openai", HTTP.replace("requests.put", "print"), Outcome.FAIL),
        ("openai", HTTP.partition("def fill")[0], Outcome.NOT_APPLICABLE),
    ],
)
def test_what_fills_an_index(needs: str, source: str, expected: Outcome) -> None:
    given = {"files": {"requirements.txt": f"{needs}==1.0.0\n", "kb.py": source}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ingestion_in_repository.ask(asked).outcome is expected


@pytest.mark.parametrize("beside", [True, False])
def test_an_index_that_a_component_beside_it_makes(beside: bool) -> None:
    image = "FROM python:3.12\nCOPY . .\n"
    needs = "langchain-community==0.3\nlangchain-openai==0.3\n"
    files = {"ask/Dockerfile": image, "ask/requirements.txt": needs, "ask/main.py": OPENED}
    if beside:
        made = {"fill/Dockerfile": image, "fill/requirements.txt": needs, "fill/main.py": CREATOR}
        files |= made
    given = {"files": files, "path": "ask"}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    found = (ingestion_in_repository.ask(asked).outcome, source_kept.ask(asked).outcome)
    missing = (Outcome.FAIL, Outcome.UNKNOWN)
    assert found == ((Outcome.PASS, Outcome.PASS) if beside else missing)


BEDROCK = (
    "import boto3\nclient = boto3.client('bedrock-agent-runtime')\n\n\ndef answer(question):\n"
    "    return client.retrieve_and_generate(input={'text': question})\n"
)
STACK = (
    "import * as bedrock from 'aws-cdk-lib/aws-bedrock';\nnew bedrock.CfnDataSource(this, 'S');\n"
)
TERRAFORM = 'resource "aws_bedrockagent_data_source" "kb" {\n  name = "kb"\n}\n'
LOAD = "aws bedrock-agent start-ingestion-job --knowledge-base-id $1 --data-source-id $2\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"lib/stack.ts": STACK, "scripts/load.sh": LOAD}, (Outcome.PASS, Outcome.PASS)),
        ({"infra/kb.tf": TERRAFORM, "scripts/load.sh": LOAD}, (Outcome.PASS, Outcome.PASS)),
        ({"infra/kb.tf": TERRAFORM}, (Outcome.FAIL, Outcome.PASS)),
        ({"scripts/load.sh": LOAD}, (Outcome.FAIL, Outcome.UNKNOWN)),
        ({}, (Outcome.FAIL, Outcome.UNKNOWN)),
    ],
)
def test_knowledge_bases_of_bedrock(
    files: dict[str, str], expected: tuple[Outcome, Outcome]
) -> None:
    given = {"files": {"requirements.txt": "boto3==1.35.0\n", "app.py": BEDROCK, **files}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    found = (ingestion_in_repository.ask(asked).outcome, source_kept.ask(asked).outcome)
    assert found == expected
