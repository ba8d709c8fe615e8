"""By which library scripts log, and where that writes an error with its stack."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from agentaudit.code import Code, Role, Strength
from agentaudit.expressions import regex
from agentaudit.source import Place, Repo

PINO = "pino"
"""Writes the stack of an error that it is given first, or under the key `err`, and of no other."""
PINO_OF_ERRORS = "pino of errors"
"""The same, told to do so under the key `error` too."""
_WRAPPED = "own, around pino"
"""A module of logs that hands pino each error that it is given under the key `err`."""
SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts")
WINSTON = "winston"
"""Writes the stack of an error that is an argument of its own, and of one among the fields of a
record only where its format is told how: as JSON an error is empty."""
NEST = "nest"
"""The console logger of NestJS: from version 11 on it prints whatever it is given behind a message
as Node shows it, which is an error with its stack; before, the message of the error alone."""
_OWN = "a logger of its own"
OF_LOGS = regex(r"(?i)(?:^|[/_.-])\w{0,20}log(?:s|ger|ging)?(?:[_.-][\w.-]{0,40})?\.\w{2,3}$")
"""Modules of logs, by their names."""
_REPORTS = regex(r"(?i)(?:^|\.)(?:error|fatal|critical)$")


def logger(code: Code) -> str:
    """The library by which scripts log, where it writes an error with its stack; empty for a
    `logger` of one's own, which may be anything."""
    found = {
        use.library
        for use in code.used.get("logging", ())
        if use.strength >= Strength.IMPORTED and use.place.path.endswith(SCRIPTS)
    }
    if _own(code):
        return _OWN
    pino = {PINO, "pino-http", "nestjs-pino", "@opentelemetry/instrumentation-pino"}
    if found and found <= pino:
        return PINO
    return min(found, default="")


def _own(code: Code) -> bool:
    """Whether a module of logs has a function that writes the stack of the error it is given."""
    return any(
        OF_LOGS.search(call.place.path)
        and _REPORTS.search(call.scope[-60:])
        and any(".stack" in f"{a.value.written} {a.value.text}" for a in call.arguments)
        for call in code.calls
        if call.place.path.endswith(SCRIPTS) and call.role is Role.APP and call.reached
    )


def logger_of(repo: Repo, code: Code) -> str:
    """The same; where the code does not say it, what the repository's modules of logs say of the
    one that they make: components of a workspace share it."""
    known = logger(code) or (NEST if _is_of_nest(repo, code) else "")
    if known == WINSTON and any(_WRITTEN_OUT.search(text) for text in _formats(repo, code)):
        return _OWN
    logs = (call for call in code.calls if call.place.path.endswith(SCRIPTS))
    if known not in ("", PINO) or not any(_SHARED.search(call.callee[-100:]) for call in logs):
        return known
    made = {_made(repo.read(file) or "") for file in _modules(repo)} - {""}
    if PINO_OF_ERRORS in made and made <= {PINO, PINO_OF_ERRORS}:
        return PINO_OF_ERRORS
    if made == {_WRAPPED}:
        return _WRAPPED
    return known or (made.pop() if len(made) == 1 else "")


def _is_of_nest(repo: Repo, code: Code) -> bool:
    """Whether scripts log by the logger of a NestJS that prints errors whole, and make no
    other."""
    common = (row.names for row in code.imports if row.module == "@nestjs/common")
    taken = {name for names in common for name in names}
    if "Logger" not in taken or taken & {"LoggerService", "ConsoleLogger"}:
        return False
    manifests = repo.files("**/package.json", saying=("@nestjs/common",))
    found = [each for file in manifests for each in _RELEASE.findall(repo.read(file) or "")]
    return bool(found) and all(int(each) >= _PRINTS_ERRORS for each in found)


_RELEASE = regex(r"\"@nestjs/common\"\s{0,4}:\s{0,4}\"[v=^~> ]{0,4}(\d{1,4})\.")
_PRINTS_ERRORS = 11


_WRITTEN_OUT = regex(
    r"\.stack\b|instanceof Error|serialize\w{0,10}Err|prettyPrint\(|inspect\(|ecsFormat\("
    r"|winston-\w|-winston|winston-transport"
)
"""Signs that a format of Winston writes errors among the fields, or that something else does."""


def _formats(repo: Repo, code: Code) -> Iterator[str]:
    """Files that make a logger of Winston, or import what it is told to write with."""
    rows = {row.place.path: row.place for row in code.imports if "winston" in row.module}
    for place in rows.values():
        yield (repo.read(Place(place.repo, place.path)) or "")[:100_000]


_SHARED = regex(r"(?i)(?:^|[._])\w{0,20}log(?:ger)?\.(?:error|fatal|warn)$")
_MOST = 20
"""Modules of logs that are read."""
_PINO = regex(r"\bpino\(")
_HANDS = regex(r"\binstanceof Error\)?[^;]{0,80}\{\s{0,4}err(?::\s{0,4}\w{1,40})?\s{0,4}[,}]")
_ERRORS = regex(r"\berror:\s?(?:pino\.)?stdSerializers\.err|\berrorKey:\s?[\"']error[\"']")
_WINSTON = regex(r"\bwinston\.createLogger\(")
_STACKS = regex(r"\.stack\b|errors\(\s?\{\s?stack:\s?true")


_WHOLE = regex(
    r"\binstanceof Error\)?\s{0,4}\)?\s{0,10}[{?&]{0,2}\s{0,20}(?:return\s)?[\w.]{0,40}\.stack\b"
)
"""Turns an error into its stack."""
_NAMES = ("log", "logger", "logging", "logger.service")
_TAILS = ("", "/index", "/src/index")


def _modules(repo: Repo) -> list[Place]:
    stems = [f"**/{name}{tail}" for name in _NAMES for tail in _TAILS]
    shapes = [f"{stem}.{kind}" for stem in stems for kind in ("ts", "js", "mjs")]
    return list(islice((file for shape in shapes for file in repo.files(shape)), _MOST))


def _made(text: str) -> str:
    """The library of the logger that a module makes, where that keeps stacks; one of its own may
    turn errors into them."""
    if _PINO.search(text[:50_000]):
        if _HANDS.search(text[:50_000]):
            return _WRAPPED
        return PINO_OF_ERRORS if _ERRORS.search(text[:50_000]) else PINO
    kept = _WINSTON.search(text[:50_000]) and _STACKS.search(text[:50_000])
    own = _OWN if _WHOLE.search(text[:50_000]) else ""
    return "winston" if kept else own
