"""Models of embeddings that are named beside the one that a deployed component asks, or that come
with a library."""

from __future__ import annotations

from itertools import chain

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.models.ids import Used
from agentaudit.source import Component

_SAMPLE = regex(r"(?i)(?:^|/)[^/]{0,40}\.?env[^/]{0,20}(?:example|sample|template|dist)$")


def is_aside(component: Component, each: Used) -> bool:
    """Whether a model is what a developer runs at home, or what a sample of the environment names
    that lies outside of the component: others may read it."""
    home = "" if component.path == "." else f"{component.path}/"
    shared = bool(_SAMPLE.search(each.place.path)) and not each.place.path.startswith(home)
    return shared or _at_home(each)


def _at_home(each: Used) -> bool:
    """Whether only a server of one's own has models of that name."""
    return not each.pinned and "/" not in each.id.text and each.id.text.lower() in _OLLAMA


_OLLAMA = frozenset(
    {"nomic-embed-text", "mxbai-embed-large", "all-minilm", "snowflake-arctic-embed", "bge-m3"}
    | {"bge-large", "snowflake-arctic-embed2", "granite-embedding", "embeddinggemma"}
)


def in_artifact(component: Component) -> Place | None:
    """Where a model is made, or set, whose weights lie in an artifact of LangChain4j."""
    made = (c.place for c in component.code.calls if c.role is Role.APP and _INSIDE.match(c.method))
    rows = (each for each in component.code.settings if each.role is Role.APP)
    told = (row.place for row in rows if _INSIDE.match(row.value.rpartition(".")[2]))
    return next(chain(made, told), None)


_INSIDE = regex(r"(?:AllMiniLm|BgeSmall|E5Small)\w{0,40}EmbeddingModel$")
