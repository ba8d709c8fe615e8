"""What code does with a vector that it has computed, by whatever names: it has something found by
it, or hands it to what keeps it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.beside import inner
from agentaudit.probes.rag.searches import ANSWERS
from agentaudit.probes.remarks import code_only
from agentaudit.source import Component, Repo

_EMBEDS = (
    r"(?<!new )(?<![\w.])[\w$.()?!]{0,100}?"
    r"(?:(?:(?<=\.)|(?<![\w.]))_{0,2}(?:a?embed(?!d)|(?:get|create|generate|compute|make|fetch|to|Get|Create|Generate|Compute|Fetch)_?"
    r"(?:\w{0,20}_)?\w{0,20}(?:[eE]mbed|[vV]ector(?!_?[sS]tore))|Embed(?!ding\w*\()|vectori[sz]e|Vectori[sz]e)\w{0,40}"
    r"(?<![mM]odel)(?<![cC]lient)(?<![sS]ervice)(?<![pP]rovider)(?<![fF]unction)(?<![eE]mbedder)(?<!_fn)(?<![sS]ize)"
    r"(?<![dD]im)(?<![dD]imensions)(?<![sS]tore)(?<![cC]onfig)(?<![nN]ame)"
    r"|(?i:embed\w{0,20}|encoder|model)\.encode(?=\()|[eE]mbeddings?\.[cC]reate)"
    r"(?:<[\w\[\], ]{1,40}>)?\((?!\s{0,4}\))"
)
"""A call that makes a vector of a text: one that is given something, and is none that makes what
embeds."""
_TYPED = (
    r"(?:(?:const|let|var|val|final|float\[\]|[\w.]{1,40}<[\w<>, .\[\]]{1,60}>"
    r"|[A-Z]\w{1,30})\s{1,4})?"
)
_NAMED = r"(?P<name>[a-zA-Z_$][\w$]{0,60})"
_HINT = r"(?:\s?:\s?[\w\[\]<>|. ]{1,60})?\s?:?=(?!=)\s{0,8}"
_MADE = regex(
    rf"(?m)^[ \t]{{0,60}}{_TYPED}(?:\{{\s?(?:[\w$]{{1,40}}\s?:\s?)?|\[\s?)?{_NAMED}"
    rf"(?:,\s?\w{{1,20}})?(?:\s?[}}\]])?{_HINT}(?:\(?await\s)?\s{{0,4}}{_EMBEDS}"
)
"""Where such a vector gets its name."""
_TAKEN = (
    rf"(?m)^[ \t]{{0,60}}(?:for\s{{1,4}}.{{0,60}}\bin\b|{_TYPED}{_NAMED}{_HINT}"
    r"(?:(?:np|numpy)\.\w{1,20}\(\[?)?)\s{0,4}"
)
"""Where something is taken out of it under another name; the vector's name follows."""
_FINDS = regex(
    r"(?i)(?<![\w])(?![\w.]{0,60}(?:logger|console|print|expect|assert))[\w$.?!]{0,80}"
    r"(?:search|quer(?:y|ies)|nearest|neighbo|similar|match|retriev|recall|find|lookup|knn|top_?k)(?!\w{0,20}(?:embed|text|input|string|length|dim|valid))"
    r"\w{0,40}(?:<[\w\[\], .]{1,40}>)?\("
)
"""What is asked for something by a vector."""
_KEEPS = regex(
    r"(?<![\w$.?!\[\]\"'()])(?:[\w$.?!\[\]\"'()]*[.>])?(?:(?:_?\w{0,20}_)?(?i:upsert|insert|save|store|persist|index|ingest|replace)\w{0,40}"
    r"|(?<=[eE]mbeddings\.)(?:Add|add|put|set)|(?<=[vV]ec\.)(?:Add|add|put|set)|(?<=[iI]ndex\.)(?:Add|add|put|set)"
    r"|(?<=[sS]tore\.)(?:Add|add|put|set)|(?<=[cC]ollection\.)(?:Add|add|put|set)"
    r"|[hH][mM]?[sS]et|(?<=\.)runMutation|writeFile(?:Sync)?|(?:json|pickle)\.dump|np\.savez?(?:_compressed)?|to_(?:parquet|pickle|json)"
    r"|(?i:add|put|set|write|create)_?\w{0,20}(?:[vV]ector|[eE]mbedding|[cC]hunk|[dD]ocument|[nN]ode)\w{0,20})\("
)
"""What is given a vector to keep: a store, or a file."""
_HELD = (
    rf"(?m)^[ \t]{{0,60}}(?:{_TYPED}{_NAMED}{_HINT}[^;\n]{{0,160}}?"
    r"|(?P<list>[\w$]{1,60})\.(?:push|append|add|Add|extend|AddRange)\([^;]{0,300}?)(?<![\w.])"
)
"""What holds something, by being made of it or given it; the name of that follows."""
_COMPUTES = regex(r"(?i)cos(?:ine)?_?sim|similarit(?:y|ies)\($|distance|compare|score|rank")
"""Names of what computes with vectors."""
_PASSES_BY = regex(
    r"[qQ]uer(?:y|ies)(?![a-z])|[qQ]uestion|(?:(?<![a-zA-Z])log|Log)(?:s|ger|ging)?(?![a-z])"
    r"|[sS]earch_?[eE]vent|[hH]istory|[aA]nalytics|\.replace\($"
)
"""Names of what keeps a note of a question, or puts something into a text."""
_PATTERNS = ("py", "ts", "tsx", "js", "mjs", "go", "java", "cs")
_ASIDE = regex(r"(?i)(?:^|/)(?:build|notebooks?)/|\.(?:min|d)\.|Tests?\.\w{2,4}$")
_MOST = 150
_LONGEST = 200_000
_FAR = 4_000
"""Characters behind a vector in which it is used."""
_GIVEN = 800
"""Characters of what a call is given."""


def found_by(repo: Repo, component: Component) -> Iterator[Place]:
    """Where code of the component has something found by a vector that it made."""
    return _uses(repo, component, _FINDS)


def kept(repo: Repo, component: Component) -> Iterator[Place]:
    """Where code of the component gives a vector that it made to what keeps it."""
    return _uses(repo, component, _KEEPS)


def _uses(repo: Repo, component: Component, calls: re.Pattern[str]) -> Iterator[Place]:
    for file in _files(repo, component):
        text = (repo.read(file) or "")[:_LONGEST]
        if next(_used(text, calls), None) is None:
            continue
        text = code_only(text, file.path)
        if (at := next(_used(text, calls), None)) is not None:
            line = text.count("\n", 0, at) + 1
            yield Place(file.repo, file.path, line, text.split("\n")[line - 1].strip()[:200])


_AT_ONCE = regex(_EMBEDS)
"""The same where it gets no name."""
_MANY, _NAMED_MOST, _ASKED = 300, 100, 2_000
"""Calls behind one vector of a file, vectors that have a name there, and all of such calls."""


def _used(text: str, calls: re.Pattern[str]) -> Iterator[int]:
    """Where a vector is given to such a call: first those that have a name."""
    yield from _by_name(text, calls)
    for call in islice(calls.finditer(text), _MANY):
        if not _is_aside(call, calls) and _AT_ONCE.search(given(text, call.end())):
            yield call.start()


def _is_aside(call: re.Match[str], calls: re.Pattern[str]) -> bool:
    """Whether it computes with vectors, or keeps a note of a question."""
    notes = calls is _KEEPS and _PASSES_BY.search(call[0]) is not None
    return notes or _COMPUTES.search(call[0]) is not None


def _by_name(text: str, calls: re.Pattern[str]) -> Iterator[int]:
    """Where a vector is given to such a call by its name, in the order of the text."""
    found = (call for call in calls.finditer(text) if not _is_aside(call, calls))
    asked = list(islice(found, _ASKED))
    ends = [call.end() for call in asked]
    for made in islice(_MADE.finditer(text), _NAMED_MOST if asked else 0):
        start = made.end()
        near = asked[bisect_left(ends, start) : bisect_left(ends, start + _FAR)]
        if not near:
            continue
        area = text[start : start + _FAR]
        names = [made["name"], *_derived(_TAKEN, made["name"], area)]
        if calls is _KEEPS:
            names += [each for name in names for each in _derived(_HELD, name, area)]
        holds = re.compile(rf"(?<![\w.\"'])(?:{'|'.join(map(re.escape, names))})(?![\w\"'=])")
        for call in near[:_MANY]:
            if holds.search(given(text, call.end())):
                yield call.start()


def _derived(pattern: str, name: str, area: str) -> list[str]:
    """Further names under which a vector goes on."""
    found = re.compile(rf"{pattern}{re.escape(name)}(?![\w(])").finditer(area)
    named = (next(filter(None, each.groupdict().values()), "") for each in islice(found, 4))
    return [each for each in named if each and each != name]


def given(text: str, start: int) -> str:
    """What a call is given, up to where its parenthesis closes."""
    said, depth = text[start : start + _GIVEN], 1
    for sign in _PARENTHESIS.finditer(said):
        depth += 1 if sign[0] == "(" else -1
        if not depth:
            return said[: sign.start()]
    return said


_PARENTHESIS = regex(r"[()]")


def _files(repo: Repo, component: Component) -> Iterator[Place]:
    """Source files below the component, and below no other, that say something of vectors."""
    home = "" if component.path == "." else f"{component.path}/"
    below = inner(repo, component)
    for suffix in _PATTERNS:
        found = (
            each
            for each in repo.files(f"{home}**/*.{suffix}", saying=("mbed", "ectori"))
            if each.repo == component.repo and repo.role(each) not in ASIDE
            if not _ASIDE.search(each.path)
            if not ANSWERS.search(each.path)
            if not each.path.startswith(below)
        )
        yield from islice(found, _MOST)
