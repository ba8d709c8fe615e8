"""zap, which adds the stack of whoever reports an error where it is told to, as it is by default in
production."""

from __future__ import annotations

from agentaudit.code import Call, Code
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.errors import serving
from agentaudit.source import Component, Repo

_LIBRARY = "go.uber.org/zap"
_MADE = frozenset({"NewProduction", "NewProductionConfig", "AddStacktrace"})
_REACHED = regex(r"(?:\w{1,40}\.)?(?:Debug|Info|Warn|Error)Level")
"""Levels that an error reaches; what a variable holds is not known."""
_LEFT_OUT = regex(
    r"\bDisableStacktrace\s{0,9}[:=]{1,2}\s{0,9}true\b"
    r"|\bStacktraceKey\s{0,9}[:=]{1,2}\s{0,9}(?:zapcore\.OmitKey|\"\")"
)
_TRIED = regex(r"_test\.go$")
_FEW = 3
_ITSELF = regex(r"\.(?:(?:Sugared)?Logger|NewProduction|[LS]|Sugar|With|Named)$")
_FIELD = regex(r"zap\.(?:Named)?Error\(")


def stacked(repo: Repo, component: Component) -> Call | None:
    """The call by which the logger is told so, where errors go to it at all: many programs print
    them, or hand them on as values."""
    code = component.code
    made = [c for c in serving(code) if c.method in _MADE and c.below(_LIBRARY)]
    if not made or not all(map(_is_reached, made)) or not _reports(code):
        return None
    return None if _is_left_out(repo, component) else made[0]


def _is_reached(call: Call) -> bool:
    """Whether errors reach the level from which on stacks are added, where the call says one."""
    level = call.at(0) if call.method == "AddStacktrace" else None
    return level is None or _REACHED.fullmatch(level.written.strip()) is not None


def _is_left_out(repo: Repo, component: Component) -> bool:
    """Whether a file of the component switches stacks off: its logger may be set up in several."""
    home = "" if component.path == "." else f"{component.path}/"
    files = repo.files(f"{home}**/*.go", saying=("DisableStacktrace", "StacktraceKey"))
    return any(
        _LEFT_OUT.search((repo.read(file) or "")[:300_000])
        for file in files
        if not _TRIED.search(file.path)
    )


def _reports(code: Code) -> bool:
    return sum(map(_is_report, serving(code))) >= _FEW


def _is_report(call: Call) -> bool:
    """Whether an error goes to zap, by the type of what is called or by the field it is put in."""
    if not call.method.startswith("Error"):
        return False
    if any(_FIELD.match(each.value.written) for each in call.arguments):
        return True
    return call.below(_LIBRARY) and bool(_ITSELF.search(call.callee.rpartition(".")[0]))
