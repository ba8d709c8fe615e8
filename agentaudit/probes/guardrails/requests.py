"""Guardrails of Amazon Bedrock that a request names deep in a dictionary, which the call is handed
by its name, as `**request`, or by the function that makes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.source import Repo

_ASKS = regex(
    r"(?i)(?:converse|invoke_?model|retrieve_?and_?generate|invoke_?(?:inline_?)?agent)"
    r"(?:_?stream|_?with_?response_?stream)?(?:command|async)?$"
)
_NAMES = regex(
    r"(?:^|[\s{(,.&*])[\"']?(?i:guardrail_?(?:config(?:uration)?|identifier|id))[\"']?\s{0,4}[:=]\s{0,4}"
    r"(?!(?:None|null|undefined|nil|str|string|Optional)\b|=|[\"']{2})\S"
)
_CHOSEN = regex(r"\sif\s.{0,200}\selse\s|\s\?\s|\?\?|\s\|\|\s|\sor\s")
_ASKED = regex(
    r"\s*(?:\}\s*)?(?:if|elif|else|case|when|switch|except|catch)\b|.{0,200}(?:&&|\?)\s*[({]\s*$"
)
_FUNCTION = regex(
    r"\s*(?:(?:export|public|private|protected|static|async|override|default)\s+){0,5}"
    r"(?:def|function|func|fn)\b|.{0,200}=>\s*\{\s*$|\s*(?:async\s+)?\w{1,60}\([^()]{0,200}\)[^={}]{0,60}\{\s*$"
)
_BOUND = regex(
    r"\s{0,200}(?:(?:const|let|var|final)\s)?([A-Za-z_]\w{0,60})(?:\s{0,4}:[^=\n]{0,80})?\s{0,4}=(?!=)"
)
_RETURNED = regex(r"\s*return\b")
_DEFINED = regex(r"(?:def|function|func|fn)\s+(\w{1,60})|(\w{1,60})\s*(?:\(|=\s*(?:async\s*)?\()")
_MOST = 150


def in_requests(repo: Repo, code: Code) -> Iterator[Call]:
    """Calls of Bedrock in the serving code whose request names a guardrail, whatever is set."""
    for call in code.calls:
        serves = call.role is Role.APP and not ASIDE.search(call.place.path)
        if serves and _ASKS.search(call.method):
            rows = (repo.read(Place(call.place.repo, call.place.path)) or "").split("\n")[:20_000]
            if any(_is_handed(rows, at, call) for at in _named(rows)):
                yield call


def _named(rows: Sequence[str]) -> Iterator[int]:
    """Rows that name a guardrail as part of a request."""
    for at, row in enumerate(rows):
        line = row[:400]
        plain = line.lstrip().startswith(("#", "//", "*"))
        if "uardrail" in line and not plain and _NAMES.search(line) and not _CHOSEN.search(line):
            yield at


def _is_handed(rows: Sequence[str], at: int, call: Call) -> bool:
    """Whether the call is given what the row belongs to, and no condition stands around it."""
    line = (call.place.line or 0) - 1
    depth, statement = _depth(rows[at]), rows[at]
    for number in range(at, max(at - _MOST, -1), -1):
        row = rows[number][:400]
        beside = number != at and (_depth(row) >= depth or row.lstrip().startswith(")"))
        if not row.strip() or beside:
            continue
        depth = _depth(row)
        if number == line:
            return True
        if number != at and _ASKED.match(row):
            return False
        if number != at and _FUNCTION.match(row):
            return _joins(rows, statement, row, line)
        statement = row
    return False


def _joins(rows: Sequence[str], statement: str, function: str, line: int) -> bool:
    """Whether the call on the line uses what the statement binds or returns."""
    written = "\n".join(rows[line : line + 12])
    if _RETURNED.match(statement):
        names = {name for found in _DEFINED.findall(function) for name in found if name}
        before = "\n".join(rows[max(line - 40, 0) : line])
        return any(re.search(rf"\b{re.escape(n)}\s*\(", before + written) for n in names)
    found = _BOUND.match(statement)
    return found is not None and re.search(rf"\b{re.escape(found[1])}\b", written) is not None


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip())
