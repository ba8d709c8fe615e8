"""Panics of Go, the only errors of it that come with a stack, and whether that is written down."""

from __future__ import annotations

from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_STACKS = ("runtime/debug.Stack", "runtime/debug.PrintStack", "runtime.Stack")
_RECOVERS = regex(r"(?<![\w.])recover\(\)")
_FEWEST, _NEARLY_ALL = 3, 0.8
"""So many places recover before it is a practice, and this share of them writes the stack."""


def stacks_of_panics(repo: Repo, code: Code) -> list[Call]:
    """Calls that write down the stack of a panic, where nearly everything that recovers does so."""
    calls = (c for c in code.called(*_STACKS) if c.reached and c.place.path.endswith(".go"))
    first = {(call.place.path, call.place.line): call for call in calls}
    if len(first) < _FEWEST:
        return []
    recovering = sum(_recovers(repo, place) for place in _files(code))
    return list(first.values()) if len(first) >= recovering * _NEARLY_ALL else []


def _files(code: Code) -> list[Place]:
    calls = (call.place for call in code.calls if call.role is Role.APP)
    found = {place.path: Place(place.repo, place.path) for place in calls}
    return [place for path, place in sorted(found.items()) if path.endswith(".go")]


def _recovers(repo: Repo, place: Place) -> int:
    return len(_RECOVERS.findall((repo.read(place) or "")[:300_000]))
