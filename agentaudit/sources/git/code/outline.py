"""One file: bytes in, its blocks out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from agentaudit.blocks import Block, Part
from agentaudit.sources.git.code.fallbacks import Fallback, Method, fallbacks
from agentaudit.sources.git.code.leaf import Leaf, first, nth

if TYPE_CHECKING:
    from tree_sitter import Node

_CLAUSES = frozenset({"except_clause", "except_group_clause", "catch_clause"})
_HEADS = frozenset({"as_pattern", "catch_formal_parameter", "catch_declaration"})
_PLAIN = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_NO_TYPES = frozenset({"comment", "catch_filter_clause", "modifiers"})
_NAMES = ("name", "left", "key", "property")
_NAMED = frozenset(
    (
        *("variable_declarator", "assignment_expression", "assignment", "pair", "field_definition"),
        *("public_field_definition", "keyword_argument", "short_var_declaration"),
    )
)
"""What gives a function that it holds a name."""
_AROUND = frozenset(
    (
        *("arguments", "argument_list", "argument", "object", "parenthesized_expression"),
        *("as_expression", "satisfies_expression", "expression_list", "equals_value_clause"),
    )
)
"""What stands between a function and what names it, or the call that it is given to."""
_PROMISES = {
    "node": frozenset({"catch", "then"}),
    "java": frozenset({"exceptionally", "onError", "doOnError", "onErrorResume", "onErrorReturn"}),
}
"""Methods that are given what answers for an error. Told here, since a query that compares words
has the text of every method read a second time, at a hundred times the cost."""
_INSTEAD = frozenset({"onErrorResume", "onErrorReturn"})
"""Methods of streams that may be told first which errors they are for."""
_CALLED = ("function", "constructor", "name", "type")
_BEYOND = 12
"""Levels around a function that are looked at."""
_BLOCKS = 2_000
"""Blocks of a file that is not too intricate; of some of them it is not told what catches what."""
_MOST = 20
"""Names, of parameters, types or decorators, that are kept."""


class Outline:
    """The blocks of one parsed file."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf
        self._made: list[Block] = []
        self._methods: list[Method] = []
        self._calls = leaf.language.calls

    def all(self) -> tuple[Block, ...]:
        """Sorted by where they begin, the outermost first; offsets are of bytes. None of a file
        that has too many."""
        leaf = self._leaf
        for node in leaf.found("function"):
            self._function(node)
        for node in leaf.found("try"):
            self._try(node)
        for node in leaf.found("promise"):
            self._promise(node)
        for node in leaf.found("suppress"):
            self._suppress(node)
        for taken in fallbacks(leaf, self._methods):
            self._fallback(taken)
            if len(self._made) > _BLOCKS:
                break
        found = self._made if len(self._made) <= _BLOCKS else ()
        return tuple(sorted(found, key=lambda block: (block.start, -block.end)))

    def _block(self, part: Part, start: Node, body: Node, **more: object) -> Block:
        inside, end = body.start_byte, body.end_byte
        if end - inside > 1 and self._leaf.data[inside : inside + 1] == b"{":
            inside, end = inside + 1, end - 1
        made = Block(
            part,
            start.start_point[0] + 1,
            body.end_point[0] + 1,
            start.start_byte,
            inside,
            end,
            **more,  # type: ignore[arg-type]  # names are those of its fields
        )
        self._made.append(made)
        return made

    def _function(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        if body is None:
            return
        name = node.child_by_field_name("name")
        named, given = ("", "") if name is not None else self._placed(node)
        if name is not None:
            named = self._leaf.text(name, 100)
        made = self._block(
            Part.FUNCTION,
            name or node,
            body,
            name=named,
            parameters=tuple(self._parameters(node))[:_MOST],
            marks=tuple(self._marks(node))[:_MOST],
            given=given,
        )
        self._methods.append((node, made))

    def _placed(self, node: Node) -> tuple[str, str]:
        """What names a function, and the call that it is given to."""
        name, given, at = "", "", node.parent
        for _ in range(_BEYOND):
            if at is None:
                break
            if at.type in self._calls:
                given = given or ".".join(self._leaf.dotted(first(at, _CALLED)))[:200]
            elif at.type in _NAMED:
                named = first(at, _NAMES) or nth(at, 0)
                name = name or ".".join(self._leaf.dotted(named)[-1:])[:100]
                if at.type not in ("pair", "keyword_argument"):
                    break
            elif at.type not in _AROUND:
                break
            at = at.parent
        return name, given

    def _parameters(self, node: Node) -> Iterator[str]:
        alone = node.child_by_field_name("parameter")
        held = node.child_by_field_name("parameters")
        if held is not None and held.type == "identifier":
            alone = held
        if alone is not None:
            yield self._leaf.text(alone, 60)
            return
        for each in held.named_children[:_MOST] if held is not None else ():
            named = first(each, ("name", "pattern")) or each
            plain = [named] if named.type == "identifier" else named.named_children[:_MOST]
            yield from (self._leaf.text(one, 60) for one in plain if one.type in _PLAIN)

    def _marks(self, node: Node) -> Iterator[str]:
        """Dotted names of decorators, annotations and attributes."""
        around = node.parent
        rows: list[Node] = []
        if around is not None and around.type == "decorated_definition":
            rows = [each for each in around.named_children if each.type == "decorator"]
        before = node.prev_named_sibling if not rows else None
        while before is not None and before.type == "decorator" and len(rows) < _MOST:
            rows.append(before)
            before = before.prev_named_sibling
        for each in node.named_children[:_MOST]:
            if each.type in ("modifiers", "attribute_list"):
                rows += each.named_children
        for row in rows:
            if parts := self._leaf.dotted(row):
                yield ".".join(parts)[:200]

    def _try(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        if body is None:
            return
        tried = self._block(Part.TRY, node, body)
        for clause in node.named_children:
            if clause.type in _CLAUSES:
                self._clause(clause, tried)

    def _clause(self, clause: Node, tried: Block) -> None:
        body = clause.child_by_field_name("body") or nth(clause, clause.named_child_count - 1)
        if body is None:
            return
        named, types = "", list[str]()
        parts = [each for each in clause.named_children if each.id != body.id]
        for part in parts:
            if part.type in _HEADS:
                parts = [*part.named_children]
                alias = first(part, ("alias", "name"))
                named = self._leaf.text(alias, 60) if alias is not None else ""
                parts = [each for each in parts if alias is None or each.id != alias.id]
                break
        if self._leaf.language.ecosystem == "node":
            alias = clause.child_by_field_name("parameter")
            named, parts = self._leaf.text(alias, 60) if alias is not None else "", []
        for part in parts:
            types += self._types(part)
        self._block(Part.CATCH, clause, body, name=named, types=tuple(types[:_MOST]), tried=tried)

    def _types(self, node: Node) -> Iterable[str]:
        held = node.named_children if node.type in ("tuple", "catch_type") else [node]
        plain = [each for each in held if each.type not in _NO_TYPES]
        return (".".join(self._leaf.dotted(each)) or self._leaf.text(each, 100) for each in plain)

    def _fallback(self, taken: Fallback) -> None:
        """One that stands in another file tells of nothing, as far as is known."""
        asked = first(taken.asked, ("body",))
        other = taken.answers or taken.asked
        begins = first(other, ("name",))
        answers = first(other, ("body",) if taken.answers is not None else ("name",))
        if asked is not None and answers is not None:
            tried = self._block(Part.TRY, asked, asked)
            begins = begins or answers
            self._block(
                Part.CATCH, begins, answers, name=taken.name, types=taken.types, tried=tried
            )

    def _promise(self, method: Node) -> None:
        """`ask().catch(…)`, `ask().then(…, …)`, and in Java `ask().exceptionally(…)`, and what a
        stream is told to do instead: `ask().onErrorResume(TimeoutException.class, …)`."""
        how = self._leaf.text(method)
        called = method.parent if how in _PROMISES[self._leaf.language.ecosystem] else None
        if called is None:
            return
        call = called if called.type in self._calls else called.parent
        given = first(call, ("arguments",)) if call is not None else None
        made = first(called, ("object",))
        if given is None or made is None:
            return
        last = given.named_child_count - 1
        answers = nth(given, last if how in _INSTEAD else 1 if how == "then" else 0)
        if answers is None:
            return
        tried = self._block(Part.TRY, made, made)
        body = answers.child_by_field_name("body") or answers
        taken = tuple(self._parameters(answers))
        named = taken[0] if taken else ""
        kind = nth(given, 0) if how in _INSTEAD and last > 0 else None
        types = () if kind is None else (self._leaf.text(kind, 100).removesuffix(".class"),)
        self._block(Part.CATCH, method, body, name=named, types=types, given=how, tried=tried)

    def _suppress(self, node: Node) -> None:
        """`with suppress(…):`, which goes on as if nothing had been raised."""
        body, head = node.child_by_field_name("body"), nth(node, 0)
        if body is None or head is None:
            return
        types: list[str] = []
        for item in head.named_children:
            call = item.child_by_field_name("value")
            given = call.child_by_field_name("arguments") if call is not None else None
            if (
                given is not None
                and b"suppress(" in self._leaf.data[item.start_byte : item.end_byte]
            ):
                types += (".".join(self._leaf.dotted(each)) for each in given.named_children)
        tried = self._block(Part.TRY, body, body)
        self._block(Part.CATCH, head, head, types=tuple(types[:_MOST]), tried=tried)
