"""What modules of infrastructure code are handed by those that use them: Bicep and Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.reader import Reader, directory, mapping, word

_BICEP = regex(r"^module\s+\w{1,100}\s+'([^'\n]{1,300})'", re.MULTILINE)
_TERRAFORM = regex(r"^module\s+\"[\w-]{1,100}\"\s*\{", re.MULTILINE)
_SOURCE = regex(r"^\s*source\s*=\s*\"(\.{1,2}/[^\"\n]{1,300})\"", re.MULTILINE)
_PAIR = regex(
    r"^\s*(\w{1,120})\s*[:=]\s*(?:bool\(\s?)?(?:readEnvironmentVariable\(\s?'\w{1,120}',\s?)?(?:(?:var|local)\.)?"
    r"(?:[\"']([^\"'\n]{0,200})[\"']|([\w.]{1,200}))\s?\){0,2}\s*$",
    re.MULTILINE,
)
"""A parameter and what it is, or is unless the environment says otherwise."""
_VARIABLE = regex(r"\$\{\w{1,120}(?:=([^{}]{0,200}))?\}")
"""A variable of the environment, perhaps with what it is otherwise."""
_USING = regex(r"^using\s+'([^'\n]{1,300})'", re.MULTILINE)


class Handed(NamedTuple):
    """One parameter that a module is handed."""

    name: str
    value: str
    """The text itself; empty where it is a name."""
    meant: str
    """What the caller calls it there; empty where it is a text."""
    caller: str
    """The file that hands it over."""


def handed(reader: Reader, path: str) -> Iterator[Handed]:
    """Every parameter that files of the repository hand to a module, or to the whole."""
    if path.endswith(".bicep"):
        yield from _by_bicep(reader, path)
        yield from _by_parameters(reader, path)
    elif path.endswith(".tf"):
        yield from _by_terraform(reader, path)


def _by_bicep(reader: Reader, path: str) -> Iterator[Handed]:
    name = path.rpartition("/")[2]
    for caller in reader.named(lambda each: each.endswith((".bicep", ".bicepparam"))):
        text = reader.text(caller) or ""
        if caller == path or name not in text:
            continue
        for found in _BICEP.finditer(text):
            if joined(directory(caller), found[1]) == path:
                yield from _pairs(text[found.start() : _end(text, found.start())], caller)
        using = _USING.search(text)
        if using and joined(directory(caller), using[1]) == path:
            yield from _pairs(text.replace("param ", ""), caller)


def _by_parameters(reader: Reader, path: str) -> Iterator[Handed]:
    """The parameters of a template, in the file beside it that is called after it."""
    beside = f"{path.removesuffix('.bicep')}.parameters.json"
    given = reader.json(beside) if beside in reader.known else None
    for name, value in mapping(mapping(given).get("parameters")).items():
        text = word(mapping(value).get("value"))
        if variable := _VARIABLE.fullmatch(text):
            text = variable[1] or ""
        if text:
            yield Handed(name, text, "", beside)


def _by_terraform(reader: Reader, path: str) -> Iterator[Handed]:
    home = directory(path)
    for caller in reader.named(lambda each: each.endswith(".tf")):
        text = reader.text(caller) or ""
        if directory(caller) == home or "module" not in text:
            continue
        for found in _TERRAFORM.finditer(text):
            block = text[found.start() : _end(text, found.start())]
            source = _SOURCE.search(block)
            if source and joined(directory(caller), source[1]) == home:
                yield from _pairs(block, caller)


def _end(text: str, start: int) -> int:
    end = text.find("\n}", start)
    return end if end >= 0 else len(text)


def _pairs(block: str, caller: str) -> Iterator[Handed]:
    for found in _PAIR.finditer(block):
        yield Handed(found[1], found[2] or "", (found[3] or "").rpartition(".")[2], caller)


def filled(rows: Iterator[Handed], values: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The text of each parameter, where all who hand it over mean the same; `values` is what each
    caller calls by which name."""
    found: dict[str, set[str]] = {}
    for row in rows:
        text = row.value or values.get(row.caller, {}).get(row.meant, "")
        found.setdefault(row.name, set()).add(text)
    return {name: min(texts) for name, texts in found.items() if len(texts) == 1 and min(texts)}
