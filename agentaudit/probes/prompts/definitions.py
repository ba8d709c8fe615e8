"""The definitions of the tools that a model was offered, in every dialect."""

from __future__ import annotations

from typing import Any

import orjson
from msgspec.structs import replace

from agentaudit.messages.shapes import unflatten
from agentaudit.semconv.values import vacant
from agentaudit.span import Fact, Recorded

_WITHIN = ("function", "tool", "toolSpec", "json_schema")
_LISTS = ("functionDeclarations", "function_declarations", "tools", "functions")
_PLAIN = frozenset({"function", "custom", "tool", "object"})
"""Types that say nothing about which tool it is; `web_search` is one that the provider defines."""
_DEPTH = 4
"""Wrappers around one definition that are followed."""


def defined(fact: Fact) -> Fact:
    """The fact; malformed unless every definition in it has a name."""
    if not fact:
        return fact
    value = fact.value
    if isinstance(value, dict) and all(key[:1].isdigit() for key in value):
        value, _ = unflatten(value)
    value = _decoded(value)
    items = value if isinstance(value, list) else [value]
    if items and all(_named(item, _DEPTH) for item in items):
        return fact
    return replace(fact, state=Recorded.MALFORMED)


def _decoded(value: Any) -> Any:
    """The JSON value of a text; a text that is none defines nothing."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return None


def _named(given: Any, depth: int) -> bool:
    given = _decoded(given)
    if not isinstance(given, dict) or not depth:
        return False
    name, type = given.get("name"), given.get("type")
    if isinstance(name, str) and not vacant(name):
        return True
    if any(_named(given[key], depth - 1) for key in _WITHIN if key in given):
        return True
    for key in _LISTS:
        if isinstance(given.get(key), list) and given[key]:
            return all(_named(item, depth - 1) for item in given[key])
    return isinstance(type, str) and not vacant(type) and type not in _PLAIN
