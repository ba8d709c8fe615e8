"""What an expression is, as far as its own file tells: a text, a name, a look-up in the
environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agentaudit.expressions import regex
from agentaudit.sources.git.code.leaf import STRINGS, Leaf, nth
from agentaudit.sources.git.code.written import Expression

if TYPE_CHECKING:
    from tree_sitter import Node

ENVIRONMENT = regex(
    r"(?:os\.)?(?:getenv|environ\.get|environ\.setdefault|LookupEnv|Getenv)"
    r"|(?:env|environ|config|decouple\.config|env\.(?:str|bool|int|get)|Deno\.env\.get|Env\.GetString)"
    r"|System\.(?:getenv|getProperty)|(?:System\.)?Environment\.GetEnvironmentVariable"
    r"|.{0,80}(?:[cC]onfiguration|config|[cC]onfigService)"
    r"\.(?:GetValue|GetSection|get|getOrThrow|getString|GetConnectionString)"
)
"""Calls whose first argument names a variable of the environment or a setting."""
_VARIABLE = regex(
    r"(?:os\.environ|process\.env|import\.meta\.env|Bun\.env"
    r"|.{0,80}[cC]onfiguration|env)\.([A-Za-z_][\w:.-]{0,100})"
)
_EQUAL = frozenset({"==", "===", "in"})
_FALLBACK = frozenset({"or", "??", "||"})
_FIELDS = frozenset({"Field", "field", "SettingsField", "Param", "Query", "Option"})
_SCALARS = frozenset(
    (
        *("true", "false", "none", "null", "nil", "integer", "float", "number", "boolean_literal"),
        *("int_literal", "float_literal", "integer_literal", "real_literal", "null_literal"),
        *("decimal_integer_literal", "decimal_floating_point_literal", "undefined"),
    )
)
_STRIPPING = regex(
    r".{0,200}\.(?:strip|dedent|cleandoc|trim|lower|upper|format|rstrip|lstrip|stripIndent"
    r"|trimIndent|formatted|join|toLowerCase|get_secret_value|replace)|dedent|cleandoc|str|bool|int"
    r"|String|Boolean|aws\.String|openai\.(?:String|F)|param\.NewOpt",
    re.DOTALL,
)
"""Calls that give the text they are given, more or less."""


def expression(leaf: Leaf, node: Node | None) -> Expression:
    """What a node is worth."""
    outer = node
    for _ in range(12):
        node = leaf.inner(node)
        if node is None:
            break
        kind = node.type
        if kind in STRINGS:
            return _made(leaf, outer, "text", leaf.string(node)[:4000], "")
        if kind in _SCALARS:
            return _made(leaf, outer, "text", leaf.text(node, 60), "")
        if kind in ("binary_expression", "boolean_operator"):
            return _compared(leaf, outer, node) or _fallback(leaf, outer, node)
        if kind == "comparison_operator":
            return _compared(leaf, outer, node) or _made(leaf, outer, "other", None, "")
        if kind in leaf.language.calls:
            found = _call(leaf, outer, node)
            if isinstance(found, Expression):
                return found
            node = found
            continue
        return _named(leaf, outer, node)
    return _made(leaf, outer, "other", None, "")


def _made(leaf: Leaf, node: Node | None, kind: str, text: str | None, name: str) -> Expression:
    if node is None:
        return Expression("other", None, "", 0, "")
    written = "" if kind == "text" else " ".join(leaf.text(node, 400).split())[:200]
    return Expression(kind, text, name, leaf.line(node), written)


def _named(leaf: Leaf, outer: Node | None, node: Node) -> Expression:
    if node.type in leaf.language.members or node.type.endswith("identifier"):
        name = ".".join(leaf.dotted(node))
        if variable := _VARIABLE.fullmatch(name):
            return _made(leaf, outer, "environment", None, variable[1])
        if name:
            return _made(leaf, outer, "name", None, name)
    return _made(leaf, outer, "other", None, "")


def _compared(leaf: Leaf, outer: Node | None, node: Node) -> Expression | None:
    """`getenv("X", "0") == "1"`: the variable, with whether its default is equal as the text."""
    left = leaf.inner(nth(node, 0))
    right = leaf.inner(nth(node, node.named_child_count - 1))
    signs = {leaf.text(child, 5) for child in node.children if not child.is_named}
    if left is None or right is None or not signs & _EQUAL or left.id == node.id:
        return None
    asked = expression_of_simple(leaf, left)
    texts = [right] if right.type in STRINGS else right.named_children
    given = [leaf.string(each).lower() for each in texts if each.type in STRINGS]
    if asked.kind != "environment" or not given:
        return None
    holds = asked.text is not None and asked.text.lower() in given
    return _made(leaf, outer, "environment", "true" if holds else "false", asked.name)


def _fallback(leaf: Leaf, outer: Node | None, node: Node) -> Expression:
    """`a or "b"`, `a ?? "b"`: what `a` is, and a text where it is nothing."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    if left is None or right is None or sign is None or sign.type not in _FALLBACK:
        return _made(leaf, outer, "other", None, "")
    first, second = leaf.inner(left), leaf.inner(right)
    text = leaf.string(second)[:4000] if second is not None and second.type in STRINGS else None
    if first is None or text is None:
        return _made(leaf, outer, "other", None, "")
    found = expression_of_simple(leaf, first)
    kind = found.kind if found.kind in ("environment", "name") else "name"
    return _made(leaf, outer, kind, text, found.name)


def expression_of_simple(leaf: Leaf, node: Node) -> Expression:
    """Of a name or a look-up; anything else is `other`."""
    for _ in range(4):
        if node.type not in leaf.language.calls:
            break
        found = _call(leaf, node, node)
        if isinstance(found, Expression) or found is None:
            return found or _made(leaf, node, "other", None, "")
        node = found
    return _named(leaf, node, node)


def _call(leaf: Leaf, outer: Node | None, node: Node) -> Expression | Node | None:
    """A look-up in the environment, a field with a default, or the node to look at instead."""
    name = ".".join(leaf.dotted(node))
    given = list(arguments(leaf, node))
    texts = [_literal(leaf, value) for _, _, value in given]
    if ENVIRONMENT.fullmatch(name) and texts and texts[0]:
        named = {key: text for (key, _, _), text in zip(given, texts, strict=True) if key}
        default = named.get("default") or next((t for t in texts[1:] if t is not None), None)
        return _made(leaf, outer, "environment", default, texts[0])
    if name.rpartition(".")[2] in _FIELDS:
        named_default = next(
            (v for key, _, v in given if key in ("default", "default_value")), None
        )
        first = next((v for key, at, v in given if at == 0), None)
        return named_default or first or _made(leaf, outer, "other", None, "")
    if name and _STRIPPING.fullmatch(name):
        holder = node.child_by_field_name("function") or node.child_by_field_name("object")
        inner = leaf.inner(nth(holder, 0)) if holder is not None else None
        if inner is not None and (inner.type in STRINGS or inner.type in leaf.language.calls):
            return inner
        return next((value for _, _, value in given), None)
    return _made(leaf, outer, "call", None, name)


def _literal(leaf: Leaf, node: Node | None) -> str | None:
    node = leaf.inner(node)
    if node is None:
        return None
    if node.type in STRINGS:
        return leaf.string(node)[:4000]
    return leaf.text(node, 60) if node.type in _SCALARS else None


_PAIRS = {
    "pair": ("key", "value"),
    "keyword_argument": ("name", "value"),
    "element_value_pair": ("key", "value"),
    "keyed_element": ("key", "value"),
    "assignment_expression": ("left", "right"),
}
_OBJECTS = frozenset({"object", "dictionary", "initializer_expression", "literal_value"})
_MOST_ARGUMENTS = 60


def arguments(leaf: Leaf, call: Node) -> Iterator[tuple[str, int, Node]]:
    """Name, position (-1 by name) and value of everything that a call is given; the properties of
    an options object count as given by name."""
    left = _MOST_ARGUMENTS
    position = 0
    for listed in _lists(leaf, call):
        for child in listed.named_children:
            left -= 1
            if left < 0:
                return
            if child.type == "comment":
                continue
            names = list(_pairs(leaf, child))
            yield from ((name, -1, value) for name, value in names)
            if child.type not in _PAIRS:
                value = child
                if child.type in ("argument", "attribute_argument"):
                    value = nth(child, child.named_child_count - 1) or child
                    if child.child_by_field_name("name") is not None:
                        continue
                yield "", position, value
                position += 1


def _lists(leaf: Leaf, call: Node) -> Iterator[Node]:
    for child in call.named_children:
        if child.type in leaf.listing:
            yield child


def _pairs(leaf: Leaf, child: Node) -> Iterator[tuple[str, Node]]:
    """The named values in an argument."""
    if child.type in _PAIRS:
        yield from _pair(leaf, child)
        return
    if child.type in ("argument", "attribute_argument"):
        name = child.child_by_field_name("name")
        value = nth(child, child.named_child_count - 1)
        if name is not None and value is not None:
            yield leaf.text(name, 100), value
        child = value or child
    if child.type in ("composite_literal", "unary_expression", *_CREATED):
        inner = list(_lists(leaf, leaf.inner(nth(child, 0)) or child)) + list(_lists(leaf, child))
        child = inner[-1] if inner else child
    if child.type in _OBJECTS:
        for each in child.named_children[:_MOST_ARGUMENTS]:
            if each.type == "shorthand_property_identifier":
                yield leaf.text(each, 100), each
            else:
                yield from _pair(leaf, each)


_CREATED = ("object_creation_expression", "implicit_object_creation_expression")


def _pair(leaf: Leaf, node: Node) -> Iterator[tuple[str, Node]]:
    fields = _PAIRS.get(node.type)
    if fields is None:
        return
    key, value = (node.child_by_field_name(name) for name in fields)
    if node.type == "keyed_element" and (key is None or value is None):
        key, value = nth(node, 0), nth(node, 1)
    if key is not None and value is not None:
        yield leaf.text(key, 100).strip("\"'[]`@"), value
