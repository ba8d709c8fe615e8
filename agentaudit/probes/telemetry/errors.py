"""Calls that report an error, and whether they keep where it came from."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Argument, Call, Code, Role, Strength
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.loggers import PINO, PINO_OF_ERRORS, SCRIPTS, WINSTON, logger
from agentaudit.probes.telemetry.silenced import declines, into_nothing
from agentaudit.source import Component

ALWAYS = frozenset(
    {
        *("record_exception", "recordException", "RecordException", "AddException"),
        *("capture_exception", "captureException", "CaptureException", "captureError"),
        *("format_exc", "print_exc", "format_exception", "print_exception", "printStackTrace"),
        *("notice_error", "report_exc_info", "trackException", "TrackException"),
    }
)
"""Calls that keep the traceback whatever they are given. What Go recovers from is a panic: its
errors are values, and hold no stack unless a library puts one in."""
_WHOLE = frozenset(
    {
        *("AddApplicationInsightsTelemetry", "AddApplicationInsightsTelemetryWorkerService"),
        *("UseAzureMonitor", "UseSentry", "AddSentry", "UseExceptionHandler"),
    }
)
"""Calls at start-up after which every reported error keeps its stack: the trackers of .NET and its
middleware, which logs what nobody caught."""
_LOGS = frozenset(
    {"error", "critical", "fatal", "severe", "Error", "Fatal", "LogError", "LogCritical"}
)
"""Calls of a logger that report an error."""
_QUIET = frozenset({"warning", "warn", "info", "debug", "log", "Warning", "LogWarning", "Warn"})
"""Calls of a logger that count where they keep a traceback, and are no lack where they do not."""
_LOGGER = regex(
    r"(?i)(?:^|[._/])(?:\w*log|\w*logger|logging|get_?logger|loguru|slog|sugar|pino|winston|bunyan"
    r"|tslog|zap|klog|logrus|structlog|(?:create)?consola)(?:\.(?:child|with|bind|default))?$"
)
_ERROR = regex(
    r"(?:e|ex|err|error|exc|exc?eption|cause|t|throwable|cause\w*)(?:\s+as\s+(?:\w{0,30}Error|any))?"
    r"|\w{1,40}(?:Err|Error|Exception)\s+as\s+\w{0,30}Error"
    r"|\{(?:[^{}]*,)?\s*(?:err|error)\s*(?::\s*(?:e|ex|err|error)\s*)?(?:,[^{}]*)?\}"
)
"""An argument that is the error itself, or an object that holds it."""


_PROVIDER = regex(r"(?i)logging(?:builder)?\.AddOpenTelemetry$")


def is_provider(call: Call) -> bool:
    """Whether the call gives the records of .NET to OpenTelemetry, as fields, with the trace id and
    the stack of exceptions."""
    return bool(_PROVIDER.search(call.callee[-100:]))


def tracked(code: Code) -> Call | None:
    """The call at start-up that makes every reported error keep its stack."""
    found = (c for c in serving(code) if c.method in _WHOLE or is_provider(c))
    return next(found, None)


def kept(code: Code, known: str = "") -> Iterator[Call]:
    """Calls in the serving code that keep the traceback of an error; known is the library by which
    its scripts log, where the code alone does not say it."""
    known = known or logger(code)
    found = (call for call in serving(code) if not _CHORES.search(call.place.path))
    return (call for call in found if _keeps(call, known) and not into_nothing(call))


_CHORES = regex(
    r"(?:^|/)(?:migrations?|seeds?|seeders?)/|(?:^|/)(?:\w{0,20}[_.-])?(?:migrate|migration|seed)\.\w{2,3}$"
)
"""Scripts that fill or change a database, which answer nobody."""


def bare(code: Code, known: str = "") -> Iterator[Call]:
    """Calls of a logger in the serving code that tell of an exception without its traceback, where
    no other call beside them keeps it. An error that no exception was raised for has none."""
    known = known or logger(code)
    keeping = {(call.place.path, call.place.line or 0) for call in kept(code, known)}
    for call in serving(code):
        told = call.method in _LOGS and _is_logger(call) and _tells(call)
        if told and not _keeps(call, known):
            at = call.place.line or 0
            if not any((call.place.path, at + off) in keeping for off in range(-_NEAR, _NEAR + 1)):
                yield call


_CAUGHT = regex(
    r"(?<![\w.\"'])(?:e|ex|err|error|exc|exception|cause|te|ge|err(?:or)?_?[mM](?:sg|essage)"
    r"|\w{1,20}(?:Err|Error|Exception|_err|_error|_exc))(?:\.(?:message|args|toString\(\)|getMessage\(\)|Message|Error\(\)))?"
    r"(?=\s*(?:[,)}!:?]|\?\.|instanceof|$))|\.(?:message|getMessage\(\)|Message)\b"
    r"|(?:str|repr|String|Err|[eE]rror)\(\s*(?:e|ex|err|error|exc|exception)\s*\)"
)
"""An exception, or its message, among what a call is given."""
_QUOTED = regex(r"\"[^\"{}$]{0,300}\"|'[^'{}$]{0,300}'|`[^`{}$]{0,300}`")


def _tells(call: Call) -> bool:
    """Whether what it logs comes from an exception."""
    given = [argument.value.written for argument in call.arguments]
    said = _QUOTED.sub("''", "\n".join([*given, call.place.text[:400]]))
    return bool(_CAUGHT.search(said))


_NEAR = 3
"""Lines within which two calls tell of the same error."""


def serving(code: Code) -> Iterator[Call]:
    """Calls of what answers, in the languages in which models are asked."""
    spoken = answering(code)
    return (
        call
        for call in code.calls
        if call.role is Role.APP
        and call.reached
        and (not spoken or language(call.place) in spoken | {""})
    )


def answering(code: Code) -> set[str]:
    """Languages in which models are asked; empty where none is known. What stands in others is a
    page, or a bot beside the service."""
    asking = [use for trade in ("agent", "model") for use in code.used.get(trade, ())]
    return {language(use.place) for use in asking if use.strength >= Strength.CALLED} - {""}


_LANGUAGES = {
    **dict.fromkeys(("py", "ipynb"), "python"),
    **dict.fromkeys(("ts", "tsx", "mts", "js", "jsx", "mjs", "cjs"), "script"),
    **{"go": "go", "java": "java", "kt": "java", "cs": "dotnet", "razor": "dotnet"},
}


def language(place: Place) -> str:
    """The language of a source file; empty for any other file."""
    return _LANGUAGES.get(place.path.rpartition(".")[2], "")


_RUN = regex(
    r"(?i)(?:lambda_?handler|run_?(?:agent|crew|graph|workflow|chat|query|orchestration|pipeline"
    r"|task|job|turn|session)\w*|(?:\w{1,30}_)?(?:webhook|message|whatsapp|chat)_handler)"
)
"""Functions that every answer comes from."""
RECORDS = frozenset({"record_exception", "recordException", "RecordException", "AddException"})
"""What tells a span of an exception, which is kept where the span goes somewhere."""
_SPANS = regex(r"(?i)trac|telemetr|observab|span|instrument|monitor")


def outermost(call: Call) -> bool:
    """Whether the call stands where every failure of an answer passes: around the agent's run, or
    in the span that is laid around it."""
    around = call.method in RECORDS and _SPANS.search(f"{call.place.path} {call.scope}"[:400])
    return bool(around or _RUN.fullmatch(call.scope.rpartition(".")[2][:100]))


_CENTRAL = regex(
    r"(?i)(?:global|unhandled|uncaught)[_.-]?(?:exception|error)|(?:exception|error)[_.-]?handl\w{1,4}"
    r"[_.-]?middleware|(?:exception|error)[_.-]?(?:middleware|filter)|all[_.-]?exceptions"
)


def is_central(call: Call) -> bool:
    """Whether the call stands, by its names, where whatever nobody caught arrives."""
    name = call.place.path.rpartition("/")[2]
    return bool(_CENTRAL.search(f"{name} {call.scope}"[:300]))


def writes_to_console(component: Component) -> bool:
    """Whether scripts report to the console, and by no logger."""
    logs = (use for use in component.uses("logging") if use.strength >= Strength.IMPORTED)
    known = any(not use.library.startswith("@opentelemetry/") for use in logs)
    return not known and any(map(_is_console, serving(component.code)))


def _is_console(call: Call) -> bool:
    """A call of the console of a script that serves; pages write to that of their reader."""
    path = call.place.path
    shown = _PAGES.search(path) and not _ROUTES.search(path)
    return call.callee.startswith("console.") and path.endswith(_SERVED) and not shown


_SERVED = (".ts", ".js", ".mjs", ".cjs", ".mts")
_PAGES = regex(
    r"(?i)(?:^|/)(?:ui|fe|mobile|(?:[\w-]{1,40}-)?front-?end|client|web|web-?app|www|components?|hooks|contexts?|stores?|composables"
    r"|public|static|assets|extensions?|scripts?|tools?|bin|hack|utils?/test|META-INF/resources"
    r"|wwwroot|webapp)/"
)
_ROUTES = regex(
    r"(?:^|/)(?:(?:app|pages|server|netlify|supabase|functions)/(?:[^/]{1,60}/){0,4}api"
    r"|server|routes?|functions|actions)/|(?:^|/)route\.[jt]s$"
)
"""Files of pages that answer requests all the same; an `api` of its own only asks."""


def _is_logger(call: Call) -> bool:
    if _is_console(call):
        return True
    return bool(_LOGGER.search(call.callee.rpartition(".")[0][-100:])) or call.method.startswith(
        "Log"
    )


_STACKED = regex(r"github\.com/gogf/gf/(?:v\d{1,2}/)?(?:frame/g\.Log|os/glog)\.")
"""Loggers of Go that write the stack of whoever reports an error, unless they are told not to."""


_FLUENT = regex(r"\.at(?:Error|Warn(?:ing)?|Severe)\.(?:\w{1,40}\.){0,8}(?:setCause|withCause)\.")
"""Loggers of Java that are told the exception before they write."""


def _keeps(call: Call, known: str) -> bool:
    if call.method in ALWAYS:
        return True
    if call.method == "opt" and call.argument("exception") is not None:
        return True
    if call.method not in _LOGS | _QUIET | {"exception"}:
        return False
    if _FLUENT.search(call.callee[-200:]):
        return True
    if any(".stack" in _text(a.value.written, a.value.text) for a in call.arguments):
        return True
    if call.method in _LOGS and _STACKED.match(call.callee):
        return True
    return _is_logger(call) and (call.method == "exception" or _given(call, known))


_FASTIFY = regex(r"(?:^|\.)(?:fastify|app|server|req(?:uest)?)\.log$")
"""Where Fastify keeps its logger, which is pino."""


def takes_one(call: Call) -> bool:
    """Whether a logger of Java is given the error in the place of the message, which it writes as
    a text: `error(Object)`."""
    return call.place.path.endswith(BEHIND) and len(call.arguments) == 1


BEHIND = ".java"
"""Files whose loggers take the exception behind the message, and without one write its text."""
FIRST = ".cs"
"""Files whose loggers take the exception first; behind the message it is a value to fill in."""


def _given(call: Call, known: str) -> bool:
    """Whether a logger is handed the error itself: by `exc_info` in Python, where formatting an
    error says only its message, as an argument elsewhere."""
    if call.argument("exc_info", "stack_info") is not None:
        return not declines(call)
    if call.place.path.endswith((".py", ".ipynb", ".go")) or takes_one(call):
        return False
    if _FASTIFY.search(call.callee.rpartition(".")[0][-100:]):
        known = PINO
    if call.place.path.endswith(SCRIPTS) and not known and not _is_console(call):
        return False
    if known.startswith(PINO) and not _is_console(call):
        keys = ("err", "error") if known == PINO_OF_ERRORS else ("err",)
        return any(_is_error(a, keys) or _first(a) for a in call.arguments)
    among = call.arguments[:1] if call.place.path.endswith(FIRST) else call.arguments
    if known == WINSTON and not _is_console(call):
        among = tuple(a for a in among if not a.name and a.value.written.strip()[:1] != "{")
    return any(
        _ERROR.fullmatch(a.value.written.strip()) and a.name in ("", "err", "error", "exception")
        for a in among
    )


def _is_error(argument: Argument, keys: tuple[str, ...]) -> bool:
    """Whether it stands under such a key, and is more than its message."""
    return argument.name in keys and not _SAID.search(argument.value.written)


_SAID = regex(r"\.message\b|^\s*String\(|\.toString\(\)")


def _first(argument: Argument) -> bool:
    """Whether it is the error itself, where pino takes an object; what follows the message is
    left out unless that has a place for it."""
    written = argument.value.written.strip()
    return argument.position == 0 and bool(_ERROR.fullmatch(written)) and written[:1] != "{"


def _text(*texts: str | None) -> str:
    return " ".join(filter(None, texts))
