"""Work that is handed to what runs it beside, in a future that nobody asks: what it raises stays
there, and no runtime writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agentaudit.blocks import Block
from agentaudit.expressions import regex

_LANGUAGES = (".py", ".java", ".cs")
_HANDS = regex(
    r"(?P<behind>^|[;{}\n])\s{0,80}(?:_\s{0,4}=\s{0,4})?(?:(?:[\w.]{0,40}\.)?Task\.(?:Run|Factory\.StartNew)"
    r"|(?:[\w.]{0,60}\.)?CompletableFuture\.(?:runAsync|supplyAsync)"
    r"|(?i:(?:[\w.]{0,40}(?:exec|pool|threads?|workers?)\w{0,20}(?:\(\))?|ex)\.(?:submit|schedule\w{0,20})))"
    r"(?P<opens>\()\s{0,80}(?:async\s)?(?:\(\s?\)\s{0,4}[=-]>\s{0,4}|lambda:\s?)?(?:(?:self|this)(?:\.|::))?$"
)
"""A statement that hands a function on, up to that function; nothing takes the future."""
_HANDING = ("Task.", "CompletableFuture.", "ubmit(", "chedule")
"""What stands in each such row."""
_ENDS = regex(r"[ \t]{0,4};")
_ENDS_ROW = regex(r"[ \t]{0,4}(?:\r?\n|#|;|$)")
"""The end of a statement, and that of one of Python."""
_TAKES = regex(r"(?:[(\[,?|&+>]|(?<!\b_)(?<!\b_ )=|\b(?:return|await|yield))$")
_TAKES_ROW = regex(
    r"(?:[({\[,?|&+>\\]|(?<!\b_)(?<!\b_ )=|\b(?:return|await|yield|from|and|or|not|if|else|in))$"
)
"""How what takes the value of the row below ends, in an open bracket or `=`; that of Python."""
_TAKEN_ROW = regex(r"[.)\]},]|(?:async )?for\b.{0,200}(?<!:)$")
"""How a row of Python begins that takes the value of the one above."""
_NOTE = regex(r"/\*[^*]{0,200}\*/|(?<!\S)//.*|^/?\*(?:[\s*/].*)?$")
_NOTE_ROW = regex(r"(?<!\S)#.*")
"""Comments in a row, and those of Python."""
_BEFORE, _FAR, _WIDE, _NEAR = 240, 20_000, 400, 12
"""Characters before a function, up to its end and of a row; rows that are looked at beside it."""


def is_forgotten(path: str, text: str, block: Block) -> bool:
    """Whether a function without a name is handed on so."""
    unnamed = block.name in ("", "_") and path.endswith(_LANGUAGES)
    return unnamed and _is_handed(path, text, block.start)


def handing(path: str, text: str) -> frozenset[int]:
    """Lines, counted from 1, that may hand a function on so; few files have any."""
    if not path.endswith(_LANGUAGES) or not any(part in text for part in _HANDING):
        return frozenset()
    rows = enumerate(text.split("\n"), 1)
    return frozenset(at for at, row in rows if any(part in row for part in _HANDING))


def forgets(path: str, rows: Sequence[str], line: int, name: str) -> bool:
    """Whether a line that may hand a function on so, counted from 1, does by that name."""
    row = rows[line - 1]
    above, below = rows[max(0, line - 1 - _NEAR) : line - 1], rows[line : line + _NEAR]
    named = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", row[:_WIDE])
    return any(_is_handed(path, row, found.start(), above, below) for found in named)


def _is_handed(
    path: str, text: str, at: int, above: Sequence[str] = (), below: Sequence[str] = ()
) -> bool:
    """Whether what begins there is handed on, and nothing is asked of what that gives; above and
    below are rows around the text."""
    first = max(0, at - _BEFORE)
    hands = _HANDS.search(text[first:at])
    if hands is None:
        return False
    begins, closed = first + hands.end("behind"), _closed(text, first + hands.end("opens"))
    ends = _ENDS_ROW if path.endswith(".py") else _ENDS
    if not ends.match(text, closed):
        return False
    before = text[max(0, begins - _NEAR * _WIDE) : begins].split("\n")
    behind = text[closed : closed + _NEAR * _WIDE].split("\n")
    return not _is_taken(path, [*above, *before], [*behind, *below])


def _is_taken(path: str, before: Sequence[str], behind: Sequence[str]) -> bool:
    """Whether what a call gives is handed to what stands in the rows around it, as formatters
    write it: to a bracket opened above it, or to a method asked of it below."""
    if not path.endswith(".py"):
        return _TAKES.search(_said(reversed(before), _NOTE)) is not None
    above, below = _said(reversed(before), _NOTE_ROW), _said(behind, _NOTE_ROW)
    return _TAKES_ROW.search(above) is not None or _TAKEN_ROW.match(below) is not None


def _said(rows: Iterable[str], note: re.Pattern[str]) -> str:
    """The first of the rows that is more than a comment, without one."""
    told = (note.sub("", row[-_WIDE:].strip()).strip() for row in rows)
    return next((row for row in told if row), "")


def _closed(text: str, at: int) -> int:
    """Behind the parenthesis that closes what was opened right before."""
    depth = 1
    for end in range(at, min(len(text), at + _FAR)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if not depth:
            return end + 1
    return at
