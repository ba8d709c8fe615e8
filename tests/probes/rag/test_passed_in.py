"""Chunks whose source stands in what callers give to the function that stores them."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.rag.source_kept import source_kept

PYTHON = {
    "requirements.txt": "chromadb==1.0.15\nlangchain-text-splitters==0.3.8\n",
    "kb/store.py": "import chromadb\n"
    'col = chromadb.PersistentClient().get_or_create_collection("kb")\n\n'
    "def keep(texts, metas, ids):\n"
    "    col.add(documents=texts, metadatas=metas, ids=ids)\n\n"
    "def search(text):\n    return col.query(query_texts=[text])\n",
}
INGEST = (
    "import uuid\nfrom kb.store import keep\n\n"
    "def run(path, chunks):\n    metas = {}\n    ids = [uuid.uuid4().hex for _ in chunks]\n"
    "    print({{'path': path}})\n    keep(chunks, metas, ids)\n"
    "    return {{'file_name': path}}\n\n"
    "def noted(path, at):\n    return dict(number=at, file_name=path)\n\n"
    "def ran(path, at):\n    return {{'configurable': {{'thread_id': path}}}}\n"
)
NODE = {
    "package.json": '{"name": "a", "dependencies": {"openai": "5", "@qdrant/js-client-rest": "1"}}',
    "src/store.ts": 'import { QdrantClient } from "@qdrant/js-client-rest";\n'
    'const client = new QdrantClient({ url: "q" });\n'
    'export async function save(points: Point[]) { await client.upsert("kb", { points }); }\n',
}
SAVES = (
    'import OpenAI from "openai";\nimport {{ save }} from "./store";\n'
    "const openai = new OpenAI();\n"
    "export async function ingest(item: {{ name: string; text: string }}) {{\n"
    "  const points = [];\n  for (const chunk of item.text.split('.')) {{\n"
    '    const e = await openai.embeddings.create({{ model: "m", input: chunk }});\n'
    "    points.push({{ id: id(), vector: e.data[0].embedding, payload: {{ text: chunk{} }} }});\n"
    "  }}\n  await save(points);\n}}\n"
)
POM = (
    "<project><artifactId>a</artifactId><dependencies><dependency><groupId>dev.langchain4j"
    "</groupId><artifactId>langchain4j-qdrant</artifactId><version>1.1.0</version></dependency>"
    "</dependencies></project>"
)
SEGMENTS = (
    "package a;\nimport dev.langchain4j.data.segment.TextSegment;\n"
    "import dev.langchain4j.store.embedding.EmbeddingStore;\nclass Ingest {{\n"
    "  private final EmbeddingStore<TextSegment> store;\n"
    "  void add(Entry entry, String piece) {{\n"
    "    TextSegment segment = TextSegment.from(piece, meta(entry));\n"
    "    store.add(model.embed(segment).content(), segment);\n  }}\n"
    "  private Metadata meta(Entry entry) {{\n    Metadata m = new Metadata();\n"
    "    {};\n    return m;\n  }}\n}}\n"
)


def _asked(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return source_kept.ask(inputs).outcome


@pytest.mark.parametrize(
    ("metas", "outcome"),
    [
        ("[{'source': str(path)} for _ in chunks]", Outcome.PASS),
        ("[noted(path, at) for at, _ in enumerate(chunks)]", Outcome.PASS),
        ("[ran(path, at) for at, _ in enumerate(chunks)]", Outcome.UNKNOWN),
        ("[{'length': len(each)} for each in chunks]", Outcome.UNKNOWN),
    ],
)
def test_what_the_caller_gives(metas: str, outcome: Outcome) -> None:
    assert _asked({**PYTHON, "kb/ingest.py": INGEST.format(metas)}) is outcome


def test_what_is_pushed_to_what_the_caller_gives() -> None:
    files = {**NODE, "src/ingest.ts": SAVES.format(", fileName: item.name")}
    assert _asked(files) is Outcome.PASS


@pytest.mark.parametrize(
    ("puts", "outcome"),
    [
        ('m.put("documentId", entry.id())', Outcome.PASS),
        ('m.put("length", entry.length())', Outcome.UNKNOWN),
        ('response.put("url", entry.url())', Outcome.UNKNOWN),
    ],
)
def test_metadata_of_java_that_a_helper_fills(puts: str, outcome: Outcome) -> None:
    files = {"pom.xml": POM, "src/main/java/a/Ingest.java": SEGMENTS.format(puts)}
    assert _asked(files) is outcome
