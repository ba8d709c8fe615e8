"""What names of one file are bound to, as far as somebody may ask for it: texts, look-ups in the
environment, and names of other such things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentaudit.sources.git.code.expressions import arguments, expression
from agentaudit.sources.git.code.leaf import STRINGS, Leaf
from agentaudit.sources.git.code.names import WORTH, Names
from agentaudit.sources.git.code.written import Expression

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 4000
"""Bindings of one file that are kept."""
_OBJECTS = frozenset({"dictionary", "object", "composite_literal"})
_VALUE = ("value", "right")
_NAME = ("name", "pattern", "left")


def bindings(leaf: Leaf, names: Names) -> dict[str, Expression]:
    """`scope.name` → what it is bound to; the first binding of a name counts."""
    found: dict[str, Expression] = {}
    for scope, name, value in names.bindings:
        if len(found) >= _MOST:
            break
        if not WORTH.match(leaf.data, value.start_byte):
            continue
        key = _key(leaf, scope, name)
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
