"""The functions that a call by its name can mean, as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from agentaudit.blocks import Block, Part
from agentaudit.code import Call
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.source import Repo

_MOST = 400
"""Lines of a function that are looked at."""
TOLD = regex(
    r"(?:await\s+|void\s+)?(?:(?:self|this|app|current_app|req|request|server|[a-z]{1,2})\.)?_{0,2}"
    r"(?:s?log(?:ger|ging)?|Log(?:ger)?|LOG(?:GER)?|zap|[cC]onsole|print|println|System\.(?:out|err)"
    r"|fmt\.F?[pP]rint\w{0,2})"
    r"(?:\.\w{1,40}){0,3}\(|(?:pass|\.\.\.|[{}();]+|#.*|//.*)$"
)
"""A statement that tells of something and changes nothing."""
_SUFFIXES = ("py", "ts", "tsx", "js", "mjs", "go")
_TEXT = regex(r"(?:[rbuf]{0,2}(?:\"{3}|'{3}))")


class Body(Struct, frozen=True):
    """One function."""

    lines: list[str]
    """Below its head, without the bracket that closes it."""
    head: str = ""
    """From its name to the colon or bracket that opens it."""


def bodies(repo: Repo, call: Call) -> tuple[Body, ...]:
    """Functions of the call's language that have its name, in the whole repository."""
    suffix = call.place.path.rpartition(".")[2]
    named = re.fullmatch(r"\w{4,80}", call.method) and suffix in _SUFFIXES
    return _bodies(repo, call.method, suffix) if named else ()


@once
def _bodies(repo: Repo, name: str, suffix: str) -> tuple[Body, ...]:
    texts = ((f, repo.read(f) or "") for f in repo.files(f"**/*.{suffix}", saying=(name,)))
    return tuple(
        _body(block, text)
        for file, text in texts
        if may_define(text, name, suffix)
        for block in repo.blocks(file)
        if block.part is Part.FUNCTION and block.name == name
    )


def may_define(text: str, name: str, suffix: str) -> bool:
    """Whether a function of that name may begin in a text, which is taken apart only then."""
    if suffix not in _SUFFIXES:
        return True
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if _begins(text[max(at - _HEAD, 0) : at], text[end : end + 10], suffix):
            return True
        at = text.find(name, end)
    return False


def _begins(head: str, tail: str, suffix: str) -> bool:
    if suffix in _HEADS:
        return _HEADS[suffix].search(head) is not None
    if _GIVEN.match(tail):
        return head[-1:] != "."
    return _CALLED.match(tail) is not None and _LEADS.search(head) is not None


_HEAD = 200
"""Characters before a name in which its definition begins."""
_HEADS = {"py": regex(r"\bdef\s{1,9}$"), "go": regex(r"\bfunc\b[^\n{}]{0,200}$")}
_GIVEN = regex(r"\s{0,9}[=:?](?!=)")
_CALLED = regex(r"\s{0,9}[(<]")
_LEADS = regex(
    r"(?:\bfunction\b[\s*]{0,9}|(?:^|[\n{},;*]"
    r"|\b(?:async|static|public|private|protected|override|get|set|default)\s)\s{0,200}#?)$"
)


def methods(repo: Repo, call: Call) -> Iterator[Body]:
    """Methods of the Python class of the repository that a call makes an object of, but for what
    makes or shows the object; none where it inherits, for then others may judge."""
    if not re.fullmatch(r"[A-Z]\w{3,80}", call.method) or not call.place.path.endswith(".py"):
        return
    head = re.compile(rf"^class\s+{call.method}\s*(?:\(\s*(?:object)?\s*\))?\s*:", re.MULTILINE)
    for file in repo.files("**/*.py", saying=(call.method,)):
        text = repo.read(file) or ""
        for found in head.finditer(text[:500_000]):
            first = text.count("\n", 0, found.start()) + 1
            last = first + sum(1 for _ in deeper(text.split("\n"), first - 1))
            for block in repo.blocks(file):
                named = block.part is Part.FUNCTION and _METHOD.match(block.name)
                if named and first < block.first <= last:
                    yield _body(block, text)


_METHOD = regex(r"(?!__(?!call__))\w")


def _body(block: Block, text: str) -> Body:
    line = text.rfind("\n", 0, block.inside) + 1
    inside = block.inside if text[line : block.inside].strip() else line
    lines = text[inside : block.end].split("\n")
    return Body(lines[:_MOST], text[block.start : block.inside])


def deeper(lines: list[str], at: int) -> Iterator[str]:
    """The lines below one that stand further to the right than it; a bracket that opens them may
    stand on a row of its own."""
    depth = len(lines[at]) - len(lines[at].lstrip())
    if at + 1 < len(lines) and lines[at + 1].rstrip() == lines[at][:depth] + "{":
        yield lines[at + 1]
        at += 1
    for line in lines[at + 1 : at + 1 + _MOST]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            return
        yield line


def statements(lines: list[str], *, whole: bool = False) -> Iterator[str]:
    """What is written, a line a statement: calls over several lines are one, texts that document
    and comments are none. The whole of it has the further lines of calls, too."""
    open_, quoted = 0, False
    for raw in lines:
        line = raw.strip()[:500]
        marks = len(_TEXT.findall(line))
        if quoted or (marks and not open_ and _TEXT.match(line)):
            quoted = quoted != (marks % 2 == 1)
            continue
        if not line or line.startswith(("#", "//", "*", "/*")):
            continue
        if whole or open_ == 0:
            yield line
        open_ = max(0, open_ + line.count("(") - line.count(")"))
