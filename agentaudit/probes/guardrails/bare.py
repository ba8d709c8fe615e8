"""Code without its comments and the texts that document it, and what never runs of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.source import Repo

_STRINGS = r"\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
_PYTHON = regex(
    rf"(\"{{3}}[\s\S]*?(?:\"{{3}}|\Z)|'{{3}}[\s\S]*?(?:'{{3}}|\Z)|#[^\n]*)|({_STRINGS})"
)
_BRACED = regex(
    r"(\"{3}(?:[\s\S]{0,20000}?\"{3}|[\s\S]{0,20000})|//[^\n]*"
    r"|/\*(?:[\s\S]{0,20000}?\*/|[\s\S]{0,20000}))"
    rf"|(`[^`]{{0,20000}}`?|{_STRINGS})"
)
"""Comments and long texts of a language, and strings. What is not closed goes on, so that no place
is looked at twice."""
_LONGEST = 500_000
_NEVER = regex(
    r"\s*(?:\}\s*)?(?:el(?:se\s+)?)?(?:if|while)\b[\s(]{0,4}(?:False|false|0|None|null|TYPE_CHECKING)"
    r"\b[\s)]{0,4}(?:[:{]|$|and\b|&&)"
)
_HEAD = regex(
    r"\s*(?:export\s|default\s|async\s|public\s|private\s){0,4}(?:def|class|function|func)\b"
)


def blanked(text: str, suffix: str, *, strings: bool = False) -> str:
    """A text with blanks in place of comments and of what documents it; of its strings, too, where
    that is asked."""
    kind = _PYTHON if suffix == "py" else _BRACED

    def blank(found: re.Match[str]) -> str:
        gone = found[1] or strings
        return re.sub(r"[^\n]", " ", found[0]) if gone else found[0]

    return kind.sub(blank, text[:_LONGEST])


@once
def code_rows(repo: Repo, path: str, owner: str) -> tuple[str, ...]:
    """Rows of a file of which only what is done is left."""
    text = repo.read(Place(owner, path)) or ""
    return tuple(blanked(text, path.rpartition(".")[2], strings=True).split("\n"))


def is_dead(rows: Sequence[str], at: int) -> bool:
    """Whether a row stands below a condition that never holds."""
    depth = len(rows[at]) - len(rows[at].lstrip())
    if _NEVER.match(rows[at][:200]):
        return True
    for row in reversed(rows[:at]):
        here = len(row) - len(row.lstrip())
        if not row.strip() or here >= depth:
            continue
        if _NEVER.match(row[:200]):
            return True
        if _HEAD.match(row[:200]):
            return False
        depth = here
    return False
