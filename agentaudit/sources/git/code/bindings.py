"""What names of one file are bound to, as far as somebody may ask for it: texts, look-ups in the
environment, and names of other such things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from agentaudit.expressions import regex
from agentaudit.sources.git.code.expressions import arguments, expression
from agentaudit.sources.git.code.leaf import START, STRINGS, Leaf, first
from agentaudit.sources.git.code.names import Names
from agentaudit.sources.git.code.written import OWNER, Expression, WrittenCall

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 4000
"""Bindings of one file that are kept."""
_OBJECTS = frozenset({"dictionary", "object", "composite_literal"})
_VALUE = ("value", "right")
_NO_VALUE = frozenset({"typed_parameter", "formal_parameter", "parameter_declaration"})
_NAME = ("name", "pattern", "left")
_WORTH = regex(
    rb"[\"'`\d{([]|[rRbBfFuU$@]{1,3}[\"']|(?:await\s+)?(?:Field|field|\w*[eE]nv\w*|[cC]onfig\w*"
    rb"|process|import\.meta|Deno|os\.|System|builder|_?configuration|str|String|dedent|textwrap"
    rb"|inspect|map\[|[\w$.]{1,120}\s*(?:[^\w$.(\s]|$|or\b|as\b|if\b))",
    re.MULTILINE,
)
"""How a value begins that can be a text, a name, or a look-up in the environment."""
_NAMED = regex(rb"[A-Za-z_$][\w$]*")
_SETS = regex(rb"(?:os\s*\.\s*)?environ\b|process\s*\.\s*env\b")
"""What a variable of the environment is set in."""


def bindings(leaf: Leaf, names: Names, wanted: frozenset[bytes]) -> dict[str, Expression]:
    """`scope.name` → what it is bound to; the first binding of a name counts. What a function binds
    is kept where something that is kept of the file names it: `wanted` are first parts of names."""
    found: dict[str, Expression] = {}
    kept = _Wanted(leaf, names, wanted)
    for node in kept.among(leaf.found("bind")):
        value = leaf.inner(names.value(node))
        if value is None or not _WORTH.match(leaf.data, value.start_byte):
            continue
        if len(found) < _MOST and (parts := leaf.dotted(names.target(node))):
            _bind(leaf, _key(leaf, names.scope(node.start_byte), ".".join(parts)), value, found)
    for node in leaf.found("param"):
        given = first(node, _VALUE) if node.type not in _NO_VALUE else None
        named = first(node, _NAME) if given is not None else None
        if given is not None and named is not None and len(found) < _MOST:
            scope = names.scope(node.start_byte)
            _keep(found, _key(leaf, scope, leaf.text(named, 100)), expression(leaf, given))
    return found


def asked(calls: Iterable[WrittenCall]) -> frozenset[bytes]:
    """First parts of the names that calls are given, and that conditions around them ask."""
    names: set[str] = set()
    pending: list[Any] = []
    for call in calls:
        names.update(each.value.name for each in call.arguments if each.value.kind == "name")
        pending += [guard.logic for guard in call.guards]
    while pending:
        kind, *parts = pending.pop()
        if kind in ("not", "and", "or"):
            pending += parts
        elif parts and (value := Expression(*parts[0])).kind == "name":
            names.add(value.name)
    return frozenset(OWNER.sub("", name).partition(".")[0].encode() for name in names)


class _Wanted:
    """What is bound in one file that somebody may ask for; `wanted` are first parts of names."""

    def __init__(self, leaf: Leaf, names: Names, wanted: frozenset[bytes]) -> None:
        self._data = leaf.data
        self._names = names
        self._wanted = wanted | {leaf.language.owner.encode()}

    def among(self, nodes: Sequence[Node]) -> Iterator[Node]:
        """The statements that bind such a thing."""
        data, wanted, is_local = self._data, self._wanted, self._names.is_local
        for node, start in zip(nodes, map(START, nodes), strict=True):
            name = _NAMED.match(data, start)
            if (
                name is None
                or name[0] in wanted
                or not is_local(start)
                or _SETS.match(data, start)
                or node.type == "as_pattern"
            ):
                yield node


def _bind(leaf: Leaf, key: str, value: Node, found: dict[str, Expression]) -> None:
    if value.type in _OBJECTS:
        _members(leaf, key, value, found)
    else:
        _keep(found, key, expression(leaf, value))


def _key(leaf: Leaf, scope: str, name: str) -> str:
    owner = leaf.language.owner
    if owner and name.startswith(owner + "."):
        scope, name = scope.rpartition(".")[0], name[len(owner) + 1 :]
    return f"{scope}.{name}" if scope else name


def _keep(found: dict[str, Expression], key: str, value: Expression) -> None:
    if value.kind in ("text", "environment", "name") and len(value.text or "") <= 400:
        found.setdefault(key, value)


def _members(leaf: Leaf, key: str, node: Node, found: dict[str, Expression]) -> None:
    """The values of a dictionary or object, one level deep."""
    for child in node.named_children[:200]:
        name, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        if name is not None and value is not None:
            inner = leaf.inner(name)
            text = leaf.string(name) if inner is not None and inner.type in STRINGS else ""
            _keep(found, f"{key}.{text or leaf.text(name, 100)}", expression(leaf, value))
    if node.type == "composite_literal":
        for member, _, value in arguments(leaf, node):
            if member:
                _keep(found, f"{key}.{member}", expression(leaf, value))
