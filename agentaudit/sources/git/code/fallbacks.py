"""Methods of Java that answer for what others raise: `fallbackMethod = "…"` of an annotation names
one, `@Recover` marks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentaudit.blocks import Block
from agentaudit.expressions import regex
from agentaudit.sources.git.code.leaf import Leaf

if TYPE_CHECKING:
    from tree_sitter import Node

Method = tuple["Node", Block]
_NAMED = regex(r"\bfallbackMethod\s{0,9}=\s{0,9}\"(\w{1,100})\"")
_ERROR = regex(r"(?:\w{1,60}\.){0,8}\w{0,60}(?:Exception|Error|Throwable)")
_RETRIED, _RECOVERS = "Retryable", "Recover"


class Fallback(NamedTuple):
    """A method, what answers for it, and what that calls the exception."""

    asked: Node
    answers: Node
    name: str
    types: tuple[str, ...]


def fallbacks(leaf: Leaf, methods: Sequence[Method]) -> Iterator[Fallback]:
    """Those of one file."""
    if leaf.language.ecosystem != "java":
        return
    for asked, block in methods:
        for answers, other in methods:
            named = bool(other.name) and other.name in _names(leaf, asked)
            retried = _is(block, _RETRIED) and _is(other, _RECOVERS)
            if (named or retried) and answers.id != asked.id:
                yield Fallback(asked, answers, *_error(leaf, answers))


def _is(block: Block, mark: str) -> bool:
    return any(each.rpartition(".")[2] == mark for each in block.marks)


def _names(leaf: Leaf, node: Node) -> list[str]:
    """Fallbacks that the annotations of a method name."""
    held = (each for each in node.named_children if each.type == "modifiers")
    return [name for each in held for name in _NAMED.findall(leaf.text(each))]


def _error(leaf: Leaf, node: Node) -> tuple[str, tuple[str, ...]]:
    """What it calls the exception that it is given, and of which types that is."""
    held = node.child_by_field_name("parameters")
    for each in reversed(held.named_children if held is not None else ()):
        kind, name = (each.child_by_field_name(field) for field in ("type", "name"))
        if kind is not None and name is not None and _ERROR.fullmatch(leaf.text(kind, 300)):
            return leaf.text(name, 60), (leaf.text(kind, 100),)
    return "", ()
