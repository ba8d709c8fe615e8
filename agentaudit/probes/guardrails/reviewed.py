"""A second answer of a model by which the first one, or the question, is judged: what it says is
looked at, and replaces or refuses what was there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.probes.guardrails.within import function_around, is_switched
from agentaudit.source import Component, Repo

_MARKED = regex(
    r"\s*(?:\}\s*)?(?:el)?if\s+(?:not\s+)?\(?[\"']([^\"'\n]{2,40})[\"']\s+(?:not\s+)?in\s+"
    r"(\w{2,60})(?:\.\w{1,20}\(\))?\)?:"
    r"|\s*(?:\}\s*)?if\s*\(!?(\w{2,60})(?:\.to(?:Lower|Upper)Case\(\))?\.includes\([\"']([^\"'\n]{2,40})[\"']\)\)"
)
"""Where an answer is looked through for a mark that it was told to make."""
_UNSAFE = regex(
    r"(?i)\b(?:un_?safe|harmful|inappropriate|malicious|jail_?break|injection|toxic|violat\w{1,5}|flagged)\b"
)
_ASKED = regex(
    r"\.(?:a?invoke|create|generate\w{0,20}|a?complete|a?predict|chat)\(|\bgenerateText\(|\bllm\w{0,20}\("
)
_LEAVES = regex(r"\s*(?:return|raise|throw)\b")
_ABOVE = 30
_BEFORE = 12
"""Rows above the question to a model, in which stands what it is asked about."""
_MOST = 5000


def reviewing(repo: Repo, component: Component) -> Place | None:
    """Where such a second answer decides, whatever is set."""
    places = [c.place for c in component.code.calls if c.role is Role.APP and c.reached]
    for file in dict.fromkeys(Place(place.repo, place.path) for place in places):
        aside = TESTS.search(file.path) or OUTSIDE.search(file.path) or ASIDE.search(file.path)
        if aside or not file.path.endswith((".py", ".ts", ".js", ".mjs")):
            continue
        rows = (repo.read(file) or "").split("\n")[:_MOST]
        for at, row in enumerate(rows):
            found = _MARKED.match(row[:300]) if " in " in row or "includes(" in row else None
            place = Place(file.repo, file.path, at + 1, row.strip()[:200])
            if (
                found
                and _decides(rows, at, found[1] or found[4], found[2] or found[3])
                and not is_switched(rows, at, function_around(repo, place))
            ):
                return place
    return None


def _decides(rows: Sequence[str], at: int, mark: str, name: str) -> bool:
    """Whether the name holds what a model said, and the condition makes something of it."""
    given = re.compile(
        rf"\s*(?:(?:const|let|var)\s+)?{re.escape(name)}(?:\s*:[^=\n]{{1,60}})?\s*=(?!=)"
    )
    near = range(at - 1, max(at - _ABOVE, -1), -1)
    first = next((n for n in near if given.match(rows[n][:300])), None)
    if first is None or not _ASKED.search("\n".join(rows[first:at])):
        return False
    if _UNSAFE.search(mark) and any(_LEAVES.match(row) for row in deeper(list(rows), at)):
        return True
    before = "\n".join(rows[max(first - _BEFORE, 0) : at])
    return any(re.search(rf"\(\s*{re.escape(old)}\b", before) for old in _replaced(rows, at, name))


def _replaced(rows: Sequence[str], at: int, name: str) -> Iterator[str]:
    """What is set to the second answer below the condition."""
    into = re.compile(rf"\s*(\w{{2,60}})\s*=\s*{re.escape(name)}(?:\.strip\(\)|\.trim\(\))?;?\s*$")
    for row in rows[at + 1 : at + 12]:
        if found := into.match(row[:200]):
            yield found[1]
