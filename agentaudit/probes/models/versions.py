"""The versions that infrastructure code pins behind the names of models and their deployments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentaudit.code import Role, Setting
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id

CONFIGURES = frozenset({Role.APP, Role.INFRA})


def versions(settings: Iterable[Setting]) -> dict[str, Place]:
    """Id → where infrastructure code pins its version; an id whose deployments are not all pinned
    is left out. What a deployment is called says nothing about its model."""
    rows = [each for each in settings if each.role in CONFIGURES and each.place.line]
    numbers = [each for each in rows if _VERSION.search(_name(each))]
    deployed = _deployments(rows)
    found: dict[str, Place] = {}
    free = set(_asked_of_two(rows))
    renewed = set(_renewed(rows))
    told = {(row.place.path, _above(row)) for row in rows if _above(row).endswith(".model")}
    listed = any((path, f"{above}.model") not in told for path, above in renewed)
    azure = {(row.place.path, _above(row)) for row in rows if _AZURE.search(row.value)}
    for setting in rows:
        named = model_id(value(setting))
        if named is None or setting in numbers or (setting.place.path, _above(setting)) in azure:
            continue
        text = plain(named.text)
        version = _beside(setting, numbers)
        above = _above(setting).removesuffix(".model")
        if (setting.place.path, above) in renewed or (listed and _is_handed_on(setting)):
            free.add(text)
        elif version is not None and is_version(value(version)):
            found.setdefault(text, version.place)
        elif version is not None or not (
            _calls(setting, deployed) or _stem(setting) or _refers(setting)
        ):
            free.add(text)
    return {text: place for text, place in found.items() if text not in free}


def _renewed(rows: Iterable[Setting]) -> Iterator[tuple[str, str]]:
    """Deployments that Azure puts on another version as soon as there is one."""
    for row in rows:
        if _RENEWS.fullmatch(row.name) and row.value == "OnceNewDefaultVersionAvailable":
            yield row.place.path, _above(row)


def _is_handed_on(setting: Setting) -> bool:
    """Whether infrastructure code names a model in a list, from which others deploy it."""
    return INFRASTRUCTURE.search(setting.place.path) is not None and not _above(setting).endswith(
        ".model"
    )


_RENEWS = regex(r"versionUpgradeOption|version_upgrade_option")
_AZURE = regex(r"(?i)\.openai\.azure\.com/openai/deployments/")
"""Where a deployment answers: the model beside it is called as the one that is deployed."""


def _refers(setting: Setting) -> bool:
    """Whether infrastructure code hands a model on to what it starts, beside what deploys it."""
    if INFRASTRUCTURE.search(setting.place.path) and _OF_AZURE.fullmatch(setting.name):
        return True
    object = setting.path.rpartition(".")[0]
    bicep = setting.place.path.endswith((".bicep", ".bicepparam"))
    return bicep and setting.name == "model" and bool(object) and "Microsoft." not in object


_VARIABLE = regex(r"[A-Z][A-Z0-9_]{1,100}")
_OF_AZURE = regex(r"[A-Z0-9_]{0,60}(?:AZURE|DEPLOYMENT)[A-Z0-9_]{0,60}")
"""Variables of the environment, and those that name what is deployed."""


def _asks(row: Setting) -> bool:
    """Whether it is a variable of what is started, which asks somebody for a model."""
    return bool(_VARIABLE.fullmatch(row.name)) and not _OF_AZURE.fullmatch(row.name)


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


def deployed_loose(settings: Iterable[Setting]) -> set[str]:
    """Ids that infrastructure code deploys without a version beside them."""
    rows = [each for each in settings if each.role in CONFIGURES and each.place.line]
    numbers = [each for each in rows if _VERSION.search(_name(each))]
    deployed = [r for r in rows if _above(r).endswith(".model") or _DEPLOYS.search(r.place.path)]
    homes = _deployments(rows)
    deployed = [row for row in deployed if row not in numbers and _above(row) not in homes]
    deployed = [row for row in deployed if not _asks(row)]
    named = ((row, model_id(value(row))) for row in deployed)
    # Azure numbers the versions of OpenAI's models beside their ids; those of others hold them.
    ours = ((row, id) for row, id in named if id and id.family.startswith("OpenAI"))
    return {plain(id.text) for row, id in ours if _beside(row, numbers) is None}


_DEPLOYS = regex(r"\.(?:bicep|bicepparam|tf|tfvars)$")
INFRASTRUCTURE = regex(r"\.(?:bicep|bicepparam|tf|tfvars)$|parameters\.json$")


def _asked_of_two(rows: Iterable[Setting]) -> Iterator[str]:
    """Ids that one setting names for a deployment on Azure and another for OpenAI itself, which
    takes them as aliases. Models of embeddings carry their version in their name there."""
    asked: dict[tuple[str, bool], set[bool]] = {}
    for setting in rows:
        named = model_id(value(setting))
        name = _name(setting).lower()
        if named is not None and named.purpose == "chat" and "openai" in name:
            # Infrastructure names what is deployed on Azure after OpenAI alone.
            deploys = bool(INFRASTRUCTURE.search(setting.place.path))
            asked.setdefault((plain(named.text), deploys), set()).add("azure" in name)
    return (text for (text, _), clouds in asked.items() if len(clouds) == 2)


_VERSION = regex(r"(?i)(?:model|deployment)?_?version$|^(?:image_?)?tag$")
"""The tag of the image that serves a model names its weights."""
_NAME = regex(r"(?i)(?:model|deployment)?_?(?:name|id)?$")
_DEFAULT = regex(r"\$\{[\w.-]{1,100}(?:=|:-|-|:\??)([^{}]{0,200})\}")
"""How templates of parameters, compose files and Spring write a variable with its default."""
_NEAR = 8
"""Lines between the name and the version of one model in a list of several."""


def value(setting: Setting) -> str:
    return plain_default(setting.value)


def plain_default(text: str) -> str:
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


def plain(text: str) -> str:
    return text.lower().replace("gpt-35", "gpt-3.5")
