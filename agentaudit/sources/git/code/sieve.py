"""Which files are looked into, and what in them is known: one pattern over bytes, made from the
knowledge files, so that most files cost one pass of RE2 and no parsing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.code.patterns import Found, compiled, released, within
from agentaudit.sources.git.knowledge import FORKED, Knowledge, known, origin, prefixes

_FILLS = frozenset({"vector_store", "retriever", "document"})
"""Trades of what fills an index."""
_WORD = regex(rb"[\w$]+")
_Within = Callable[[bytes], Found | None]


class _Telling(dict[bytes, bool | None]):
    """Last part of what is called → whether a call is kept for it alone; None for no name."""

    def __init__(self, methods: frozenset[bytes], named: Callable[[bytes], bool]) -> None:
        self._methods = methods
        self._named = named

    def __missing__(self, last: bytes) -> bool | None:
        telling: bool | None = None
        if _WORD.fullmatch(last):
            telling = last in self._methods or self._named(last)
        self[last] = telling
        return telling


class Sieve:
    """Made once for all files."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        texts = sorted({re.escape(text) for hook in knowledge.hooks for text in hook.texts})
        whole = [rf"(?:{'|'.join(texts)})[\"'`]"] if texts else []
        self._ids = compiled(_quoted([*knowledge.ids, *whole]))
        self._common = within(*knowledge.common)
        self._queries = compiled(*knowledge.queries) if knowledge.queries else None
        self._knows: dict[str, Callable[[str], bool]] = {}
        self._wanted: dict[tuple[str, bool, Role | None], list[_Within]] = {}
        self._names = within(*(each for names in knowledge.names.values() for each in names))
        self._named: dict[bytes, bool] = {}
        self.telling = _Telling(frozenset(map(str.encode, knowledge.methods)), self.named)
        self._is_id: dict[str, bool] = {}

    def wanted(self, ecosystem: str, role: Role, data: bytes) -> bool:
        """Whether a file of that ecosystem is worth parsing. Tests, examples and documents are
        asked about evaluation only."""
        migrates = role is Role.INFRA and ecosystem == "python"
        strict = migrates or role not in (Role.APP, Role.EVAL, Role.INFRA)
        key = (ecosystem, strict, role if role in (Role.EVAL, Role.INFRA) else None)
        if key not in self._wanted:
            self._wanted[key] = list(self._patterns(ecosystem, strict, role))
        return any(found(data) is not None for found in self._wanted[key])

    def forget(self) -> None:
        """Let go of the automata that told which files to look into: they take a tenth of the
        memory of a large scan, and are made again within milliseconds."""
        self._wanted.clear()
        released()

    def common(self, data: bytes) -> bool:
        """Whether a file holds one of the words that very many files hold."""
        return self._common(data) is not None

    def ids(self, data: bytes) -> frozenset[int]:
        """Where the quotes of texts stand that look like an identifier."""
        return frozenset(found.start() for found in self._ids.finditer(data))

    def queries(self, data: bytes) -> list[int]:
        """Where the texts stand that make a call worth keeping, in order."""
        found = self._queries.finditer(data) if self._queries is not None else ()
        return [each.start() for each in found]

    def is_id(self, text: str) -> bool:
        """Whether a text looks like an identifier."""
        text = text[:300]
        if text not in self._is_id:
            found = self._ids.search(f'"{text}"'.encode("utf-8", "replace"))
            self._is_id[text] = found is not None and found.start() == 0
        return self._is_id[text]

    def named(self, name: bytes) -> bool:
        """Whether a team calls its own code of some trade so."""
        if name not in self._named:
            self._named[name] = self._names(name) is not None
        return self._named[name]

    def knows(self, ecosystem: str) -> Callable[[str], bool]:
        """Whether a dotted name belongs to a known library."""
        if ecosystem not in self._knows:
            table = self._knowledge.imports.get(ecosystem, {})
            answers: dict[str, bool] = {}

            def knows(dotted: str) -> bool:
                if dotted not in answers:
                    meant = origin(dotted) if ecosystem == "go" else dotted
                    answers[dotted] = any(prefix in table for prefix in prefixes(meant))
                return answers[dotted]

            self._knows[ecosystem] = knows
        return self._knows[ecosystem]

    def _patterns(self, ecosystem: str, strict: bool, role: Role) -> Iterator[_Within]:
        """Several: one of everything needs so many states that it is slower than all of them; it is
        the words that do not go well with others."""
        knowledge = self._knowledge
        table = knowledge.imports.get(ecosystem, {})
        # Scripts of a deployment fill indexes; the many migrations beside them ask no model.
        fills = _FILLS if role is Role.INFRA else frozenset[str]()
        modules = [
            re.escape(prefix)
            for prefix, libraries in sorted(table.items())
            if not strict
            or any(Role.TEST in knowledge.counts[each.trade] for each in libraries)
            or any(each.trade in fills for each in libraries)
        ]
        imported = [_imported(ecosystem, modules)] if modules else []
        if strict:
            yield from map(within, imported)
            return
        ids = _quoted([_UP_TO.sub(_without_bound, each) for each in knowledge.ids])
        switches = _switches(knowledge)
        telling = sorted(re.escape(name) for name in knowledge.methods if _telling(name))
        yield within(*imported, ids, rf"\b(?:{'|'.join([*switches, *telling])})\b")
        yield within(*knowledge.words)
        for trade, names in knowledge.names.items():
            # Elsewhere the same words mean many things: `words` say where they are asked.
            if role is Role.EVAL and Role.EVAL in knowledge.counts[trade]:
                yield within(*names)


def _imported(ecosystem: str, modules: Iterable[str]) -> str:
    """An import of one of the modules, as the language writes it."""
    names = "|".join(modules)
    if ecosystem == "python":
        # `from google import genai` names the second part after the word import
        split = "|".join(sorted({_split(name) for name in modules if r"\." in name}))
        return rf"(?m)^[ \t]*(?:from|import)[ \t]+(?:[\w., \t]*,[ \t]*)?(?:{names})\b" + (
            rf"|(?m)^[ \t]*from[ \t]+(?:{split})\b" if split else ""
        )
    if ecosystem == "go":
        forks = rf"github\.com/[\w.-]+/(?:{'|'.join(map(re.escape, sorted(FORKED)))})"
        return rf"\"(?:{names}|{forks})[\"/]"
    if ecosystem == "node":
        return rf"[\"'](?:{names})[\"'/]"
    return rf"\b(?:import|using)[^;\n]{{0,60}}?\b(?:{names})\b"


def _split(name: str) -> str:
    head, _, tail = name.rpartition(r"\.")
    return rf"{head}[ \t]+import[^\n]*\b{tail}"


def _switches(knowledge: Knowledge) -> list[str]:
    """Variables of the environment that switch something on or off, as code spells them."""
    hooks = (*knowledge.hooks, *knowledge.off)
    names = {name.upper() for hook in hooks for name in hook.settings if "_" in name}
    return sorted(map(re.escape, names))


_UP_TO = regex(r"\{([0-9]),\d+\}")


def _without_bound(found: re.Match[str]) -> str:
    """Repetition without an upper bound: fewer states, and the bound is held to later."""
    return "*" if found[1] == "0" else "+"


def _telling(name: str) -> bool:
    """Whether the name of a method says enough by itself: `from_pretrained`, not `create`."""
    return "_" in name.strip("_") or not (name.islower() or name.istitle())


def _quoted(ids: list[str]) -> str:
    """A quote, and an identifier behind it, which may be the default of a placeholder."""
    return rf"[\"'`](?:\$\{{[\w.-]+:)?(?:{'|'.join(ids)})"


@cache
def sieve() -> Sieve:
    """The sieve over everything that is known."""
    return Sieve(known())
