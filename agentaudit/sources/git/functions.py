"""Variables that templates give to the functions and applications that they deploy: SAM and
CloudFormation, the Serverless Framework."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentaudit.code import Role, Setting
from agentaudit.expressions import regex
from agentaudit.parse import Tree
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.reader import Reader, directory, mapping, sequence, word

_TEMPLATE = regex(
    r"(?i)(?:[\w.-]{0,60}[._-])?(?:template|stack|sam|cloudformation|cfn|lambda|lambdas|functions?"
    r"|infra|main)(?:[._-][\w.-]{0,60})?\.ya?ml"
)
_SERVERLESS = regex(r"serverless(?:\.[\w-]{1,40})?\.ya?ml")
_RESOURCE = regex(r"\bAWS::\w{2,40}::\w{2,40}")
_APP_ROOT = regex(r"^\s*(?:-\s+)?appRoot:\s*[\"']?([\w./@-]{1,200})[\"']?\s*$", re.MULTILINE)
_FILLED = regex(r"\$\{([\w:.-]{1,100})\}")
_DEFAULT = regex(r"\$\{[^{}'\",]{1,100},\s*+[\"']?([^{}'\"]{0,200}+)[\"']?\s*+\}")
_SELF = regex(r"\$\{self:([\w.-]{1,100})\}")
_LISTED = ("EnvironmentVariables", "RuntimeEnvironmentVariables", "Environment")
_DEEPEST, _MOST = 8, 400


def templates(reader: Reader) -> Iterator[str]:
    """Files that are templates of CloudFormation."""
    for path in reader.named(_TEMPLATE.fullmatch):
        text = reader.text(path) or ""
        if "Resources:" in text and _RESOURCE.search(text):
            yield path


def app_roots(text: str) -> Iterator[tuple[str, int]]:
    """Directories that AWS Amplify builds, from the top of the repository, and their lines."""
    for found in _APP_ROOT.finditer(text):
        yield found[1].strip("/"), text.count("\n", 0, found.start(1)) + 1


def variables(reader: Reader) -> Iterator[tuple[str, str, list[Setting]]]:
    """Each such file with the directory of what it starts, empty where it does not say, and the
    variables that are set for it."""
    for path in templates(reader):
        for tree in reader.yaml(path)[:1]:
            yield from _of_stack(reader, path, tree)
    for path in reader.named(_SERVERLESS.fullmatch):
        for tree in reader.yaml(path)[:1]:
            if rows := list(_of_serverless(reader, path, tree)):
                yield path, directory(path), rows


def _of_stack(reader: Reader, path: str, tree: Tree) -> Iterator[tuple[str, str, list[Setting]]]:
    data = mapping(tree.data)
    given = {
        name: word(mapping(each).get("Default"))
        for name, each in mapping(data.get("Parameters")).items()
    }
    shared = ("Globals", "Function", "Environment", "Variables")
    common = list(_rows(reader, path, tree, shared, given))
    for name, resource in list(mapping(data.get("Resources")).items())[:_MOST]:
        at = ("Resources", name, "Properties")
        rows = [
            row
            for keys in _homes(mapping(mapping(resource).get("Properties")))
            for row in _rows(reader, path, tree, (*at, *keys), given)
        ]
        if common and "Function" in word(mapping(resource).get("Type")):
            rows += common
        if rows:
            yield path, _target(path, mapping(resource)), rows


def _target(path: str, resource: Mapping[str, Any]) -> str:
    """The directory that a resource is packed from."""
    given = mapping(resource.get("Properties"))
    metadata = mapping(resource.get("Metadata"))
    for text in (given.get("CodeUri"), given.get("Code"), metadata.get("DockerContext")):
        if written := word(text):
            return joined(directory(path), written) or ""
    return next((root for root, _ in app_roots(word(given.get("BuildSpec")))), "")


def _homes(properties: Mapping[str, Any]) -> Iterator[tuple[str | int, ...]]:
    """Where variables stand in the properties of a resource."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), properties)]
    left = _MOST
    while pending and left:
        left -= 1
        at, value = pending.pop()
        if isinstance(value, dict) and len(at) < _DEEPEST:
            for key, inner in value.items():
                mapped = at[-1:] == ("Environment",) and key == "Variables"
                if mapped or (key in _LISTED and isinstance(inner, list)):
                    yield (*at, key)
                else:
                    pending.append(((*at, key), inner))
        elif isinstance(value, list) and len(at) < _DEEPEST:
            pending += [((*at, index), inner) for index, inner in enumerate(value[:_MOST])]


def _rows(
    reader: Reader, path: str, tree: Tree, at: tuple[str | int, ...], given: Mapping[str, str]
) -> Iterator[Setting]:
    """The variables at a place, as a mapping or as a list of names and values."""
    found: Any = tree.data
    for key in at:
        found = found[key] if isinstance(key, int) else mapping(found).get(key)
    for name, value in mapping(found).items():
        yield _setting(reader, path, tree, (*at, name), name, _resolved(value, given))
    for index, each in enumerate(sequence(found)):
        if name := word(mapping(each).get("Name")):
            value = _resolved(mapping(each).get("Value"), given)
            yield _setting(reader, path, tree, (*at, index, "Value"), name, value)


def _resolved(value: object, given: Mapping[str, str]) -> str:
    """What a value is with the defaults of parameters; empty where only the cloud knows. A tag
    such as `!Ref` is gone by now: what is called like a parameter is meant to be one."""
    inner = mapping(value)
    text = word(inner.get("Ref")) or word(inner.get("Fn::Sub")) or word(value)
    if text in given:
        return given[text]
    return _FILLED.sub(lambda found: given.get(found[1], found[0]), text)


def _setting(
    reader: Reader, path: str, tree: Tree, at: tuple[str | int, ...], name: str, value: str
) -> Setting:
    keys = ".".join(str(key) for key in at if isinstance(key, str))
    return Setting(name, keys[:400], value[:400], reader.place(path, tree.line(*at)), Role.APP)


def _of_serverless(reader: Reader, path: str, tree: Tree) -> Iterator[Setting]:
    data = mapping(tree.data)
    places: list[tuple[str | int, ...]] = [("provider", "environment")]
    places += [
        ("functions", name, "environment") for name in list(mapping(data.get("functions")))[:_MOST]
    ]
    for at in places:
        found: Any = data
        for key in at:
            found = mapping(found).get(str(key))
        for name, value in mapping(found).items():
            text = _own(word(value), data)
            default = _DEFAULT.fullmatch(text)
            meant = default[1] if default else "" if text.startswith("${") else text
            yield _setting(reader, path, tree, (*at, name), name, meant)


def _own(text: str, data: Mapping[str, Any]) -> str:
    """`${self:custom.model}` is what stands there."""
    found = _SELF.fullmatch(text)
    value: Any = data
    for key in found[1].split(".") if found else ():
        value = mapping(value).get(key)
    return word(value) if found else text
