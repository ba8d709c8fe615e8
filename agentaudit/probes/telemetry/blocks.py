"""Functions of a source file, what is tried in them, and what catches its exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from agentaudit.expressions import regex


class Block(Struct, eq=False):
    """A run of lines, 1-based, the last included."""

    kind: str
    """`def`, `try` or `catch`."""
    name: str
    """Of the function, else empty."""
    first: int
    last: int
    head: str = ""
    """What a `catch` catches, as written."""
    tried: Block | None = None
    """What a `catch` belongs to."""


def blocks(path: str, text: str) -> list[Block]:
    """Those of a file of Python, or of a language with braces; approximate: the text is not
    parsed."""
    return list(_indented(text) if path.endswith(".py") else _braced(text))


_DEF = regex(r"(?:async\s+)?def\s+(\w{1,100})")
_TRY = regex(r"try\s*:")
_EXCEPT = regex(r"except\b")
_STRINGS = regex(r'"""|\'\'\'')


def _indented(text: str) -> Iterator[Block]:
    open_: list[tuple[int, Block]] = []
    tries: dict[int, Block] = {}
    quoted = False
    for number, line in enumerate(text.split("\n"), 1):
        row = line.lstrip()
        was, quoted = quoted, quoted != bool(len(_STRINGS.findall(line)) % 2)
        if was or not row or row[0] in "#)]}":
            continue
        depth = len(line) - len(row)
        while open_ and open_[-1][0] >= depth:
            open_.pop()[1].last = number - 1
        made = _of_python(row, depth, number, tries)
        if made:
            open_.append((depth, made))
            yield made
    for _, block in open_:
        block.last = text.count("\n") + 1


def _of_python(row: str, depth: int, number: int, tries: dict[int, Block]) -> Block | None:
    if found := _DEF.match(row):
        return Block("def", found[1], number, number)
    if _TRY.match(row):
        tries[depth] = Block("try", "", number, number)
        return tries[depth]
    if _EXCEPT.match(row):
        return Block("catch", "", number, number, row[:300], tries.get(depth))
    return None


_TOKENS = regex(
    r"//[^\n]*|/\*(?:[^*]|\*(?!/)){0,4000}\*/|\"(?:[^\"\\\n]|\\.){0,2000}\""
    r"|'(?:[^'\\\n]|\\.){0,2000}'|`(?:[^`\\]|\\.){0,8000}`|[{}\n;]",
    re.DOTALL,
)
"""Comments, texts, and what structures the rest."""
_HEAD = 1200
"""Characters before a brace that say what it opens."""


def _braced(text: str) -> Iterator[Block]:
    open_: list[tuple[Block | None, int]] = []
    tries: dict[int, Block] = {}
    number, start = 1, 0
    for found in _TOKENS.finditer(text):
        token = found[0]
        if token == "{":
            head = text[max(start, found.start() - _HEAD) : found.start()].strip()
            # What opens a type or an object goes on after it.
            goes_on = head.endswith(_GO_ON)
            made = None
            if not goes_on:
                made = _of_braces(
                    _VALUES.sub("", _VALUES.sub("", head)), number, tries.get(len(open_))
                )
            if made:
                yield made
            open_.append((made, start if goes_on else -1))
            start = found.end()
        elif token == "}" and open_:
            block, before = open_.pop()
            start = found.end() if before < 0 else before
            if block:
                block.last = number
                if block.kind == "try":
                    tries[len(open_)] = block
        elif _ends(token, text[start : found.start()], bool(open_) and open_[-1][1] >= 0):
            start = found.end()
        number += token.count("\n")
    for left in filter(None, (block for block, _ in open_)):
        left.last = number


def _ends(token: str, before: str, in_value: bool) -> bool:
    """Whether a new statement begins after a token: that of a type or an object goes on."""
    return not in_value if token == ";" else token[0] == "/" and not before.strip()


_GO_ON = tuple("<(,:|&[=?")
_VALUES = regex(r"\{[^{}]{0,300}\}")
_TRIES = regex(r"\btry$|\btry\s*\([^{}]{0,400}\)$")
_CATCHES = regex(
    r"\bcatch\s*(?:\(([^(){}]{0,200}(?:\([^()]{0,100}\)[^(){}]{0,100})?)\))?\s*(?:when\b[^{}]{0,200})?$"
)
_NO_FUNCTION = regex(
    r"\b(?:if|for|while|switch|foreach|using|lock|synchronized|when|catch|else|finally|do|return|with"
    r"|class|interface|record|enum|namespace|new)\b[^{};]{0,400}$"
)
_FUNCTION = regex(r"\bfunction\s{0,4}\*?\s{0,4}(\w{1,100})|\bfun\s{1,4}(\w{1,100})\s{0,4}\(")
_NAMED = regex(
    r"(\w{1,100})\s{0,4}(?::[^=;{}]{0,200})?=\s{0,4}(?:\w{1,30}(?:\.\w{1,30})?\(\s{0,4})?"
    r"(?:async\b\s{0,4})?(?:\([^{}]{0,300}=>|function\b|\w{1,60}\s{0,4}=>)"
)
_AFTER = regex(
    r"(?::[\w\s<>\[\]|.,?&']{0,200}|\bthrows\b[\w\s.,]{0,200}|\bwhere\b[\w\s:,()]{0,200})$"
)
"""What stands between the parameters of a method and its body."""
_NAME = regex(r"(\w{1,100})\s{0,4}(?:<[^<>]{0,60}>)?\s{0,4}$")


def _of_braces(head: str, number: int, tried: Block | None) -> Block | None:
    if _TRIES.search(head[-1200:]):
        return Block("try", "", number, number)
    if found := _CATCHES.search(head[-1200:]):
        return Block("catch", "", number, number, found[1] or "", tried)
    if name := _function(head):
        return Block("def", name, number, number)
    return None


def _function(head: str) -> str:
    """The name of the function that begins after this; empty for anything else, and for one
    without a name, which is part of that around it."""
    if found := _FUNCTION.search(head[-1200:]) or _NAMED.search(head[-1200:]):
        return found[1] or found[found.lastindex or 1]
    if head.endswith(("=>", "->", "(")) or _NO_FUNCTION.search(head[-1200:]):
        return ""
    before = _AFTER.sub("", head[-1200:]).rstrip()
    found = _NAME.search(_without_parameters(before)[-200:]) if before.endswith(")") else None
    return found[1] if found else ""


def _without_parameters(head: str) -> str:
    """What stands before the bracket that the last one closes."""
    open_ = 0
    for at in range(len(head) - 1, -1, -1):
        open_ += (head[at] == ")") - (head[at] == "(")
        if open_ == 0:
            return head[:at]
    return ""
