"""The texts of one file that are worth keeping, and where each of them stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, NamedTuple

from agentaudit.code import Syntax
from agentaudit.expressions import regex
from agentaudit.sources.git.code.expressions import ENVIRONMENT
from agentaudit.sources.git.code.leaf import END, START, STRINGS, Leaf, nth
from agentaudit.sources.git.code.names import Names
from agentaudit.sources.git.code.scopes import Scopes
from agentaudit.sources.git.code.written import WrittenLiteral

if TYPE_CHECKING:
    from tree_sitter import Node

LONG = 160
"""Bytes from which prose is kept: nobody asks for less, a prompt being this long at least."""
_WORDS = 5
"""Spaces that prose has at least."""
_TAG = b"`"
_TAGGED = regex(r"\b(?:default|envDefault)(?:_value)?:\"([^\"]{1,200})\"")
_BODY = 20_000
"""Bytes of a request that are looked at."""
_REQUEST = regex(rb"[A-Za-z$@]{0,3}(?:[\"'`]{1,3}|#\")\s{0,40}\{")
"""How a text of JSON begins, in its quotes."""
_ASKED = regex(
    rb"[{,]\s{0,40}\\?[\"']model\\?[\"']\s{0,8}:\s{0,8}\\?[\"']([\w.:/@-]{2,100})\\?[\"']"
)
_REPLY = regex(rb"\\?[\"'](?:choices|usage|object|stop_reason|owned_by)\\?[\"']\s{0,8}:")
"""What only an answer holds."""
_STATEMENT = regex(r"(?:\w*_)?(?:statement|definition|declaration|block|module|program)")
_HARMLESS = regex(
    r"(?:.*\.)?(?:dedent|cleandoc|strip|lstrip|rstrip|format|trim|trimIndent|stripIndent|formatted"
    r"|String|TrimSpace|Field|field|SecretStr|cast|str)"
)
_SIGNS = frozenset({"??", "||", "+", "or", "and", "&&", "%"})


_ASCII = bytes(range(128))


def _is_prose(text: bytes) -> bool:
    """Whether it has as many spaces as words need, or is written without them."""
    spaces = text.count(b" ")
    if spaces >= _WORDS and spaces * 25 >= len(text):
        return True
    return 2 * len(text.translate(None, _ASCII)) > len(text)


class Stand(NamedTuple):
    """Where a text stands."""

    syntax: Syntax
    name: str
    callee: str


class Literals:
    """Reads the texts of one file; `ids` are the bytes at which an identifier's quote stands."""

    def __init__(self, leaf: Leaf, scopes: Scopes, names: Names, ids: frozenset[int]) -> None:
        self._leaf = leaf
        self._scopes = scopes
        self._names = names
        self._ids = ids
        self._near = {at - behind for at in ids for behind in range(3)}
        """Where texts begin whose quote, behind at most two letters, is one of those."""
        self._sorted = sorted(ids)
        self._tags = leaf.language.ecosystem == "go"

    def all(self) -> Iterator[WrittenLiteral]:
        asides = {node.start_byte for node in self._leaf.found("doc")}
        done = -1
        for node, start, end in self._worth():
            if start < done:
                continue
            if self._tags and (tagged := self._tagged(node)) is not None:
                yield tagged
            elif (posted := self._posted(node, start, end, asides)) is not None:
                done = end
                yield posted
            elif start in self._near:
                if end - start < 300 and start not in asides:
                    done = end
                    yield self._written(node, self.stand(node), prose=False)
            elif (
                end - start >= LONG
                and start not in asides
                and _is_prose(self._leaf.data[start : min(end, start + 4000)])
            ):
                done = end
                yield self._written(node, self.stand(node), prose=True)

    def _worth(self) -> Iterator[tuple[Node, int, int]]:
        """Texts that may be kept, with where they begin and end: most are not looked at."""
        found, near, tags = self._leaf.found("string"), self._near, self._tags
        for node, start, end in zip(found, map(START, found), map(END, found), strict=True):
            if start in near or end - start >= LONG or tags or self._holds_id(start, end):
                yield node, start, end

    def _holds_id(self, start: int, end: int) -> bool:
        """Whether an identifier is quoted within a text."""
        at = bisect_right(self._sorted, start)
        return at < len(self._sorted) and self._sorted[at] < end

    def _posted(self, node: Node, start: int, end: int, asides: Set[int]) -> WrittenLiteral | None:
        """The model that a request written as JSON names: `'{"model": "gpt-4o", …}'`."""
        if start in asides or start in self._near or not self._holds_id(start, end):
            return None
        body = self._leaf.data[start : min(end, start + _BODY)]
        found = _ASKED.search(body) if _REQUEST.match(body) and not _REPLY.search(body) else None
        if found is None:
            return None
        text = found[1].decode("utf-8", "replace")
        stand, line = self.stand(node), self._leaf.line(node) + body.count(b"\n", 0, found.start(1))
        shown = self._leaf.row(self._leaf.data.rfind(b"\n", 0, start + found.start(1)) + 1)
        scope, syntax = self._scopes.scope(start), Syntax.PAIR.value
        callee = stand.callee[:400]
        return WrittenLiteral(text, syntax, "model", callee, line, shown, scope, len(text), False)

    def _tagged(self, node: Node) -> WrittenLiteral | None:
        """The default that a tag gives a field in Go: `env:"MODEL" default:"gpt-4"`."""
        if not self._leaf.data.startswith(_TAG, node.start_byte):
            return None
        field, text = node.parent, self._leaf.text(node, 400)
        given = _TAGGED.search(text) if field and field.type == "field_declaration" else None
        at = node.start_byte + len(text[: given.start(1)].encode()) - 1 if given else -1
        if field is None or given is None or at not in self._ids:
            return None
        named = field.child_by_field_name("name")
        name = self._leaf.text(named, 100) if named is not None else ""
        line = self._leaf.line(node) + self._leaf.data.count(b"\n", node.start_byte, at)
        shown = self._leaf.row(self._leaf.data.rfind(b"\n", 0, at) + 1)
        scope = self._scopes.scope(at)
        return WrittenLiteral(
            given[1], Syntax.DEFAULT.value, name, "", line, shown, scope, len(given[1]), False
        )

    def _written(self, node: Node, stand: Stand, *, prose: bool) -> WrittenLiteral:
        text = self._leaf.string(node)
        return WrittenLiteral(
            text[:4000],
            stand.syntax.value,
            stand.name[:200],
            stand.callee[:400],
            self._leaf.line(node),
            self._leaf.shown(node),
            self._scopes.scope(node.start_byte),
            len(text),
            prose,
        )

    def stand(self, node: Node) -> Stand:
        """What the nodes around a text make of it."""
        found = _Standing()
        inner = node
        for outer in self._leaf.chain(node):
            if self._step(found, inner, outer):
                break
            inner = outer
        if found.syntax is None:
            return Stand(Syntax.OTHER, "", found.callee)
        return Stand(found.syntax, found.name, found.callee)

    def _step(self, found: _Standing, inner: Node, outer: Node) -> bool:
        """Take one node around into account; whether it was the last."""
        kind = outer.type
        language = self._leaf.language
        if kind in language.calls and inner.type in self._leaf.given:
            return self._called(found, outer)
        if kind in language.stands:
            syntax, field = language.stands[kind]
            if kind == "binary_expression" and _sign(self._leaf, outer) in _SIGNS:
                return False
            if found.syntax in (None, Syntax.ELEMENT) or not found.name:
                self._place(found, syntax, field, outer)
            elif found.syntax is Syntax.PAIR and syntax is Syntax.POSITIONAL and found.flat:
                found.syntax = Syntax.KEYWORD
            found.flat = found.flat and kind in ("pair", "arguments")
        elif kind != "object":
            found.flat = False
        return bool(_STATEMENT.fullmatch(kind)) and found.syntax is not None

    def _place(self, found: _Standing, syntax: Syntax, field: str, outer: Node) -> None:
        if found.syntax is not None and syntax in (Syntax.POSITIONAL, Syntax.ELEMENT):
            return
        name = self._name(outer, field)
        if found.syntax is None:
            found.syntax = syntax
            found.flat = syntax is Syntax.PAIR
            if syntax is Syntax.POSITIONAL and name:
                found.syntax = Syntax.KEYWORD
            if found.default and syntax is Syntax.ASSIGNMENT:
                found.syntax = Syntax.DEFAULT
        if found.syntax is not Syntax.POSITIONAL:
            found.name = found.name or name

    def _name(self, outer: Node, field: str) -> str:
        if not field:
            first = nth(outer, 0)
            if outer.type in ("comparison_operator", "jsx_attribute") and first is not None:
                return "" if first.type in STRINGS else self._leaf.text(first, 100)
            return ""
        named = outer.child_by_field_name(field)
        if named is None and outer.type == "keyed_element":
            named = nth(outer, 0)
        if named is None:
            return ""
        text = self._leaf.text(named, 120)
        return "" if outer.type == "argument" and named.end_byte == outer.end_byte else _bare(text)

    def _called(self, found: _Standing, call: Node) -> bool:
        callee = self._names.dotted(call, call.start_byte)
        if found.syntax is Syntax.POSITIONAL and ENVIRONMENT.fullmatch(callee):
            return self._environment(found, call, callee)
        if _HARMLESS.fullmatch(callee) and (
            found.syntax is Syntax.POSITIONAL or found.name in ("default", "default_value")
        ):
            found.default = callee.rpartition(".")[2] in ("Field", "field")
            found.syntax, found.name = None, ""
            return False
        found.syntax = found.syntax or Syntax.OTHER
        found.callee = callee
        return True

    def _environment(self, found: _Standing, call: Node, callee: str) -> bool:
        """The default of a look-up in the environment is named by the variable."""
        listed = next((c for c in call.named_children if "arg" in c.type), None)
        first = nth(listed, 0) if listed is not None else None
        first = self._leaf.inner(first)
        found.callee = callee
        if first is not None and first.type in STRINGS:
            found.syntax, found.name = Syntax.DEFAULT, self._leaf.string(first)[:100]
        return True


class _Standing:
    """A stand while the nodes around are gone through."""

    def __init__(self) -> None:
        self.syntax: Syntax | None = None
        self.name = ""
        self.callee = ""
        self.flat = False
        """Whether everything so far was one options object."""
        self.default = False


def _bare(name: str) -> str:
    return name.strip("\"'[]`@").removeprefix("self.").removeprefix("this.")


def _sign(leaf: Leaf, node: Node) -> str:
    sign = node.child_by_field_name("operator")
    return leaf.text(sign, 5) if sign is not None else ""
