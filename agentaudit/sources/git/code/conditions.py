"""What a condition asks, so that its truth can be told when nobody configures anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentaudit.sources.git.code.expressions import expression
from agentaudit.sources.git.code.leaf import STRINGS, Leaf, nth

if TYPE_CHECKING:
    from tree_sitter import Node

_NOT = frozenset({"not_operator", "unary_expression", "prefix_unary_expression"})
_AND, _OR = frozenset({"and", "&&"}), frozenset({"or", "||"})
_EQUAL, _UNEQUAL = frozenset({"==", "===", "is"}), frozenset({"!=", "!==", "is not"})
_ABSENT = frozenset({"None", "null", "nil", "undefined"})
_TWO = frozenset({"boolean_operator", "binary_expression"})
CASES = frozenset({"case_clause", "switch_case"})
"""Branches of a choice by value."""
_UNKNOWN = ["unknown"]
_DEEPEST = 6


def logic(leaf: Leaf, node: Node | None, left: int = _DEEPEST) -> list[Any]:
    """The condition as a nested list; see `written.Guard`. At most six levels are looked at."""
    if node is not None and node.type in CASES:
        return case(leaf, node)[0] or _UNKNOWN
    node = leaf.inner(node)
    if node is None or left == 0:
        return _UNKNOWN
    if node.type in _NOT and leaf.text(node, 4).startswith(("not", "!")):
        inner = nth(node, node.named_child_count - 1)
        return ["not", logic(leaf, inner, left - 1)]
    if node.type in _TWO:
        sign = _sign(leaf, node)
        sides = [node.child_by_field_name(name) for name in ("left", "right")]
        if sign in _AND or sign in _OR:
            name = "and" if sign in _AND else "or"
            return [name, *(logic(leaf, side, left - 1) for side in sides)]
        return _compared(leaf, sides[0], sign, sides[1])
    if node.type == "comparison_operator" and node.named_child_count == 2:
        sign = " ".join(leaf.text(c, 10) for c in node.children if not c.is_named)
        return _compared(leaf, nth(node, 0), sign, nth(node, 1))
    if node.type == "method_invocation" and (equal := _equals(leaf, node)):
        return equal
    return ["truth", list(expression(leaf, node))]


def _sign(leaf: Leaf, node: Node) -> str:
    sign = node.child_by_field_name("operator")
    return leaf.text(sign, 10) if sign is not None else ""


def _compared(leaf: Leaf, left: Node | None, sign: str, right: Node | None) -> list[Any]:
    left, right = leaf.inner(left), leaf.inner(right)
    if left is None or right is None:
        return _UNKNOWN
    if sign in ("in", "not in"):
        texts = [leaf.string(each) for each in right.named_children if each.type in STRINGS]
        found: list[Any] = ["in", list(expression(leaf, left)), texts] if texts else _UNKNOWN
        return ["not", found] if sign == "not in" else found
    if left.type in STRINGS:
        left, right = right, left
    if leaf.text(right, 10) in _ABSENT and sign in _EQUAL | _UNEQUAL:
        asked: list[Any] = ["truth", list(expression(leaf, left))]
        return asked if sign in _UNEQUAL else ["not", asked]
    given = expression(leaf, right)
    if given.kind != "text":
        return _UNKNOWN
    equal: list[Any] = ["==", list(expression(leaf, left)), given.text]
    if sign in _EQUAL:
        return equal
    return ["not", equal] if sign in _UNEQUAL else _UNKNOWN


def _equals(leaf: Leaf, node: Node) -> list[Any]:
    """Java's `a.equals("b")`."""
    name = node.child_by_field_name("name")
    given = node.child_by_field_name("arguments")
    if name is None or given is None or not leaf.text(name, 20).startswith("equals"):
        return []
    return _compared(leaf, node.child_by_field_name("object"), "==", nth(given, 0))


def case(leaf: Leaf, node: Node) -> tuple[list[Any], str]:
    """What a branch asks, and as it could be written; empty unless a variable of the environment
    (in Python a name as well: scripts switch over what they were given) is compared with texts."""
    outer = node.parent.parent if node.parent is not None else None
    if outer is None or node.child_by_field_name("guard") is not None:
        return [], ""
    python = node.type == "case_clause"
    subject = outer.child_by_field_name("subject" if python else "value")
    asked = expression(leaf, subject)
    if asked.kind != "environment" and not (python and asked.kind == "name"):
        return [], ""
    given = _texts(leaf, nth(node, 0)) if python else _labels(leaf, node)
    said = f"{leaf.text(subject, 100)} in {given}" if subject is not None else ""
    return (["in", list(asked), given], said) if given else ([], "")


def _texts(leaf: Leaf, pattern: Node | None) -> list[str]:
    """The texts of a pattern of Python; none where it holds anything else."""
    inner = nth(pattern, 0) if pattern is not None and pattern.named_child_count == 1 else None
    if inner is None:
        return []
    parts = inner.named_children if inner.type == "union_pattern" else [inner]
    return [leaf.string(each) for each in parts] if all(p.type in STRINGS for p in parts) else []


def _labels(leaf: Leaf, node: Node) -> list[str]:
    """The text of a label, and those of empty ones above, which fall through to it."""
    found: list[str] = []
    label: Node | None = node
    while label is not None and label.type == "switch_case":
        if label is not node and label.named_child_count != 1:
            break
        value = label.child_by_field_name("value")
        if value is None or value.type not in STRINGS:
            return []
        found.append(leaf.string(value))
        label = label.prev_named_sibling
    return found
