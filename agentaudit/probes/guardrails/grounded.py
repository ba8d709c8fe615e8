"""Answers of a model that are held against their sources by own code, and that are not given where
they cite none, or nothing supports them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Block
from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper
from agentaudit.probes.guardrails.decided import is_said
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.probes.guardrails.within import function_around, is_switched
from agentaudit.source import Component, Repo

_WORDS = ("ground", "itation", "cited", "Cited", "allucinat", "aithful", "upported", "itedSource")
_JUDGES = (
    r"(?:grounded|grounding|groundedness|citations?|cited\w{0,20}|hallucinat\w{0,10}|faithful\w{0,5}"
    r"|unsupported)"
)
_CALLED = regex(
    rf"(?i)\s*(?:\}}\s*)?if\b[^\n]{{0,120}}?(?<![\w])(?:await\s)?(?:\w{{1,40}}\.){{0,2}}\w{{0,60}}{_JUDGES}\w{{0,20}}"
    r"\(\s{0,20}([A-Za-z_$]\w{0,60})\b"
)
"""A condition that asks such a function, up to what it is given first."""
_NAMED = regex(
    rf"(?i)\s*(?:\}}\s*)?if\b\s{{0,4}}\(?\s{{0,4}}(?:not\s|!)?\s{{0,4}}(\w{{0,40}}{_JUDGES}\w{{0,10}})"
    r"(?:\.(?:Count|Length|length|size|isEmpty|Any|IsValid|valid|ok|passed|is_valid|grounded)\w{0,10}(?:\(\))?)?"
    r"\s{0,4}(?:={2,3}\s{0,4}(?:0|false|False))?\s{0,4}\)?\s{0,4}[:{]?\s*$"
)
"""A condition on what such a function said."""
_GIVEN = (
    r"\s*(?:(?:const|let|var|final|[A-Z][\w<>?]{{0,60}})\s+)?{}\b[^=\n]{{0,80}}:?=(?!=)"
    r"[^\n(]{{0,80}}\(\s{{0,20}}([A-Za-z_$]\w{{0,60}})\b"
)
_KEY = regex(r"[\"']\w{1,60}[\"']\s{0,4}:|\b\w{1,60}\s{0,4}[:=](?!=)")
_LEAVES = regex(r"\s*(?:return|raise|throw)\b")
_SUFFIXES = (".py", ".ts", ".js", ".mjs", ".cs", ".java", ".go")
_MOST = 5000


def grounded(repo: Repo, component: Component) -> Place | None:
    """Where the answer is left out so, whatever is set, in code that serves."""
    places = [c.place for c in component.code.calls if c.role is Role.APP and c.reached]
    for file in dict.fromkeys(Place(place.repo, place.path) for place in places):
        aside = TESTS.search(file.path) or OUTSIDE.search(file.path) or ASIDE.search(file.path)
        if aside or not file.path.endswith(_SUFFIXES):
            continue
        rows = (repo.read(file) or "").split("\n")[:_MOST]
        for at, row in enumerate(rows):
            if (
                "if" in row
                and any(word in row for word in _WORDS)
                and _decides(repo, file, rows, at)
            ):
                return Place(file.repo, file.path, at + 1, row.strip()[:200])
    return None


def _decides(repo: Repo, file: Place, rows: list[str], at: int) -> bool:
    """Whether what a model said in the function around a condition is judged there, and does not
    leave on one of its sides."""
    function = function_around(repo, Place(file.repo, file.path, at + 1))
    if function is None or is_switched(rows, at, function):
        return False
    above = rows[function.first - 1 : at]
    answer = next(_judged(rows[at][:300], above), "")
    if not answer or not is_said(repo, file, above, answer):
        return False
    word = re.compile(rf"(?<![\w.]){re.escape(answer)}(?!\w)")
    inside = list(deeper(rows, at))
    if any(_LEAVES.match(row[:200]) for row in inside):
        held = not any(word.search(_KEY.sub("", row[:400])) for row in inside)
        return held or _leaves_without(rows, at + len(inside), function, word)
    into = re.compile(rf"\s*{re.escape(answer)}\s{{0,4}}=(?!=)")
    return any(into.match(row[:200]) for row in inside)


def _judged(row: str, above: list[str]) -> Iterator[str]:
    """What the verdict of a condition is about."""
    if found := _CALLED.match(row):
        yield found[1]
    elif found := _NAMED.match(row):
        given = re.compile(_GIVEN.format(re.escape(found[1])))
        yield from (each[1] for line in reversed(above) if (each := given.match(line[:400])))


def _leaves_without(rows: list[str], at: int, function: Block, word: re.Pattern[str]) -> bool:
    """Whether what stands below a condition leaves with something else."""
    below = rows[at + 1 : function.last]
    leaves = [row for row in below if _LEAVES.match(row[:200])]
    return bool(leaves) and not any(word.search(_KEY.sub("", row[:400])) for row in below)
