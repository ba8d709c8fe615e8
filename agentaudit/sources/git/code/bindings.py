"""What names of one file are bound to, as far as somebody may ask for it: texts, look-ups in the
environment, and names of other such things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from agentaudit.expressions import regex
from agentaudit.sources.git.code.expressions import arguments, expression
from agentaudit.sources.git.code.leaf import STRINGS, Leaf
from agentaudit.sources.git.code.names import Names
from agentaudit.sources.git.code.written import OWNER, Expression, WrittenCall

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 4000
"""Bindings of one file that are kept."""
_OBJECTS = frozenset({"dictionary", "object", "composite_literal"})
_VALUE = ("value", "right")
_NAME = ("name", "pattern", "left")
_FIRST = regex(rb"[A-Za-z_$][\w$]*")
_SETS = regex(rb"\benviron\b|process\s*\.\s*env\b")
"""What a variable of the environment is set in."""


def bindings(leaf: Leaf, names: Names, wanted: frozenset[bytes]) -> dict[str, Expression]:
    """`scope.name` → what it is bound to; the first binding of a name counts. What a function binds
    is kept where something that is kept of the file names it: `wanted` are first parts of names."""
    found: dict[str, Expression] = {}
    for at, left, value in names.bindings:
        if len(found) >= _MOST:
            break
        if _is_asked(leaf, names, at, left, wanted) and (parts := leaf.dotted(left)):
            key = _key(leaf, names.scope(at), ".".join(parts))
            if value.type in _OBJECTS:
                _members(leaf, key, value, found)
            else:
                _keep(found, key, expression(leaf, value))
    for node in leaf.found("param"):
        given = _first(node, _VALUE)
        named = _first(node, _NAME)
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
        logic = pending.pop()
        if logic[0] == "name":
            names.add(logic[2])
        pending += [each for each in logic[1:] if isinstance(each, list) and each]
    return frozenset(OWNER.sub("", name).partition(".")[0].encode() for name in names)


def _is_asked(leaf: Leaf, names: Names, at: int, left: Node, wanted: frozenset[bytes]) -> bool:
    """Whether somebody may ask for what is bound there."""
    start = left.start_byte
    first = _FIRST.match(leaf.data, start)
    if first is None or first[0] in wanted or first[0] == leaf.language.owner.encode():
        return True
    return not names.is_local(at) or bool(_SETS.search(leaf.data, start, left.end_byte))


def _first(node: Node, fields: tuple[str, ...]) -> Node | None:
    return next(filter(None, map(node.child_by_field_name, fields)), None)


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
