"""Functions of a program that others hand their errors to, or run within."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.blocks import Block, Part
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.catches import catches

_REPORTS = regex(
    r"(?i)\w{0,40}(?:log|report|capture|track|record|print|handle|notify|dump)\w{0,20}"
    r"(?:err(?:or)?s?|exception|failure|crash)\w{0,20}"
)
"""Names of functions that report an error."""
KEEPS = regex(
    r"\.exception\(|exc_info\s?=\s?(?!False)|traceback\.(?!format_exception_only)|format_exc(?!eption_only)|print_exc"
    r"|(?:capture|record|track|log)_?[eE]xception|\.stack\b|StackTrace|[cC]apture_?[eE]rror"
    r"|(?:Log|log\.)(?:Error|Critical|Warning)\(\s?\w{1,40}\s?,"
    r"|\b(?i:log\w{0,4})\.(?:error|warn|fatal)[fv]\(\s?\w{1,40}\s?,\s?\""
)
"""What keeps the traceback of an error."""
_QUIET = regex(r"(?:\.debug|\.trace|\.verbose|\.LogDebug|\.LogTrace)\(")
"""A level that is off where customers are served."""
_DEBUG = regex(
    r"(?i)\s*(?:el)?if\b[^\n]{0,120}(?:debug|verbose|(?<![a-z])dev(?:elopment)?(?![a-z]))"
)
_TAKEN = regex(r"\s*(?:(?:const|let|var)\s{1,4})?(\w{1,40})\s{0,4}=\s{0,4}[^=]")
_LONGEST = 60
"""Lines of a function that reports an error."""


def keeps(lines: Sequence[str], *, all_levels: bool = False) -> bool:
    """Whether a block keeps the traceback of what it catches: no level that is off does, no
    condition on a switch for developers, and no text of it that nothing uses. All levels are on
    by default with Loguru."""
    depth = -1
    for number, line in enumerate(lines):
        own = len(line) - len(line.lstrip())
        if depth >= 0 and line.strip() and own <= depth:
            depth = -1
        if _DEBUG.match(line) and "not " not in line and "!" not in line:
            depth = own
        elif depth < 0 and KEEPS.search(line[:400]) and (all_levels or not _QUIET.search(line)):
            taken = _TAKEN.match(line)
            if not taken or _named(taken[1], "\n".join(lines[number + 1 :])):
                return True
    return False


def is_given(line: str) -> bool:
    """Whether a line that is known to keep it does so by being given the error itself, at a level
    that is on."""
    return not KEEPS.search(line[:400]) and not _QUIET.search(line[:400])


def _named(name: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def reports(name: str) -> bool:
    """Whether a function of that name reports an error."""
    return bool(_REPORTS.fullmatch(name))


def reporter(text: str, found: Sequence[Block], name: str) -> bool:
    """Whether a function of a file keeps the traceback of an error that it is given."""
    pino = bool(_PINO.search(text[:_BEGINNING]))
    return any(
        keeps(body := block.body(text).split("\n"))
        or (pino and any(_ERR.search(line[:400]) for line in body if not _QUIET.search(line)))
        for block in _named_so(found, name)
        if block.last - block.first < _LONGEST
    )


def _named_so(found: Sequence[Block], name: str) -> list[Block]:
    return [each for each in found if each.part is Part.FUNCTION and each.name == name]


_BEGINNING = 4000
"""Characters in which a file imports what it uses."""
_PINO = regex(r"(?:\bfrom|\brequire\()\s{0,4}[\"']pino[\"']")
_ERR = regex(r"\{\s{0,4}err(?:\s{0,4}:\s{0,4}\w{1,40}(?:\[\d\])?)?\s{0,4}[,}]")
"""The key under which pino writes an error with its stack."""


def surrounding(text: str, found: Sequence[Block], name: str) -> Iterator[Block]:
    """What catches the exceptions of what a function of that name is given to run:
    `safely(() => ask(text))`, or a decorator."""
    for block in _named_so(found, name):
        for catch in catches(found):
            tried = catch.tried
            if tried is None or not block.start < tried.start <= block.end:
                continue
            run = tried.body(text)
            inside = (each for each in found if block.start <= each.start <= tried.start)
            given = {name for each in inside if each.end >= tried.end for name in each.parameters}
            if any(re.search(rf"(?<![\w.]){re.escape(each)}\(", run) for each in given):
                yield catch
