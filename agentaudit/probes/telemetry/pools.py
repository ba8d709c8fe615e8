"""What runs many promises, and gives back those that failed to whoever asks: an error that nobody
asks for ends there."""

from __future__ import annotations

import re

from agentaudit.blocks import Block
from agentaudit.expressions import regex

_POOL = regex(r"PromisePool(?:\.(?!handleError\b)\w{1,30}){0,6}\.process")
"""Without `handleError`, which is told of each error."""
_ERRORS = regex(r"\berrors\b(?!\.length\b|[^{}]{0,80}\}\s{0,4}=[^=])")
"""Uses of them: to name them, and to count them, tells nobody what failed."""
_ALL = regex(r"\bPromise\.allSettled\(", words=("Promise.allSettled(",))
_SETTLED = regex(r"\bPromise\.allSettled\(\s{0,40}[\w.?]{1,80}\.map\(\s{0,40}$")
_REASON = regex(
    r"(String\(|\$\{)?[\w.?!]{0,60}?\breason\b(\s{0,4}:|[?!]?\.(?:message|name|code|toString)\b)?"
)
"""What failed, with what makes a text of it before it or after it."""
_REJECTED = regex(r"(?<![\w\"'])rejected\b(?!\.length|[\"'])|\bPromiseRejectedResult\b")
_BEFORE = 300
_LONGEST = 4000


def keeps_errors(text: str, function: Block) -> bool:
    """Whether a function is run by one of them, and nothing in its file asks what failed."""
    if _POOL.fullmatch(function.given):
        return not _ERRORS.search(text)
    if not function.given.endswith(".map") or _is_asked(text):
        return False
    if function.name:
        handed = rf"\bPromise\.allSettled\(\s{{0,40}}{re.escape(function.name)}\s{{0,40}}\)"
        return re.search(handed, text) is not None
    return _SETTLED.search(text[max(0, function.start - _BEFORE) : function.start]) is not None


def settled(text: str, line: int) -> int | None:
    """Where the list of promises begins that a line is part of, whose errors nothing in the file
    asks for."""
    for found in _ALL.finditer(text):
        if text.count("\n", 0, found.start()) >= line:
            break
        end = _closed(text, found.end())
        if text.count("\n", 0, end) + 1 >= line:
            return None if _is_asked(text) else found.start()
    return None


_GATHERS = regex(r"\bgather\(", words=("gather(",))
_AS_VALUES = regex(r"\breturn_exceptions\s{0,4}=\s{0,4}True\b")
_ASKED = regex(r"\bexc_info\b|traceback|\braise\b|\.exception\(|format_exc|opt\(exception")
_TAKEN = regex(r"[ \t]*(\w{1,60})(?:\.append\(|\s{0,4}=(?!=))")


def gathered(text: str, function: Block, line: int) -> bool:
    """Whether a line of a function of Python is, or makes, one of what `asyncio.gather` gives back
    with its exception as a value, and the function neither raises that nor writes its traceback."""
    body = function.body(text)
    if "return_exceptions" not in body or _ASKED.search(body):
        return False
    row = text.split("\n")[line - 1]
    taken = _TAKEN.match(row[:200])
    for found in _GATHERS.finditer(text, function.inside, function.end):
        end = _closed(text, found.end())
        given = text[found.end() : end]
        if not _AS_VALUES.search(given):
            continue
        first = text.count("\n", 0, found.start()) + 1
        if first <= line <= first + given.count("\n"):
            return True
        if taken and re.search(rf"\*\s{{0,4}}{re.escape(taken[1])}\b", given):
            return True
    return False


def _is_asked(text: str) -> bool:
    """Whether a file uses what failed as it is, and not its message alone."""
    whole = (not (found[1] or found[2]) for found in _REASON.finditer(text))
    return any(whole) or _REJECTED.search(text) is not None


def _closed(text: str, at: int) -> int:
    """Where the parenthesis is closed that was opened right before."""
    depth = 1
    for end in range(at, min(len(text), at + _LONGEST)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if not depth:
            return end
    return at
