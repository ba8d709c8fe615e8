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
