"""Loggers of Go and of scripts that are made to put the trace id into every record: handlers and
hooks of Go, the mixin or formatter of pino, a format of winston."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.active_spans import SPAN, takes_id
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.source import Component, Repo

_KEY = r"(?:dd\.)?trace_?[iI][dD]"
_PUTS = regex(
    r"(?:\bAddAttrs\(|\br(?:ec|ecord)?\.Add\(|\be(?:vent|vt)?\.Str\(|\b\w{1,30}\.Data\[)"
    rf"(?:[^\n}}]{{0,200}}\n){{0,3}}[^\n}}]{{0,120}}\"{_KEY}\""
)
"""A record of slog, an event of zerolog or an entry of logrus that is given it."""
_HOOK = regex(r"^func\s\(\w{0,20}\s?\*?(\w{1,60})\)\s(?:Handle|Run|Fire)\(", re.MULTILINE)
"""The method by which such a library asks whoever shall add to a record."""
_TRACED = regex(r"\bTraceID\(\)|\.TraceID\b")
_WITH_CONTEXT = regex(
    r"\.(?:Info|Error|Warn|Debug|Log)Context\(|\.LogAttrs\(|\.(?:WithContext|Ctx)\("
)
_WITHOUT = regex(r"\bslog\.(?:Info|Error|Warn|Debug)\(")
_MIXIN = regex(
    rf"(?s)\b(?:mixin|logMethod|formatters:\s{{0,9}}\{{[^{{}}]{{0,120}}\blog)\s{{0,4}}(?::\s{{0,4}}(?:async\s)?(?:function\s{{0,4}})?)?\([^()]{{0,60}}\)\s{{0,4}}(?::[^{{}}=\n]{{1,80}})?"
    rf"(?:=>)?\s{{0,4}}\(?\s{{0,4}}\{{.{{0,700}}?\b{_KEY}[\"']?\s{{0,4}}[:=,}}]"
)
"""What pino asks for fields of every record."""
_HOOKED = regex(
    r"\b(?:mixin:\s{0,4}(\w{3,60})(?=\s{0,4}[,}\n])|(?:mixin|logMethod)\s{0,4}(?::\s{0,4}(?:async\s)?"
    r"(?:function\s{0,4})?)?\([^()]{0,120}\)\s{0,4}(?::[^{}=\n]{1,80})?(?:=>|\{))"
)
_CALLED = regex(r"\b([A-Za-z_]\w{3,60})\(")
_BODY = 700
"""Characters of a hook that are looked at."""
_FORMAT = regex(
    rf"(?s)\bformat\(\s{{0,4}}\(?(\w{{1,30}})\)?\s{{0,4}}=>\s{{0,4}}\{{.{{0,500}}?\b\1(?:\.|\[[\"']){_KEY}[\"'\]]{{0,2}}\s{{0,4}}="
)
"""What winston changes every record by."""
_SCRIPTS = (".ts", ".js", ".mjs", ".cjs")
_PINO = frozenset({"pino", "pino-http", "nestjs-pino"})
_WINSTON = frozenset({"winston", "nest-winston"})


def fields(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines that do, in code that is in use."""
    yield from _of_go(repo, component)
    files = {
        (row.place.path, row.library): Place(row.place.repo, row.place.path)
        for row in component.code.imports
        if row.role is Role.APP and row.library in _PINO | _WINSTON
    }
    for (path, library), file in sorted(files.items()):
        text = (repo.read(file) or "")[:200_000] if path.endswith(_SCRIPTS) else ""
        found = (
            (_MIXIN if library in _PINO else _FORMAT).search(text) if SPAN.search(text) else None
        )
        if library in _PINO:
            found = found or next(_by_another(repo, text), None)
        if found and loaded(repo, component, file):
            yield _shown(file, text, found)


def _by_another(repo: Repo, text: str) -> Iterator[re.Match[str]]:
    """Where pino is given a function that takes the id, or one that calls such a function."""
    for found in _HOOKED.finditer(text):
        body = text[found.end() : found.end() + _BODY].partition("\n}")[0]
        if takes_id(repo, [found[1]] if found[1] else _CALLED.findall(body)):
            yield found


def _of_go(repo: Repo, component: Component) -> Iterator[Place]:
    home = "" if component.path == "." else component.path + "/"
    texts = {
        file: (repo.read(file) or "")[:200_000]
        for file in repo.files(f"{home}**/*.go", saying=("race",))
        if not file.path.endswith("_test.go")
    }
    for file, text in texts.items():
        puts = _PUTS.search(text) if _TRACED.search(text) else None
        hooks = [found for found in _HOOK.finditer(text) if puts and found.start() < puts.start()]
        if puts and hooks and _is_made(repo, home, hooks[-1][1]) and _told(repo, home):
            yield _shown(file, text, puts)


def _is_made(repo: Repo, home: str, name: str) -> bool:
    """Whether a value of that type is made somewhere, and handed on."""
    made = re.compile(rf"(?<!type )(?<!\w){re.escape(name)}\s{{0,2}}\{{|\bnew\({re.escape(name)}\)")
    files = repo.files(f"{home}**/*.go", saying=(name,))
    rows = (row for file in files for row in (repo.read(file) or "")[:200_000].split("\n"))
    return any(made.search(row[:400]) for row in rows if not row.lstrip().startswith("func "))


def _told(repo: Repo, home: str) -> bool:
    """Whether most records are given the context in which the trace stands."""
    given = bare = 0
    for file in repo.files(f"{home}**/*.go", saying=("log",)):
        text = (repo.read(file) or "")[:200_000]
        given += len(_WITH_CONTEXT.findall(text))
        bare += len(_WITHOUT.findall(text))
    return given > 0 and given >= bare


_PLAIN = regex(r"(?<![\w.])log\.(?:Print|Fatal|Panic)(?:f|ln)?\(")
_FIELDED = regex(
    r"\b\w{0,20}(?:[lL]og(?:ger)?|zap|[sS]ugar)(?:\.\w{1,30}\([^()\n]{0,60}\))?"
    r"\.(?:Info|Error|Warn|Debug)(?:f|w|ln|Context)?\("
)


def plain(repo: Repo, component: Component) -> bool:
    """Whether most lines are written by the package `log` of Go, which knows no fields."""
    home = "" if component.path == "." else component.path + "/"
    files = repo.files(f"{home}**/*.go", saying=("log",))
    texts = [repo.read(file) or "" for file in files if not file.path.endswith("_test.go")]
    fielded = sum(len(_FIELDED.findall(text[:200_000])) for text in texts)
    return sum(len(_PLAIN.findall(text[:200_000])) for text in texts) > fielded


def _shown(file: Place, text: str, found: re.Match[str]) -> Place:
    line = text.count("\n", 0, found.start()) + 1
    return replace(file, line=line, text=text.split("\n")[line - 1].strip()[:300])
