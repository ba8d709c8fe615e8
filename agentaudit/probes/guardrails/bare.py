"""Rows of code without what is only said in them, and which of them never run."""

from __future__ import annotations

from collections.abc import Sequence

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.probes.remarks import blanked
from agentaudit.source import Repo

_LONGEST = 500_000
_NEVER = regex(
    r"\s*(?:\}\s*)?(?:el(?:se\s+)?)?(?:if|while)\b[\s(]{0,4}(?:False|false|0|None|null|TYPE_CHECKING)"
    r"\b[\s)]{0,4}(?:[:{]|$|and\b|&&)"
)
_HEAD = regex(
    r"\s*(?:export\s|default\s|async\s|public\s|private\s){0,4}(?:def|class|function|func)\b"
)


@once
def code_rows(repo: Repo, path: str, owner: str) -> tuple[str, ...]:
    """Rows of a file of which only what is done is left."""
    text = (repo.read(Place(owner, path)) or "")[:_LONGEST]
    return tuple(blanked(text, path, strings=True).split("\n"))


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
