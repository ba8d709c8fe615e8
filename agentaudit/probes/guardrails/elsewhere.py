"""Guardrails that judge something else than questions and answers."""

from __future__ import annotations

import re

from agentaudit.blocks import Block
from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD
from agentaudit.probes.guardrails.callers import said
from agentaudit.probes.guardrails.within import function_around
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
_ROUTES = regex(r"\.(?:get|post|put|patch|route|api_route)$")
_PAGE = regex(r"(?:^|/)route\.[jt]s$")
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH"))
"""Functions of a page of Next.js that answer requests."""
_RAISED = regex(r"(?:Error|Exception)$")
_ROUTED = (".py", ".ts", ".js", ".mjs")
_HOPS = 3
_CALLED = regex(r"([A-Za-z_]\w{0,80})\s?\(")
_PLAIN = frozenset(
    {
        *("len", "str", "int", "bool", "dict", "list", "print", "any", "HTTPException"),
        *("JSONResponse", "Response", "info", "warning", "error", "debug", "exception"),
        *("strip", "lower", "get", "json", "read", "decode", "write", "add", "commit"),
        *("refresh", "append", "insert", "uuid4", "File", "Form", "Body", "Query", "if", "and"),
        *("or", "not", "in", "return", "await", "status", "end", "send", "stringify", "trim"),
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
    """Whether it stands in a route that asks no model and calls nothing that could, or in what only
    such routes ask, while another function asks one."""
    if not any(_asks_apart(repo, each, call) for each in code.calls):
        return False
    return _is_beside(repo, call.place, call.method, _HOPS)


def _is_beside(repo: Repo, place: Place, name: str, hops: int) -> bool:
    function = function_around(repo, place) if place.path.endswith(_ROUTED) else None
    if function is None or not hops:
        return False
    text = repo.read(Place(place.repo, place.path)) or ""
    called = {found[1] for found in _CALLED.finditer(function.body(text))} - {*_PLAIN, name}
    if not all(map(_RAISED.search, called)) or "Depends(" in text[function.start : function.inside]:
        return False
    if _is_route(place, function):
        return True
    inner = function.name
    if not re.fullmatch(r"\w{4,80}", inner) or inner.startswith("__"):
        return False
    rows = said(repo, inner, place.path.rpartition(".")[2])
    return bool(rows) and all(_is_beside(repo, row, inner, hops - 1) for row in rows)


def _is_route(place: Place, function: Block) -> bool:
    """Whether a request from outside comes to the function first."""
    page = _PAGE.search(place.path) is not None and function.name in _VERBS
    return page or any(_ROUTES.search(each) for each in (*function.marks, function.given))


def _asks_apart(repo: Repo, each: Call, call: Call) -> bool:
    """Whether a model is asked in another function."""
    asks = each.method in _ANSWERING and ".moderations." not in each.callee
    if not asks or each.role is not Role.APP:
        return False
    where = (call.place.path, call.scope)
    same = (each.place.path, each.scope) == where
    return not same or function_around(repo, each.place) != function_around(repo, call.place)


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
