"""What a file imports, and what it calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentaudit.expressions import regex
from agentaudit.sources.git.code.leaf import STRINGS, Leaf, nth
from agentaudit.sources.git.code.written import Taken, WrittenImport

if TYPE_CHECKING:
    from tree_sitter import Node

_TYPE = regex(
    rb"\b(?:[A-Z]\w{0,60}"
    rb"(?:Client|Agent|Kernel|Builder|Store|Exporter|Completion|Factory|Model|Index)|Kernel)\b"
)
_WORD = regex(r"[A-Z]+(?:[a-z]+|(?=[A-Z]|$))[A-Za-z]*?(?=[A-Z][a-z]|$)")
_GENERIC = frozenset({"Client", "Models", "Model", "Core", "Extensions", "Abstractions", "System"})
_VERSION = regex(r"v\d{1,3}")
_PLAIN = regex(
    rb"from[ \t]++([\w.]++)[ \t]++import(?:[ \t]++(\w++(?:[ \t]*+,[ \t]*+\w++)*+)"
    rb"|\s*+\(\s*+(\w++(?:\s*+,\s*+\w++)*+)\s*+,?+\s*+\))"
)
"""What most imports of Python are like: nothing in them is renamed, and nothing explained."""
_NAME = regex(r"\w+")
_GO_NAME = regex(r"^go-|[-.]go$|\.v\d{1,3}$|-sdk$")


def imports(leaf: Leaf) -> tuple[list[WrittenImport], dict[str, str]]:
    """Every import, and local name → dotted name."""
    rows: list[WrittenImport] = []
    aliases: dict[str, str] = {}
    read = _READERS[leaf.language.ecosystem]
    for node in leaf.found("import"):
        for module, taken, kept in read(leaf, node):
            if kept:
                shown = leaf.shown(node)
                rows.append(WrittenImport(module, taken, leaf.line(node), shown))
            for each in taken:
                aliases[each.alias] = f"{module}.{each.name}" if each.name else module
    spaces = [row.module for row in rows if not row.taken]
    if leaf.language.ecosystem in ("dotnet", "java") and spaces:
        aliases |= _of_namespaces(leaf, spaces) | aliases
    return rows, aliases


def _of_namespaces(leaf: Leaf, spaces: list[str]) -> dict[str, str]:
    """Types that are most likely of an imported namespace: `ChatClient` of `OpenAI.Chat`, as the
    language names no types where it imports."""
    found: dict[str, str] = {}
    types = {match[0].decode() for match in _TYPE.finditer(leaf.data)}
    words = {
        (len(word), space, word)
        for space in spaces
        for part in space.split(".")[-2:]
        for word in _WORD.findall(part[:200])
        if len(word) > 3 and word not in _GENERIC
    }
    for _, space, word in sorted(words):
        found |= {name: f"{space}.{name}" for name in types if word in name}
    return found


_Read = list[tuple[str, list[Taken], bool]]
"""Module, what is taken from it, and whether it is there when the program runs."""


def _python(leaf: Leaf, node: Node) -> _Read:
    # the tree says the same, at three times the price
    plain = _PLAIN.fullmatch(leaf.data, node.start_byte, node.end_byte)
    if plain is not None:
        taken = (plain[2] or plain[3]).decode()
        return [(plain[1].decode(), [Taken(each, each) for each in _NAME.findall(taken)], True)]
    names = node.children_by_field_name("name")
    if node.type == "import_statement":
        found: _Read = []
        for name in names:
            module, alias = _aliased(leaf, name)
            if alias:
                found.append((module, [Taken("", alias)], True))
            else:
                root = module.partition(".")[0]
                found.append((module, [], True))
                found.append((root, [Taken("", root)], False))
        return found
    source = node.child_by_field_name("module_name")
    module = leaf.text(source, 300) if source is not None else ""
    pairs = [_aliased(leaf, name) for name in names]
    return [(module, [Taken(name, alias or name) for name, alias in pairs], True)]


def _aliased(leaf: Leaf, node: Node) -> tuple[str, str]:
    if node.type == "aliased_import":
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        if name is not None and alias is not None:
            return leaf.text(name, 300), leaf.text(alias, 200)
    return leaf.text(node, 300), ""


def _script(leaf: Leaf, node: Node) -> _Read:
    source = node.child_by_field_name("source")
    if source is None:
        return []
    module = leaf.string(source)
    kept = not leaf.text(node, 14).startswith("import type")
    taken: list[Taken] = []
    clause = next((c for c in node.named_children if c.type == "import_clause"), None)
    for child in clause.named_children if clause is not None else ():
        if child.type == "identifier":
            taken.append(Taken(leaf.text(child, 200), leaf.text(child, 200)))
        elif child.type == "namespace_import":
            taken += [Taken("", leaf.text(c, 200)) for c in child.named_children[:1]]
        elif child.type == "named_imports":
            taken += filter(None, (_specifier(leaf, each) for each in child.named_children))
    return [(module, taken, kept)]


def _specifier(leaf: Leaf, node: Node) -> Taken | None:
    name = node.child_by_field_name("name")
    alias = node.child_by_field_name("alias") or name
    if name is None or alias is None:
        return None
    return Taken(leaf.text(name, 200), leaf.text(alias, 200))


def required(leaf: Leaf, node: Node) -> WrittenImport | None:
    """`const a = require("m")`, `const { a } = await import("m")`."""
    value = leaf.inner(node.child_by_field_name("value"))
    name = node.child_by_field_name("name")
    if value is None or name is None or value.type != "call_expression":
        return None
    function = value.child_by_field_name("function")
    given = value.child_by_field_name("arguments")
    source = nth(given, 0) if given is not None else None
    if function is None or source is None or source.type not in STRINGS:
        return None
    if leaf.text(function, 8) not in ("require", "import"):
        return None
    taken: list[Taken] = []
    if name.type == "identifier":
        taken.append(Taken("", leaf.text(name, 200)))
    else:
        for each in name.named_children:
            key = each.child_by_field_name("key") or each
            alias = each.child_by_field_name("value") or each
            taken.append(Taken(leaf.text(key, 200), leaf.text(alias, 200)))
    shown = leaf.shown(node)
    return WrittenImport(leaf.string(source), taken, leaf.line(node), shown)


def _go(leaf: Leaf, node: Node) -> _Read:
    path = node.child_by_field_name("path")
    if path is None:
        return []
    module = leaf.string(path)
    name = node.child_by_field_name("name")
    if name is not None:
        return [(module, [Taken("", leaf.text(name, 200))], True)]
    parts = module.split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
    names = {last, _GO_NAME.sub("", last), last.rpartition("-")[2], last.partition("-")[0]}
    return [(module, [Taken("", each) for each in sorted(names) if each], True)]


def _java(leaf: Leaf, node: Node) -> _Read:
    whole = next((c for c in node.named_children if c.type == "scoped_identifier"), None)
    if whole is None:
        return []
    name = leaf.text(whole, 300)
    if any(child.type == "asterisk" for child in node.named_children):
        return [(name, [], True)]
    package, _, last = name.rpartition(".")
    return [(package, [Taken(last, last)], True)]


def _csharp(leaf: Leaf, node: Node) -> _Read:
    names = [c for c in node.named_children if c.type in ("identifier", "qualified_name")]
    if not names:
        return []
    module = leaf.text(names[-1], 300)
    alias = node.child_by_field_name("name")
    if alias is not None:
        return [(module, [Taken("", leaf.text(alias, 200))], True)]
    return [(module, [], True)]


_READERS = {"python": _python, "node": _script, "go": _go, "java": _java, "dotnet": _csharp}
