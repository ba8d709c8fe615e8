"""Methods of Java that answer for what others raise: `fallbackMethod = "…"` of an annotation names
one, `@Recover` marks it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from agentaudit.blocks import Block
from agentaudit.expressions import regex
from agentaudit.sources.git.code.leaf import Leaf

if TYPE_CHECKING:
    from tree_sitter import Node

Method = tuple["Node", Block]
_NAMED = regex(r"\bfallbackMethod\s{0,9}=\s{0,9}(?:\"(\w{1,100})\"|([\w.]{1,100}))")
_CONSTANT = regex(r"\bString\s{1,9}(\w{1,100})\s{0,9}=\s{0,9}\"(\w{1,100})\"", words=("String",))
_ERROR = regex(r"(?:\w{1,60}\.){0,8}\w{0,60}(?:Exception|Error|Throwable)")
_RETRIED, _RECOVERS = "Retryable", "Recover"
_MOST = 20
"""Methods that may answer for one."""


class Fallback(NamedTuple):
    """A method, what answers for it, and what that calls the exception."""

    asked: Node
    answers: Node | None
    """None where it stands in another file."""
    name: str = ""
    types: tuple[str, ...] = ()


def fallbacks(leaf: Leaf, methods: Sequence[Method]) -> Iterator[Fallback]:
    """Those of one file."""
    if leaf.language.ecosystem != "java" or not methods:
        return
    named: dict[str, list[Node]] = defaultdict(list)
    for node, block in methods:
        named[block.name].append(node)
    recovers = [node for node, block in methods if _is(block, _RECOVERS)]
    constants = dict(_CONSTANT.findall(leaf.data.decode("utf-8", "replace")))
    for asked, block in methods:
        names = _names(leaf, asked, constants)
        found = [node for name in names for node in named.get(name, ())]
        found += recovers if _is(block, _RETRIED) else ()
        for answers in islice((node for node in found if node.id != asked.id), _MOST):
            yield Fallback(asked, answers, *_error(leaf, answers))
        if any(name not in named for name in names):
            yield Fallback(asked, None)


def _is(block: Block, mark: str) -> bool:
    return any(each.rpartition(".")[2] == mark for each in block.marks)


def _names(leaf: Leaf, node: Node, constants: dict[str, str]) -> list[str]:
    """Fallbacks that the annotations of a method name, by a text or a constant."""
    held = (each for each in node.named_children if each.type == "modifiers")
    found = (told for each in held for told in _NAMED.findall(leaf.text(each)))
    return [
        text or constants.get(constant.rpartition(".")[2], constant)
        for text, constant in dict.fromkeys(found)
    ]


def _error(leaf: Leaf, node: Node) -> tuple[str, tuple[str, ...]]:
    """What it calls the exception that it is given, and of which types that is."""
    held = node.child_by_field_name("parameters")
    for each in reversed(held.named_children if held is not None else ()):
        kind, name = (each.child_by_field_name(field) for field in ("type", "name"))
        if kind is not None and name is not None and _ERROR.fullmatch(leaf.text(kind, 300)):
            return leaf.text(name, 60), (leaf.text(kind, 100),)
    return "", ()
