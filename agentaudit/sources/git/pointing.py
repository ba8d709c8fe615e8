"""Paths as the code of a stack writes them: words that are joined, variables that stand for one,
and ends that are left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.reader import ancestors, directory

_KEY = regex(
    r"\b\w{0,40}(?:[pP]ath|PATH|[dD]ir|[dD]irectory|DIR|[eE]ntry|[cC]ode|[sS]ource|[fF]older"
    r"|[cC]ontext|[hH]andler)\s{0,9}[:=]\s{0,9}(?![=>])"
)
"""What takes the path of what is deployed; of an array of paths nobody knows what it is for."""
_GIVEN = regex(r"[(,]\s{0,80}(?=[fF]?[\"'`][\w.@/-]{0,200}[/{$]|[\w.]{0,40}\b(?:join|resolve)\()")
"""Where an argument begins that may be a path."""
_PART = regex(
    r"[\"'`]([\w.@/${}-]{1,200})[\"'`]|(?<=[(,])\s{0,80}([A-Za-z_][\w.]{0,80})\s{0,80}(?=[,)])"
)
_HOLE = regex(r"\$?\{\s{0,9}([\w.]{1,80})\s{0,9}\}")
_HERE = regex(r"^(?:__dirname|__file__|path|os|nil|null|self|this)$")
_ASSIGNS = regex(r"\b(\w{1,80})(?:: \w{1,20})?\s{0,9}=\s{0,9}(?![=>])")
_TAKES = regex(r"(\w{1,60})\s{0,9}\(")
_CALLED = regex(r"([:=]\s{0,9})?(?<![\w.])([\w.]{1,60})\s{0,9}$")
_JOINS = regex(r"(?i)(?:join|resolve|asset|string|path)$")
_LAYER = regex(r"(?i)layer|lock|schema|exclude|ignore|read|watch|glob|exec")
"""What only others are packed with, what is read or left out, and files that say which packages or
what shape."""
_LONGEST, _FAR, _MOST = 400, 600, 2_000


class Code:
    """The text of a file of a stack."""

    def __init__(self, path: str, stack: str, text: str) -> None:
        self.path = path
        self.stack = stack
        self.text = text

    def keyed(self) -> Iterator[tuple[int, list[str]]]:
        """Where something is called like a path, and what paths that may be."""
        for found in _KEY.finditer(self.text):
            if not _LAYER.search(found[0]):
                yield from self._at(found)

    def given(self) -> Iterator[tuple[int, list[str]]]:
        """The same for what a call is given by its position."""
        for number, found in enumerate(_GIVEN.finditer(self.text)):
            if number == _MOST:
                return
            takes = _around(self.text, found.start())
            if takes and not _LAYER.search(takes):
                yield from self._at(found)

    def _at(self, found: re.Match[str]) -> Iterator[tuple[int, list[str]]]:
        around = _TAKES.findall(self.text[max(found.start() - 200, 0) : found.start()])
        if not (around and _LAYER.search(around[-1])):
            written = _expression(self.text[found.end() : found.end() + _LONGEST])
            paths = [path for path in (_plain(written), self._filled(written)) if "/" in path]
            yield found.start(), [each for path in paths for each in self._meant(path)]

    def _meant(self, relative: str) -> Iterator[str]:
        """The path from the top of the repository, from each place that it may start at."""
        own = directory(self.path)
        bases = [own, self.stack] if relative.startswith(".") else ancestors(own)
        yield from filter(None, (joined(base, relative) for base in bases))

    def _filled(self, written: str) -> str:
        """The path with the variables filled in that stand for one, and `*` for the others."""
        parts = []
        for found in _PART.finditer(written):
            word = found[1] or f"{{{found[2]}}}"
            parts.append(_HOLE.sub(lambda hole: self._value(hole[1]), word).strip("/"))
        return "/".join(filter(None, parts))

    def _value(self, name: str) -> str:
        """What a variable stands for: the words of a path."""
        at = self._assigned.get(name.rpartition(".")[2])
        words = _plain(_expression(self.text[at : at + _LONGEST])) if at is not None else ""
        here = _HERE.match(name.partition(".")[0]) and at is None
        return "" if here else words if words and not _HOLE.search(words) else "*"

    @cached_property
    def _assigned(self) -> dict[str, int]:
        """Variable → where what it is given first begins."""
        found: dict[str, int] = {}
        for each in _ASSIGNS.finditer(self.text):
            found.setdefault(each[1], each.end())
        return found


def _plain(written: str) -> str:
    words = (found[1] for found in _PART.finditer(written) if found[1])
    return "/".join(word.strip("/") for word in words)


def _around(text: str, at: int) -> str:
    """What is called with the argument that begins at a place, outside of what joins paths; empty
    in an array, and where a name takes it, which says itself what it is for."""
    depth = 0
    start = max(at - _FAR, 0)
    for index in range(at, start - 1, -1):
        depth += (text[index] in ")]}") - (text[index] in "([{")
        if depth < 0:
            called = _CALLED.search(text[max(index - 80, start) : index])
            joins = called is not None and _JOINS.search(called[2])
            if text[index] != "(" or called is None or (joins and called[1]):
                return ""
            if not joins:
                return called[2]
            depth = 0
    return ""


def _expression(text: str) -> str:
    """The value that stands at the start of a text: to the comma, the end of the line or what
    closes, outside of parentheses and of words."""
    depth, quote = 0, ""
    for index, letter in enumerate(text):
        if letter in "\"'`":
            quote = "" if letter == quote else quote or letter
        elif quote:
            continue
        elif letter in "[{":
            return "" if not depth and not text[:index].strip() else text[:index]
        depth += (letter == "(") - (letter == ")")
        if depth < 0 or (depth == 0 and letter in ",;\n}" and text[:index].strip()):
            return text[:index]
    return text
