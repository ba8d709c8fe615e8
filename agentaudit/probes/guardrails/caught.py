"""What is raised over a verdict, and caught again by the same function, which goes on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentaudit.blocks import Block, Part
from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD, statements
from agentaudit.source import Repo

_RAISES = regex(r"(?:raise|throw)\b|(?:el(?:se\s+)?)?if\b[^\n]{0,300}[):]\s{1,4}(?:raise|throw)\b")
_ASKS = regex(r"(?:\}\s{0,4})?(?:el(?:se\s{1,4})?)?if\b|(?:\}\s{0,4})?else\b|[)\]}\s;,]+$")
_ANY = regex(
    r"(?:\w{1,40}\.)?(?:Base)?Exception|Throwable|(?:HTTP|Http|Assertion|Value|Runtime)\w{0,30}|Error"
)
"""Catches for what such a function raises, or for everything."""


def is_caught(repo: Repo, call: Call) -> bool:
    """Whether all that comes of a verdict is an error which the function that asks catches itself,
    only to tell of it."""
    place = call.place
    file, line = Place(place.repo, place.path), place.line or 0
    around = _lost(repo, file, line)
    text = repo.read(file) or ""
    if around is None:
        return False
    rows = text.split("\n")
    if not 0 < line <= len(rows) or call.method not in rows[line - 1]:
        return False
    start = sum(len(row) + 1 for row in rows[: line - 1])
    said = list(statements(text[start : around.end].split("\n")))
    below = said[1:] if not _ASKS.match(said[0] if said else "") else said
    raises = any(map(_RAISES.match, below))
    return (
        raises
        and all(_comes_to_nothing(each) for each in below)
        and not _is_named(rows, line, around, said)
    )


def is_lost(repo: Repo, place: Place) -> bool:
    """Whether what is raised in a row is caught around it, only to tell of it."""
    return _lost(repo, Place(place.repo, place.path), place.line or 0) is not None


def _lost(repo: Repo, file: Place, line: int) -> Block | None:
    """What is tried around a row, if every error is caught there and only told of."""
    text, blocks = repo.read(file) or "", repo.blocks(file)
    held = [b for b in blocks if b.part in (Part.TRY, Part.FUNCTION) and b.holds(line)]
    if not held or held[-1].part is not Part.TRY:
        return None
    caught = [b for b in blocks if b.part is Part.CATCH and b.tried == held[-1]]
    catches = any(not b.types or any(map(_ANY.fullmatch, b.types)) for b in caught)
    said = [list(statements(b.body(text).split("\n"))) for b in caught]
    return held[-1] if catches and all(map(_only_told, said)) else None


def _only_told(said: Sequence[str]) -> bool:
    return all(map(TOLD.match, said))


def _comes_to_nothing(statement: str) -> bool:
    found = TOLD.match(statement) or _RAISES.match(statement) or _ASKS.match(statement)
    return found is not None and not re.search(r"\breturn\b|\.(?:status|json|send)\(", statement)


def _is_named(rows: list[str], line: int, around: Block, said: list[str]) -> bool:
    """Whether what the verdict was given to is named again after what was tried."""
    found = re.match(r"(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]{0,60})\s{0,4}=", said[0])
    if found is None:
        return False
    word = re.compile(rf"(?<![\w.$]){re.escape(found[1])}(?![\w$])")
    return any(word.search(row[:500]) for row in rows[around.last : around.last + 60])
