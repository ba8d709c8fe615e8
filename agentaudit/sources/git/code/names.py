"""Dotted names in one file: aliases and simple receiver types are followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agentaudit.expressions import regex
from agentaudit.sources.git.code.imports import required
from agentaudit.sources.git.code.leaf import Leaf, first, nth
from agentaudit.sources.git.code.scopes import Scopes
from agentaudit.sources.git.code.written import Known, WrittenImport

if TYPE_CHECKING:
    from tree_sitter import Node

ROOT = regex(rb"(?:new\s+|await\s+|[(@*&\s])*([A-Za-z_$][\w$]*)")
"""The first part of a name, behind what may stand before it."""
_LEFT = ("left", "name", "property")
_RIGHT = ("right", "value")
_PARAMETER = ("name", "pattern", "declarator")


class Names:
    """What names in one file stand for."""

    def __init__(self, leaf: Leaf, scopes: Scopes, aliases: dict[str, str], known: Known) -> None:
        self._leaf = leaf
        self._scopes = scopes
        self._known = known
        self.aliases = aliases
        self._types: dict[tuple[str, str], str] = {}
        """Scope and variable → dotted name of what it was made by."""
        self._fields: dict[str, str] = {}
        self.roots: set[str] = set()
        """First parts of names that can belong to a known library."""
        self._heads: set[bytes] = set()
        """The same, as they are written."""
        self._root(*(alias for alias, dotted in aliases.items() if known(dotted)))
        self._meant: dict[bytes, list[list[str]]] = {}
        """Type annotation → the names in it that the file imports."""
        self.required: list[WrittenImport] = []

    def _root(self, *names: str) -> None:
        self.roots.update(names)
        self._heads.update(map(str.encode, names))

    def learn(self) -> None:
        """Follow parameters and assignments, in the order of the file."""
        for node in self._leaf.found("param"):
            self._parameter(node)
        for node in self._leaf.found("bind"):
            self._binding(node)

    def imported(self, modules: Iterable[str]) -> None:
        """Take note of modules that are imported as a whole, under all of their name:
        `import google.cloud.logging`."""
        whole = (each for each in modules if "." in each and self._known(each))
        heads = {each.partition(".")[0] for each in whole}
        self._root(*(head for head in heads if self.aliases.get(head) == head))

    @property
    def fields(self) -> set[str]:
        """Fields of objects that hold something known."""
        return set(self._fields)

    def scope(self, byte: int) -> str:
        """The functions and classes around a byte."""
        return self._scopes.scope(byte)

    def is_local(self, byte: int) -> bool:
        """Whether what is bound there is forgotten when a function ends."""
        return self._scopes.is_local(byte)

    @property
    def module_types(self) -> dict[str, str]:
        """Top-level name → dotted name of what it was made by."""
        return {name: dotted for (scope, name), dotted in self._types.items() if not scope}

    def dotted(self, node: Node | None, byte: int) -> str:
        """Dotted name of a node that stands at `byte`."""
        return self.resolved(self._leaf.dotted(node), byte)

    def resolved(self, parts: list[str], byte: int) -> str:
        if not parts:
            return ""
        if len(parts) > 1 and (parts[0] == self._leaf.language.owner or parts[1] in self._fields):
            made = self._fields.get(parts[1])
            if made and parts[0] not in self.aliases:
                return ".".join([made, *parts[2:]])
        made = self._of(parts[0], byte)
        return ".".join([made or parts[0], *parts[1:]])

    def _of(self, name: str, byte: int) -> str:
        if name not in self.roots:
            return self.aliases.get(name, "")
        scope = self._scopes.scope(byte)
        while scope:
            if found := self._types.get((scope, name)):
                return found
            scope = scope.rpartition(".")[0]
        found = self._types.get(("", name)) or self.aliases.get(name, "")
        return found or self._fields.get(name, "")

    def _parameter(self, node: Node) -> None:
        given = node.child_by_field_name("type")
        if given is None:
            return
        made = self._typed(given, node.start_byte)
        if made:
            for name in self._declared(node):
                self._learn(name, made, node.start_byte, node.type in _FIELD_KINDS)

    def _declared(self, node: Node) -> list[str]:
        if node.type == "typed_parameter":
            return [self._leaf.text(each, 100) for each in node.named_children[:1]]
        for field in _PARAMETER:
            if found := node.children_by_field_name(field):
                inner = [each.child_by_field_name("name") or each for each in found]
                return [self._leaf.text(each, 100) for each in inner]
        named = [child.child_by_field_name("name") for child in node.named_children]
        return [self._leaf.text(each, 100) for each in named if each is not None]

    def _typed(self, node: Node, byte: int) -> str:
        """Dotted name of a type annotation, of `Optional[X]` and `X | None` that of X."""
        text = self._leaf.data[node.start_byte : min(node.end_byte, node.start_byte + 200)]
        if (named := self._meant.get(text)) is None:
            words = [word.split(".") for word in _words(text.decode("utf-8", "replace"))[:4]]
            named = self._meant[text] = [parts for parts in words if parts[0] in self.aliases]
        for parts in named:
            if self._known(found := self.resolved(parts, byte)):
                return found
        return ""

    def _binding(self, node: Node) -> None:
        right = self.value(node)
        if right is None:
            self._unset(node)
        elif node.type == "variable_declarator" and (found := required(self._leaf, node)):
            self._require(found)
        elif self._is_rooted(right.start_byte):
            left, right = self.target(node), self._leaf.inner(right)
            made = self._made_by(right) if right is not None else ""
            made = made or self._handed_on(left, right)
            name = ".".join(self._leaf.dotted(left)) if made and self._known(made) else ""
            if name:
                self._learn(name, made, node.start_byte, node.type in _FIELD_KINDS)

    def value(self, node: Node) -> Node | None:
        """What is bound."""
        if node.type == "as_pattern":
            return nth(node, 0)
        right = first(node, _RIGHT)
        if right is None and node.type == "variable_declarator" and node.named_child_count > 1:
            return nth(node, node.named_child_count - 1)
        return right

    def target(self, node: Node) -> Node | None:
        """What something is bound to."""
        if node.type != "as_pattern":
            return self._leaf.inner(first(node, _LEFT))
        left = self._leaf.inner(nth(node, node.named_child_count - 1))
        if left is not None and left.type == "as_pattern_target":
            return nth(left, 0) or left
        return left

    def _unset(self, node: Node) -> None:
        """A field that only its type is told of."""
        left, given = self.target(node), node.child_by_field_name("type")
        if left is None or given is None:
            return
        if made := self._typed(given, node.start_byte):
            self._learn(self._leaf.text(left, 100), made, node.start_byte, True)

    def _require(self, found: WrittenImport) -> None:
        self.required.append(found)
        for each in found.taken:
            dotted = f"{found.module}.{each.name}" if each.name else found.module
            self.aliases[each.alias] = dotted
            self._meant.clear()
            if self._known(dotted):
                self._root(each.alias)

    def _is_rooted(self, at: int) -> bool:
        """Whether the name that begins there can belong to a known library."""
        root = ROOT.match(self._leaf.data, at)
        return root is not None and root[1] in self._heads

    def _made_by(self, node: Node) -> str:
        """Dotted name of what makes a value; empty where it cannot be something known."""
        language = self._leaf.language
        if node.type not in language.calls and node.type not in language.members:
            return ""
        return self.dotted(node, node.start_byte) if self._is_rooted(node.start_byte) else ""

    def _handed_on(self, left: Node | None, right: Node | None) -> str:
        """Dotted name of what is imported and kept under its own name in a field, as by code that
        imports late: `self.SFTTrainer = SFTTrainer`."""
        if right is None or right.type != "identifier":
            return ""
        name = self._leaf.text(right, 100)
        kept = self._leaf.dotted(left) == [self._leaf.language.owner, name]
        return self.aliases.get(name, "") if kept else ""

    def _learn(self, name: str, made: str, byte: int, field: bool) -> None:
        owner, _, last = name.rpartition(".")
        if owner:
            self._fields[last] = made
            self._root(owner.partition(".")[0], last)
            return
        if field:
            self._fields[name] = made
            self._root(name, self._leaf.language.owner)
        self._types[(self._scopes.scope(byte), name)] = made
        self._root(name)


_FIELD_KINDS = frozenset(
    (
        *("field_declaration", "public_field_definition", "field_definition"),
        *("property_declaration", "required_parameter"),
    )
)


_DOTTED = regex(r"[\w.$]+")


def _words(text: str) -> list[str]:
    return _DOTTED.findall(text)
