"""Where code holds a score against a number, so that the run fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper
from agentaudit.probes.guardrails.caught import is_lost
from agentaudit.probes.guardrails.compared import BAD, SCORE, scores
from agentaudit.probes.guardrails.flow import Flow
from agentaudit.probes.guardrails.reached import is_reached
from agentaudit.probes.guardrails.standing import standing
from agentaudit.source import Repo

_STATEMENT = regex(
    r"\b(?:assert|require|Assert)\w{0,10}[.]?(?:Greater|Less)\w{0,20}\(|\bassertThat\b"
    r"|\bexpect\b|\bShould"
)
_NUMBER = r"(?:0?\.0{0,3}[1-9]\d{0,3}|1\.0|[1-9]\d(?:\.\d{1,3})?%?)"
_MARK = (
    rf"(?:{_NUMBER}"
    r"|[\w.\[\"']{0,40}(?:(?i:threshold|min(?:imum)?_|_min|target|mark|floor|baseline|cut_?off)|(?<![a-z])min(?:imum)?[A-Z])\w{0,20})"
)
_HELD = regex(
    rf"(\.toBe(?:Greater|Less)Than\w{{0,20}}\(|\.is(?:Greater|Less)Than\w{{0,20}}\("
    rf"|(?:Be)?Greater\w{{0,20}}\(|greater\w{{0,20}}\(|(?:Be)?Less\w{{0,20}}\("
    rf"|\.(?:above|at\.?[Ll]east|gte?|AtLeast)\(|\.(?:below|most|lte?|AtMost)\(|,)\s{{0,8}}{_MARK}"
)
"""How something is held against a number; the sign says in which direction."""
_GRADE = regex(
    r"(?i)\b(?:Assert\.(?:True|IsTrue|That)\(|assertTrue\(|expect\()[^\n]{0,60}?\b(?<!len\()(?<!size\()(?<!ount\()"
    r"(?:\w{0,40}[_.])?(?:score|grade|rating|coherence|groundedness|relevance|fluency|similarity"
    r"|faithfulness|correctness|quality)(?:[\"']\])?\)?\s{0,4}(?:>=?|\.toBeGreaterThan\w{0,10}\()"
    r"\s{0,4}[2-9](?![\d.])|(?:score|\b[A-Z]?\w{0,40}(?:coherence|groundedness|relevance|fluency|similarity|quality))"
    r"(?:\.\w{1,20}!?)?\.Should\(\)\.BeGreater\w{0,30}\(\s{0,4}[2-9](?![\d.])"
    r"|\bexpect\([^\n]{1,200}\)\.(?:resolves\.)?to(?:Have)?Score(?:Greater|AtLeast|Above|Perfect)\w{0,20}\("
)
"""A grade of a judge, from one to five or to ten, or what an own matcher of scores is given."""
_DOWN = regex(r"Less|below|most|lte?\(|AtMost")
_CHAIN = regex(r"\s{0,80}\.\w")
_LINKS = 8


def held(repo: Repo, place: Place) -> Iterator[Place]:
    """Rows of a file that do."""
    rows = standing((repo.read(replace(place, line=None, text="")) or "").split("\n"))
    found = {*Flow(rows).held(), *_by_method(rows)}
    for number in sorted(found):
        row = rows[number]
        line = replace(place, line=number + 1, text=row.strip())
        ends = any("exit" in each for each in (row, *deeper(rows, number)))
        lost = not ends and is_lost(repo, line)
        if not lost and is_reached(repo, line, rows, raised=not ends):
            yield line


def _by_method(rows: Sequence[str]) -> Iterator[int]:
    """Rows that say so by the name of a method, which may stand in a row further below."""
    shares: set[str] | None = None
    for number, row in enumerate(rows):
        statement = _STATEMENT.search(row[:400])
        if _GRADE.search(row[:400]):
            yield number
        elif statement is not None:
            shares = scores(rows) if shares is None else shares
            if _is_mark(statement, _whole(rows, number), shares):
                yield number


def _whole(rows: Sequence[str], number: int) -> str:
    """A row with the calls that are chained to it below."""
    whole = rows[number][:400]
    for row in rows[number + 1 : number + _LINKS]:
        if not _CHAIN.match(row):
            break
        whole += row.strip()[:200]
    return whole


def _is_mark(statement: re.Match[str], row: str, shares: set[str]) -> bool:
    """Whether the statement holds a score against a number in the direction that can fail."""
    for found in _HELD.finditer(row, statement.end()):
        ends = statement.end() if statement[0] != "Should" else 0
        given = row[ends : found.start()]
        bad = bool(BAD.search(given))
        if not (bad or SCORE.search(given) or shares & set(re.findall(r"\w+", given))):
            continue
        sign = statement[0] if found[1] == "," else found[1]
        if found[1] == "," and not statement[0].endswith("("):
            continue
        if bool(_DOWN.search(sign)) == bad:
            return True
    return False
