"""One file: bytes in, `Written` out."""

from __future__ import annotations

from agentaudit.sources.git.code.bindings import bindings
from agentaudit.sources.git.code.calls import Calls
from agentaudit.sources.git.code.imports import imports
from agentaudit.sources.git.code.languages import Language
from agentaudit.sources.git.code.leaf import Leaf
from agentaudit.sources.git.code.literals import Literals
from agentaudit.sources.git.code.names import Names
from agentaudit.sources.git.code.scopes import Scopes
from agentaudit.sources.git.code.sieve import Sieve
from agentaudit.sources.git.code.written import Written


def extract(language: Language, data: bytes, sieve: Sieve) -> Written:
    """What the file says. The work is proportional to its bytes."""
    leaf = Leaf(language, data)
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
        broken=leaf.root.has_error,
    )
