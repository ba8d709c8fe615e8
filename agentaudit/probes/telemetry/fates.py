"""What becomes of an exception of a model's call, followed outwards: from the call through what
catches it there, and on through whoever calls that function, up to where nobody catches it.

Names are compared, not types, so that it is an approximation; files are read as text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.code import Call, Role, Strength
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.blocks import Block, blocks
from agentaudit.probes.telemetry.errors import language
from agentaudit.probes.telemetry.wrappers import is_given, keeps, reporters, surrounding
from agentaudit.source import Component, Repo
from agentaudit.trades import AGENTIC


class Fates(Struct, frozen=True):
    """Where exceptions of models' calls end."""

    kept: tuple[Place, ...] = ()
    """Heads of blocks that catch one and keep its traceback."""
    lost: tuple[Place, ...] = ()
    """Heads of blocks that catch one and neither keep its traceback nor pass it on."""
    leaving: tuple[Place, ...] = ()
    """Functions that one leaves, and that nobody calls by name."""

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
    return _Program(repo, component, keeping).fates()


_LANGUAGES = (".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".java", ".kt", ".cs")
_BESIDE = regex(
    r"(?:^|/)(?:tests?|__tests__|specs?|evals?|evaluat\w{1,10}|scripts?|notebooks?|examples?|demos?|benchmarks?|migrations)/"
    r"|(?:^|/)(?:test_|conftest|demo\.|example\.)|_test\.\w{1,4}$|\.(?:test|spec)\.\w{1,4}$"
)
_ASKS = regex(
    r"(?<!JSON)(?<!JSON\.)(?<!json)(?<!json\.)(?:\b|\.)(?:a?(?:invoke|stream|batch|create|parse|kickoff|chat|query|complete|predict|generate"
    r"|embed|retrieve|search|run|call|completion|converse)"
    r"(?:_?(?:content|text|object|response|completions?|stream|async|events|chat|message|model|live"
    r"|sync|streamed|documents|query)){0,3}(?:Async|Streaming|StreamingAsync)?|(?:generate|stream|embed)"
    r"(?:Text|Object|Content|ContentStream|Many)|(?:send|post)(?:Message\w{0,20})?|content"
    r"|(?:Get|Complete|Invoke|Run|Generate|Create)\w{0,40}(?:Async|Chat|Streaming)|InvokeModel\w{0,30})"
    r"\s?(?:<[^<>()]{0,60}>)?\("
)
_NO_CALL = regex(r"\s*(?:#|//|\*|(?:async )?def |import |from |@)")
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
_MANY, _DEEP, _SEEN = 400, 8, 1500
"""Files, functions that call one another, and lines that are looked at."""
_UNTOLD = frozenset({"__init__", "main", "start", "get", "set", "post", "handler", "constructor"})
"""Names of functions that say nothing of who calls them."""
_PASSES = regex(
    r"(?:^|[\s{;(])(?:raise\b(?!\s+[\w.]{0,60}HTTP)|throw\b|next\(\s?\w|reject\(|Promise\.reject)"
)
_TOOLS = regex(r"(?:^|/)(?:tools?|\w{0,20}preprocess\w{0,20}|db_setup|setup|seeds?)/")
"""Where what fails is told the agent, which goes on, or where nobody asks anything."""
_TELLING = regex(r"(?i)err(?:or)?\w{0,20}\(|exception")
_SAFE = regex(r"=>\s{0,4}Promise<|\(\)\s{0,4}=>|def \w{1,60}\(\w{0,4}fu?nc?\w{0,10}\b|wraps\(")
"""Signs of a function that is handed another, in its file."""
_HANDS = regex(
    r"(?<![\w.])(\w{3,60})(?:<[^<>()]{0,60}>)?\(\s{0,40}(?:async\s{0,4})?\([^()]{0,60}\)\s{0,4}=>"
)
_DECORATES = regex(r"\s*@(\w{3,60})\b")
_ABOVE = 4
"""Lines above one that are looked at for what it is handed to."""
_BROAD = regex(r"except\s*:|except\s*\(?[^\n:]{0,60}(?<!\w)(?:Base)?Exception(?!\w)")
_TYPED = regex(r"(?:^|[\s.(])(?:Exception|Throwable|RuntimeException)\b|^\s{0,4}$")


class _Program:
    """The files of a component, and where tracebacks are kept in them."""

    def __init__(self, repo: Repo, component: Component, keeping: Sequence[Call]) -> None:
        self._repo, self._code = repo, component.code
        self._places = {place.path: place for place in self._files(component)}
        self._texts: dict[str, list[str]] = {}
        self._blocks: dict[str, list[Block]] = {}
        self._spoken: dict[str, list[str]] = defaultdict(list)
        for path, place in self._places.items():
            self._spoken[language(place)].append(path)
        self._wholes: dict[str, str] = {}
        self._keeping: dict[str, set[int]] = defaultdict(set)
        for call in keeping:
            self._keeping[call.place.path].add(call.place.line or 0)
        self._keepers = {call.scope.rpartition(".")[2] for call in keeping} - {""}
        self._around: dict[str, tuple[str, Block]] = {}
        for path in self._places:
            if _TELLING.search(self._whole(path)):
                self._keepers.update(reporters(self._lines(path), self._of(path)))
            if _SAFE.search(self._whole(path)):
                for name, catch in surrounding(self._lines(path), self._of(path)):
                    self._around.setdefault(name, (path, catch))

    def _files(self, component: Component) -> Iterator[Place]:
        """Those that use anything known, and others of the component."""
        places = [call.place for call in self._code.calls if call.role is Role.APP]
        places += [row.place for row in self._code.imports if row.role is Role.APP]
        known = {place.path: place for place in places if place.path.endswith(_LANGUAGES)}
        main = [path for path in sorted(known) if not _BESIDE.search(path)] or sorted(known)
        for path in main[:_MANY]:
            yield replace(known[path], line=None, text="")
        suffixes = {path.rpartition(".")[2] for path in main}
        beside = (file for file in self._others(component, suffixes) if file.path not in known)
        yield from islice(beside, max(0, _MANY - len(main)))

    def _others(self, component: Component, suffixes: set[str]) -> Iterator[Place]:
        home = "" if component.path == "." else component.path + "/"
        apart = tuple(
            other.path + "/"
            for other in self._repo.components()
            if other.path != "." and other.path != component.path and other.path.startswith(home)
        )
        for suffix in sorted(suffixes):
            for file in self._repo.files(f"{home}**/*.{suffix}"):
                if not file.path.startswith(apart) and not _BESIDE.search(file.path):
                    yield file

    def _lines(self, path: str) -> list[str]:
        if path not in self._texts:
            self._texts[path] = self._whole(path).split("\n")
        return self._texts[path]

    def _of(self, path: str) -> list[Block]:
        if path not in self._blocks:
            self._blocks[path] = blocks(path, self._whole(path))
        return self._blocks[path]

    def fates(self) -> Fates:
        ends: dict[str, dict[tuple[str, int], Place]] = defaultdict(dict)
        waiting = [(path, line, 0) for path, line in self._asks()]
        seen: set[tuple[str, int]] = set()
        while waiting and len(seen) < _SEEN:
            path, line, depth = waiting.pop(0)
            if (path, line) in seen:
                continue
            seen.add((path, line))
            fate, at, name = self._fate(path, line)
            callers = list(self._callers(path, at, name)) if name and depth < _DEEP else []
            if fate != "leaving" or not callers:
                ends[fate][path, at] = self._shown(path, at)
            waiting += [(*caller, depth + 1) for caller in callers]
        if ends["kept"] and all(_TOOLS.search(path) for path, _ in ends["lost"]):
            ends["lost"] = {}
        return Fates(*(tuple(ends[fate].values()) for fate in ("kept", "lost", "leaving")))

    def _shown(self, path: str, line: int) -> Place:
        return replace(self._places[path], line=line, text=self._lines(path)[line - 1].strip())

    def _asks(self) -> Iterator[tuple[str, int]]:
        """Lines that ask a model or run an agent."""
        for trades in (("model", "agent"), AGENTIC):
            uses = [use for trade in trades for use in self._code.used.get(trade, ())]
            known = {use.library for use in uses}
            paths = {row.place.path for row in self._code.imports if row.library in known}
            found = [
                (path, number)
                for path in sorted(paths & self._places.keys())
                for number, line in enumerate(self._lines(path), 1)
                if "(" in line and _ASKS.search(line[:400]) and not _NO_CALL.match(line)
            ]
            called = (use.place for use in uses if use.strength >= Strength.CALLED)
            found += [(p.path, p.line) for p in called if p.line and p.path in self._places]
            if found:
                yield from found
                return

    def _fate(self, path: str, line: int) -> tuple[str, int, str]:
        """What becomes of an exception of a line within its function, the line where that is
        decided, and the name of the function that it leaves."""
        if (wrapped := self._within(path, line)) != "leaving":
            return wrapped, line, ""
        around = [each for each in self._of(path) if each.first <= line <= each.last]
        for block in sorted(around, key=lambda each: each.last - each.first):
            if block.kind == "def":
                fate = self._decorated(path, block.first)
                return fate, block.first, block.name if fate == "leaving" else ""
            if block.kind != "try":
                continue
            for catch in self._of(path):
                if catch.tried is block and (fate := self._caught(path, catch)) != "leaving":
                    return fate, catch.first, ""
        return "leaving", 1, ""

    def _within(self, path: str, line: int) -> str:
        """What becomes of it where the line is handed to a function that tries to run it."""
        if not path.endswith(_SCRIPTS):
            return "leaving"
        above = "\n".join(self._lines(path)[max(0, line - _ABOVE) : line])[-600:]
        return self._surrounded(_HANDS.findall(above)[-1:])

    def _decorated(self, path: str, first: int) -> str:
        """The same of a function of Python and its decorators."""
        rows = self._lines(path)[max(0, first - _ABOVE) : first - 1] if path.endswith(".py") else []
        return self._surrounded(found[1] for row in rows if (found := _DECORATES.match(row)))

    def _surrounded(self, names: Iterable[str]) -> str:
        for name in names:
            if name in self._around and (fate := self._caught(*self._around[name])) != "leaving":
                return fate
        return "leaving"

    def _caught(self, path: str, catch: Block) -> str:
        python = path.endswith(".py")
        broad = _BROAD.match(catch.head) if python else _TYPED.search(catch.head[:200])
        if not broad and not path.endswith(_SCRIPTS):
            return "leaving"
        rows = self._lines(path)[catch.first - 1 : catch.last]
        body = "\n".join(rows)[:4000]
        known = (line for line in self._keeping.get(path, ()) if catch.first <= line <= catch.last)
        told = "loguru" in self._whole(path)
        given = (told or is_given(self._lines(path)[line - 1]) for line in known)
        if keeps(rows, all_levels=told) or any(given):
            return "kept"
        if any(re.search(rf"(?<!\w){re.escape(name)}\(", body) for name in self._keepers):
            return "kept"
        return "leaving" if _PASSES.search(body) else "lost"

    def _callers(self, path: str, first: int, name: str) -> Iterator[tuple[str, int]]:
        """Lines that call a function by its name, or hand it on."""
        if name in _UNTOLD:
            return
        for other in self._spoken[language(self._places[path])]:
            text = self._whole(other)
            at = text.find(name)
            while at >= 0:
                line = text.rfind("\n", 0, at) + 1
                number = text.count("\n", 0, line) + 1
                if _is_called(text, line, at, at + len(name)) and (other, number) != (path, first):
                    yield other, number
                at = text.find(name, at + len(name))

    def _whole(self, path: str) -> str:
        if path not in self._wholes:
            self._wholes[path] = (self._repo.read(self._places[path]) or "")[:300_000]
        return self._wholes[path]


def _is_called(text: str, line: int, start: int, end: int) -> bool:
    """Whether a name, in a line that begins there, is of a function that is called or handed on."""
    if start - line > _WIDE or _DECLARES.match(text, line):
        return False
    if _OPENS.match(text, end):
        return not _WITHIN.match(text, start - 1) if start > line else True
    before = text[max(line, start - 20) : start]
    return bool(_HANDED.match(text, end) and _HANDING.search(before))
