"""What becomes of an exception of a model's call, followed outwards: from the call through what
catches it there, and on through whoever calls that function, up to where nobody catches it.

Names are compared, not types, so that it is an approximation; files are read as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from agentaudit.blocks import Block, Part
from agentaudit.code import Call, Code
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry import last_resort
from agentaudit.probes.telemetry.attempts import is_sync
from agentaudit.probes.telemetry.calling import Callers, below
from agentaudit.probes.telemetry.catches import around, catches, may_catch
from agentaudit.probes.telemetry.ends import Fates
from agentaudit.probes.telemetry.errors import language
from agentaudit.probes.telemetry.forgotten import forgets, handing, is_forgotten
from agentaudit.probes.telemetry.handlers import is_run_later, silent
from agentaudit.probes.telemetry.held import holds_elsewhere, is_page
from agentaudit.probes.telemetry.judged import Judge
from agentaudit.probes.telemetry.pools import gathered, keeps_errors, settled
from agentaudit.probes.telemetry.program import Program
from agentaudit.probes.telemetry.questions import questions
from agentaudit.probes.telemetry.streams import hushed, told_beside
from agentaudit.probes.telemetry.wrappers import surrounding
from agentaudit.source import Component, Repo


def followed(repo: Repo, component: Component, keeping: Sequence[Call]) -> Fates:
    """The fates of what is raised where models are asked; keeping are calls that keep a
    traceback. Empty where no such call was found, and for Go, whose errors are values."""
    return _Followed(Program(repo, component), component.code, keeping).fates()


_DECLARING = regex(r"\.(?:java|razor)$|(?<!/Program)(?<!^Program)\.cs$")
"""Files in which nothing runs but what stands in a function."""
_SCRIPTS = (".ts", ".tsx", ".js", ".mjs", ".cjs", ".mts")
_DEEP, _SEEN = 8, 1500
"""Functions that call one another, and lines that are looked at."""
_TOOLS = regex(r"(?:^|/)(?:tools?|\w{0,20}preprocess\w{0,20}|db_setup|setup|seeds?)/")
"""Where what fails is told the agent, which goes on, or where nobody asks anything."""
_SAFE = regex(r"=>\s{0,4}Promise<|\(\)\s{0,4}=>|def \w{1,60}\(\w{0,4}fu?nc?\w{0,10}\b|wraps\(")
"""Signs of a function that is handed another, in its file."""
_TOLD_AGENT = regex(r"(?i)(?:.*[._])?(?:\w*tool|KernelFunction|SKFunction|ai_?function)")
"""Marks of functions that an agent calls, which is told what they raise."""
_OF_ASKED = regex(
    r"(?:A[PI]I|Api|Ai|OpenAI|Anthropic|Client|H[tT]{2}[pP]|Request|Service|R[pP][cC]|Google|Azure|Model"
    r"|LLM|Llm|Boto|RateLimit)\w{0,30}(?:Error|Exception)\b"
)
"""Exceptions of services."""
_OF_SERVICE = regex(
    r"(?:^|\.)(?:OpenAI|Anthropic|API|Api|Client|Google|Azure|GoogleAPI|GoogleAPICall|H[tT]{2}[pP](?:Response|Request)?"
    r"|Request|Service|ServiceRequest|Boto(?:Core)?)(?:Error|Exception)$"
)
"""Those that a model's call raises whatever failed."""


class _Followed:
    """A program, where tracebacks are kept in it, and what becomes of its exceptions."""

    def __init__(self, program: Program, code: Code, keeping: Sequence[Call]) -> None:
        self._program, self._code = program, code
        self._judge = Judge(program, code, keeping)
        self._last: dict[str, list[tuple[str, tuple[str, int], str]]] = {}
        self._around: dict[tuple[str, str], tuple[str, Block] | None] = {}
        self._callers = Callers(program)
        self._handing: dict[str, frozenset[int]] = {}

    def fates(self) -> Fates:
        ends: dict[str, dict[tuple[str, int], Place]] = defaultdict(dict)
        asked = dict.fromkeys(questions(self._program, self._code))
        waiting = [(path, line, 0) for path, line in asked]
        seen: set[tuple[str, int]] = set()
        above: dict[tuple[str, int], list[tuple[str, int, str]]] = defaultdict(list)
        within: dict[tuple[str, int, str], list[tuple[str, int]]] = defaultdict(list)
        losing: list[tuple[str, int]] = []
        while waiting and len(seen) < _SEEN:
            path, line, depth = waiting.pop(0)
            if (path, line) in seen:
                continue
            seen.add((path, line))
            fate, at, name = self._fate(path, line)
            function = (path, at, name)
            calling = self._callers.of(*function) if name and depth < _DEEP else ()
            ended = (path, at)
            if fate == "leaving" and not calling:
                fate, ended = self._answered(path, at)
            if fate and (fate != "leaving" or not calling):
                ends[fate][ended] = self._program.shown(*ended)
            losing += [(path, line)] if fate == "lost" and not is_page(path) else []
            for other, number, apart in calling if function not in within else ():
                if end := self._apart(other, number, name, apart=apart):
                    ends[end][other, number] = self._program.shown(other, number)
                else:
                    waiting.append((other, number, depth + 1))
                    above[other, number].append(function)
            within[function] += [(path, line)] if calling else []
        failing = len(below(losing, above, within) & asked.keys())
        return self._judged(ends, len(asked), failing)

    def _apart(self, path: str, line: int, name: str, *, apart: bool) -> str:
        """What becomes of an exception of a function that a line has run beside itself."""
        if path not in self._handing:
            self._handing[path] = handing(path, self._program.text(path))
        if line in self._handing[path] and forgets(path, self._program.lines(path), line, name):
            return "lost"
        return "leaving" if apart else ""

    def _answered(self, path: str, at: int) -> tuple[str, tuple[str, int]]:
        """What becomes of what leaves a function, and where: what answers for every exception
        decides it, if all that does is of one mind. What keeps them does so once, however much
        comes there."""
        if path.endswith(_SCRIPTS):
            return "lost" if self._silent and not is_page(path) else "leaving", (path, at)
        every = self._resorts(language(self._program.places[path]))
        own = {fate: ended for fate, ended, within in every if within == path}
        fates = own or {fate: ended for fate, ended, within in every if not within}
        fate = next(iter(fates)) if len(fates) == 1 else "leaving"
        return fate, fates[fate] if fate == "kept" else (path, at)

    def _resorts(self, spoken: str) -> list[tuple[str, tuple[str, int], str]]:
        """What becomes of exceptions in what answers for all of them in a language, where, and
        the only file for which it answers, if any."""
        if spoken not in self._last:
            self._last[spoken] = [
                (self._judge.caught(path, block), (path, block.first), path if own else "")
                for path, place in self._program.places.items()
                if language(place) == spoken
                for block, own in last_resort.answering(self._program, path)
            ]
        return self._last[spoken]

    @cached_property
    def _silent(self) -> list[tuple[str, Block]]:
        return silent(self._program)

    def _judged(
        self, ends: dict[str, dict[tuple[str, int], Place]], asked: int, failing: int
    ) -> Fates:
        places = [place for held in ends.values() for place in held.values()]
        for fate in ends if any(not is_page(place.path) for place in places) else ():
            ends[fate] = {at: each for at, each in ends[fate].items() if not is_page(each.path)}
        if ends["kept"] and all(_TOOLS.search(path) for path, _ in ends["lost"]):
            ends["lost"], failing = {}, 0
        kept, lost, leaving = (tuple(ends[fate].values()) for fate in ("kept", "lost", "leaving"))
        alone = not (kept or lost) and self._nothing_holds(leaving)
        return Fates(kept, lost, leaving, alone, asked, failing)

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
        if not may_catch(text):
            return False
        found = self._program.blocks(path)
        return not found or any(
            self._judge.caught(path, block, asked=_OF_ASKED) == "lost"
            and not self._is_trial(path, block)
            for block in catches(found)
        )

    def _is_trial(self, path: str, catch: Block) -> bool:
        """Whether a script only tries to read something in it, and waits for nobody."""
        tried = None if catch.given else catch.tried
        return tried is not None and is_sync(path, tried.body(self._program.text(path)))

    def _fate(self, path: str, line: int) -> tuple[str, int, str]:
        """What becomes of an exception of a line within its function, the line where that is
        decided, and the name of the function that it leaves."""
        found = self._program.blocks(path)
        text = self._program.text(path)
        dropped = settled(text, line)
        if path.endswith(_SCRIPTS) and "onError" in text and hushed(text, found, line):
            return "lost", line, ""
        for told in told_beside(path, self._program.lines(path), found, line):
            if (fate := self._judge.caught(path, told)) != "leaving":
                return fate, told.first, ""
        for block in around(found, line):
            if dropped is not None and block.start < dropped:
                return "lost", line, ""
            if block.part is Part.FUNCTION:
                if any(_TOLD_AGENT.fullmatch(mark[-60:]) for mark in block.marks):
                    return "", block.first, ""
                if keeps_errors(text, block) or is_forgotten(path, text, block):
                    return "lost", block.first, ""
                if path.endswith(".py") and gathered(text, block, line):
                    return "lost", line, ""
                by = (name.rpartition(".")[2] for name in (block.given, *block.marks) if name)
                if (fate := self._surrounded(path, by)) != "leaving" or block.name:
                    return fate, block.first, block.name if fate == "leaving" else ""
                if is_run_later(path, block):
                    return fate, block.first, ""
            for catch in catches(found) if block.part is Part.TRY else ():
                if catch.tried == block:
                    fate = self._judge.caught(path, catch, asked=_OF_SERVICE)
                    if fate != "leaving":
                        return fate, catch.first, ""
        within = any(block.part is Part.FUNCTION for block in around(found, line))
        return "leaving" if within or not _DECLARING.search(path) else "", 1, ""

    def _surrounded(self, path: str, names: Iterable[str]) -> str:
        for name in names:
            around = self._trying(path, name)
            if around is not None and (fate := self._judge.caught(*around)) != "leaving":
                return fate
        return "leaving"

    def _trying(self, path: str, name: str) -> tuple[str, Block] | None:
        """What catches the exceptions of what a function of that name is given to run."""
        key = language(self._program.places[path]), name
        if key not in self._around:
            self._around[key] = next(
                (
                    (other, catch)
                    for other in self._program.defining(path, name)
                    if may_catch(text := self._program.text(other)) and _SAFE.search(text)
                    for catch in surrounding(*self._program.parts(other), name)
                ),
                None,
            )
        return self._around[key]
