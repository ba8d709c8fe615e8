"""Errors of Go that are logged with the stack of whoever logs them: of themselves they have none,
and that of a panic says nothing of them."""

from __future__ import annotations

from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_RECOVERS = regex(r"(?<![\w.])recover\(\)")
_STACK = regex(r"\b(?:debug\.Stack\(\)|zap\.Stack(?:Skip)?\()")
_ABOVE = 6
"""Rows above a call that are looked at for what it recovers from."""


def stacks_of_errors(repo: Repo, code: Code) -> list[Call]:
    """Calls of a logger that are given the stack beside an error, and not that of a panic."""
    serving = (c for c in code.calls if c.role is Role.APP and c.reached)
    marshals = _marshals(repo)
    return [
        call
        for call in serving
        if call.place.path.endswith(".go")
        and (
            any(_STACK.search(each.value.written[:200]) for each in call.arguments)
            or (marshals and _ADDED.search(call.place.text[:400]))
        )
        and _LOGS.search(call.callee[-100:])
        and not _recovered(repo, call.place)
    ]


_ADDED = regex(r"\.Stack\(\)\.(?:\w{1,20}\([^()]{0,100}\)\.){0,6}?Err\(")
"""A record of zerolog that is told to hold the stack of its error."""
_MARSHALS = regex(r"\bErrorStackMarshaler\s{0,4}=\s{0,4}(?!nil)\w")


def _marshals(repo: Repo) -> bool:
    """Whether zerolog is told how to write the stack that an error holds; by itself it writes
    none."""
    files = repo.files("**/*.go", saying=("ErrorStackMarshaler",))
    return any(_MARSHALS.search((repo.read(file) or "")[:300_000]) for file in files)


_LOGS = regex(r"(?i)(?:slog|log|logger|zap|logrus|sugar\w*|With)\.(?:Error|Warn|Log)\w{0,12}$")


def _recovered(repo: Repo, place: Place) -> bool:
    rows = (repo.read(Place(place.repo, place.path)) or "")[:300_000].split("\n")
    line = place.line or 0
    return any(_RECOVERS.search(row[:400]) for row in rows[max(line - _ABOVE, 0) : line])
