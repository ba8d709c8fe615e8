"""Formatters of logs that leave tracebacks out. Where the only one does, what a logger is given is
lost, however carefully it was handed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from agentaudit.blocks import Part
from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.telemetry.errors import ALWAYS, answering, language
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.probes.telemetry.logback import patterns
from agentaudit.source import Component, Repo

Paths = frozenset[str]
"""Of files that would keep tracebacks."""


def flattened(repo: Repo, component: Component, keeping: Sequence[Call]) -> Place | None:
    """The only formatter of the logs by which these calls keep tracebacks, where it leaves them
    out. Calls that write the stack as a text, or to the console, pass by every formatter."""
    if any(_passes_by(call) for call in keeping):
        return None
    spoken = {language(call.place) for call in keeping}
    spoken = spoken or answering(component.code) & {"java", "dotnet"}
    paths = frozenset(call.place.path for call in keeping)
    looks = [look for one in spoken for look in _LOOKS[one]]
    looked = [found for look in looks for found in look(repo, component, paths)]
    return looked[0] if len(spoken) == 1 and looked else None


def _passes_by(call: Call) -> bool:
    texts = (f"{each.value.written} {each.value.text}" for each in call.arguments)
    written = any(".stack" in text or "format_exc" in text for text in texts)
    return call.method in ALWAYS or call.callee.startswith("console.") or written


def _texts(repo: Repo, component: Component, kind: str, *words: str) -> dict[Place, str]:
    home = "" if component.path == "." else f"{component.path}/"
    files = repo.files(f"{home}**/*.{kind}", saying=words)
    return {file: (repo.read(file) or "")[:200_000] for file in files if is_serving(repo, file)}


_CLASS = regex(r"(?m)^[ \t]*class[ \t]+(\w{1,60})\((?:logging\.)?Formatter\):")
_RENDERS = regex(
    r"(?i)\b\w{0,40}(?:exc|stack|trace)\w{0,20}\(|exc_text|traceback|super\(|Formatter\.format\("
    r"|__dict__|vars\("
)
"""What brings the traceback into a record that a formatter writes itself."""
_GIVEN = regex(r"\.setFormatter\(\s{0,20}([\w.]{1,80})|[\"']\(\)[\"']:\s{0,4}[\"']?([\w.]{1,120})")
_HANDLERS = regex(r"\b(?:\w{0,20}(?:File|Log|Logging)|Stream|Rich|Queue|Loki|Socket)Handler\(")
"""Handlers of logs; one that is given no formatter has that of Python, which writes everything."""
_OTHERS = regex(
    r"\blogging\.Formatter\(|[\"']format(?:ter)?[\"']:\s{0,4}[\"']%|\bbasicConfig\((?![^()]{0,200}handlers)|\bfileConfig\("
    r"|^\s*(?:import|from) (?:loguru|structlog)\b",
    re.MULTILINE,
)
"""What else may write records of Python, with the traceback."""


def _of_logging(repo: Repo, component: Component, paths: Paths) -> Iterator[Place]:
    """A class of Python that builds each record itself, and never asks for its traceback."""
    texts = _texts(repo, component, "py", "Formatter", "Handler", "basicConfig", "loguru")
    classes = {
        found[1]: replace(file, line=text.count("\n", 0, found.start()) + 1, text=found[0].strip())
        for file, text in texts.items()
        for found in _CLASS.finditer(text)
        if _builds(repo, file, text, found)
    }
    whole = "\n".join(texts.values())
    given = [(one or other).rpartition(".")[2] for one, other in _GIVEN.findall(whole)]
    named = [_made(name, whole) for name in given]
    rivals = _OTHERS.search(whole) or len(_HANDLERS.findall(whole)) > len(named)
    if named and not rivals and all(name in classes for name in named):
        place = classes[named[0]]
        if loaded(repo, component, place):
            yield place


def _builds(repo: Repo, file: Place, text: str, found: re.Match[str]) -> bool:
    below = _CLASS.search(text, found.end())
    ends = below.start() if below else len(text)
    inside = (each for each in repo.blocks(file) if found.start() < each.start < ends)
    formats = [each for each in inside if each.part is Part.FUNCTION and each.name == "format"]
    return bool(formats) and not _RENDERS.search(formats[0].body(text)[:6000])


def _made(name: str, text: str) -> str:
    """The class of a formatter, where a variable is given."""
    made = re.search(rf"(?m)^[ \t]*{re.escape(name)} = (?:\w{{1,40}}\.){{0,3}}(\w{{1,60}})\(", text)
    return made[1] if made else name


_FIELDS = regex(r"\b(?:JSONRenderer|KeyValueRenderer|LogfmtRenderer)\(")
_CHAINS = regex(rf"\bstructlog\.configure\(|{_FIELDS.pattern}")
_EXPLAINED = regex(
    r"(?<!set_)exc_info(?!\s?=)|[tT]raceback|Exception(?:Renderer|DictTransformer)|format_exc"
    r"|\bConsoleRenderer\b|render_to_log_kwargs"
)


def _of_structlog(repo: Repo, component: Component, paths: Paths) -> Iterator[Place]:
    """A chain of processors that ends in fields, and turns no exception into one."""
    texts = _texts(repo, component, "py", "structlog", "logging.getLogger")
    chains = {file: text for file, text in texts.items() if _CHAINS.search(text)}
    plain = any("logging.getLogger(" in texts[file] for file in texts if file.path in paths)
    if plain or any(map(_EXPLAINED.search, chains.values())):
        return
    for file, text in chains.items():
        if (found := _FIELDS.search(text)) and loaded(repo, component, file):
            yield replace(file, line=text.count("\n", 0, found.start()) + 1, text=found[0])


_WHOLE = regex(r"stack|\.\.\.|stringify\(|inspect\(|(?i:err)\b")
_OTHER_FORMATS = regex(
    r"(?:(?<![\w.])|\b(?:format|utilities|[wW]inston)\.)"
    r"(?:json|simple|prettyPrint|logstash|nestLike|ecsFormat)\("
)
"""Formats of Winston; `response.json()` answers somebody."""


def _of_winston(repo: Repo, component: Component, paths: Paths) -> Iterator[Place]:
    """A template of Winston that writes the message of a record, and nothing else that it holds:
    the only format, or that of every transport, which has the last word."""
    rows = (row for row in component.code.imports if row.library in ("winston", "nest-winston"))
    files = {Place(row.place.repo, row.place.path) for row in rows if row.role is Role.APP}
    texts = {file: (repo.read(file) or "")[:200_000] for file in files}
    found = [
        (block, replace(file, line=block.first, text="printf"), texts[file])
        for file in sorted(files, key=lambda each: each.path)
        for block in repo.blocks(file)
        if block.part is Part.FUNCTION and block.given.rpartition(".")[2] == "printf"
    ]
    flat = [at for block, at, text in found if not _WHOLE.search(text[block.start : block.end])]
    if any(map(_OTHER_FORMATS.search, texts.values())):
        yield from flat if _end_in(component, flat) else ()
    elif len(flat) == len(found):
        yield from flat


def _end_in(component: Component, flat: Sequence[Place]) -> bool:
    """Whether each transport is given one of these templates in its place."""
    lines = {(place.path, place.line) for place in flat}
    made = [c for c in component.code.calls if ".transports." in c.callee and c.role is Role.APP]
    formats = [call.argument("format") for call in made]
    return bool(formats) and all(
        value is not None
        and "printf(" in value.written
        and not _OTHER_FORMATS.search(value.written)
        and any((value.place.path, (value.place.line or 0) + n) in lines for n in range(_LINES))
        for value in formats
    )


_LINES = 6
"""Of a format, before its template."""


_SINK = regex(r"\bWriteTo\s{0,40}\.\s{0,4}(?!Async)\w{1,40}\(")
_NAMED = regex(r"\"Name\"\s{0,4}:\s{0,4}\"\w{1,40}\"")
_TEMPLATE = regex(r"outputTemplate[\"']?\s{0,4}:\s{0,40}[$@]?\"([^\"]{1,400})\"")
_ALONE = regex(r"\bUseSerilog\(|\bClearProviders\(")
"""What leaves no other writer of records beside Serilog."""


def _of_serilog(repo: Repo, component: Component, paths: Paths) -> Iterator[Place]:
    """Sinks of Serilog that are all told how to write a record, and never its exception."""
    texts = _texts(repo, component, "cs", "Serilog")
    sinks = [sink for file, text in texts.items() for sink in _sinks(file, text, _SINK)]
    if any("ReadFrom.Configuration" in text for text in texts.values()):
        told = _texts(repo, component, "json", "WriteTo")
        settings = [
            sink for file, text in told.items() for sink in _sinks(file, text, _NAMED, '"WriteTo"')
        ]
        sinks = [*sinks, *settings] if settings else []
    flat = all(given and "{Exception" not in given[1] for _, given in sinks)
    if flat and any(map(_ALONE.search, texts.values())):
        yield from (place for place, _ in sinks)


def _sinks(
    file: Place, text: str, named: re.Pattern[str], after: str = ""
) -> Iterator[tuple[Place, re.Match[str] | None]]:
    """Where a file names one, and the template that it gives it."""
    starts = [found.start() for found in named.finditer(text, max(text.find(after), 0))]
    for start, end in pairwise([*starts, len(text)]):
        place = replace(file, line=text.count("\n", 0, start) + 1, text=text[start : start + 60])
        yield place, _TEMPLATE.search(text, start, min(end, start + 600))


_NONE = regex(r"%no?p?ex(?:ception)?\b|%nopex\b")


def _of_logback(repo: Repo, component: Component, paths: Paths) -> Iterator[Place]:
    """Patterns of Logback that are all told to write no exception."""
    found = list(patterns(repo, component))
    if all(_NONE.search(place.text) for place in found):
        yield from found


_LOOKS = {
    "python": (_of_logging, _of_structlog),
    "script": (_of_winston,),
    "dotnet": (_of_serilog,),
    "java": (_of_logback,),
    "go": (),
    "": (),
}
