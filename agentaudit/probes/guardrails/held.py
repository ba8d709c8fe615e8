"""Where code holds a score against a number, so that the run fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper
from agentaudit.probes.guardrails.caught import is_lost
from agentaudit.source import Repo

_SCORE = regex(
    r"(?i)score|accuracy|pass_?rate|success_?rate|recall|precision|f1|faithful|relevan|correct"
    r"|ground|similarity|coheren|fluency|hit_?rate|ndcg|mrr|mean|avg|average|grade|quality|passed"
    r"|(?:win|refusal)_?rate|exact_match"
)
_BAD = regex(r"(?i)toxicity|halluc|error_?rate|failure_?rate|violation|leak")
"""Scores of which less is better."""
_STATEMENT = regex(
    r"\b(?:assert|require|Assert)\w{0,10}[.]?(?:Greater|Less)\w{0,20}\(|\bassertThat\b"
    r"|\b(?:assertTrue|Assert\.(?:True|IsTrue|That)|assert\.(?:ok|True|isTrue))(?=\()"
    r"|\b(assert|if|elif|expect)\b|\bShould"
    r"|\b(?:\w{0,40}_)?(?:passed|passes|success|succeeded|ok|check)\s{0,4}:?=(?!=)(?=[^\n]{0,200}[<>])"
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
_BY_CODE = regex(
    r"\b(?:exit(?:_code)?|SystemExit|Exit|return|code)\b\s{0,4}[(=]?\s{0,4}"
    r"(?:(?P<well>0 if )|(?P<badly>[1-9] if )|)(?P<asked>[^?:\n]{1,120}?)"
    r"(?: else [01]\b|\s{0,2}\?\s{0,2}(?P<then>[01])\s{0,2}:\s{0,2}[01]\b)",
    words=(" else ", "?"),
)
"""A run that ends with what a comparison says: `exit(0 if score >= 0.8 else 1)`."""
_WITHIN = 8
"""Lines after an `if` within which the run must fail."""


def held(repo: Repo, place: Place) -> Iterator[Place]:
    """Rows of a file that do."""
    rows = (repo.read(replace(place, line=None, text="")) or "").split("\n")
    for number, row in enumerate(rows):
        if _ends_by_mark(row[:400]) and any(_ENDS.search(each[:400]) for each in rows):
            yield replace(place, line=number + 1, text=row.strip())
            continue
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
        line = replace(place, line=number + 1, text=row.strip())
        ends = any("exit" in each for each in (row, *deeper(rows, number)))
        if fails and (ends or not is_lost(repo, line)):
            yield line


def _ends_by_mark(row: str) -> bool:
    """Whether the run ends badly with a score below a number."""
    found = _BY_CODE.search(row)
    if found is None or (found["then"] is None) == (not found["well"] and not found["badly"]):
        return False
    well = bool(found["well"]) or found["then"] == "0"
    return any(
        _fits(held, found["asked"][: held.start()], well) for held in _HELD.finditer(found["asked"])
    )


def _fits(held: re.Match[str], given: str, well: bool) -> bool:
    """Whether a score is held against a number from below, or what is bad from above, where the
    run ends well by that; the other way round where it ends badly."""
    bad = bool(_BAD.search(given))
    if held[1] == "," or not (bad or _SCORE.search(given)):
        return False
    return held[1].startswith(_UP if bad != well else _DOWN)


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
