"""Work that is handed to what runs it beside, in a future that nobody asks: what it raises stays
there, and no runtime writes it."""

from __future__ import annotations

import re

from agentaudit.blocks import Block
from agentaudit.expressions import regex

_LANGUAGES = (".py", ".java", ".cs")
_HANDS = regex(
    r"(?:^|[;{}\n]|=>|->)\s{0,80}(?:_\s{0,4}=\s{0,4})?(?:(?:[\w.]{0,40}\.)?Task\.(?:Run|Factory\.StartNew)"
    r"|(?:[\w.]{0,60}\.)?CompletableFuture\.(?:runAsync|supplyAsync)"
    r"|(?i:(?:[\w.]{0,40}(?:exec|pool|threads?|workers?)\w{0,20}(?:\(\))?|ex)\.(?:submit|schedule\w{0,20})))"
    r"(?P<opens>\()\s{0,80}(?:async\s)?(?:\(\s?\)\s{0,4}[=-]>\s{0,4}|lambda:\s?)?(?:(?:self|this)(?:\.|::))?$"
)
"""A statement that hands a function on, up to that function; nothing takes the future."""
_ENDS = regex(r"[ \t]{0,4};")
_ENDS_ROW = regex(r"[ \t]{0,4}(?:\r?\n|#|;|$)")
"""The end of a statement, and that of one of Python."""
_BEFORE, _FAR, _WIDE = 240, 20_000, 400


def is_forgotten(path: str, text: str, block: Block) -> bool:
    """Whether a function without a name is handed on so."""
    unnamed = block.name in ("", "_") and path.endswith(_LANGUAGES)
    return unnamed and _is_handed(path, text, block.start)


def forgets(path: str, row: str, name: str) -> bool:
    """Whether a line hands a function on so by its name."""
    if not path.endswith(_LANGUAGES):
        return False
    named = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", row[:_WIDE])
    return any(_is_handed(path, row, found.start()) for found in named)


def _is_handed(path: str, text: str, at: int) -> bool:
    """Whether what begins there is handed on, and nothing is asked of what that gives."""
    first = max(0, at - _BEFORE)
    hands = _HANDS.search(text[first:at])
    ends = _ENDS_ROW if path.endswith(".py") else _ENDS
    return hands is not None and bool(ends.match(text, _closed(text, first + hands.end("opens"))))


def _closed(text: str, at: int) -> int:
    """Behind the parenthesis that closes what was opened right before."""
    depth = 1
    for end in range(at, min(len(text), at + _FAR)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if not depth:
            return end + 1
    return at
