"""One parsed file, and the small things that are asked of its nodes. No recursion anywhere: the
depth of what is parsed is chosen by whoever wrote it."""

from __future__ import annotations

import re
from operator import attrgetter, lt
from typing import TYPE_CHECKING

from agentaudit.expressions import regex
from agentaudit.sources.git.code.languages import Language, parser

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 400
"""Levels of a tree that are looked at."""
_BLOCK = 65_536
_PACE = 40
"""Bytes for each time that the parser says how far it is; it does so for about 150 of them."""
_TURNS = range(20)
_STEPS = 400_000
"""Steps of one file that are spent on looking at what is around its texts."""
_FLAT = 2_000
"""Children of a node that the grammar made nothing of, beyond which asking takes too long."""
LONGEST_NAME = 12
"""Parts of a dotted name that are kept."""
_PREFIX = regex(r"[$@a-zA-Z]{0,3}(\"{3,}|'{3}|[\"'`])")
_HOLE = regex(r"\$?\{{1,2}[^{}]{0,200}\}{1,2}")
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\'": "'", "\\\\": "\\", "\\`": "`"}
_ESCAPE = regex(r"\\(?:\r?\n|[nt\"'\\`])")
_INNER = frozenset(
    (
        *("parenthesized_expression", "await", "await_expression", "non_null_expression"),
        *("as_expression", "satisfies_expression", "type", "type_annotation", "pointer_type"),
        *("nullable_type", "expression_list", "generic_type", "literal_element", "argument"),
        *("optional_type", "decorator", "parenthesized_pattern", "instantiation_expression"),
    )
)
"""Kinds of node that add nothing to what they hold."""
_PLAIN = frozenset(
    (
        *("identifier", "property_identifier", "field_identifier", "type_identifier"),
        *("package_identifier", "this", "self", "private_property_identifier", "super"),
        *("shorthand_property_identifier", "shorthand_property_identifier_pattern"),
        *("dotted_name", "nested_identifier"),
    )
)
STRINGS = frozenset(
    (
        *("string", "concatenated_string", "template_string", "interpreted_string_literal"),
        *("raw_string_literal", "string_literal", "verbatim_string_literal"),
        "interpolated_string_expression",
    )
)


def _intricate(root: Node) -> bool:
    """Whether somewhere very many pieces stand side by side that the grammar made nothing of."""
    pending = [root] if root.has_error else []
    for _ in range(20_000):
        if not pending:
            return False
        node = pending.pop()
        if node.child_count > _FLAT and (node.is_error or node.parent is None):
            return True
        pending += [child for child in node.children if child.has_error]
    return True


START, END = attrgetter("start_byte"), attrgetter("end_byte")


def nth(node: Node, at: int) -> Node | None:
    """A named child by position; None where there is none."""
    return node.named_child(at) if 0 <= at < node.named_child_count else None


def first(node: Node, fields: tuple[str, ...]) -> Node | None:
    """The child of the first field that the node has."""
    for field in fields:
        if (found := node.child_by_field_name(field)) is not None:
            return found
    return None


class Intricate(Exception):
    """The file cannot be read in time proportional to its size."""


_COMMENTS = re.compile(rb"(?:^[ \t]*+#[^\n]*+\n){200,}+", re.MULTILINE)


def _without_long_comments(data: bytes) -> bytes:
    """The bytes with very many rows of comments on end left blank: the parser of Python reads from
    each of them to the last one, for what is indented less."""
    if data.count(b"\n#") + data.count(b" #") < 200:
        return data
    return _COMMENTS.sub(lambda found: re.sub(rb"[^\n]", b" ", found[0]), data)


class Leaf:
    """A file, parsed, and asked the query of that name. Raises Intricate."""

    def __init__(self, language: Language, data: bytes, asked: str = "") -> None:
        from tree_sitter import QueryCursor

        self.language = language
        self.given = language.arguments | {"literal_value"}
        """Kinds of node that hold what a call is given."""
        self.listing = self.given | {"initializer_expression"}
        self.data = data
        read, query = parser(language.name, asked)
        rows = _without_long_comments(data) if language.name == "python" else data
        left = len(data) // _PACE + 1000

        def stop(*_: object) -> bool:
            nonlocal left
            left -= 1
            return left < 0

        try:
            self._tree = read.parse(lambda at, _: rows[at : at + _BLOCK], progress_callback=stop)
        except ValueError:
            read.reset()
            raise Intricate from None
        self.root = self._tree.root_node
        if _intricate(self.root):
            raise Intricate
        self._steps = _STEPS
        cursor = QueryCursor(query)
        cursor.match_limit = 1024
        cursor.set_max_start_depth(DEEPEST)
        self._captures = cursor.captures(self.root)

    def found(self, name: str) -> list[Node]:
        """Nodes of one capture of the query, by where they begin, the outermost first."""
        found = self._captures.get(name, [])
        starts = list(map(START, found))
        if all(map(lt, starts, starts[1:])):
            return found
        nodes = sorted(found, key=END, reverse=True)
        nodes.sort(key=START)
        return nodes

    def line(self, node: Node) -> int:
        """1-based number of the line in which a node begins."""
        return node.start_point[0] + 1

    def shown(self, node: Node) -> str:
        """The text of that line, at most 200 characters."""
        return self.row(node.start_byte - node.start_point[1])

    def row(self, start: int) -> str:
        """The text of the line that begins at a byte, at most 200 characters."""
        most = start + 800
        end = self.data.find(b"\n", start, most)
        return self.data[start : end if end >= 0 else most].decode("utf-8", "replace").strip()[:200]

    def text(self, node: Node, most: int = 4000) -> str:
        """The source of a node."""
        start = node.start_byte
        return self.data[start : min(node.end_byte, start + most)].decode("utf-8", "replace")

    def chain(self, node: Node) -> list[Node]:
        """The nodes around a node, innermost first, without itself; empty where the tree is too
        deep to tell."""
        if self._steps <= 0:
            return []
        cursor = self.root.walk()
        target, start = node.id, node.start_byte
        found: list[Node] = []
        for _ in range(DEEPEST):
            here = cursor.node
            if here is None or here.id == target:
                return found[::-1]
            found.append(here)
            self._steps -= 1
            if cursor.goto_first_child_for_byte(start) is None:
                return found[::-1]
            while (inner := cursor.node) is not None and inner.end_byte <= start:
                if not cursor.goto_next_sibling():
                    return found[::-1]
        return []

    def string(self, node: Node) -> str:
        """What a string says; what is filled in at run time reads `{…}`."""
        if node.type == "concatenated_string":
            return "".join(self.string(part) for part in node.children if part.type == "string")
        raw = self.text(node, 40_000)
        opening = _PREFIX.match(raw)
        if opening is None:
            return raw
        mark = opening[1]
        inner = raw[opening.end() :]
        inner = inner.removesuffix(mark) if len(inner) >= len(mark) else inner
        head = raw[: opening.start(1)].lower()
        if "f" in head or "$" in head or mark == "`":
            inner = _HOLE.sub("{…}", inner)
        if "r" in head or "@" in head or "\\" not in inner:
            return inner
        return _ESCAPE.sub(lambda found: _ESCAPES.get(found[0], ""), inner)

    def inner(self, node: Node | None) -> Node | None:
        """The node without parentheses, casts and awaiting around it."""
        for _ in _TURNS:
            if node is None or node.type not in _INNER:
                return node
            node = nth(node, 0)
        return None

    def dotted(self, node: Node | None) -> list[str]:
        """The parts of a name, of calls along it their names; empty where it is none."""
        if node is not None and (plain := self._plain(node)):
            return _bounded(plain)
        parts: list[str] = []
        members = self.language.members
        for _ in range(60):
            node = self.inner(node)
            if node is None:
                return []
            kind = node.type
            if kind in _PLAIN:
                parts += reversed(self.text(node, 200).split("."))
                return _bounded(parts[::-1])
            if kind not in members:
                return _bounded(["", *parts[::-1]]) if parts else []
            owner, name = members[kind]
            if name and (part := _field(node, name)) is not None:
                part = _field(part, "0") if part.type == "generic_name" else part
                parts.append(self.text(part, 100) if part else "")
            elif kind in _INDEXED:
                parts += self._index(node)
            node = _field(node, owner) if owner else None
            if node is None:
                return _bounded(parts[::-1])
        return []

    def _plain(self, node: Node) -> list[str]:
        """The parts of a name that is nothing but a name, told by its text; else empty."""
        start, end = node.start_byte, node.end_byte
        if end - start > _LONGEST_PART or node.type not in _NAMES:
            return []
        found = _DOTTED.fullmatch(self.data, start, end)
        if found is None or found[1] in _NO_NAMES:
            return []
        return found[0].decode().split(".")

    def _index(self, node: Node) -> list[str]:
        """The key of `a["key"]`."""
        key = nth(node, node.named_child_count - 1)
        key = self.inner(nth(key, 0) if key and key.type in _BRACKETS else key)
        return [self.string(key)] if key is not None and key.type in STRINGS else []


_LONGEST_PART = 100
_NAMES = frozenset({"identifier", "attribute", "member_expression"})
_DOTTED = regex(rb"([A-Za-z_$][\w$]*)(?:\.[A-Za-z_$][\w$]*)*")
_NO_NAMES = frozenset(
    (b"None", b"True", b"False", b"import", b"new", b"null", b"undefined", b"true")
)
"""First words that look like a name and are none in some language."""
_INDEXED = frozenset(
    {"subscript", "subscript_expression", "index_expression", "element_access_expression"}
)
_BRACKETS = frozenset({"bracketed_argument_list"})


def _field(node: Node, name: str) -> Node | None:
    """A child by field name, or by position."""
    if name.lstrip("-").isdigit():
        count = node.named_child_count
        at = int(name) % count if count else 0
        return nth(node, at) if count else None
    return node.child_by_field_name(name)


def _bounded(parts: list[str]) -> list[str]:
    if len(parts) <= LONGEST_NAME:
        return parts
    return [*parts[: LONGEST_NAME - 4], *parts[-4:]]
