"""The model ids that the serving code of a component and its configuration use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agentaudit.code import Call, Code, Literal, Role, Setting, Syntax, Value
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import ModelId, constant, dated, model_id
from agentaudit.probes.models.deployed import called_otherwise
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
    r"(?:[_-][\w-]{0,40})?\.\w{2,3}$"
)
"""Scripts that ask whoever installs the system what it shall use, and write that down."""
_SAID = regex(
    r"(?i)(?:^|_)(?:label|title|display_?name|description|help|placeholder|examples?|docs?|alias"
    r"|comment|note|tooltip|icon|logo|url|price|cost|text|slug|family)$"
)
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
CONFIGURES = frozenset({Role.APP, Role.INFRA})


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


def used(component: Component, purposes: frozenset[str]) -> list[Used]:
    """Every id of these purposes in use, once per id, in the order of the places."""
    versions = _versions(component.code.settings)
    loose = _deployed_loose(component.code.settings)
    called = called_otherwise(component.code.settings)
    found: dict[str, Used] = {}
    named_so = _named(component.code)
    if versions:
        # The deployment says what runs; samples and defaults of its variables do not.
        named_so = (each for each in named_so if not _is_behind(each[1], each[2]))
    places = sorted(named_so, key=lambda each: _order(each[1]))
    for text, place, around in places:
        text, names = called.get(text.lower(), (text, frozenset()))
        if place in names:
            continue
        named = model_id(text) or _of_ours(text, around)
        if named is not None and named.purpose in purposes:
            fixed = versions.get(_plain(named.text))
            local = bool(_TAGGED.fullmatch(text) or "ollama" in around.lower())
            one = Used(named, place, fixed, local, _plain(named.text) in loose)
            known = found.setdefault(named.text.lower(), one)
            if known.local and not local:
                found[named.text.lower()] = one
    return list(found.values())


def _is_behind(place: Place, around: str) -> bool:
    """Whether a variable of Azure names a model that infrastructure code has deployed."""
    deploys = bool(_INFRASTRUCTURE.search(place.path))
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
            yield _plain_default(literal.text), literal.place, _sampled(literal.place, around)
    for call in code.calls:
        if call.role is Role.APP and not _ASIDE.search(call.callee):
            value = asked(call) or _built(call)
            text = (value.text or constant(value.written)) if value is not None else ""
            if value is not None and text:
                around = _sampled(value.place, f"{_TOLD}{call.callee} {value.name}")
                yield _plain_default(text), value.place, around
    for setting in code.settings:
        if setting.role in CONFIGURES and _chooses(setting):
            yield _value(setting), setting.place, _sampled(setting.place, setting.path)


def _sampled(place: Place, around: str) -> str:
    return f"{_SAMPLED}{around}" if _SAMPLE.search(place.path) else around


def _takes_part(literal: Literal) -> bool:
    listed = literal.syntax is Syntax.ELEMENT and bool(literal.callee)
    is_key = literal.syntax is Syntax.PAIR and literal.name.strip("\"'") == literal.text
    return (
        not is_key
        and (listed or literal.syntax in _USED)
        and not _ASIDE.search(literal.callee)
        and not _SAID.search(literal.name)
        and not _TABLE.search(literal.place.path)
        and not _OFFERS.search(literal.place.path)
    )


def _chooses(setting: Setting) -> bool:
    return bool(_MODEL.search(setting.path)) and not _SAID.search(setting.name)


def _versions(settings: Iterable[Setting]) -> dict[str, Place]:
    """Id → where infrastructure code pins its version; an id whose deployments are not all pinned
    is left out. What a deployment is called says nothing about its model."""
    rows = [each for each in settings if each.role in CONFIGURES and each.place.line]
    versions = [each for each in rows if _VERSION.search(_name(each))]
    deployed = _deployments(rows)
    found: dict[str, Place] = {}
    free = set(_asked_of_two(rows))
    for setting in rows:
        named = model_id(_value(setting))
        if named is None or setting in versions:
            continue
        plain = _plain(named.text)
        version = _beside(setting, versions)
        if version is not None and is_version(_value(version)):
            found.setdefault(plain, version.place)
        elif version is not None or not (_calls(setting, deployed) or _stem(setting)):
            free.add(plain)
    return {plain: place for plain, place in found.items() if plain not in free}


def _calls(setting: Setting, deployed: set[str]) -> bool:
    """Whether a setting is what a deployment is called, which says nothing about its version."""
    asks = setting.role is Role.APP and _DEPLOYED.search(_name(setting))
    return _above(setting) in deployed or bool(asks)


_DEPLOYED = regex(r"(?i)deployment(?:_?(?:name|id))?$")


def _deployments(rows: Iterable[Setting]) -> set[str]:
    """Where deployments stand that have a model below them: what they are called themselves says
    nothing about it."""
    models = (_above(each) for each in rows if _above(each).endswith(".model"))
    return {
        home for above in models for home in (above[:-6], above[:-6].removesuffix(".properties"))
    }


def _deployed_loose(settings: Iterable[Setting]) -> set[str]:
    """Ids that infrastructure code deploys without a version beside them."""
    rows = [each for each in settings if each.role in CONFIGURES and each.place.line]
    versions = [each for each in rows if _VERSION.search(_name(each))]
    deployed = [r for r in rows if _above(r).endswith(".model") or _DEPLOYS.search(r.place.path)]
    homes = _deployments(rows)
    deployed = [row for row in deployed if row not in versions and _above(row) not in homes]
    named = ((row, model_id(_value(row))) for row in deployed)
    # Azure numbers the versions of OpenAI's models beside their ids; those of others hold them.
    ours = ((row, id) for row, id in named if id and id.family.startswith("OpenAI"))
    return {_plain(id.text) for row, id in ours if _beside(row, versions) is None}


_DEPLOYS = regex(r"\.(?:bicep|bicepparam|tf|tfvars)$")
_INFRASTRUCTURE = regex(r"\.(?:bicep|bicepparam|tf|tfvars)$|parameters\.json$")


def _asked_of_two(rows: Iterable[Setting]) -> Iterator[str]:
    """Ids that one setting names for a deployment on Azure and another for OpenAI itself, which
    takes them as aliases. Models of embeddings carry their version in their name there."""
    asked: dict[tuple[str, bool], set[bool]] = {}
    for setting in rows:
        named = model_id(_value(setting))
        name = _name(setting).lower()
        if named is not None and named.purpose == "chat" and "openai" in name:
            # Infrastructure names what is deployed on Azure after OpenAI alone.
            deploys = bool(_INFRASTRUCTURE.search(setting.place.path))
            asked.setdefault((_plain(named.text), deploys), set()).add("azure" in name)
    return (plain for (plain, _), clouds in asked.items() if len(clouds) == 2)


_VERSION = regex(r"(?i)(?:model|deployment)?_?version$|^(?:image_?)?tag$")
"""The tag of the image that serves a model names its weights."""
_NAME = regex(r"(?i)(?:model|deployment)?_?(?:name|id)?$")
_DEFAULT = regex(r"\$\{[\w.-]{1,100}(?:=|:-|-|:\??)([^{}]{0,200})\}")
"""How templates of parameters, compose files and Spring write a variable with its default."""
_NEAR = 8
"""Lines between the name and the version of one model in a list of several."""


def _value(setting: Setting) -> str:
    return _plain_default(setting.value)


def _plain_default(text: str) -> str:
    """`${CHAT_MODEL:gpt-4o}` is `gpt-4o`."""
    found = _DEFAULT.fullmatch(text.strip()[:400])
    return found[1] if found else text


def _name(setting: Setting) -> str:
    """Its name; a parameter stands above its `value`."""
    keys = setting.path.split(".")
    return keys[-2] if setting.name == "value" and len(keys) > 1 else setting.name


def _stem(setting: Setting) -> str:
    """What the names of a model's name and version have in common."""
    name = _name(setting)
    return (_VERSION if _VERSION.search(name) else _NAME).sub("", name, count=1).lower()


def _beside(setting: Setting, versions: list[Setting]) -> Setting | None:
    """The version of the same model: next to it, or of the same stem anywhere in the file."""
    stem, line = _stem(setting), setting.place.line or 0
    near = [
        (abs((each.place.line or 0) - line), each)
        for each in versions
        if each.place.path == setting.place.path
        and _above(each) == _above(setting)
        and _stem(each) == stem
    ]
    near = [(far, each) for far, each in near if stem or far <= _NEAR]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _above(setting: Setting) -> str:
    return setting.path.rpartition(".")[0].lower() if setting.name != "value" else ""


def is_version(text: str) -> bool:
    """Azure numbers or dates its versions; `latest` and variables are none."""
    return bool(re.fullmatch(r"20\d\d-\d\d-\d\d|\d{1,4}(?:[.-][\w]{1,20}){0,3}", text.strip()))


def _plain(text: str) -> str:
    return text.lower().replace("gpt-35", "gpt-3.5")


def _order(place: Place) -> tuple[str, str, int]:
    return place.repo, place.path, place.line or 0
