"""Models that a stack keeps in a store of parameters, where the code gets them by the parameter's
name: one that both write, or that of a variable that the stack sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from agentaudit.code import Value
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.models.ids import Used
from agentaudit.source import Component, Repo


class Stored(NamedTuple):
    """A model in a store, and how the code calls the parameter that holds it."""

    name: str
    used: Used


_KEPT = regex(
    r"(?:\b(\w{1,80})\s{0,9}(?::[^=\n;]{0,80})?=\s{0,9}(?:new\s{1,9})?)?(?:\w{1,40}\.){0,3}\bStringParameter\("
)
_NAME = regex(r"\bparameter_?[nN]ame\s{0,9}[:=]\s{0,9}[\"'`]([^\"'`\n]{1,200})[\"'`]")
_VALUE = regex(r"\bstring_?[vV]alue\s{0,9}[:=]\s{0,9}[\"'`]([^\"'`\n]{1,200})[\"'`]")
_TOLD = regex(
    r"\b([A-Z][A-Z0-9_]{2,80})[\"']?\s{0,9}[:=]\s{0,9}(?:this\.|self\.)?(\w{1,80})\.parameter_?[nN]ame\b"
)
"""A variable that holds the name of a parameter."""
_ASKS = regex(r"\b(?:get_?parameters?|GetParameters?Command)\b")
_LONGEST = 600


def stored(repo: Repo, component: Component, purposes: frozenset[str]) -> list[Stored]:
    """Models of these purposes that its code gets from a store, each by the name that it asks."""
    home = "" if component.path == "." else f"{component.path}/"
    asking = [
        text
        for suffix in ("py", "ts", "js", "mjs")
        for file in repo.files(f"{home}**/*.{suffix}", saying=("arameter",))
        if file.repo == component.repo and repo.role(file) not in ASIDE
        if _ASKS.search(text := (repo.read(file) or "")[:300_000])
    ]
    found = _kept(repo, component) if asking else ()
    return [
        each
        for each in found
        if each.used.id.purpose in purposes and any(_says(text, each.name) for text in asking)
    ]


def is_stored(value: Value, kept: list[Stored]) -> bool:
    """Whether a model that the code takes from elsewhere is one of a store: what gets it says so,
    or it is called like the variable of the parameter."""
    written = value.written.lower()
    called = {_stem(written), _stem(value.name)} - {""}
    return "parameter(" in written or any(_stem(each.name) in called for each in kept)


def _kept(repo: Repo, component: Component) -> Iterator[Stored]:
    """Models in the stores of all stacks, by each of the names that code may ask for."""
    for suffix in ("ts", "py"):
        for file in repo.files(f"**/*.{suffix}", saying=("StringParameter",)):
            if file.repo == component.repo and repo.role(file) not in ASIDE:
                yield from _of_stack(file, (repo.read(file) or "")[:300_000])


def _of_stack(file: Place, text: str) -> Iterator[Stored]:
    told = [(match[1], match[2]) for match in _TOLD.finditer(text)]
    for made in _KEPT.finditer(text):
        given = text[made.end() : made.end() + _LONGEST].partition("StringParameter(")[0]
        value, name = _VALUE.search(given), _NAME.search(given)
        if value is None or (known := model_id(value[1])) is None:
            continue
        line = text.count("\n", 0, made.end() + value.start()) + 1
        used = Used(known, replace(file, line=line, text=value[1]), None)
        yield from (Stored(variable, used) for variable, holder in told if holder == made[1])
        if name is not None:
            yield Stored(name[1], used)


def _says(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


_END = regex(r"(?:_?(?:id|name|param|parameter|arn|path|key)){1,3}$")


def _stem(name: str) -> str:
    """What a name is about, without saying that it is an id or a parameter."""
    return _END.sub("", name.strip("\"'").lower())
