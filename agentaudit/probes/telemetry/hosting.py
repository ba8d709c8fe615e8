"""Components that run a model themselves."""

from __future__ import annotations

from agentaudit.code import Strength
from agentaudit.expressions import regex
from agentaudit.source import Component, Place

_LOCAL = frozenset(
    {"vllm", "sglang", "llama-cpp-python", "ctransformers", "transformers", "text-generation"}
    | {"ctranslate2", "mlx-lm", "onnxruntime-genai", "sentence-transformers", "torch"}
)
_SERVERS = regex(r"(?:^|/)(?:vllm-openai|text-generation-inference|sglang|tritonserver|nim)\b")


def hosts(component: Component) -> Place | None:
    """Where it runs a model itself, or trains one; None where it only calls others', be they
    services beside it."""
    for trade in ("trainer", "model"):
        for use in component.uses(trade):
            if use.strength >= Strength.CALLED and (trade == "trainer" or use.library in _LOCAL):
                return use.place
    bases = (base for file in component.build_files for base in file.bases)
    return next((each.place for each in bases if _SERVERS.search(each.reference)), None)
