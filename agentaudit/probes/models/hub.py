"""Loads of models from the Hugging Face Hub, and whether each pins a commit."""

from __future__ import annotations

from typing import NamedTuple

from agentaudit.code import Call, Code, Role, Value
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.source import Component

_COMMIT = regex(r"(?!0{40})[0-9a-f]{40}")
"""A commit; of nothing but zeros there is none."""
_LOCAL = regex(r"(?:\.{0,2}/|~|[A-Za-z]:\\|/|file:|s3:|gs:|models:/|runs:/|.*\.(?:gguf|bin|pt)$)")
_NESTED = regex(r"[\"']?revision[\"']?\s{0,4}[:=]\s{0,4}[\"']([^\"']{1,100})[\"']")
"""A revision among the arguments that a wrapper passes on."""
_PATH = regex(r"(?i)path|dir(?:ectory)?\b|folder|file|local|output|checkpoint|save")
_HUB_ID = regex(r"(?:hf://)?[\w.-]{1,96}(?:/[\w.-]{1,96})?")
METHODS = (
    *("from_pretrained", "snapshot_download", "hf_hub_download", "SentenceTransformer"),
    *("CrossEncoder", "HuggingFaceEmbeddings", "HuggingFaceEmbedding", "HuggingFaceBgeEmbeddings"),
    *("HuggingFaceInstructEmbeddings", "HuggingFaceCrossEncoder", "FlagModel", "BGEM3FlagModel"),
    *("FlagReranker", "FlagLLMReranker", "HuggingFaceLLM", "from_model_id", "SparseEncoder"),
    *("SentenceTransformerEmbeddings", "SentenceTransformerEmbeddingFunction", "TransformersModel"),
    *("SentenceTransformersTextEmbedder", "SentenceTransformersDocumentEmbedder", "fromPretrained"),
    *("TextEmbedding", "SparseTextEmbedding", "LateInteractionTextEmbedding", "WhisperModel"),
    *("get_embeddings", "RAGPretrainedModel", "TextCrossEncoder"),
)
"""Calls that load from the Hub, by the last part of their name."""
_LIBRARIES = ("transformers", "vllm", "@huggingface/transformers", "@xenova/transformers", "trl")
_FACTORIES = frozenset({"pipeline", "LLM", "AsyncEngineArgs", "EngineArgs"})
"""Names that load from the Hub where one of these libraries gives them."""
_PROVIDERS = ("vertexai", "google.cloud.aiplatform")
"""Libraries whose models are asked of a provider, by names that are those of the Hub's."""
_MODEL = (
    *("pretrained_model_name_or_path", "repo_id", "model_name_or_path", "model_name", "model_id"),
    *("model", "model_path", "modelName", "path"),
)
_REVISION = ("revision", "model_revision", "commit_hash")
"""What fixes the weights; `code_revision` fixes the code beside them alone."""

_EMBEDS = regex(
    r"(?i)embed|sentence_?transformer|encoder|flagmodel|bge|staticmodel|feature-extraction"
)


class Load(NamedTuple):
    """One load from the Hub."""

    call: Call
    name: str
    """What is loaded; as written where it cannot be told."""
    revision: str
    """As far as it can be told; empty when none is given."""
    pinned: bool | None
    """None where it cannot be told."""
    written: str
    """What cannot be told, as written."""

    @property
    def embeds(self) -> bool:
        """Whether what it loads computes vectors, as far as names say."""
        return bool(_EMBEDS.search(f"{self.call.callee} {self.name} {self.call.place.text}"))


def loads(component: Component) -> list[Load]:
    """Every load from the Hub in the application's code."""
    calls = [c for c in component.code.calls if c.role is Role.APP and _loads(c)]
    open_weights = bool(calls) and _names_open_weights(component.code)
    return [_load(call, open_weights) for call in calls]


def _names_open_weights(code: Code) -> bool:
    """Whether the code or its settings name a model that lies on the Hub: what a load is given
    through variables is one of those."""
    texts = [each.text for each in code.literals if each.role is Role.APP]
    texts += [each.value for each in code.settings]
    named = filter(None, map(model_id, texts))
    return any(each.family.startswith("open ") for each in named)


def _load(call: Call, open_weights: bool) -> Load:
    revision, model = call.argument(*_REVISION), _model(call)
    name = (model.text or model.written) if model else _of_task(call)
    if revision is not None and revision.text is not None:
        pinned = bool(_COMMIT.fullmatch(revision.text))
        return Load(call, name, revision.text, pinned, "")
    if revision is not None:
        return Load(call, name, "", None, revision.written)
    passed_on = call.argument("model_kwargs", "modelKwargs")
    if passed_on is not None and (found := _NESTED.search(passed_on.written)):
        return Load(call, name, found[1], bool(_COMMIT.fullmatch(found[1])), "")
    known = model is None or (
        model.text is not None or (open_weights and not _PATH.search(model.written))
    )
    return Load(call, name, "", False if known else None, name)


def _loads(call: Call) -> bool:
    """Whether a call loads from the Hub, as far as its name and its argument say."""
    factory = call.method in _FACTORIES and call.below(*_LIBRARIES)
    if (not factory and call.method not in METHODS) or call.below(*_PROVIDERS):
        return False
    if call.method == "get_embeddings" and "AutoEmbeddings" not in call.callee:
        return False
    model = _model(call)
    if model is None:
        return bool(_of_task(call))
    text = model.text
    return text is None or bool(_HUB_ID.fullmatch(text) and not _LOCAL.match(text))


def _of_task(call: Call) -> str:
    """What a pipeline loads that is told nothing but its task."""
    task = call.argument("task") or call.at(0)
    only = call.method == "pipeline" and len(call.arguments) == 1 and task is not None
    named = (task.text or "") if only and task is not None else ""
    return f"the default model for {named}" if _TASK.fullmatch(named) else ""


_TASK = regex(r"[a-z0-9]{2,20}(?:-[a-z0-9]{2,20}){1,5}|summarization|ner|translation_\w{2,20}")


def _model(call: Call) -> Value | None:
    """What it loads; a pipeline names its task first, an adapter its base."""
    first = 1 if call.method == "pipeline" or "PeftModel" in call.callee else 0
    return call.argument(*_MODEL) or call.at(first)
