"""Functions of a program that others hand their errors to, or run within."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.expressions import regex
from agentaudit.probes.telemetry.blocks import Block

_REPORTS = regex(
    r"(?i)\w{0,40}(?:log|report|capture|track|record|print|handle|notify|dump)\w{0,20}"
    r"(?:err(?:or)?s?|exception|failure|crash)\w{0,20}"
)
"""Names of functions that report an error."""
KEEPS = regex(
    r"\.exception\(|exc_info\s?=\s?(?!False)|traceback\.|format_exc|print_exc"
    r"|(?:capture|record|track|log)_?[eE]xception|\.stack\b|StackTrace|[cC]apture_?[eE]rror"
    r"|(?:Log|log\.)(?:Error|Critical|Warning)\(\s?\w{1,40}\s?,"
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


def reporter(lines: Sequence[str], found: Sequence[Block], name: str) -> bool:
    """Whether a function of a file keeps the traceback of an error that it is given."""
    pino = any(_PINO.search(line[:200]) for line in lines[:_HEADS])
    return any(
        keeps(body := lines[block.first : block.last])
        or (pino and any(_ERR.search(line[:400]) for line in body if not _QUIET.search(line)))
        for block in found
        if block.kind == "def" and block.name == name and block.last - block.first < _LONGEST
    )


_HEADS = 60
"""Lines in which a file imports what it uses."""
_PINO = regex(r"(?:\bfrom|\brequire\()\s{0,4}[\"']pino[\"']")
_ERR = regex(r"\{\s{0,4}err(?:\s{0,4}:\s{0,4}\w{1,40}(?:\[\d\])?)?\s{0,4}[,}]")
"""The key under which pino writes an error with its stack."""


_WORD = regex(r"\w{2,40}")
_HEAD = 6
"""Lines that the head of a function may take."""


def surrounding(lines: Sequence[str], found: Sequence[Block], name: str) -> Iterator[Block]:
    """What catches the exceptions of what a function of that name is given to run:
    `safely(() => ask(text))`, or a decorator."""
    named = [block for block in found if block.kind == "def" and block.name == name]
    for catch in found if named else ():
        tried = catch.tried
        if catch.kind != "catch" or tried is None:
            continue
        run = "\n".join(lines[tried.first - 1 : tried.last])
        for block in named:
            if block.first < tried.first <= block.last and any(
                re.search(rf"(?<![\w.]){given}\(", run) for given in _given(lines, block)
            ):
                yield catch


def _given(lines: Sequence[str], block: Block) -> set[str]:
    """The names of what a function takes, which may stand on lines before its brace."""
    rows = lines[max(0, block.first - _HEAD) : block.first + _HEAD]
    head = "\n".join(rows)[:1200].partition(block.name)[2]
    return set(_WORD.findall(head.partition("(")[2].partition(")")[0][:300]))
