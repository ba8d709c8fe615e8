"""Where code holds a score against a number, so that the run fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_SCORE = regex(
    r"(?i)score|accuracy|pass_?rate|success_?rate|recall|precision|f1|faithful|relevan|correct"
    r"|ground|similarity|coheren|fluency|hit_?rate|ndcg|mrr|mean|avg|average|grade|quality|passed"
    r"|win_?rate|exact_match"
)
_BAD = regex(r"(?i)toxicity|halluc|error_?rate|failure_?rate|violation|leak")
"""Scores of which less is better."""
_STATEMENT = regex(
    r"\b(?:assert|require|Assert)\w{0,10}[.]?(?:Greater|Less)\w{0,20}\(|\bassertThat\b"
    r"|\b(?:assertTrue|Assert\.(?:True|IsTrue|That)|assert\.(?:ok|True|isTrue))(?=\()"
    r"|\b(assert|if|elif|expect)\b|\bShould"
    r"|\b(?:\w{0,40}_)?(?:passed|passes|success|succeeded|ok)\s{0,4}:?=(?!=)(?=[^\n]{0,200}[<>])"
)
_MARK = (
    r"(?:0?\.\d{1,4}|1\.0|[1-9]\d(?:\.\d{1,3})?%?"
    r"|[\w.]{0,40}(?:(?i:threshold|min(?:imum)?_|_min|target|mark|floor|baseline|cut_?off)|(?<![a-z])min(?:imum)?[A-Z])\w{0,20})"
)
_HELD = regex(
    rf"(>=?|<=?|\.toBeGreaterThan\w{{0,20}}\(|\.toBeLessThan\w{{0,20}}\(|\.isGreaterThan\w{{0,20}}\("
    rf"|\.isLessThan\w{{0,20}}\(|(?:Be)?Greater\w{{0,20}}\(|greater\w{{0,20}}\(|(?:Be)?Less\w{{0,20}}\("
    rf"|\.(?:above|at\.?[Ll]east|gte?|AtLeast)\(|\.(?:below|most|lte?|AtMost)\(|,)\s{{0,8}}{_MARK}"
)
"""How something is held against a number; the sign says in which direction."""
_GRADE = regex(
    r"(?i)\b(?:assert|Assert\.(?:True|IsTrue|That)\(|assertTrue\(|expect\()[^\n]{0,60}?\b(?<!len\()(?<!size\()(?<!ount\()"
    r"(?:\w{0,40}[_.])?(?:score|grade|rating|coherence|groundedness|relevance|fluency|similarity"
    r"|faithfulness|correctness|quality)(?:[\"']\])?\)?\s{0,4}(?:>=?|\.toBeGreaterThan\w{0,10}\()"
    r"\s{0,4}[2-9](?![\d.])"
)
"""A grade of a judge, from one to five or to ten."""
_UP = (
    *(">", ".toBeGreater", ".isGreater", "BeGreater", "Greater", "greater"),
    *(".above", ".at", ".gt", ".AtLeast"),
)
_DOWN = ("<", ".toBeLess", ".isLess", "BeLess", "Less", ".below", ".most", ".lt", ".AtMost")
_FAILS = regex(
    r"(?:sys\.)?exit\(\s*[1-9]|raise\s+\w|raise$|process\.exit\(\s*[1-9]|throw\s|os\._exit|"
    r"Environment\.Exit\(|panic\(|t\.(?:Fatal|Error)|pytest\.fail|return\s+[1-9]\b|exit\(1|"
    r"System\.exit\(\s*[1-9]|SystemExit|return\s+(?:\w{1,40}\.)?fail(?:ed|ure)?\("
)
_ENDS = regex(
    r"exit\(|SystemExit|Environment\.Exit|os\.Exit|return\s+(?:0\s+if|1\s+if|\w+\s*\?\s*[01])"
    r"|assert\s+(?:not\s+)?[\w.]*(?:passed|success|ok)\b|t\.(?:Fatal|Error)"
)
"""How a run ends with a verdict that was put into a variable."""
_WITHIN = 8
"""Lines after an `if` within which the run must fail."""


def held(repo: Repo, place: Place) -> Iterator[Place]:
    """Rows of a file that do."""
    rows = (repo.read(replace(place, line=None, text="")) or "").split("\n")
    for number, row in enumerate(rows):
        statement = _STATEMENT.search(row[:400])
        if _GRADE.search(row[:400]):
            yield replace(place, line=number + 1, text=row.strip())
            continue
        if statement is None or not _is_mark(statement, row[:400]):
            continue
        after = "\n".join(rows[number : number + _WITHIN])
        if "=" in statement[0]:
            fails = any(_ENDS.search(each[:400]) for each in rows)
        else:
            fails = statement[1] not in ("if", "elif") or bool(_FAILS.search(after[:4000]))
        if fails:
            yield replace(place, line=number + 1, text=row.strip())


def _is_mark(statement: re.Match[str], row: str) -> bool:
    """Whether the statement holds a score against a number in the direction that can fail."""
    for held in _HELD.finditer(row, statement.end()):
        ends = statement.end() if statement[0] != "Should" else 0
        given = row[ends : held.start()]
        bad, sign = bool(_BAD.search(given)), held[1]
        if not bad and not _SCORE.search(given):
            continue
        if sign == ",":
            fits = statement[0].endswith("(") and ("Less" in statement[0]) == bad
        elif statement[1] in ("if", "elif"):
            fits = sign.startswith(_UP if bad else _DOWN)
        else:
            fits = sign.startswith(_DOWN if bad else _UP)
        if fits:
            return True
    return False
