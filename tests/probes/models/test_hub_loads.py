"""Loads from the Hub in the libraries in use today, and what only looks like one."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.hub import loads
from agentaudit.probes.models.hub_loads_pinned import SHA, hub_loads_pinned

LOADS = {
    "transformers": "from transformers import AutoModelForCausalLM\n"
    "AutoModelForCausalLM.from_pretrained('Qwen/Qwen3-8B', REVISION)\n",
    "tokenizer": "from transformers import AutoTokenizer\n"
    "AutoTokenizer.from_pretrained('Qwen/Qwen3-8B', REVISION)\n",
    "pipeline": "from transformers import pipeline\n"
    "pipeline('text-classification', model='ProtectAI/deberta-v3-base', REVISION)\n",
    "sentence-transformers": "from sentence_transformers import SentenceTransformer\n"
    "SentenceTransformer('BAAI/bge-m3', REVISION)\n",
    "cross-encoder": "from sentence_transformers import CrossEncoder\n"
    "CrossEncoder('cross-encoder/ms-marco-MiniLM-L-6-v2', REVISION)\n",
    "snapshot": "from huggingface_hub import snapshot_download\n"
    "snapshot_download(repo_id='BAAI/bge-m3', REVISION)\n",
    "file": "from huggingface_hub import hf_hub_download\n"
    "hf_hub_download(repo_id='TheBloke/x-GGUF', filename='x.gguf', REVISION)\n",
    "vllm": "from vllm import LLM\nLLM(model='Qwen/Qwen3-8B', REVISION)\n",
    "diffusers": "from diffusers import DiffusionPipeline\n"
    "DiffusionPipeline.from_pretrained('black-forest-labs/FLUX.1-dev', REVISION)\n",
    "peft": "from peft import PeftModel\n\ndef load(base):\n"
    "    return PeftModel.from_pretrained(base, 'acme/lora', REVISION)\n\nload(None)\n",
}
NONE = {
    "alembic": "from alembic import op\nrevision = '1975ea83b712'\ndown_revision = None\n"
    "op.add_column('a', None)\n",
    "a local path": "from transformers import AutoModel\nAutoModel.from_pretrained('./model')\n",
    "a mounted path": "from transformers import AutoModel\n"
    "AutoModel.from_pretrained('/models/bge-m3')\n",
    "an own method": "class Store:\n    @classmethod\n    def load(cls, name):\n"
    "        return cls()\n\n"
    "Store.load('acme/kb')\n",
}


def _ask(source: str) -> Outcome:
    files = {"requirements.txt": "transformers==4.53.0\nvllm==0.9.2\n", "app.py": source}
    return hub_loads_pinned.ask(testing.build({"component": {"files": files}})).outcome


@pytest.mark.parametrize("source", LOADS.values(), ids=LOADS)
def test_only_a_commit_pins(source: str) -> None:
    assert _ask(source.replace("REVISION", f"revision='{SHA}'")) is Outcome.PASS
    assert _ask(source.replace("REVISION", "revision='main'")) is Outcome.FAIL
    assert _ask(source.replace("REVISION", "revision='latest_v5'")) is Outcome.FAIL
    assert _ask(source.replace(", REVISION", "")) is Outcome.FAIL


@pytest.mark.parametrize("source", NONE.values(), ids=NONE)
def test_other_code_loads_nothing_from_the_hub(source: str) -> None:
    assert _ask(source) is Outcome.NOT_APPLICABLE


def test_keyword_arguments_of_a_wrapper_count() -> None:
    load = (
        "from langchain_huggingface import HuggingFaceEmbeddings\n"
        "HuggingFaceEmbeddings(model_name='BAAI/bge-m3', model_kwargs={KWARGS})\n"
    )
    assert _ask(load.replace("KWARGS", f"'revision': '{SHA}'")) is Outcome.PASS
    assert _ask(load.replace("KWARGS", "'device': 'cpu'")) is Outcome.FAIL


def test_a_provider_whose_calls_are_named_like_those_of_the_hub() -> None:
    source = (
        "from vertexai.language_models import TextEmbeddingModel\n\ndef made(name):\n"
        "    return TextEmbeddingModel.from_pretrained(name)\n\nmade('text-embedding-005')\n"
    )
    files = {"requirements.txt": "google-cloud-aiplatform==1.100.0\n", "app.py": source}
    assert not loads(testing.component({"files": files}))


ASKS = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": "from openai import OpenAI\n\nOpenAI(base_url='http://llm:8000/v1')\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
}
CONTAINER = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n"
    "    spec:\n      containers:\n        - name: llm\n"
    "          image: vllm/vllm-openai:v0.6.3\n          ARGS\n"
    "        - name: other\n          image: nginx:1.27\n"
    f'          args: ["--revision", "{SHA}"]\n'
)
SERVICE = (
    "services:\n  app:\n    build: .\n    depends_on: [llm]\n  llm:\n"
    "    image: ghcr.io/huggingface/text-generation-inference:3.0\n    command: ARGS\n"
)
STARTED = [
    (CONTAINER, 'args: ["--model", "Qwen/Qwen3-8B"]', Outcome.FAIL),
    (CONTAINER, f'args: ["--model", "Qwen/Qwen3-8B", "--revision", "{SHA}"]', Outcome.PASS),
    (CONTAINER, 'args: ["--model", "Qwen/Qwen3-8B", "--revision", "main"]', Outcome.FAIL),
    (CONTAINER, 'args: ["vllm serve Qwen/Qwen3-8B --max-model-len 4096"]', Outcome.FAIL),
    (
        CONTAINER,
        f"args:\n            - --model\n            - Qwen/Qwen3-8B\n{' ' * 12}- --revision={SHA}",
        Outcome.PASS,
    ),
    (CONTAINER, 'args: ["--model", "/models/qwen"]', Outcome.NOT_APPLICABLE),
    (CONTAINER, 'args: ["--port", "8000"]', Outcome.NOT_APPLICABLE),
    (SERVICE, "--model-id BAAI/bge-m3 --port 80", Outcome.FAIL),
    (SERVICE, f"--model-id BAAI/bge-m3 --revision {SHA}", Outcome.PASS),
    (SERVICE, "--model-id ${MODEL:-BAAI/bge-m3}", Outcome.FAIL),
]


@pytest.mark.parametrize(("text", "arguments", "outcome"), STARTED)
def test_a_server_that_is_deployed_beside_it_loads(
    text: str, arguments: str, outcome: Outcome
) -> None:
    name = "compose.yaml" if text is SERVICE else "k8s/llm.yaml"
    given = {"files": {**ASKS, name: text.replace("ARGS", arguments)}}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert hub_loads_pinned.ask(inputs).outcome is outcome


SPREAD = (
    "from transformers import AutoModel, pipeline\n\nREV = '{}'\nkw = {}\n"
    "m = AutoModel.from_pretrained('Qwen/Qwen3-8B', **kw)\n"
    "ask = pipeline('text-generation', model=m)\n"
)


@pytest.mark.parametrize(
    ("revision", "mapping", "outcome"),
    [
        (SHA, "dict(revision=REV, device_map='auto')", Outcome.PASS),
        (SHA, "{'revision': REV}", Outcome.PASS),
        ("main", "dict(revision=REV)", Outcome.FAIL),
        (SHA, "dict(device_map='auto')", Outcome.FAIL),
    ],
)
def test_a_revision_in_a_mapping(revision: str, mapping: str, outcome: Outcome) -> None:
    assert _ask(SPREAD.replace("{}", revision, 1).replace("{}", mapping, 1)) is outcome
