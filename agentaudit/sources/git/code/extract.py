"""One file: bytes in, `Written` out."""

from __future__ import annotations

import re

from agentaudit.sources.git.code.bindings import bindings
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
    if language.name == "csharp" and _overwhelms(data):
        return Written(intricate=True)
    try:
        leaf = Leaf(language, data)
    except Intricate:
        return Written(intricate=True)
    scopes = Scopes(leaf)
    rows, aliases = imports(leaf)
    names = Names(leaf, scopes, aliases, sieve.knows(language.ecosystem))
    names.learn()
    calls = Calls(leaf, scopes, names, sieve)
    literals = Literals(leaf, scopes, names, sieve.ids(data))
    return Written(
        imports=[*rows, *names.required],
        calls=list(calls.all()),
        literals=list(literals.all()),
        bindings=bindings(leaf, names),
        types=names.module_types,
    )


_ENDS = re.compile(rb"[;{}]")
_STATEMENT = 24_000
"""Longest statement of C# that is parsed, in bytes: its grammar keeps every reading of one."""
_OPEN = 150
"""Unclosed `<` in one of them."""


def _overwhelms(data: bytes) -> bool:
    """Whether the grammar of C# would take memory beyond all proportion."""
    return any(
        len(each) > _STATEMENT or each.count(b"<") - each.count(b">") > _OPEN
        for each in _ENDS.split(data)
    )
