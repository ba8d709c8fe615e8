"""Whose code counts for an index: that of a component beside it, unless it fills another index."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

SEARCH = (
    "import chromadb\nfrom openai import OpenAI\n"
    "store = chromadb.HttpClient().get_collection('docs')\n\ndef search(q):\n"
    "    vector = OpenAI().embeddings.create(model='e', input=q).data[0].embedding\n"
    "    return store.query(query_embeddings=[vector])\n"
)
FILL = (
    "import chromadb\nfrom openai import OpenAI\n"
    "store = chromadb.HttpClient().get_or_create_collection({})\n\ndef chunk(text):\n"
    "    return text.split('.')\n\ndef fill(path):\n    for text in chunk(open(path).read()):\n"
    "        vector = OpenAI().embeddings.create(model='e', input=text).data[0].embedding\n"
    "        store.add(ids=['a'], documents=[text], embeddings=[vector],\n"
    "                  metadatas=[{{'source': path}}])\n\nfill('a.txt')\n"
)
PACKAGES = "chromadb==1.0.15\nopenai==1.93.0\n"
IMAGE = "FROM python:3.12-slim\nCOPY . .\nCMD python main.py\n"
DAG = (
    "import openai\nfrom src.services.indexing.factory import make_indexer\n\n"
    "def run():\n    make_indexer().index_papers()\n\nrun()\n"
)
INDEXER = (
    "import chromadb\nfrom openai import OpenAI\n\n\nclass Indexer:\n"
    "    def index_papers(self, path='a.txt'):\n"
    "        store = chromadb.HttpClient().get_collection('docs')\n"
    "        for text in chunk_text(open(path).read()):\n"
    "            vector = OpenAI().embeddings.create(model='e', input=text).data[0].embedding\n"
    "            store.add(ids=['a'], documents=[text], embeddings=[vector],\n"
    "                      metadatas=[{'source': path}])\n\n\n"
    "def make_indexer():\n    return Indexer()\n"
)


@pytest.mark.parametrize(
    ("name", "lent"), [("'docs'", True), ("'tickets'", False), ("os.environ['INDEX']", True)]
)
def test_who_fills_another_index_lends_nothing(name: str, lent: bool) -> None:
    files = {
        "api/requirements.txt": PACKAGES,
        "api/Dockerfile": IMAGE,
        "api/main.py": SEARCH,
        "jobs/requirements.txt": PACKAGES,
        "jobs/Dockerfile": IMAGE,
        "jobs/main.py": "import os\n" + FILL.format(name),
    }
    for probe in (ingestion_in_repository, source_kept):
        inputs = {
            "repo": testing.repository({"files": files}),
            "component": testing.component({"files": files, "path": "api"}),
        }
        answer = probe.ask(inputs)
        assert (answer.outcome is Outcome.PASS) is lent, answer.message


def test_a_pipeline_that_runs_the_code_beside_it_fills_the_index() -> None:
    files = {
        "requirements.txt": PACKAGES,
        "Dockerfile": IMAGE,
        "main.py": SEARCH,
        "src/services/indexing/factory.py": INDEXER,
        "airflow/requirements.txt": "openai==1.93.0\n",
        "airflow/Dockerfile": IMAGE,
        "airflow/dags/papers.py": DAG,
    }
    inputs = {
        "repo": testing.repository({"files": files}),
        "component": testing.component({"files": files, "path": "airflow"}),
    }
    answer = ingestion_in_repository.ask(inputs)
    assert answer.outcome is Outcome.PASS, answer.message
