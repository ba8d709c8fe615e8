"""The calls of one file that are worth keeping."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from agentaudit.expressions import regex
from agentaudit.sources.git.code.expressions import arguments, expression
from agentaudit.sources.git.code.leaf import START, Leaf, first
from agentaudit.sources.git.code.names import ROOT, Names
from agentaudit.sources.git.code.scopes import Scopes
from agentaudit.sources.git.code.written import Expression, WrittenArgument, WrittenCall

if TYPE_CHECKING:
    from tree_sitter import Node

    from agentaudit.sources.git.code.sieve import Sieve

_LAST = regex(rb"([\w$]+)\s*(?:<[^<>]{0,200}>)?\s*$")
_PLAIN = regex(rb"(?:[A-Za-z_$][\w$]*\.)*([A-Za-z_$][\w$]*)\(")
_SECOND = regex(rb"\s*[?!]?\.\s*([\w$]+)")
_NAMED = ("function", "constructor", "name", "type")
_LAST_PART = ("attribute", "property")
_LONGEST_QUERY = 3_000
_LONGEST_NAME = 120
"""Bytes at the end of what is called that are looked at for a name."""
_ENTRIES = frozenset(
    (
        *("main", "run", "handler", "lambda_handler", "init", "Main", "setup", "default"),
        *("GET", "POST", "PUT", "PATCH", "DELETE", "middleware", "register", "constructor"),
        *("lifespan", "startup", "on_startup", "on_chat_start", "Program", "Startup"),
        *("Configure", "ConfigureServices", "loader", "action", "getServerSideProps"),
    )
)
"""Functions that something outside of the repository calls."""
_RUN = ("__", "test", "Test")
"""How the names begin of what the language or a runner of tests calls."""


class Calls:
    """Reads the calls of one file."""

    def __init__(self, leaf: Leaf, scopes: Scopes, names: Names, sieve: Sieve) -> None:
        self._leaf = leaf
        self._scopes = scopes
        self._names = names
        self._telling = sieve.telling
        self._own = scopes.ranges(sieve.named)
        self._queries = sieve.queries(leaf.data)
        roots = {*names.roots, *_of_telling_modules(names.aliases, sieve)}
        self._roots = frozenset(name.encode() for name in roots if name)
        self._fields = frozenset(name.encode() for name in names.fields)

    def all(self) -> Iterator[WrittenCall]:
        """Calls of known libraries, and of known methods whatever they belong to, by line."""
        return iter(sorted(self._kept(), key=lambda call: call.line))

    def _kept(self) -> Iterator[WrittenCall]:
        found, data, roots = self._leaf.found("call"), self._leaf.data, self._roots
        starts = [-1, *map(START, found), -1]
        for at, node in enumerate(found, 1):
            start = starts[at]
            root = ROOT.match(data, start)
            word = b"" if root is None else root[1]
            alone = starts[at - 1] != start != starts[at + 1]
            if word in roots or self._of_field(root) or self._tells(node, start, word, alone):
                yield self._written(node)
        for node in self._leaf.found("mark"):
            root = ROOT.match(data, node.start_byte)
            if root is not None and root[1] in roots:
                yield self._written(node, bare=True)

    def _tells(self, node: Node, start: int, root: bytes, alone: bool) -> bool:
        """Whether a call is worth keeping whatever it belongs to. Where it is alone in beginning
        there, its text says what it calls, which is much cheaper than to ask the tree."""
        plain = _PLAIN.match(self._leaf.data, start) if alone else None
        last = self._last(node) if plain is None or plain[1] == b"new" else plain[1]
        if last is None:
            return False
        if self._telling[last] or (last == b"setdefault" and root == b"os"):
            return True
        if self._queries and self._asks(node):
            return True
        return any(begin <= start < end for begin, end in self._own)

    def _last(self, node: Node) -> bytes | None:
        """The last part of what is called, without type arguments; None where nothing names it."""
        named = _named(node)
        if named is None:
            return None
        data, end = self._leaf.data, named.end_byte
        start = max(named.start_byte, end - _LONGEST_NAME)
        tail = data[start:end].rpartition(b".")[2]
        if self._telling[tail] is not None:
            return tail
        found = _LAST.search(data, start, end)
        return b"" if found is None else found[1]

    def _asks(self, node: Node) -> bool:
        """Whether a query stands in its arguments; those of a call around it are too long."""
        near = bisect_left(self._queries, node.start_byte)
        inside = near < len(self._queries) and self._queries[near] < node.end_byte
        return inside and node.end_byte - node.start_byte <= _LONGEST_QUERY

    def _of_field(self, root: re.Match[bytes] | None) -> bool:
        """Whether it goes on with a field that holds something known: `s.client.Chat()`."""
        if not self._fields or root is None:
            return False
        second = _SECOND.match(self._leaf.data, root.end())
        return second is not None and second[1] in self._fields

    def _written(self, node: Node, *, bare: bool = False) -> WrittenCall:
        leaf, at = self._leaf, node.start_byte
        given = [] if bare else list(arguments(leaf, node))
        line = leaf.line(_name_at(node))
        return WrittenCall(
            callee=self._names.dotted(node, at)[:400],
            arguments=[
                WrittenArgument(name, position, self._value(value, at))
                for name, position, value in given
            ],
            line=line,
            text=leaf.shown(line),
            scope=self._scopes.scope(at),
            guards=self._scopes.guards(at),
            inside=[
                name
                for name, free in self._scopes.names(at)
                if not free and name not in _ENTRIES and not name.startswith(_RUN)
            ],
        )

    def _value(self, node: Node, at: int) -> Expression:
        found = expression(self._leaf, node)
        if found.kind in ("name", "call") and found.name:
            dotted = self._names.resolved(found.name.split("."), at)
            return found._replace(name=dotted[:400])
        return found


def _of_telling_modules(aliases: Mapping[str, str], sieve: Sieve) -> Iterator[str]:
    """What a file takes from modules that are called like own code of a trade:
    `from app.guardrails import hold`."""
    for alias, dotted in aliases.items():
        module = dotted.rpartition(".")[0]
        last = module.replace("/", ".").rpartition(".")[2]
        if last and sieve.named(last.encode()):
            yield alias


def _named(node: Node) -> Node | None:
    """What names the thing that is called."""
    return first(node, _NAMED)


def _name_at(node: Node) -> int:
    """Where the last part of the name of a call stands: chains run over many lines."""
    named = _named(node)
    if named is None:
        return node.start_byte
    return (first(named, _LAST_PART) or named).start_byte
