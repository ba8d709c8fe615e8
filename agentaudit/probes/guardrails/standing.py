"""Rows of a program that can be run: no texts, no comments, nothing below what never holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper

_MARKS = regex(
    r"\"{3}|'{3}|\"(?:[^\"\\\n]|\\.){0,400}\"|'(?:[^'\\\n]|\\.){0,400}'|(?<!\S)(?:#|//).{0,400}$"
)
_BEGINS = regex(r"\s{0,60}/\*")
_SKIPPED = regex(
    r"\s{0,20}@(?:pytest\.mark\.(?:skip|xfail)\b|(?:unittest\.)?(?:skip|expectedFailure)\b(?!If|Unless))"
)
"""A test that nobody runs, or that is expected to fail."""
_HEAD = regex(r"\s{0,20}(?:async\s)?(?:def|class)\s")
_OFF = regex(
    r"(?:export\s|const\s|let\s|var\s){0,2}([A-Z][A-Z0-9_]{2,60})\s{0,4}(?::[^=\n]{1,20})?="
    r"\s{0,4}(?:False|false)\s{0,4};?\s{0,4}(?:#|//|$)"
)
_LEAVES = regex(
    r"\s{1,60}(?:return|raise|throw)\b(?![^\n]{0,120}\s(?:if|unless)\s(?![^\n]{0,120}\selse\b))(?:[^\n({\[]{0,120}|[^\n]{0,120}\)\s{0,2};?)$"
)
_GOES_ON = regex(
    r"\s{0,60}(?:[)\]}.?:&|,+]|else\b|elif\b|except\b|finally\b|catch\b|case\b|default\b)"
)
_MADE = regex(
    r"\s{0,60}(?:(?:export|async|static|public|private)\s){0,3}(?:function|class|def|func)\b"
)


def standing(rows: Sequence[str]) -> list[str]:
    """The rows, those that are never run being empty."""
    found = _unsaid(rows)
    for at in _never(found):
        found[at] = ""
    return found


def _unsaid(rows: Sequence[str]) -> list[str]:
    """The rows without texts and comments that go over several of them."""
    found, end = [], ""
    for row in rows:
        said = bool(end)
        if not end and _BEGINS.match(row):
            said, end = True, "*/"
        if end == "*/":
            end = "" if "*/" in row else end
        elif end or '"""' in row or "'''" in row:
            end = _after(row[:2000], end)
        found.append("" if said else row)
    return found


def _after(row: str, end: str) -> str:
    """What ends the text that a row leaves open."""
    if end:
        _, closed, row = row.partition(end)
        if not closed:
            return end
    at = 0
    while found := _MARKS.search(row, at):
        at = found.end()
        if len(found[0]) == 3 and found[0] in ('"""', "'''"):
            at = row.find(found[0], at) + 3
            if at < 3:
                return found[0]
    return ""


def _never(rows: Sequence[str]) -> Iterator[int]:
    """Rows below what never holds, after what leaves, and of tests that are skipped."""
    never = _false(rows)
    for at, row in enumerate(rows):
        if never.match(row):
            yield from range(at, at + 1 + _below(rows, at))
        elif _LEAVES.match(row):
            yield from _after_leaving(rows, at)
        elif _SKIPPED.match(row):
            head = next((n for n in range(at, min(at + 12, len(rows))) if _HEAD.match(rows[n])), at)
            yield from range(at, head + 1 + _below(rows, head))


def _below(rows: Sequence[str], at: int) -> int:
    return sum(1 for _ in deeper(list(rows), at))


def _false(rows: Sequence[str]) -> re.Pattern[str]:
    """A condition that never holds: by itself, or by a constant that nothing sets again."""
    set_ = [found[1] for row in rows if (found := _OFF.match(row))]
    text = "\n".join(rows)
    names = [n for n in set_ if len(re.findall(rf"\b{n}\b\s{{0,4}}[=:](?!=)", text)) == 1]
    never = "|".join(("False", "false", "0", *names))
    return re.compile(
        rf"\s{{0,60}}(?:if|elif|while)\s{{0,4}}\(?\s?(?:[^\n]{{1,160}}\s(?:and|&&)\s)?"
        rf"(?:{never})(?:\s{{0,4}}\)?\s{{0,4}}[:{{]|\s(?:and\b|&&))"
    )


def _after_leaving(rows: Sequence[str], at: int) -> Iterator[int]:
    """What stands below a row that leaves, as deep as it or deeper."""
    depth = len(rows[at]) - len(rows[at].lstrip())
    for number in range(at + 1, len(rows)):
        row = rows[number]
        if not row.strip():
            continue
        deep = len(row) - len(row.lstrip())
        first = number == at + 1 or not any(each.strip() for each in rows[at + 1 : number])
        if deep < depth or _GOES_ON.match(row) or _MADE.match(row) or (first and deep > depth):
            return
        yield number
