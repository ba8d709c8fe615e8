"""Logs and tracebacks that go nowhere: logging that is switched off, reports that do not run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from agentaudit.code import Call, Condition, Role
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.telemetry.keys import CREDENTIAL
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.source import Component, Place, Repo

_CRITICAL = r"(?:logging\.)?(?:CRITICAL|FATAL)|[\"'](?:CRITICAL|FATAL)[\"']"
_SILENT = regex(
    rf"(?m)^logging\.(?:disable\(\s*(?:(?:level\s*=\s*)?(?:{_CRITICAL})\s*)?\)"
    rf"|(?:getLogger\(\s*\)|root)\.setLevel\(\s*(?:{_CRITICAL})\s*\)"
    rf"|basicConfig\([^()\n]{{0,200}}\blevel\s*=\s*(?:{_CRITICAL})[\s,)]"
    r"|basicConfig\(\s*handlers\s*=\s*\[\s*logging\.NullHandler\(\)\s*\])"
)
"""At the start of a line, where no condition stands around it."""
_MUTED = regex(r"(?m)^(?:\w{1,40}|logging\.getLogger\(__name__\))\.addHandler\(.{0,9}NullHandler\(")
_APART = regex(r"(?m)^(?:\w{1,40}|logging\.getLogger\(__name__\))\.propagate\s*=\s*False\b")
_ADDED = regex(r"\.addHandler\((?!(?:logging\.)?NullHandler\()")
_WORDS = ("logging.disable", "CRITICAL", "FATAL", "NullHandler")


def silenced(repo: Repo, component: Component, keeping: Sequence[Call]) -> Place | None:
    """Where logging is switched off for the whole program, or for each file whose calls keep
    tracebacks."""
    if quiet := _quiet(component, keeping):
        return quiet
    home = "" if component.path == "." else f"{component.path}/"
    muted: dict[str, Place] = {}
    for file in repo.files(f"{home}**/*.py", saying=_WORDS):
        text = (repo.read(file) or "")[:300_000] if is_serving(repo, file) else ""
        if found := _SILENT.search(text):
            line = text.count("\n", 0, found.start()) + 1
            place = replace(file, line=line, text=found[0].strip()[:200])
            if loaded(repo, component, place):
                return place
        if _MUTED.search(text) and _APART.search(text) and not _ADDED.search(text):
            muted[file.path] = file
    files = {call.place.path for call in keeping}
    return muted[min(files)] if files and files <= muted.keys() else None


def _quiet(component: Component, keeping: Sequence[Call]) -> Place | None:
    """The only logger of Winston, or all its transports, that are told to write nothing."""
    if not keeping or any(call.callee.startswith("console.") for call in keeping):
        return None
    calls = [call for call in component.code.calls if call.role is Role.APP]
    loggers = [call for call in calls if call.method == "createLogger"]
    ways = (loggers, [call for call in calls if "transports." in call.callee and loggers])
    for made in ways:
        if made and all(_is_silent(call) for call in made):
            return made[0].place
    return None


def _is_silent(call: Call) -> bool:
    told = call.argument("silent")
    return told is not None and told.text == "true"


_NOWHERE = regex(r"devnull|/dev/null|StringIO\(\s*\)")


_CONFIGURED = regex(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]{3,}")
_ASKS = regex(r"(?i)settings|config\b|cfg\.|getenv|environ|process\.env")


def is_switched_off(condition: Condition) -> bool:
    """Whether a variable is asked that is off by default: what a function is given, and whether
    something was found, are decided elsewhere."""
    asked = _CONFIGURED.fullmatch(condition.setting) or _ASKS.search(condition.text)
    return condition.default is False and asked is not None


def into_nothing(call: Call) -> bool:
    """Whether a report of an error does not run unless somebody asks for it, or is written where
    nobody reads it."""
    asked = call.condition
    if asked is not None and is_switched_off(asked):
        return CREDENTIAL.search(f"{asked.setting} {asked.text}") is None
    given = call.argument("file")
    return given is not None and _NOWHERE.search(given.written) is not None


_LINES = 6
"""Of a call that is written below one another."""
_REPORTS = regex(r"(?:log_?)?(?:exception|error|critical|fatal|warn(?:ing)?)|print_exc\w{0,10}")


_DECLINED = regex(
    r"(?i)false|none|0|(?:\w{1,40}\.){0,4}\w{0,20}(?:debug|verbose)\w{0,20}"
    r"|[\w.]{0,60}isEnabledFor\([\w.]{0,20}DEBUG\)"
)


def declines(call: Call) -> bool:
    """Whether a report is told to leave the traceback out, by what it is given or by a switch that
    is off by default."""
    asked = call.argument("exc_info", "stack_info")
    return asked is not None and bool(_DECLINED.fullmatch((asked.text or asked.written).strip()))


def unheard(calls: Sequence[Call]) -> Iterator[tuple[str, int]]:
    """Lines of such reports."""
    for call in calls:
        if _REPORTS.fullmatch(call.method) and (into_nothing(call) or declines(call)):
            is_open = call.place.text.count("(") > call.place.text.count(")")
            for more in range(_LINES if is_open else 1):
                yield call.place.path, (call.place.line or 0) + more
