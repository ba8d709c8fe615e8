from __future__ import annotations

from agentaudit.code import Call
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.rag import by_words, flow
from agentaudit.probes.rag.ingestion import NAMES, RETRIEVES, Stages, ready_made, stages
from agentaudit.probes.rag.lent import around
from agentaudit.probes.rag.managed import handed, ingested, remembered, skilled
from agentaudit.probes.rag.retrieval import retrieves
from agentaudit.probes.rag.tables import inserted
from agentaudit.probes.rag.uncalled import is_uncalled
from agentaudit.probes.rag.written import stored
from agentaudit.probes.readable import of_code, unread
from agentaudit.source import Component, Repo

PYTHON = {"requirements.txt": "langchain-chroma==0.2.4\nlangchain-text-splitters==0.3.8\n"}
NODE = {
    "package.json": '{"name": "web", "dependencies": {"@langchain/qdrant": "0.1.2", '
    '"@langchain/textsplitters": "0.1.0", "@langchain/openai": "0.6.0"}}'
}
SEARCH = (
    "from langchain_chroma import Chroma\nfrom langchain_openai import OpenAIEmbeddings\n"
    'store = Chroma(persist_directory="db", embedding_function=OpenAIEmbeddings())\n\n'
    "def search(question):\n    return store.similarity_search(question)\n"
)
INGEST = (
    "from langchain_chroma import Chroma\nfrom langchain_openai import OpenAIEmbeddings\n"
    "from langchain_community.document_loaders import PyPDFLoader\n"
    "from langchain_text_splitters import RecursiveCharacterTextSplitter\n\n"
    "def run(path):\n    pages = PyPDFLoader(path).load()\n"
    "    chunks = RecursiveCharacterTextSplitter(chunk_size=500).split_documents(pages)\n"
    '    Chroma.from_documents(chunks, OpenAIEmbeddings(), persist_directory="db")\n\n'
    'if __name__ == "__main__":\n    run("manual.pdf")\n'
)
TS = (
    'import { QdrantVectorStore } from "@langchain/qdrant";\n'
    'import { OpenAIEmbeddings } from "@langchain/openai";\n'
    'import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";\n'
    'import { readFile } from "node:fs/promises";\n\n'
    "export async function ingest(path: string) {\n"
    '  const text = await readFile(path, "utf8");\n'
    "  const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 500 });\n"
    "  const docs = await splitter.createDocuments([text], [{ source: path }]);\n"
    "  await QdrantVectorStore.fromDocuments(docs, new OpenAIEmbeddings(), {});\n}\n"
)
ROWS = (
    "from openai import OpenAI\nfrom supabase import create_client\n"
    "from text_chunks import chunk_text\n\nclient, db = OpenAI(), create_client('u', 'k')\n\n"
    "def insert_chunks(file_id, text):\n    for chunk in chunk_text(text):\n"
    "        embedding = client.embeddings.create(model='e', input=chunk).data[0].embedding\n"
    "        row = {'content': chunk, 'metadata': {'file_id': file_id}, 'embedding': embedding}\n"
    "        db.table('documents').insert(row).execute()\n"
)
CLOUD = (
    'import { VectorStoreIndex } from "llamaindex";\n\n'
    "const index = await VectorStoreIndex.fromDocuments([]);\n"
    "export const retriever = index.asRetriever();\n"
)
ENTITY = (
    "using Microsoft.Extensions.AI;\nusing Pgvector;\n\n"
    "public class ImportService(IEmbeddingGenerator<string, Embedding<float>> generator)\n{\n"
    "    public async Task ImportAsync(Document document, string[] chunks)\n    {\n"
    "        foreach (var chunk in chunks)\n        {\n"
    "            var embedding = await generator.GenerateVectorAsync(chunk);\n"
    "            this.db.Chunks.Add(new DocumentChunk\n            {\n"
    "                Document = document,\n                Content = chunk,\n"
    "                Embedding = new Vector(embedding.Vector)\n            });\n"
    "        }\n    }\n}\n"
)
QUERY = (
    "from azure.search.documents.models import VectorizedQuery\nfrom openai import OpenAI\n\n"
    "def search(client, question, chunk_size):\n"
    "    vector = OpenAI().embeddings.create(model='e', input=question).data[0].embedding\n"
    "    asked = VectorizedQuery(vector=vector, fields='v')\n"
    "    return client.search(vector_queries=[asked])\n"
)
IMPORTED = (
    "from google.cloud import discoveryengine_v1 as discoveryengine\n\n"
    "def fill(parent, uri):\n    client = discoveryengine.DocumentServiceClient()\n"
    "    source = discoveryengine.GcsSource(input_uris=[uri])\n"
    "    request = discoveryengine.ImportDocumentsRequest(parent=parent, gcs_source=source)\n"
    "    return client.import_documents(request=request).result()\n"
)
DRIZZLE = {
    "package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "drizzle-orm": "0.44.2"}}'
}
EMBEDS = (
    'import { embedMany } from "ai";\nimport { cosineDistance } from "drizzle-orm";\n'
    "export const embedAll = (values: string[]) => embedMany({ model: 'e', values });\n"
    "export const near = (a: number[], b: number[]) => cosineDistance(a, b);\n"
)
INSERTED = (
    'import { embedAll } from "../ai/embedding";\nimport { db, embeddings } from "../db";\n'
    "export const save = async (id: string, texts: string[]) => {\n"
    "  const rows = await embedAll(texts);\n"
    "  await db.insert(embeddings).values(rows.map((row) => ({ noteId: id, ...row })));\n};\n"
)
HOSTED = (
    'import OpenAI from "openai";\nconst openai = new OpenAI();\n'
    "export async function POST(id: string, store: string) {{\n"
    "  await openai.vectorStores.files.create(store, {});\n}}\n"
)
MASTRA = {
    "package.json": '{"name": "web", "dependencies": {"@mastra/memory": "0.15.0", '
    '"@mastra/upstash": "0.15.0"}}',
    "agent.ts": 'import { Memory } from "@mastra/memory";\n'
    'import { UpstashVector } from "@mastra/upstash";\n'
    'const vector = new UpstashVector({ url: "u", token: "t" });\n'
    "export const memory = new Memory({ vector, embedder: embed, "
    "options: { semanticRecall: { topK: 5 } } });\n",
}
INSERT = (
    "from llama_index.core import Document, VectorStoreIndex\n\n\nclass Documents:\n"
    "    def __init__(self, index):\n        self.index = index\n\n"
    "    def ingest(self, text):\n        document = Document(text=text)\n"
    "        self.index.insert(document)\n\n\n"
    "def opened(store, model):\n"
    "    return VectorStoreIndex.from_vector_store(store, embed_model=model)\n\n\n"
    "Documents(opened('a', 'b')).ingest('c')\n"
)
DOTNET = {
    "Rag.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="Pgvector.EntityFrameworkCore" Version="0.2.2" /></ItemGroup></Project>'
}


def _files(manifest: dict[str, str], **files: str) -> dict[str, object]:
    return {"component": {"files": {**manifest, **files}}}


@probe(
    "rag-ingestion-in-repository",
    fix="Commit the code that fills the index beside the code that searches it, for instance "
    "ingest.py: load, `RecursiveCharacterTextSplitter(...).split_documents(docs)`, embed, "
    "`store.add_documents(chunks)`.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, **{"app.py": SEARCH, "ingest.py": INGEST})),
        Example(Outcome.PASS, _files(NODE, **{"ingest.ts": TS})),
        Example(Outcome.FAIL, _files(PYTHON, **{"app.py": SEARCH}), "only the search is here"),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"app.py": SEARCH, "examples/ingest.py": INGEST}),
            "an example fills no index of this system",
        ),
        Example(
            Outcome.PASS,
            _files({"requirements.txt": "openai==1.93.0\nsupabase==2.16\n"}, **{"rag.py": ROWS}),
            "it only fills the index, row by row",
        ),
        Example(Outcome.PASS, _files(DOTNET, **{"ImportService.cs": ENTITY}), "mapped rows"),
        Example(
            Outcome.FAIL,
            _files(
                {"package.json": '{"name": "web", "dependencies": {"llamaindex": "0.11.0"}}'},
                **{"engine/index.ts": CLOUD},
            ),
            "an index that is made without documents",
        ),
        Example(
            Outcome.FAIL,
            _files(
                {"requirements.txt": "azure-search-documents==11.5.2\nopenai==1.93.0\n"},
                **{"search.py": QUERY},
            ),
            "a question holds a vector too",
        ),
        Example(
            Outcome.PASS,
            _files(
                {"requirements.txt": "google-cloud-discoveryengine==0.13.8\n"},
                **{"fill.py": IMPORTED},
            ),
            "a managed store cuts and embeds what is imported",
        ),
        Example(
            Outcome.PASS,
            _files(DRIZZLE, **{"lib/ai/embedding.ts": EMBEDS, "lib/actions/notes.ts": INSERTED}),
            "rows of embeddings, whose fields are put together elsewhere",
        ),
        Example(
            Outcome.PASS,
            _files(
                {"package.json": '{"name": "web", "dependencies": {"openai": "5.8.2"}}'},
                **{"app/files/route.tsx": HOSTED.format("{ file_id: id }")},
            ),
            "a hosted index, in a route that answers on the server",
        ),
        Example(
            Outcome.FAIL,
            _files(
                {"requirements.txt": "openai==1.93.0\n"},
                **{
                    "api.py": "from openai import OpenAI\n\ndef add(store, body):\n"
                    "    client = OpenAI()\n"
                    "    client.vector_stores.files.create(vector_store_id=store, **body.dump())\n"
                },
            ),
            "it hands on what others ask of an index of theirs",
        ),
        Example(Outcome.PASS, _files(MASTRA), "a memory of messages that recalls by meaning"),
        Example(
            Outcome.PASS,
            _files({"requirements.txt": "llama-index-core==0.13.0\n"}, **{"docs.py": INSERT}),
            "an index that cuts and embeds, and was handed in",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files({"requirements.txt": "openai==1.93.0\n"}, **{"app.py": "x = 1\n"}),
            "it searches no index",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files(
                {
                    "go.mod": "module x\n\ngo 1.24\n\n"
                    "require github.com/alecthomas/chroma/v2 v2.15.0\n"
                },
                **{"main.go": 'package main\n\nimport "github.com/alecthomas/chroma/v2/quick"\n'},
            ),
            "that chroma colours source code",
        ),
    ],
)
@of_code("the ingestion code")
def ingestion_in_repository(repo: Repo, component: Component) -> Answer:
    """Is the ingestion code (load, chunk, embed, index) in the repository?

    What a retriever finds was decided when the documents were cut and embedded. Without that code
    an index cannot be rebuilt, and a wrong chunk cannot be traced to the step that made it.
    """
    declared = [use for trade in RETRIEVES for use in component.uses(trade)]
    if missing := unread(component, declared, "the ingestion code"):
        return missing
    if not retrieves(repo, component):
        return by_words.ingested(repo, component)
    own = stages(repo, [component])
    beside = around(repo, component)
    found = own if own.whole else stages(repo, beside)
    shown = [call.place.evidence() for call in found if call is not None]
    if (opened := ready_made(component, beside)) is not None:
        return _ready_made(component, opened)
    if found.whole or by_words.alone(repo, component, found.fill):
        return passed(_praise(found), *shown)
    asking = [c for c in beside if c.agentic or c is component]
    written = [e for c in asking for e in (*stored(repo, c), *inserted(repo, c))]
    if written := [each for each in written if not is_uncalled(repo, each)]:
        message = "rows are embedded and stored with their vectors"
        return passed(message, *(each.evidence() for each in written[:3]))
    if by_others := _by_others(repo, component):
        return by_others
    kept = (place for each in beside for place in flow.kept(repo, each))
    if keeps := next((place for place in kept if not is_uncalled(repo, place)), None):
        return passed("vectors are made of texts and given to what keeps them", keeps.evidence())
    return failed(
        f"the ingestion code shows no stage to {', '.join(found.missing)}",
        *(shown or [component.evidence()]),
        reason="missing",
        fact="ingestion code",
        place=component.id,
    )


def _by_others(repo: Repo, component: Component) -> Answer | None:
    """The answer where a service or a memory cuts, embeds and keeps what it is given."""
    if (file := next(handed(repo, component), None)) is not None:
        return passed(_HANDS, file.evidence())
    if (told_to := remembered(repo, component)) is not None:
        return passed("a memory embeds and keeps what it is told", told_to.evidence())
    if told := ingested(repo, component):
        message = "the ingestion of a managed knowledge base is declared and started"
        return passed(message, *(each.evidence() for each in told))
    if declares := skilled(repo, component):
        message = "the index is declared to take in, cut and embed documents by itself"
        return passed(message, *(each.evidence() for each in declares))
    return None


_HANDS = "documents are handed to what cuts, embeds and indexes them"


def _ready_made(component: Component, opened: Call) -> Answer:
    return failed(
        f"{opened.method} opens an index that no code of the component makes",
        opened.place.evidence(),
        reason="ready_made",
        fact="ingestion code",
        place=component.id,
    )


def _praise(found: Stages) -> str:
    if found.managed:
        return _HANDS
    seen = ", ".join(name for name in NAMES if name not in found.missing)
    lacking = f"; no stage to {', '.join(found.missing)} is visible" if found.missing else ""
    return f"the ingestion code shows the stages {seen}{lacking}"
