"""What becomes of what a function gives back or raises: where the file calls it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.caught import is_lost
from agentaudit.source import Repo

_DEFINED = regex(r"(?:export\s|async\s|default\s){0,3}(?:def|function)\s(\w{2,80})\s?\(")
_IMPORT = regex(r"\s{0,40}(?:from\s+[\w.]{1,200}\s+)?import\s")
_OUTER = regex(r"[A-Za-z@\[]")
_RUN = regex(r"(?:main|Main|run_module|lambda_handler|handler)$|test|Test")
"""Functions that something else calls."""
_DEEPEST = 400


def around(rows: Sequence[str], number: int) -> tuple[int, str]:
    """Where the function of the file's own level begins that a row stands in, and its name."""
    for at in range(number - 1, max(number - _DEEPEST, -1), -1):
        if _OUTER.match(rows[at]):
            found = _DEFINED.match(rows[at])
            return (at, found[1]) if found else (at, "")
    return -1, ""


def calls(rows: Sequence[str], name: str) -> list[int]:
    """Rows that name a function, but for the one that begins it and for imports."""
    word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    defined = re.compile(
        rf"\s{{0,60}}(?:\w{{1,10}}\s){{0,3}}(?:def|function)\s+{re.escape(name)}\b"
    )
    return [
        at
        for at, row in enumerate(rows)
        if name in row and word.search(row) and not (defined.match(row) or _IMPORT.match(row))
    ]


def is_dropped(rows: Sequence[str], name: str) -> bool:
    """Whether nothing asks for what a function gives back wherever it is called."""
    bare = re.compile(
        rf"\s{{0,60}}(?:if __name__ == [\"']__main__[\"']:\s{{0,4}})?(?:await\s|void\s)?"
        rf"(?:(?:asyncio|anyio|trio)\.run\(\s?)?{re.escape(name)}\([^\n]{{0,120}}\){{1,2}}\s{{0,4}};?"
        r"\s{0,4}(?:(?:#|//)[^\n]{0,200})?$"
    )
    found = calls(rows, name)
    return bool(found) and all(bare.match(rows[at]) and ".then" not in rows[at] for at in found)


def is_reached(repo: Repo, place: Place, rows: Sequence[str], *, raised: bool) -> bool:
    """Whether something calls the function of a row, and what is raised there is not caught where
    it is called, only to tell of it."""
    number = (place.line or 1) - 1
    at, name = around(rows, number)
    if not name or (_RUN.search(name) and not calls(rows, name)):
        return True
    if at and rows[at - 1].startswith("@"):
        return True
    found = calls(rows, name)
    if not found:
        return any(file.path != place.path for file in repo.files("**", saying=(name,)))
    return not raised or not all(
        is_lost(repo, Place(place.repo, place.path, each + 1)) for each in found
    )
