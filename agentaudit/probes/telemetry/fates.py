"""What becomes of an exception of a model's call, followed outwards: from the call through what
catches it there, and on through whoever calls that function, up to where nobody catches it.

Names are compared, not types, so that it is an approximation; files are read as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from agentaudit.code import Call, Code
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.attempts import is_sync
from agentaudit.probes.telemetry.blocks import Block
from agentaudit.probes.telemetry.errors import language
from agentaudit.probes.telemetry.held import holds_elsewhere, is_page
from agentaudit.probes.telemetry.program import Program
from agentaudit.probes.telemetry.questions import questions
from agentaudit.probes.telemetry.silenced import unheard
from agentaudit.probes.telemetry.wrappers import (
    is_given,
    keeps,
    reporter,
    reports,
    surrounding,
)
from agentaudit.source import Component, Repo


class Fates(Struct, frozen=True):
    """Where exceptions of models' calls end."""

    kept: tuple[Place, ...] = ()
    """Heads of blocks that catch one and keep its traceback."""
    lost: tuple[Place, ...] = ()
    """Heads of blocks that catch one and neither keep its traceback nor pass it on."""
    leaving: tuple[Place, ...] = ()
    """Functions that one leaves, and that nobody calls by name."""
    nothing_holds: bool = False
    """Whether no block of the whole program catches any exception and loses it; looked at only
    where none catches those of models."""

    @property
    def is_kept(self) -> bool:
        """Whether whatever catches one keeps its traceback."""
        return bool(self.kept) and not self.lost

    @property
    def is_free(self) -> bool:
        """Whether nothing catches one."""
        return bool(self.leaving) and not self.kept and not self.lost

    @property
    def only_lost(self) -> bool:
        """Whether whatever catches one loses it."""
        return bool(self.lost) and not self.kept

    @property
    def is_lost(self) -> bool:
        """Whether nothing keeps one, and more is lost than leaves."""
        return self.only_lost and len(self.lost) > max(1, len(self.leaving))


def followed(repo: Repo, component: Component, keeping: Sequence[Call]) -> Fates:
    """The fates of what is raised where models are asked; keeping are calls that keep a
    traceback. Empty where no such call was found, and for Go, whose errors are values."""
    return _Followed(Program(repo, component), component.code, keeping).fates()


_DECLARES = regex(
    r"\s*(?:(?:async\s+)?def\b|class\b|(?:export\s+)?(?:default\s+)?(?:async\s+)?function\b"
    r"|(?:public|private|protected|internal|override)\b|#|//|\*|import\b|from\b)"
)
_WIDE = 400
"""Characters of a line that are looked at."""
_OPENS = regex(r"[ \t]?(?:<[^<>()\n]{0,60}>)?\(")
_WITHIN = regex(r"[\w\"'/-]")
_HANDED = regex(r"[ \t]?[,)]")
_HANDING = regex(r"[(,=]\s?(?:self\.|this\.)?$")
"""What follows and precedes a function that is handed on."""
_SCRIPTS = (".ts", ".tsx", ".js", ".mjs", ".cjs")
_DEEP, _SEEN = 8, 1500
"""Functions that call one another, and lines that are looked at."""
_UNTOLD = frozenset({"__init__", "main", "start", "get", "set", "post", "handler", "constructor"})
"""Names of functions that say nothing of who calls them."""
_PASSES = regex(
    r"(?:^|[\s{;(])(?:raise\b(?!\s+[\w.]{0,60}HTTP)|throw\b|next\(\s?\w|reject\(|Promise\.reject)"
)
_TOOLS = regex(r"(?:^|/)(?:tools?|\w{0,20}preprocess\w{0,20}|db_setup|setup|seeds?)/")
"""Where what fails is told the agent, which goes on, or where nobody asks anything."""
_SAFE = regex(r"=>\s{0,4}Promise<|\(\)\s{0,4}=>|def \w{1,60}\(\w{0,4}fu?nc?\w{0,10}\b|wraps\(")
"""Signs of a function that is handed another, in its file."""
_HANDS = regex(
    r"(?<![\w.])(\w{3,60})(?:<[^<>()]{0,60}>)?\(\s{0,40}(?:async\s{0,4})?\([^()]{0,60}\)\s{0,4}=>"
)
_DECORATES = regex(r"\s*@(\w{3,60})\b")
_ABOVE = 4
"""Lines above one that are looked at for what it is handed to."""
_CALLED = regex(r"(?<!\w)(\w{1,100})\(")
_BROAD = regex(r"except\s*:|except\s*\(?[^\n:]{0,60}(?<!\w)(?:Base)?Exception(?!\w)")
_EXCEPTS, _CATCHES = regex(r"(?m)^[ \t]*except\b[^\n]{0,300}:"), regex(r"[}\s]catch\s{0,4}[({]")
_OF_ASKED = regex(
    r"(?:A[PI]I|Api|Ai|OpenAI|Anthropic|Client|H[tT]{2}[pP]|Request|Service|R[pP][cC]|Google|Azure|Model"
    r"|LLM|Llm|Boto|RateLimit)\w{0,30}(?:Error|Exception)\b"
)
"""Exceptions of services."""
_TYPED = regex(r"(?:^|[\s.(])(?:Exception|Throwable|RuntimeException)\b|^\s{0,4}$")


class _Followed:
    """A program, where tracebacks are kept in it, and what becomes of its exceptions."""

    def __init__(self, program: Program, code: Code, keeping: Sequence[Call]) -> None:
        self._program, self._code = program, code
        self._keeping: dict[str, set[int]] = defaultdict(set)
        for call in keeping:
            self._keeping[call.place.path].add(call.place.line or 0)
        self._unheard = frozenset(unheard(code.calls))
        self._keepers = {call.scope.rpartition(".")[2] for call in keeping} - {""}
        self._reporting: dict[tuple[str, str], bool] = {}
        self._around: dict[tuple[str, str], tuple[str, Block] | None] = {}

    def fates(self) -> Fates:
        ends: dict[str, dict[tuple[str, int], Place]] = defaultdict(dict)
        waiting = [(path, line, 0) for path, line in questions(self._program, self._code)]
        seen: set[tuple[str, int]] = set()
        while waiting and len(seen) < _SEEN:
            path, line, depth = waiting.pop(0)
            if (path, line) in seen:
                continue
            seen.add((path, line))
            fate, at, name = self._fate(path, line)
            callers = list(self._callers(path, at, name)) if name and depth < _DEEP else []
            if fate != "leaving" or not callers:
                ends[fate][path, at] = self._program.shown(path, at)
            waiting += [(*caller, depth + 1) for caller in callers]
        if ends["kept"] and all(_TOOLS.search(path) for path, _ in ends["lost"]):
            ends["lost"] = {}
        kept, lost, leaving = (tuple(ends[fate].values()) for fate in ("kept", "lost", "leaving"))
        return Fates(kept, lost, leaving, not (kept or lost) and self._nothing_holds(leaving))

    def _nothing_holds(self, leaving: Sequence[Place]) -> bool:
        """Whether nothing that serves catches any exception and loses it; pages of a browser, and
        what only they do, do not serve."""
        places = self._program.places
        if not self._program.is_whole or all(
            is_page(place.path) for place in leaving or places.values()
        ):
            return False
        serving = (path for path in places if not is_page(path))
        return not any(self._holds(path) for path in serving)

    def _holds(self, path: str) -> bool:
        text = self._program.text(path)
        if holds_elsewhere(path, text):
            return True
        if "except" not in text and "catch" not in text:
            return False
        found = [block for block in self._program.blocks(path) if block.kind == "catch"]
        heads = _EXCEPTS if path.endswith(".py") else _CATCHES
        return len(heads.findall(text)) > len(found) or any(
            self._caught(path, block, asked=True) == "lost" and not self._is_trial(path, block)
            for block in found
        )

    def _is_trial(self, path: str, catch: Block) -> bool:
        """Whether a script only tries to read something in it, and waits for nobody."""
        tried = catch.tried
        rows = self._program.lines(path)[tried.first - 1 : tried.last] if tried else ()
        return is_sync(path, "\n".join(rows))

    def _fate(self, path: str, line: int) -> tuple[str, int, str]:
        """What becomes of an exception of a line within its function, the line where that is
        decided, and the name of the function that it leaves."""
        if (wrapped := self._within(path, line)) != "leaving":
            return wrapped, line, ""
        around = [each for each in self._program.blocks(path) if each.first <= line <= each.last]
        for block in sorted(around, key=lambda each: each.last - each.first):
            if block.kind == "def":
                fate = self._decorated(path, block.first)
                return fate, block.first, block.name if fate == "leaving" else ""
            if block.kind != "try":
                continue
            for catch in self._program.blocks(path):
                if catch.tried is block and (fate := self._caught(path, catch)) != "leaving":
                    return fate, catch.first, ""
        return "leaving", 1, ""

    def _within(self, path: str, line: int) -> str:
        """What becomes of it where the line is handed to a function that tries to run it."""
        if not path.endswith(_SCRIPTS):
            return "leaving"
        above = "\n".join(self._program.lines(path)[max(0, line - _ABOVE) : line])[-600:]
        return self._surrounded(path, _HANDS.findall(above)[-1:])

    def _decorated(self, path: str, first: int) -> str:
        """The same of a function of Python and its decorators."""
        if not path.endswith(".py"):
            return "leaving"
        rows = self._program.lines(path)[max(0, first - _ABOVE) : first - 1]
        return self._surrounded(path, [each[1] for row in rows if (each := _DECORATES.match(row))])

    def _surrounded(self, path: str, names: Iterable[str]) -> str:
        for name in names:
            around = self._trying(path, name)
            if around is not None and (fate := self._caught(*around)) != "leaving":
                return fate
        return "leaving"

    def _trying(self, path: str, name: str) -> tuple[str, Block] | None:
        """What catches the exceptions of what a function of that name is given to run."""
        key = language(self._program.places[path]), name
        if key not in self._around:
            self._around[key] = next(
                (
                    (other, catch)
                    for other in self._program.saying(path, name)
                    if _SAFE.search(self._program.text(other))
                    for catch in surrounding(*self._program.parts(other), name)
                ),
                None,
            )
        return self._around[key]

    def _is_reporter(self, path: str, name: str) -> bool:
        """Whether a function of that name keeps the traceback of an error that it is given."""
        if name in self._keepers:
            return True
        key = language(self._program.places[path]), name
        if key not in self._reporting:
            said = self._program.saying(path, name) if reports(name) else ()
            self._reporting[key] = any(
                reporter(*self._program.parts(other), name) for other in said
            )
        return self._reporting[key]

    def _caught(self, path: str, catch: Block, *, asked: bool = False) -> str:
        """What becomes of what it catches; asked is whether the errors of those who are asked, by
        their names, are looked at too."""
        python = path.endswith(".py")
        broad = _BROAD.match(catch.head) if python else _TYPED.search(catch.head[:200])
        broad = broad or (_OF_ASKED.search(catch.head[:300]) if asked else None)
        if not broad and not path.endswith(_SCRIPTS):
            return "leaving"
        rows = self._program.lines(path)[catch.first - 1 : catch.last]
        told = enumerate(rows, catch.first)
        rows = [row for number, row in told if (path, number) not in self._unheard]
        body = "\n".join(rows)[:4000]
        known = (line for line in self._keeping.get(path, ()) if catch.first <= line <= catch.last)
        levels = "loguru" in self._program.text(path)
        given = (levels or is_given(self._program.lines(path)[line - 1]) for line in known)
        if keeps(rows, all_levels=levels) or any(given):
            return "kept"
        if any(self._is_reporter(path, name) for name in dict.fromkeys(_CALLED.findall(body))):
            return "kept"
        return "leaving" if _PASSES.search(body) else "lost"

    def _callers(self, path: str, first: int, name: str) -> Iterator[tuple[str, int]]:
        """Lines that call a function by its name, or hand it on."""
        if name in _UNTOLD:
            return
        for other in self._program.saying(path, name):
            text = self._program.text(other)
            at = text.find(name)
            while at >= 0:
                line = text.rfind("\n", 0, at) + 1
                if _is_called(text, line, at, at + len(name)):
                    number = text.count("\n", 0, line) + 1
                    if (other, number) != (path, first):
                        yield other, number
                at = text.find(name, at + len(name))


def _is_called(text: str, line: int, start: int, end: int) -> bool:
    """Whether a name, in a line that begins there, is of a function that is called or handed on."""
    opens = _OPENS.match(text, end)
    if not opens and not _HANDED.match(text, end):
        return False
    if start - line > _WIDE or _DECLARES.match(text, line):
        return False
    if opens:
        return not _WITHIN.match(text, start - 1) if start > line else True
    return bool(_HANDING.search(text[max(line, start - 20) : start]))
