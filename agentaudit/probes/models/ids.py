"""The model ids that the serving code of a component and its configuration use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from agentaudit.code import Call, Code, Literal, Role, Setting, Syntax, Value
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import ModelId, alias, constant, dated, model_id
from agentaudit.probes.models.deployed import called_otherwise
from agentaudit.probes.models.versions import (
    CONFIGURES,
    INFRASTRUCTURE,
    deployed_loose,
    plain,
    plain_default,
    versions,
)
from agentaudit.source import Component

_USED = frozenset(
    {Syntax.KEYWORD, Syntax.POSITIONAL, Syntax.PAIR, Syntax.ASSIGNMENT, Syntax.DEFAULT}
    | {Syntax.RETURNED, Syntax.SETTING}
)
"""Where an id that is written takes part; a comparison or a member of a list does not."""
_ASIDE = regex(
    r"(?i)(?:^|[._])(?:tiktoken|encoding_for_model|encodingForModel|encoding_name_for_model|"
    r"get_encoding|count_tokens|countTokens|num_tokens\w*|token_counter|startswith|startsWith|"
    r"endswith|endsWith|includes|indexOf|replace|log|logger|logging|print|println|warn|info|debug|"
    r"error|exception|add_argument|description|has|get_model_cost|calculate_cost)(?:[._]|$)"
)
"""Calls that are told about a model and ask it nothing."""
_TAGGED = regex(
    r"(?i)(?!.{1,80}-cloud$)(?:ai/)?[\w.-]{1,60}:(?:latest|e?\d{1,3}(?:\.\d{1,2})?[bm][\w.-]{0,40})"
)
"""How Ollama and Docker write a model: `llama3.1:latest`, `qwen2.5:7b`, `ai/phi4:14B-Q4_0`."""
_TABLE = regex(
    r"(?i)(?:^|[/_.-])(?:pricings?|prices?|costs?|tokenizers?|token[_-]?count\w*|token[_-]?limits?"
    r"|context[_-]?windows?|model[_-]?(?:metadata|catalog|prices|limits|capabilities)\w*)(?=[/_.-])"
)
"""Files that are about models and ask none."""
_OFFERS = regex(
    r"(?i)(?:^|/)scripts?/(?:[\w-]{1,40}/)?(?:[\w-]{0,40}[_-])?(?:setup|configure|install|onboard(?:ing)?|wizard|init)"
    r"(?:[_-][\w-]{0,40})?\.\w{2,3}$|\.ipynb$"
)
"""Scripts that ask whoever installs the system what it shall use, and write that down."""
_SAID = regex(
    r"(?i)(?:^|_)(?:label|title|display_?name|description|help|placeholder|examples?|docs?|alias"
    r"|comment|note|tooltip|icon|logo|url|price|cost|text|slug|family|header|heading|caption)$"
)
TRIED = regex(
    r"(?i)(?:^|/)[^/]{0,60}(?:[._-](?:e2e|mocks?|tests?|testing)[._-]|(?<!compose\.)override\.)[^/]{0,20}(?:ya?ml|json[c5]?)$"
)
"""Configurations of what is tried on a developer's machine."""
_SHOWS = regex(r"(?i)(?:placeholder|label|title|description|tooltip)$")
"""Functions that say what is shown to people."""
"""Names of what is shown to people, or of what a client is told a model can do."""
_MODEL = regex(
    r"(?i)(?:^|[_.-])(?:model|models|llm|deployment|engine|embedding|embeddings|embedder|chat)"
    r"|(?:^|\.)embed$|Model|Deployment|Llm|LLM|Embedding"
)
"""Names of settings that choose a model."""
ARGUMENTS = (
    *("model", "model_name", "modelName", "model_id", "modelId", "model_ids", "engine"),
    *("deployment", "deployment_name", "deploymentName", "azure_deployment", "azureDeployment"),
    *("azureOpenAIApiDeploymentName", "azure_openai_api_deployment_name", "llm", "Model"),
)
"""Names under which clients are given the model."""
_SAMPLED = "?"
_AZURE = regex(r"(?i)^(?:\?|(?:os\.)?(?:getenv|environ\.get)\s|process\.env).{0,100}azure")
"""A variable of Azure in a sample of an environment file, or with a default in code."""
_DEPLOYMENT = regex(r"(?i)(?:^|[. ])azure\w{0,60}(?:deployment|model)\w{0,20}$")
"""A variable that names a deployment on Azure, or its model: infrastructure says which version."""
_SAMPLE = regex(r"(?i)env[^/]*(?:example|sample|template|dist)|(?:example|sample)[^/]*env")
_TOLD = "="
"""Stands before the name of a call that is told which model to ask."""


_NUMBER = regex(r"(?<=[a-z])-\d$")
"""What the name of a deployment may add to that of its model: its version."""


class Used(NamedTuple):
    """One id in use."""

    id: ModelId
    place: Place
    fixed_by: Place | None
    """The line of infrastructure code that pins the version behind a deployment's name."""
    local: bool = False
    """Whether a server of the team's own, such as Ollama, answers: nobody hosts the model."""
    open_ended: bool = False
    """Whether infrastructure code deploys it without the version that the cloud asks for."""

    @property
    def pinned(self) -> bool:
        return self.fixed_by is not None or (self.id.pinned and not self.open_ended)


def used(
    component: Component, purposes: frozenset[str], unsaid: frozenset[Place] = frozenset()
) -> list[Used]:
    """Every id of these purposes in use, once per id, in the order of the places; not those in
    constants that are unsaid."""
    fixed_by = versions(component.code.settings)
    loose = deployed_loose(component.code.settings)
    called = called_otherwise(component.code.settings)
    found: dict[str, Used] = {}
    azure = _asks_azure_alone(component.code)
    named_so = _named(component.code)
    if fixed_by:
        # The deployment says what runs; samples and defaults of its variables do not.
        named_so = (each for each in named_so if not _is_behind(each[1], each[2]))
    places = sorted(named_so, key=lambda each: _order(each[1]))
    for text, place, around in places:
        text, names = called.get(text.lower(), (text, frozenset()))
        if place in names or place in unsaid or TRIED.search(place.path):
            continue
        named = model_id(text) or alias(text, around) or _of_ours(text, around)
        if named is not None and named.purpose in purposes:
            asked_for = plain(named.text)
            fixed = fixed_by.get(asked_for) or fixed_by.get(_NUMBER.sub("", asked_for))
            local = bool(_TAGGED.fullmatch(text) or "ollama" in around.lower())
            open_ended = asked_for in loose or (
                _is_twice(named) and (azure or bool(_ON_AZURE(around)))
            )
            one = Used(named, place, fixed, local, open_ended)
            known = found.setdefault(named.text.lower(), one)
            if known.local and not local:
                found[named.text.lower()] = one
    return list(found.values())


_TWICE = frozenset({"text-embedding-ada-002"})
"""Ids that are versions where OpenAI has them, and of which Azure has two."""
_ON_AZURE = regex(
    r"(?:^|[.=])(?:Add)?Azure(?:OpenAI|OpenAi|AI)\w{0,40}(?:[ .]|$)|(?i:embed\w{0,30}deployment)"
).search
"""Clients of Azure, which are told the name of a deployment, and never its version; and what such a
name is kept in."""
_AZURE_CLIENT = regex(r"(?:Async)?AzureOpen(?:AI|Ai)\w{0,40}|AddAzureOpenAI\w{0,40}").fullmatch
_OTHER_CLIENT = regex(
    r"(?:Async)?Open(?:AI|Ai)(?:Client|Embeddings?|EmbeddingModel|EmbeddingFunction)?"
).fullmatch


def _is_twice(named: ModelId) -> bool:
    return named.text.lower() in _TWICE


def _asks_azure_alone(code: Code) -> bool:
    """Whether every client of OpenAI's models that its code makes is one of Azure."""
    made = {call.method for call in code.calls if call.role is Role.APP}
    return any(map(_AZURE_CLIENT, made)) and not any(map(_OTHER_CLIENT, made))


def _is_behind(place: Place, around: str) -> bool:
    """Whether a variable of Azure names a model that infrastructure code has deployed."""
    deploys = bool(INFRASTRUCTURE.search(place.path))
    return bool(_AZURE.search(around) or (not deploys and _DEPLOYMENT.search(around)))


def _of_ours(text: str, around: str) -> ModelId | None:
    """A model that no provider names so, where what a client is told to ask is dated."""
    if not around.startswith(_TOLD) or not dated(text):
        return None
    purpose = "embedding" if "embed" in around.lower() else "chat"
    return ModelId(text, "own", purpose, pinned=True)


def asked(call: Call) -> Value | None:
    """What a call is told to ask, if it is told."""
    return call.argument(*ARGUMENTS)


def _built(call: Call) -> Value | None:
    """What a builder is told to ask by a call of its own: `.modelName(GPT_4_O)`."""
    return call.arguments[0].value if call.method in ARGUMENTS and call.arguments else None


def _named(code: Code) -> Iterator[tuple[str, Place, str]]:
    """Texts that may be ids, where they take part, and what they are given to."""
    for literal in code.literals:
        if literal.role is Role.APP and _takes_part(literal):
            around = f"{literal.callee} {literal.name}"
            yield plain_default(literal.text), literal.place, _sampled(literal.place, around)
    for call in code.calls:
        if call.role is Role.APP and not _ASIDE.search(call.callee):
            value = asked(call) or _built(call)
            text = (value.text or constant(value.written)) if value is not None else ""
            if value is not None and text:
                around = _sampled(value.place, f"{_TOLD}{call.callee} {value.name}")
                yield plain_default(text), value.place, around
    for setting in code.settings:
        if setting.role in CONFIGURES and _chooses(setting):
            yield plain_default(setting.value), setting.place, _sampled(setting.place, setting.path)


def _sampled(place: Place, around: str) -> str:
    return f"{_SAMPLED}{around}" if _SAMPLE.search(place.path) else around


def _takes_part(literal: Literal) -> bool:
    listed = literal.syntax is Syntax.ELEMENT and bool(literal.callee)
    key = literal.name.strip("\"'") if literal.syntax is Syntax.PAIR else ""
    is_key = plain(key) == plain(literal.text)
    is_shown = literal.syntax is Syntax.RETURNED and bool(_SHOWS.search(literal.scope))
    return (
        not (is_key or is_shown)
        and (listed or literal.syntax in _USED)
        and not _ASIDE.search(literal.callee)
        and not _SAID.search(literal.name)
        and not _TABLE.search(literal.place.path)
        and not _OFFERS.search(literal.place.path)
        and ".AddDeployment(" not in literal.place.text
    )


def _chooses(setting: Setting) -> bool:
    return bool(_MODEL.search(setting.path)) and not _SAID.search(setting.name)


def _order(place: Place) -> tuple[str, str, int]:
    return place.repo, place.path, place.line or 0
