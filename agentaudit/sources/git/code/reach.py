"""Which functions somebody mentions: a cheap stand-in for whether they are ever run."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.code.index import Index, SourceFile
from agentaudit.sources.git.code.patterns import Pattern, compiled, occurrences
from agentaudit.sources.git.code.written import WrittenCall
from agentaudit.sources.git.reader import Reader

_RUN = (Role.APP, Role.EVAL, Role.INFRA, Role.CI)
"""Roles of files whose mention counts: a function that only tests mention is not reached."""
_DEFINES = regex(
    rb"(?:\b(?:def|class|function\*?|func|fn|interface|enum|record|struct)\s+"
    rb"(?:\([^()]{0,80}\)\s*)?"
    rb"|^(?!\s*export\s+default\s+$)\s*(?:(?:public|private|protected|internal|static|async|override"
    rb"|virtual|readonly|export|const|let|final)\s+)+(?:[\w<>\[\],.?]{1,80}\s+)?)$"
)
"""What stands before a name where it is defined, not mentioned: a default export is imported under
any name."""


_EXTENDS = regex(rb"\bstatic\s+(?:partial\s+)?class\s+(\w{1,100})")
"""Classes of C# that may hold extension methods: these are called by their own name alone."""


_STARTS = regex(
    r"pyproject\.toml|setup\.cfg|(?:[\w.-]{1,60}\.)?(?:Docker|Container|Proc)file(?:\.[\w.-]{1,60})?"
    r"|langgraph\.json|[\w.-]{1,60}\.sh|(?:docker-)?compose[\w.-]{0,60}\.ya?ml"
    r"|(?:serverless|template|app|render|azure)\.ya?ml|function\.json"
)
"""Files that start a function by its name: `uvicorn app:create_app --factory`."""
_STARTED = regex(r"\w:([A-Za-z_]\w{0,80})\b|[Hh]andler:\s{0,9}[\"']?[\w/-]{1,100}\.(\w{1,80})")
_MOST = 200
"""Such files that are looked into."""


_CALLED_BACK = frozenset(
    {
        *("OnPromptRenderAsync", "OnFunctionInvocationAsync", "OnAutoFunctionInvocationAsync"),
        *("OnActionExecutionAsync", "OnActionExecuting", "OnException", "OnExceptionAsync"),
        *("TryHandleAsync", "InvokeMethodAsync", "InvokeAsync", "GetStreamingResponseAsync"),
        *("canActivate", "intercept", "wrapGenerate", "wrapStream", "transformParams"),
        *("dispatch", "before_agent", "before_model", "after_model", "after_agent"),
        *("wrap_model_call", "awrap_model_call", "abefore_model", "aafter_model"),
        *("adviseCall", "adviseStream", "doFilterInternal", "doFilter", "preHandle"),
    }
)
"""Methods that a framework calls of what is registered with it, by its interface."""
_OVERRIDES = regex(
    rb"\boverride\s+(?:async\s+)?[\w<>\[\],.?]{1,100}(?: [\w<>\[\],.?]{1,60}){0,3} (\w{1,100})\("
)
"""Methods that are called by the type that they belong to besides their own."""


def started(reader: Reader) -> frozenset[str]:
    """Names of functions that something besides the code starts."""
    found = {"lambda_handler", *_CALLED_BACK}
    for path in sorted(reader.named(_STARTS.fullmatch))[:_MOST]:
        if reader.role(path) in _RUN:
            text = (reader.text(path) or "")[:100_000]
            found |= {m[1] or m[2] for m in _STARTED.finditer(text)}
    return frozenset(found)


class Reach:
    """Answers for all names at once: the files are gone through a single time."""

    def __init__(self, index: Index, started: frozenset[str] = frozenset()) -> None:
        self._started = started
        self._files = [each for each in index.files.values() if each.role in _RUN]
        self._mentioned: set[str] = set()
        """Names that stand somewhere where they are not defined."""
        names: set[str] = set()
        for file in index.files.values():
            inside = {name for call in file.written.calls for name in call.inside} - self._mentioned
            if file.role in _RUN:
                # most are mentioned where they are defined, which is told at once
                self._mentioned |= {name for name in inside if _mentions(file.data, name)}
            names |= inside
        self._count(names - self._mentioned)
        for file in self._files:
            self._mentioned |= _extending(file) | _overriding(file)

    def reached(self, file: SourceFile, call: WrittenCall) -> bool:
        """Whether every function and class around the call is mentioned somewhere."""
        return all(name in self._started or name in self._mentioned for name in call.inside)

    def _count(self, names: Iterable[str]) -> None:
        wanted = {name.encode() for name in names if re.fullmatch(r"[\w$]{1,100}", name)}
        left, looked_for = set(wanted), 0
        for file in self._files:
            if not left:
                break
            # A name that was found is not looked for again: most are all over the place.
            if len(left) < _FEWER * looked_for or not looked_for:
                pattern, looked_for = _any_of(left), len(left)
            for found in pattern.finditer(file.data):
                if (name := found.group()) in left and not _is_defined(file.data, found.start()):
                    left.remove(name)
        self._mentioned |= {name.decode() for name in wanted - left}


def _mentions(data: bytes, name: str) -> bool:
    """Whether a file names a function or class without defining it there."""
    if not (name.isascii() and name.isidentifier()):
        return False
    return any(not _is_defined(data, at) for at in occurrences(data, name.encode()))


def _is_defined(data: bytes, at: int) -> bool:
    before = data[max(0, at - 120) : at]
    return _DEFINES.search(before.rpartition(b"\n")[2]) is not None


def _extending(file: SourceFile) -> set[str]:
    """Classes whose methods are called on what they extend, never by the name of the class."""
    if not file.path.endswith(".cs") or not file.written.calls or b"(this " not in file.data:
        return set()
    return {name.decode() for name in _EXTENDS.findall(file.data)}


def _overriding(file: SourceFile) -> set[str]:
    """Methods that somebody calls who knows only what they stand in for."""
    if not file.path.endswith(".cs") or not file.written.calls:
        return set()
    return {name.decode() for name in _OVERRIDES.findall(file.data)}


_FEWER = 0.2
"""Share of the names that are left when a new pattern pays."""


def _any_of(names: Iterable[bytes]) -> Pattern:
    return compiled(rf"\b(?:{'|'.join(sorted(re.escape(name.decode()) for name in names))})\b")
