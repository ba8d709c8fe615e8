"""Guardrails that judge something else than questions and answers."""

from __future__ import annotations

import re

from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD, deeper
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
_ANY_ROUTE = regex(r"\s{0,8}@[\w.]{1,60}\.(?:get|post|put|patch|route|api_route)\(")
_CALLED = regex(r"([A-Za-z_]\w{0,80})\s?\(")
_PLAIN = frozenset(
    {
        *("len", "str", "int", "bool", "dict", "list", "print", "any", "HTTPException"),
        *("JSONResponse", "Response", "info", "warning", "error", "debug", "exception"),
        *("strip", "lower", "get", "json", "read", "decode", "write", "add", "commit"),
        *("refresh", "append", "insert", "uuid4", "File", "Form", "Body", "Query", "if", "and"),
        *("or", "not", "in", "return"),
    }
)
"""Calls that ask no model, and lead to none."""
_ANSWERING = frozenset(
    {
        *("create", "parse", "generate", "generate_content", "invoke", "ainvoke", "run"),
        *("run_sync", "stream", "astream", "chat", "completion", "acompletion"),
        *("generate_text",),
    }
)
_MASKS = regex(r"(?i)mask|redact|scrub|saniti[sz]|anonymi[sz]|obfuscat")
_TOLD = regex(
    r"(?i)(?:^|/)(?:otel|open_?telemetry|telemetry|trac(?:e|es|er|ing)|spans?|logg(?:er|ing)|logs?|sentry"
    r"|structlog|observability|instrumentation|langfuse|langsmith)(?:[-_.]\w{1,40}){0,4}\.\w{2,4}$"
    r"|[-_](?:otel|telemetry|trac(?:er|ing)|logg(?:er|ing))\.\w{2,4}$"
)
"""Files of code that only tells of what happens."""
_TELLS = regex(
    r"(?:^|[._])(?:span|log(?:ger|ging)?|telemetry|trac(?:e|er|ing)|sentry|breadcrumb)s?(?![a-z])"
    r"|(?:Span|Log(?:ger|ging)?|Telemetry|Trac(?:e|er|ing)|Sentry|Breadcrumb)s?(?![a-z])"
)
"""Functions and classes that do."""
_HEAD = regex(r"\s{0,8}(?:async\s+)?def\s+(\w{1,80})")
_NEAR, _STATEMENT = 60, 12
"""Rows of a function above a call, and of one statement."""


def is_elsewhere(repo: Repo, call: Call) -> bool:
    """Whether a name is judged, or the function answers who asks for a verdict by itself."""
    first = call.at(0)
    if first is not None and _NAME.fullmatch(first.written.strip()):
        return True
    place = call.place
    if not place.path.endswith(".py") or not place.line:
        return False
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")
    at = _head(rows, call)
    return at is not None and _is_routed(rows, at, _ROUTE)


def is_logged(repo: Repo, call: Call) -> bool:
    """Whether it masks what is logged or traced: nobody is asked or answered with that."""
    if _MASKS.search(call.method) is None:
        return False
    place = call.place
    if _TOLD.search(place.path) or _TELLS.search(call.scope):
        return True
    open_, line = 0, place.line or 0
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:line]
    for row in rows[-2 : -2 - _STATEMENT : -1]:
        open_ += sum(map(row.count, "([{")) - sum(map(row.count, ")]}"))
        if open_ > 0 and TOLD.match(row.strip()):
            return True
    return False


def is_beside(repo: Repo, code: Code, call: Call) -> bool:
    """Whether it stands in a route that asks no model and calls nothing that could, while another
    function asks one."""
    place = call.place
    if not place.path.endswith(".py") or not any(_asks_apart(each, call) for each in code.calls):
        return False
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:20_000]
    at = _head(rows, call)
    if at is None or not _is_routed(rows, at, _ANY_ROUTE):
        return False
    opens = next(
        (n for n in range(at, min(at + 20, len(rows))) if rows[n].rstrip()[-1:] == ":"), at
    )
    head, text = "\n".join(rows[at : opens + 1]), "\n".join(deeper(rows, opens))
    called = {found[1] for found in _CALLED.finditer(text)}
    return "Depends(" not in head and called <= {*_PLAIN, call.method}


def _asks_apart(each: Call, call: Call) -> bool:
    """Whether a model is asked in another function."""
    asks = each.method in _ANSWERING and ".moderations." not in each.callee
    where = (call.place.path, call.scope)
    return asks and each.role is Role.APP and (each.place.path, each.scope) != where


def _head(rows: list[str], call: Call) -> int | None:
    """The row that begins the function of Python around a call."""
    line = call.place.line or 0
    for at in range(min(line, len(rows)) - 1, max(line - _NEAR, -1), -1):
        found = _HEAD.match(rows[at][:300])
        if found and found[1] == call.scope.rpartition(".")[2]:
            return at
    return None


def _is_routed(rows: list[str], at: int, route: re.Pattern[str]) -> bool:
    while at and rows[at - 1].lstrip().startswith("@"):
        at -= 1
        if route.match(rows[at][:300]):
            return True
    return False
