"""What is asked of the blocks of a file: which stand around a line, and what a catch is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from agentaudit.blocks import Block, Part
from agentaudit.expressions import regex

_BROAD = regex(r"(?:.{0,80}\.)?(?:BaseException|Exception|Throwable|RuntimeException)")
_OF_PYTHON = regex(r"(?:builtins\.)?(?:Base)?Exception")
_ROUTE = regex(r"\w{1,60}(?:\.\w{1,60}){0,3}\.(?:get|post|put|patch|websocket|route|api_route)")
"""Decorators of Python that route requests to a function."""


FALLBACKS = ("fallbackMethod", "@Recover")
"""How Java tells that a method answers for another."""


LOOKS_ON = "doOnError"
"""What is told of an error of a stream, which goes on."""


def may_catch(text: str) -> bool:
    """Whether a file may catch anything, by its words: to know its blocks it is parsed."""
    return any(word in text for word in ("except", "catch", "suppress(", *FALLBACKS))


LARGE = 50_000
"""Characters of a file in which there is a block, if it can be read."""


def is_unread(text: str | None, found: Sequence[Block]) -> bool:
    """Whether nobody knows what a file catches: it may catch, and is too large to be parsed."""
    return text is None or (len(text) > LARGE and not found and may_catch(text))


def catches(found: Iterable[Block]) -> Iterator[Block]:
    """Those that catch."""
    return (block for block in found if block.part is Part.CATCH)


def is_broad(path: str, catch: Block) -> bool:
    """Whether it catches any exception."""
    broad = _OF_PYTHON if path.endswith(".py") else _BROAD
    return not catch.types or any(broad.fullmatch(name[-100:]) for name in catch.types)


def around(found: Sequence[Block], line: int) -> list[Block]:
    """The blocks around a line, the innermost first."""
    return sorted(
        (block for block in found if block.holds(line)), key=lambda each: each.end - each.start
    )


def is_fallback(found: Iterable[Block], catch: Block) -> bool:
    """Whether it is a function of its own that answers for another."""
    return any(each.part is Part.FUNCTION and each.start == catch.start for each in found)


def functions(found: Sequence[Block], line: int) -> list[Block]:
    """The functions around a line that have a name, the innermost first."""
    return [each for each in around(found, line) if each.part is Part.FUNCTION and each.name]


def is_routed(found: Sequence[Block], line: int) -> bool:
    """Whether a function of Python around a line answers a request, told by the decorator that
    routes it there."""
    marks = (mark for each in functions(found, line) for mark in each.marks)
    return any(_ROUTE.fullmatch(mark) for mark in marks)


_TEXTS = regex(r"`(?:[^`\\]|\\.){0,600}`|\"(?:[^\"\\\n]|\\.){0,600}\"|'(?:[^'\\\n]|\\.){0,600}'")
"""Texts, which hold of an exception what it says, and not itself."""


def is_whole(name: str, given: str) -> bool:
    """Whether what a catch calls the exception is itself among what a call is given."""
    given = _TEXTS.sub("''", given)
    if not name or name not in given:
        return False
    own = re.escape(name)
    return bool(
        re.search(rf"(?:^|[,{{])\s*(?:\w+\s*[:=]\s*)?{own}\s*(?:as \w+\s*)?(?:$|[,)}}])", given)
    )


_PRINTS = regex(r"\bconsole\.\w{1,10}\(([^;]{0,600})")
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts")
_OF_NET = (".cs", ".razor")


def is_printed(path: str, catch: Block, body: str) -> bool:
    """Whether the console is given the exception itself: that of a script writes its stack, and
    .NET makes a text of it that holds one, which a log may be given too."""
    if path.endswith(_OF_NET) and catch.name:
        own = re.escape(catch.name)
        told = rf"\.Write(?:Line)?\(\s?(?:[^;]{{0,200}}[+,]\s?)?{own}\s?\)"
        within = rf"\$\"[^\";]{{0,200}}\{{{own}\}}|\b{own}\.ToString\(\)"
        text = rf"\b(?:Console|_?[lL]og\w{{0,10}})\.[^;]{{0,300}}(?:{within})"
        return bool(re.search(f"Console(?:\\.Error)?{told}|{text}", body))
    given = _PRINTS.findall(body) if path.endswith(_SCRIPTS) else ()
    return any(is_whole(catch.name, each) for each in given)


def is_rethrown(text: str, catch: Block, found: Sequence[Block]) -> bool:
    """Whether it keeps the exception in a variable that is raised below it in the same function."""
    if not catch.name:
        return False
    own = re.escape(catch.name)
    kept = re.findall(
        rf"(\w{{1,60}})\s{{0,4}}=\s{{0,4}}{own}\s{{0,4}}(?:;|\n|$|as\b)", catch.body(text)[:4000]
    )
    ends = [each.end for each in functions(found, catch.first)[:1]] or [len(text)]
    below = text[catch.end : ends[0]][:20_000]
    return any(
        re.search(rf"\b(?:raise|throw)\b[^;\n]{{0,200}}(?<!\w){re.escape(name)}\b(?!\.)", below)
        for name in kept
    )
