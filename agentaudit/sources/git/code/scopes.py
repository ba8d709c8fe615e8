"""Which functions, classes and conditions stand around a place in a file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from agentaudit.sources.git.code.conditions import CASES, case, logic
from agentaudit.sources.git.code.leaf import Leaf, nth
from agentaudit.sources.git.code.written import Guard

if TYPE_CHECKING:
    from tree_sitter import Node

_LEAVES = frozenset(
    (
        *("return_statement", "raise_statement", "continue_statement", "break_statement"),
        "throw_statement",
    )
)
"""Statements after which the rest of a block does not run."""
_HOISTED = frozenset(
    (
        *("function_declaration", "generator_function_declaration", "local_function_statement"),
        *("comment", "labeled_statement"),
    )
)
"""What may be run all the same by what stands before it."""
_NEVER = ["truth", ["text", "false", "", 0, ""]]
_MARKS = frozenset({"decorated_definition", "modifiers", "attribute_list", "export_statement"})
_TYPES = frozenset(
    (
        *("class_definition", "class_declaration", "abstract_class_declaration"),
        *("enum_declaration", "interface_declaration", "struct_declaration", "record_declaration"),
    )
)
_MOST_GUARDS = 4


class _Span(NamedTuple):
    start: int
    end: int
    outer: int
    """Index of the span around it, or -1."""
    what: Any


class _Spans:
    """Nested ranges of bytes."""

    def __init__(self, ranges: list[tuple[int, int, Any]]) -> None:
        self.spans: list[_Span] = []
        open_: list[int] = []
        for start, end, what in sorted(ranges, key=lambda each: (each[0], -each[1])):
            while open_ and self.spans[open_[-1]].end <= start:
                open_.pop()
            self.spans.append(_Span(start, end, open_[-1] if open_ else -1, what))
            open_.append(len(self.spans) - 1)
        self._starts = [span.start for span in self.spans]

    def innermost(self, byte: int) -> int:
        """Index of the smallest span around a byte, or -1."""
        at = bisect_right(self._starts, byte) - 1
        for _ in range(200):
            if at < 0:
                return -1
            span = self.spans[at]
            if byte < span.end:
                return at
            at = span.outer
        return -1

    def outwards(self, at: int) -> Iterator[Any]:
        """What a span is and what stands around it."""
        for _ in range(200):
            if at < 0:
                return
            yield self.spans[at].what
            at = self.spans[at].outer


class Scopes:
    """The functions, classes and conditions of one file."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf
        self._named = _Spans([each for node in leaf.found("scope") for each in self._scope(node)])
        self._called: dict[int, str] = {}
        """Span → its name within the names around it."""
        self._holding: dict[int, list[tuple[str, bool]]] = {}
        self._asked: dict[int, list[Guard]] = {}

    @cached_property
    def _guards(self) -> _Spans:
        asked = [each for node in self._leaf.found("if") for each in self._if(node)]
        left = [each for node in self._first_leaves() for each in self._after(node)]
        return _Spans(asked + left)

    def names(self, byte: int) -> list[tuple[str, bool]]:
        """Names around a byte, outermost first, each with whether it is run without being named:
        decorated, annotated, exported as the default."""
        at = self._named.innermost(byte)
        if (names := self._holding.get(at)) is None:
            around = [(name, self._is_free(node)) for name, node in self._named.outwards(at)]
            names = self._holding[at] = around[::-1]
        return names

    def is_local(self, byte: int) -> bool:
        """Whether what is bound there is forgotten when a function ends."""
        at = self._named.innermost(byte)
        return at >= 0 and self._named.spans[at].what[1].type not in _TYPES

    def ranges(self, wanted: Callable[[bytes], bool]) -> list[tuple[int, int]]:
        """Bytes of the outermost functions and classes of such names."""
        found: list[tuple[int, int]] = []
        for span in self._named.spans:
            inside = bool(found) and span.start < found[-1][1]
            if not inside and wanted(span.what[0].encode()):
                found.append((span.start, span.end))
        return found

    def scope(self, byte: int) -> str:
        at = self._named.innermost(byte)
        if (called := self._called.get(at)) is None:
            names = [name for name, _ in self._named.outwards(at)]
            called = self._called[at] = ".".join(names[::-1])[:200]
        return called

    def guards(self, byte: int) -> list[Guard]:
        """Conditions around a byte, innermost first."""
        at = self._guards.innermost(byte)
        if (found := self._asked.get(at)) is None:
            around = islice(self._guards.outwards(at), _MOST_GUARDS)
            found = self._asked[at] = [self._guard(*each) for each in around]
        return found

    def _guard(self, condition: Node, holds: bool) -> Guard:
        line = self._leaf.line(condition)
        text = " ".join(self._leaf.text(condition, 400).split())[:200]
        if condition.type in _LEAVES:
            return Guard(line, text, _NEVER)
        parsed = logic(self._leaf, condition)
        if condition.type in CASES:
            text = " ".join(case(self._leaf, condition)[1].split())[:200]
        if not holds:
            text, parsed = f"not ({text})", ["not", parsed]
        return Guard(line, text, parsed)

    def _scope(self, node: Node) -> Iterator[tuple[int, int, tuple[str, Node]]]:
        name = node.child_by_field_name("name")
        if name is not None:
            yield node.start_byte, node.end_byte, (self._leaf.text(name, 100), node)

    def _is_free(self, node: Node) -> bool:
        outer = node.parent
        free = outer is not None and outer.type == "decorated_definition"
        if outer is not None and outer.type == "export_statement":
            free = "default" in self._leaf.text(outer, 24)
        first = nth(node, 0)
        if first is not None and first.type in _MARKS:
            free = free or "@" in self._leaf.text(first, 400) or first.type == "attribute_list"
        return free

    def _if(self, node: Node) -> Iterator[tuple[int, int, tuple[Node, bool]]]:
        if node.type in ("conditional_expression", "ternary_expression"):
            yield from self._ternary(node)
            return
        if node.type in CASES:
            if case(self._leaf, node)[0]:
                yield node.start_byte, node.end_byte, (node, True)
            return
        if node.type == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                yield right.start_byte, right.end_byte, (left, True)
            return
        condition = node.child_by_field_name("condition")
        then = node.child_by_field_name("consequence")
        if condition is None or then is None:
            return
        yield then.start_byte, then.end_byte, (condition, True)
        others = node.children_by_field_name("alternative")
        for other in others:
            if other.type == "elif_clause":
                inner = other.child_by_field_name("condition")
                if inner is not None:
                    yield other.start_byte, other.end_byte, (inner, True)
            else:
                yield other.start_byte, other.end_byte, (condition, False)
        if not others and self._leaves(then):
            block = node.parent
            if block is not None and block.end_byte > node.end_byte:
                yield node.end_byte, block.end_byte, (condition, False)

    def _first_leaves(self) -> Iterator[Node]:
        """The first statement of each block that leaves it: what follows it never runs anyway."""
        met: set[int] = set()
        for node in sorted(self._leaf.found("leave"), key=lambda each: each.start_byte):
            block = node.parent
            if block is not None and block.id not in met:
                met.add(block.id)
                yield node

    def _after(self, node: Node) -> Iterator[tuple[int, int, tuple[Node, bool]]]:
        """What stands after the end of its block, and never runs."""
        for after in node.parent.named_children if node.parent is not None else ():
            if after.start_byte >= node.end_byte and after.type not in _HOISTED:
                yield after.start_byte, after.end_byte, (node, True)

    def _leaves(self, then: Node) -> bool:
        """Whether a branch ends the block that it stands in."""
        last: Node | None = then
        for _ in range(3):
            if last is None or last.type in _LEAVES:
                break
            last = nth(last, last.named_child_count - 1) if last.named_child_count else None
        return last is not None and last.type in _LEAVES

    def _ternary(self, node: Node) -> Iterator[tuple[int, int, tuple[Node, bool]]]:
        if self._leaf.language.name == "python":
            then, condition, other = (nth(node, at) for at in range(3))
        else:
            condition = node.child_by_field_name("condition")
            then = node.child_by_field_name("consequence")
            other = node.child_by_field_name("alternative")
        if condition is not None and then is not None:
            yield then.start_byte, then.end_byte, (condition, True)
        if condition is not None and other is not None:
            yield other.start_byte, other.end_byte, (condition, False)
