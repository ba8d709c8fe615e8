"""Calls by which a question is judged before it is answered, told by the name, the question being
turned away where the verdict says so."""

from __future__ import annotations

import re

from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_JUDGES = regex(
    r"(?i)(?:validate|check|assess|verify|judge|classify|screen|evaluate)_?(?:user_?)?(?:query|prompt"
    r"|question|topic)_?(?:relevan(?:ce|cy|t)|safety|scope|allowed|appropriate\w{0,6}|polic(?:y|ies)"
    r"|compliance)$"
    r"|(?:^|_)is_?(?:user_?)?(?:query|prompt|question|topic)_?(?:allowed|safe|relevant|appropriate"
    r"|permitted|in_?scope|on_?topic|acceptable|harmful|malicious)$"
)
_WORKS = regex(r"(?i)(?:^|_)validate_?(?:user_?)?(?:prompt|question|query)$")
"""The same of what a worker does: to look at lengths and formats needs none."""
_GATE = regex(r"(?i)_{0,2}(?:evaluate|check|run|apply|pass|enter|ask)(?:_?[a-z]\w{0,40})?gates?$")
_QUESTION = regex(
    r"(?:\w{1,40}\.){0,3}(?:(?:user|raw|retrieval|original|standalone)_?)?(?i:question|query|prompt|message|utterance)"
    r"(?:_?(?i:text))?"
)
"""A gate, by what people call it, and what it is given where it is one of questions."""
_APPLIED = "ApplyGuardrailCommand"
"""What Amazon Bedrock is sent so that it judges a text; its answer is read by whoever sends it."""
_RUN = frozenset(
    ("execute_activity", "execute_activity_method", "execute_local_activity", "executeActivity")
)
"""What a workflow lets a worker do, by the name of a function."""
_ASSIGNED = regex(
    r"(?:(?:const|let|var|final|bool|boolean|[A-Z][\w.]{0,80}(?:<[\w<>, .]{1,60}>)?)\s+)?"
    r"[\[({]?([A-Za-z_$][\w$]{0,60}(?:\s{0,4},\s{0,4}[A-Za-z_$][\w$]{0,60}){0,3})[\])}]?"
    r"(?:\s{0,4}:[^=\n]{1,60})?\s{0,4}:?=(?!=)"
)
_WORD = regex(r"[A-Za-z_$][\w$]{0,60}")
_ASKED = regex(r"(?:\}\s*)?(?:el(?:se\s+)?)?if\b")
_LEAVES = regex(r"\s*(?:return|raise|throw|continue|break|yield)\b")
_BELOW = 40
_BLOCK = 14


def judged(call: Call) -> str:
    """The function that judges a question in this call; empty where it is none by its name."""
    if call.method == _APPLIED:
        return _APPLIED
    given = call.at(0) if call.method in _RUN else None
    name = given.written.rpartition(".")[2].strip("\"' ") if given is not None else call.method
    first = call.at(0) or call.argument("question", "query", "prompt", "message")
    if _GATE.match(name[:100]) and first and _QUESTION.fullmatch(first.written.strip()[:200]):
        return name
    works = call.method in _RUN and _WORKS.search(name[:100])
    return name if works or _JUDGES.search(name[:100]) else ""


def turns_away(repo: Repo, place: Place) -> bool:
    """Whether the verdict is asked near the call, and leaves the function or the round; who leaves
    where there is none lets everything pass."""
    return bool(branch(repo.read(Place(place.repo, place.path)) or "", place.line or 0))


def branch(text: str, line: int) -> str:
    """What stands below the condition that asks for the verdict of a line, if it leaves."""
    rows = text.split("\n")[:20_000]
    at = line - 1
    if not 0 <= at < len(rows):
        return ""
    row = rows[at].strip()[:400]
    if _ASKED.match(row):
        return _leaving(rows, at)
    given = _ASSIGNED.match(row) or (at and _ASSIGNED.match(rows[at - 1].strip()[:400]))
    if not given:
        return ""
    names = "|".join(re.escape(each) for each in _WORD.findall(given[1]))
    word = re.compile(
        rf"(?<![\w.$])(?:{names})(?![\w$]|\s+(?:===?|is)\s+(?:null|None|nil|undefined)\b)"
    )
    found = (
        _leaving(rows, n)
        for n in range(at + 1, min(at + _BELOW, len(rows)))
        if _ASKED.match(rows[n].strip()) and word.search(rows[n][:400])
    )
    return next(filter(None, found), "")


def _leaving(rows: list[str], at: int) -> str:
    """What stands below a condition, if it ends in leaving."""
    depth = len(rows[at]) - len(rows[at].lstrip())
    block: list[str] = []
    at += rows[at + 1 : at + 2] == [f"{' ' * depth}{{"]  # a bracket on a row of its own, as in C#
    for row in rows[at + 1 : at + 1 + _BLOCK]:
        if row.strip() and len(row) - len(row.lstrip()) <= depth:
            break
        block.append(row)
    return "\n".join(block) if any(_LEAVES.match(row[:200]) for row in block) else ""
