"""zap, which adds the stack of whoever reports an error where it is told to, as it is by default in
production."""

from __future__ import annotations

from msgspec.structs import replace

from agentaudit.code import Call, Code
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.errors import serving
from agentaudit.source import Repo

_LIBRARY = "go.uber.org/zap"
_MADE = frozenset({"NewProduction", "NewProductionConfig", "AddStacktrace"})
_ABOVE = regex(r"(?i)\.(?:d?panic|fatal)level$")
"""Levels that an error does not reach."""
_LEFT_OUT = regex(
    r"\bDisableStacktrace\s{0,9}[:=]{1,2}\s{0,9}true\b"
    r"|\bStacktraceKey\s{0,9}[:=]{1,2}\s{0,9}(?:zapcore\.OmitKey|\"\")"
)
_FEW = 3
_ITSELF = regex(r"\.(?:(?:Sugared)?Logger|NewProduction|[LS]|Sugar|With|Named)$")
_FIELD = regex(r"zap\.(?:Named)?Error\(")


def stacked(repo: Repo, code: Code) -> Call | None:
    """The call by which the logger is told so, where errors go to it at all: many programs print
    them, or hand them on as values."""
    for call in serving(code):
        if call.method in _MADE and call.below(_LIBRARY) and not _is_off(repo, call):
            return call if _reports(code) else None
    return None


def _is_off(repo: Repo, call: Call) -> bool:
    above = any(_ABOVE.search(each.value.written.strip()) for each in call.arguments)
    text = (repo.read(replace(call.place, line=None, text="")) or "")[:300_000]
    return above or bool(_LEFT_OUT.search(text))


def _reports(code: Code) -> bool:
    return sum(map(_is_report, serving(code))) >= _FEW


def _is_report(call: Call) -> bool:
    """Whether an error goes to zap, by the type of what is called or by the field it is put in."""
    if not call.method.startswith("Error"):
        return False
    if any(_FIELD.match(each.value.written) for each in call.arguments):
        return True
    return call.below(_LIBRARY) and bool(_ITSELF.search(call.callee.rpartition(".")[0]))
