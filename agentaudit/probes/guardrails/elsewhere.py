"""Guardrails that judge something else than questions and answers."""

from __future__ import annotations

from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_NAME = regex(
    r"(?i)(?:\w{1,60}\.){0,4}(?:(?:user|nick|display|screen|first|last|full|team|room|channel|bot)_?)?"
    r"name|(?:\w{1,60}\.){0,4}(?:nick|handle|slug|alias|email)"
)
"""What people call themselves and their things."""
_ROUTE = regex(
    r"(?i)\s{0,8}@[\w.]{1,60}\.(?:get|post|put|route|api_route)\(\s{0,4}[\"'][^\"']{0,100}/"
    r"(?:admin|moderat\w{0,6}|guard_?-?rails?|safety|content-safety|debug)(?:[/\"'-])"
)
"""Where the verdict itself is what is asked for."""
_HEAD = regex(r"\s{0,8}(?:async\s+)?def\s+(\w{1,80})")
_NEAR = 60


def is_elsewhere(repo: Repo, call: Call) -> bool:
    """Whether a name is judged, or the function answers who asks for a verdict by itself."""
    first = call.at(0)
    if first is not None and _NAME.fullmatch(first.written.strip()):
        return True
    place = call.place
    if not place.path.endswith(".py") or not place.line:
        return False
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[: place.line]
    for at in range(len(rows) - 1, max(len(rows) - _NEAR, 0), -1):
        found = _HEAD.match(rows[at][:300])
        if found and found[1] == call.scope.rpartition(".")[2]:
            return _is_routed(rows, at)
    return False


def _is_routed(rows: list[str], at: int) -> bool:
    while at and rows[at - 1].lstrip().startswith("@"):
        at -= 1
        if _ROUTE.match(rows[at][:300]):
            return True
    return False
