"""Panics of Go, the only errors of it that come with a stack, and whether that is written down;
errors that are logged with the stack of whoever logs them."""

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


_STACK = regex(r"\b(?:debug\.Stack\(\)|zap\.Stack(?:Skip)?\()")
_ABOVE = 6
"""Rows above a call that are looked at for what it recovers from."""


def stacks_of_errors(repo: Repo, code: Code) -> list[Call]:
    """Calls of a logger that are given the stack beside an error, and not that of a panic."""
    serving = (c for c in code.calls if c.role is Role.APP and c.reached)
    return [
        call
        for call in serving
        if call.place.path.endswith(".go")
        and any(_STACK.search(each.value.written[:200]) for each in call.arguments)
        and _LOGS.search(call.callee[-100:])
        and not _recovered(repo, call.place)
    ]


_LOGS = regex(r"(?i)(?:slog|log|logger|zap|logrus|sugar\w*|With)\.(?:Error|Warn|Log)\w{0,12}$")


def _recovered(repo: Repo, place: Place) -> bool:
    rows = (repo.read(Place(place.repo, place.path)) or "")[:300_000].split("\n")
    line = place.line or 0
    return any(_RECOVERS.search(row[:400]) for row in rows[max(line - _ABOVE, 0) : line])


def _files(code: Code) -> list[Place]:
    calls = (call.place for call in code.calls if call.role is Role.APP)
    found = {place.path: Place(place.repo, place.path) for place in calls}
    return [place for path, place in sorted(found.items()) if path.endswith(".go")]


def _recovers(repo: Repo, place: Place) -> int:
    return len(_RECOVERS.findall((repo.read(place) or "")[:300_000]))
