"""Guardrails inside of functions: who calls those, and on which condition."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Call, Code, Condition, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.probes.guardrails.own import is_awaited, is_chosen, is_idle, is_option
from agentaudit.probes.guardrails.switched import is_below_switch
from agentaudit.probes.once import once
from agentaudit.source import Repo

_SUFFIXES = ("py", "ts", "js", "mjs", "go")
_PASSED_ON = regex(r"(?:^|/)(?:__init__\.py|index\.[mc]?[jt]s)$")
"""Modules that hand on what others define."""
_DEFINED = regex(
    r"\s{0,80}(?:export\s|default\s|async\s|public\s|private\s){0,4}(?:def|function|func)\s"
)
_BROUGHT = regex(r"\s{0,80}(?:from|import|export\s{0,4}[{*])|.{0,80}\brequire\(")
_OPEN = regex(
    r"\s{0,80}(?:from\s.{0,200}\simport\s{0,4}\(|import\s{0,4}(?:type\s)?\{|export\s{0,4}\{)"
)
_FAR = 40
"""Rows above a name within which the import begins that it belongs to."""


def is_loose(repo: Repo, code: Code, call: Call) -> bool:
    """Whether nothing of the serving code leads to it: it may be chosen, or nobody asks for it."""
    return is_option(repo, call) or is_idle(code, call) or _is_unasked(repo, code, call)


def switch(repo: Repo, code: Code, call: Call) -> Condition | None:
    """What decides whether it runs: its own condition, or that of all who call the function that it
    stands in; None where it runs whatever is set."""
    if is_chosen(call) or is_below_switch(repo, call):
        return call.condition
    callers = _callers(code, call)
    if callers and all(is_chosen(each) or is_below_switch(repo, each) for each in callers):
        return callers[0].condition
    return None


def is_switched(repo: Repo, code: Code, call: Call) -> bool:
    """Whether a setting decides whether it runs."""
    if is_chosen(call) or is_below_switch(repo, call):
        return True
    return switch(repo, code, call) is not None


def _callers(code: Code, call: Call) -> list[Call]:
    """Calls in the serving code of the function that it stands in."""
    inner = call.scope.rpartition(".")[2]
    if not re.fullmatch(r"\w{4,80}", inner):
        return []
    return [each for each in code.calls if each.method == inner and each.role is Role.APP]


def _is_unasked(repo: Repo, code: Code, call: Call) -> bool:
    """Whether it stands in a plain function that is imported at most, and never used."""
    inner = call.scope.rpartition(".")[2]
    suffix = call.place.path.rpartition(".")[2]
    if suffix not in _SUFFIXES or not re.fullmatch(r"\w{6,80}", call.scope) or _callers(code, call):
        return False
    return all(is_awaited(row.text) for row in said(repo, inner, suffix))


@once
def said(repo: Repo, name: str, suffix: str) -> tuple[Place, ...]:
    """Rows, each with its text, but of tests, that use a function by its name, or decorate it."""
    files = repo.files(f"**/*.{suffix}", saying=(name,))
    texts = ((f, repo.read(f) or "") for f in files if not TESTS.search(f.path))
    asked = ((f, t) for f, t in texts if not _PASSED_ON.search(f.path) or _defines(t, name))
    return tuple(row for file, text in asked for row in _rows(file, text, name))


def _defines(text: str, name: str) -> bool:
    """Whether a module holds the function itself: that of a function of a cloud is often called as
    those that only hand on."""
    return re.search(rf"\b(?:def|function)\s{{1,4}}{re.escape(name)}\b", text) is not None


def _rows(file: Place, text: str, name: str) -> Iterator[Place]:
    """Rows that say it, each sought from the one before: who asks for many names does not take the
    whole text apart for each."""
    word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    text, at, line, seen = text[:500_000], 0, 1, 0
    while (at := text.find(name, at)) >= 0:
        begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = end if end >= 0 else len(text)
        line, seen = line + text.count("\n", seen, begin), begin
        row = text[begin:end]
        if word.search(row[:400]) and _is_use(row, text, begin):
            yield replace(file, line=line, text=row.strip()[:500])
        at = end


def _above(text: str, begin: int) -> list[str]:
    """Rows above the one that begins there, the nearest first."""
    return text[max(begin - _FAR * 400, 0) : begin].split("\n")[-2::-1][:_FAR]


def _is_use(row: str, text: str, begin: int) -> bool:
    row = row[:400]
    if _DEFINED.match(row):
        return next(iter(_above(text, begin)), "").lstrip().startswith("@")
    if _BROUGHT.match(row):
        return False
    if not re.fullmatch(r"\s{0,80}[\"']?\w{1,80}[\"']?,?\s{0,8}", row):
        return True
    above = _above(text, begin)
    opens = next((each for each in above if re.search(r"[(\[{]\s{0,8}$", each[-200:])), "")
    return _OPEN.match(opens[:400]) is None and "__all__" not in opens
