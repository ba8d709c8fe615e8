"""What a file does, without what it only says: comments, and long texts, of which those that stand
for themselves document it."""

from __future__ import annotations

import re

from agentaudit.expressions import regex

_STRINGS = r"\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
_PYTHON = regex(
    r"(?P<long>\"{3}[\s\S]*?(?:\"{3}|\Z)|'{3}[\s\S]*?(?:'{3}|\Z))|(?P<remark>#[^\n]*)"
    rf"|{_STRINGS}"
)
_BRACED = regex(
    r"(?P<long>\"{3}(?:[\s\S]{0,20000}?\"{3}|[\s\S]{0,20000}))"
    r"|(?P<remark>//[^\n]*|/\*(?:[\s\S]{0,20000}?\*/|[\s\S]{0,20000}))"
    rf"|`[^`]{{0,20000}}`?|{_STRINGS}"
)
_SQL = regex(
    r"(?P<remark>--[^\n]*|/\*(?:[\s\S]{0,20000}?\*/|[\s\S]{0,20000}))|'[^'\n]*'?",
)
"""Comments of a language, and the texts in which none begins. What is not closed goes on, so that
no place is looked at twice."""
_STATEMENT = regex(r"(?:\A|[\n;:])[ \t]{0,80}[rRuU]?\Z")
_GOES_ON = regex(r"[(\[{,=+%\\|&]\s{0,200}[rRuU]?\Z")
"""What stands before a text that is a statement, and before one that belongs to more."""
_NEAR = 300


def blanked(text: str, path: str, *, strings: bool = False) -> str:
    """The text with blanks in the place of comments and long texts, and of strings if asked."""
    kind = _PYTHON if path.endswith(".py") else _BRACED

    def kept(found: re.Match[str]) -> str:
        return _blank(found[0]) if found["remark"] or found["long"] or strings else found[0]

    return kind.sub(kept, text)


def code_only(text: str, path: str) -> str:
    """The text with blanks in the place of comments and of docstrings."""
    if path.endswith(".py"):
        return _PYTHON.sub(_without_docstring, text)
    kind = _SQL if path.endswith(".sql") else _BRACED
    return kind.sub(lambda found: _blank(found[0]) if found["remark"] else found[0], text)


def _without_docstring(found: re.Match[str]) -> str:
    if found["remark"]:
        return _blank(found[0])
    if not found["long"]:
        return found[0]
    before = found.string[max(found.start() - _NEAR, 0) : found.start()]
    alone = _STATEMENT.search(before) is not None and _GOES_ON.search(before) is None
    return _blank(found[0]) if alone else found[0]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
