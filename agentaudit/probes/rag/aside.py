"""Models of embeddings that are named beside the one that a deployed component asks, or that come
with a library."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import chain

from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import dated, model_id
from agentaudit.probes.models.hub import Load, loads
from agentaudit.probes.models.ids import Used, used
from agentaudit.probes.models.versions import CONFIGURES, plain_default
from agentaudit.source import Component

_SAMPLE = regex(r"(?i)(?:^|/)[^/]{0,40}\.?env[^/]{0,20}(?:example|sample|template|dist)$")
_BESIDE = regex(
    r"(?i)\.ipynb$|(?:^|/)(?:sample_?data|playground|experiments?|benchmarks?|legacy|archived?|deprecated)[/.]"
)
"""Files that try things out, or that nothing runs any more."""


def in_use(component: Component) -> tuple[list[Used], list[Load]]:
    """Models of embeddings that code names and loads, without those of functions that nothing
    calls, of notebooks and of samples, where others remain."""
    named = used(component, frozenset({"embedding"}))
    local = [load for load in loads(component) if load.embeds]
    alive = _alive(component)
    ran = [load for load in local if load.call.reached and not _BESIDE.search(load.call.place.path)]
    live = [each for each in named if any(_bare(each.id.text) in text for text in alive)]
    if not any(each.pinned and not each.local for each in live) and not ran:
        return named, local
    if any(each.pinned and not each.local for each in live):
        # What is deployed counts; beside it stands what a developer runs at home.
        live = [each for each in live if not (each.local or is_aside(component, each))]
    return live, ran


def _alive(component: Component) -> set[str]:
    """Letters and digits of texts that may name a model, but for those in code that nothing
    calls or in files that try things out."""
    code = component.code
    dead = {(c.place.path, c.scope) for c in code.calls if not c.reached}
    texts = {
        _bare(each.text)
        for each in code.literals
        if (each.place.path, each.scope) not in dead and not _BESIDE.search(each.place.path)
    }
    values = (value for call in code.calls if call.reached for value in _values(call))
    texts |= {_bare(text) for text, path in values if not _BESIDE.search(path)}
    return texts | {_bare(each.value) for each in code.settings}


def _bare(text: str) -> str:
    """The letters and digits, which constants of SDKs share with ids."""
    return "".join(filter(str.isalnum, text[:200].lower()))


def unheard_of(component: Component, known: Container[str]) -> Place | None:
    """A setting that names a model of embeddings which neither a provider has under that name nor
    the code loads."""
    for each in component.code.settings:
        name = plain_default(each.value)
        if each.role in CONFIGURES and _EMBEDDER.search(each.path) and _NAME.fullmatch(name):
            listed = model_id(name)
            heard_of = listed is not None and listed.purpose == "embedding"
            if not heard_of and name.lower() not in known and not dated(name):
                return each.place
    return None


_EMBEDDER = regex(r"(?i)(?:^|[._-])embed(?:ding|dings|der)?[_.-]?model(?:[_-]?(?:name|id))?$")
_NAME = regex(
    r"(?!(?i:your|my|change|todo|none|null|default|true|false|auto)\b)[a-z][\w.-]{0,60}\d[\w.-]{0,60}"
)


def _values(call: Call) -> Iterator[tuple[str, str]]:
    for each in call.arguments:
        yield each.value.text or each.value.written, each.value.place.path


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
