"""Calls that report an error, and whether they keep where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Code, Role, Strength

_ALWAYS = frozenset(
    {
        *("record_exception", "recordException", "RecordException", "AddException"),
        *("capture_exception", "captureException", "CaptureException", "captureError"),
        *("format_exc", "print_exc", "format_exception", "print_exception", "printStackTrace"),
        *("notice_error", "report_exc_info", "trackException", "TrackException"),
        *("PrintStack", "Recoverer", "Recovery", "AddStacktrace"),
    }
)
"""Calls that keep the traceback whatever they are given."""
_WHOLE = frozenset(
    {
        *("AddApplicationInsightsTelemetry", "AddApplicationInsightsTelemetryWorkerService"),
        *("UseAzureMonitor", "UseSentry", "AddSentry", "NewProduction"),
    }
)
"""Calls at start-up after which every reported error keeps its stack: the trackers of .NET, and the
configuration for production of zap."""
_LOGS = frozenset(
    {"error", "critical", "fatal", "severe", "Error", "Fatal", "LogError", "LogCritical"}
)
"""Calls of a logger that report an error."""
_QUIET = frozenset({"warning", "warn", "info", "debug", "log", "Warning", "LogWarning", "Warn"})
"""Calls of a logger that count where they keep a traceback, and are no lack where they do not."""
_LOGGER = re.compile(
    r"(?i)(?:^|[._/])(?:\w*log|\w*logger|logging|get_?logger|loguru|slog|sugar|pino|winston|bunyan"
    r"|tslog|zap|klog|logrus|structlog)(?:\.(?:child|with|bind|default))?$"
)
_ERROR = re.compile(
    r"(?:e|ex|err|error|exc|exc?eption|cause|t|throwable|cause\w*)"
    r"|\{(?:[^{}]*,)?\s*(?:err|error)\s*(?::\s*(?:e|ex|err|error)\s*)?(?:,[^{}]*)?\}"
)
"""An argument that is the error itself, or an object that holds it."""


def tracked(code: Code) -> Call | None:
    """The call at start-up that makes every reported error keep its stack."""
    return next((call for call in _serving(code) if call.method in _WHOLE), None)


def kept(code: Code) -> Iterator[Call]:
    """Calls in the serving code that keep the traceback of an error."""
    known = _has_logger(code)
    return (call for call in _serving(code) if _keeps(call, known))


def bare(code: Code) -> Iterator[Call]:
    """Calls of a logger in the serving code that report an error without its traceback."""
    known = _has_logger(code)
    for call in _serving(code):
        if call.method in _LOGS and _is_logger(call) and not _keeps(call, known):
            yield call


def _has_logger(code: Code) -> bool:
    """Whether scripts log by a library that writes an error with its stack; a `logger` of one's
    own may be anything."""
    return any(
        use.strength >= Strength.IMPORTED and use.place.path.endswith(_SCRIPTS)
        for use in code.used.get("logging", ())
    )


_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs")


def _serving(code: Code) -> Iterator[Call]:
    return (call for call in code.calls if call.role is Role.APP and call.reached)


def _is_logger(call: Call) -> bool:
    return bool(_LOGGER.search(call.callee.rpartition(".")[0][-100:])) or call.method.startswith(
        "Log"
    )


def _keeps(call: Call, known: bool) -> bool:
    if call.method in _ALWAYS:
        return True
    if call.callee in ("debug.Stack", "runtime/debug.Stack", "runtime/debug.PrintStack"):
        return True
    if call.method == "opt" and call.argument("exception") is not None:
        return True
    if call.method not in _LOGS | _QUIET | {"exception"}:
        return False
    if any(".stack" in _text(a.value.written, a.value.text) for a in call.arguments):
        return True
    return _is_logger(call) and (call.method == "exception" or _given(call, known))


def _given(call: Call, known: bool) -> bool:
    """Whether a logger is handed the error itself: by `exc_info` in Python, where formatting an
    error says only its message, as an argument elsewhere."""
    asked = call.argument("exc_info", "stack_info")
    if asked is not None:
        return (asked.text or asked.written).strip().lower() not in ("false", "none", "0")
    if call.place.path.endswith((".py", ".ipynb", ".go")):
        return False
    if call.place.path.endswith(_SCRIPTS) and not known:
        return False
    return any(
        _ERROR.fullmatch(a.value.written.strip()) and a.name in ("", "err", "error", "exception")
        for a in call.arguments
    )


def _text(*texts: str | None) -> str:
    return " ".join(filter(None, texts))
