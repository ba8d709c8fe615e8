"""One file: bytes in, `Written` out."""

from __future__ import annotations

from itertools import accumulate

from agentaudit.expressions import regex
from agentaudit.sources.git.code.bindings import asked, bindings
from agentaudit.sources.git.code.calls import Calls
from agentaudit.sources.git.code.imports import imports
from agentaudit.sources.git.code.languages import Language
from agentaudit.sources.git.code.leaf import Intricate, Leaf
from agentaudit.sources.git.code.literals import Literals
from agentaudit.sources.git.code.names import Names
from agentaudit.sources.git.code.scopes import Scopes
from agentaudit.sources.git.code.sieve import Sieve
from agentaudit.sources.git.code.written import Written


def extract(language: Language, data: bytes, sieve: Sieve) -> Written:
    """What the file says. The work is proportional to its bytes."""
    leaf = opened(language, data)
    if leaf is None:
        return Written(intricate=True)
    scopes = Scopes(leaf)
    rows, aliases = imports(leaf)
    names = Names(leaf, scopes, aliases, sieve.knows(language.ecosystem))
    names.imported(row.module for row in rows)
    names.learn()
    calls = list(Calls(leaf, scopes, names, sieve).all())
    literals = Literals(leaf, scopes, names, sieve.ids(data))
    return Written(
        imports=[*rows, *names.required],
        calls=calls,
        literals=list(literals.all()),
        bindings=bindings(leaf, names, asked(calls)),
        types=names.module_types,
    )


def opened(language: Language, data: bytes, asked: str = "") -> Leaf | None:
    """The file, parsed, and asked the query of that name; None where it is too intricate."""
    if _too_deep(data) or (language.ecosystem != "python" and _overwhelms(data)):
        return None
    try:
        return Leaf(language, data, asked)
    except Intricate:
        return None


_ENDS = regex(rb"[;{}]")
_ARROW = regex(rb"[-=]>")
_OPEN = 150
"""Signs that can be read in two ways, open in one statement: the grammars keep every reading, and
take memory by the square."""


_BRACKETS = b"([{)]}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
_STEPS = bytes.maketrans(_BRACKETS, b"\2\2\2\0\0\0")
_DEEPEST = 1_000
"""Brackets in brackets; the grammars end the process far beyond."""


def _too_deep(data: bytes) -> bool:
    """Whether brackets stand in one another beyond what anybody writes; those in texts count."""
    if data.count(b"(") + data.count(b"[") + data.count(b"{") <= _DEEPEST:
        return False
    steps = data.translate(_STEPS, _OTHERS)
    return max(accumulate(step - 1 for step in steps)) > _DEEPEST


def _overwhelms(data: bytes) -> bool:
    """Whether a grammar would take memory beyond all proportion."""
    if data.count(b"<") <= _OPEN and len(data) < 100 * _OPEN:
        return False
    return any(
        _open(each) > _OPEN or each.count(b" is ") > 10 * _OPEN
        for each in _ENDS.split(data)
        if len(each) > 2 * _OPEN
    )


def _open(statement: bytes) -> int:
    """Arrows, and `<` that nothing closes."""
    arrows = len(_ARROW.findall(statement))
    closed = statement.count(b">") - arrows
    return arrows + max(0, statement.count(b"<") - closed)
