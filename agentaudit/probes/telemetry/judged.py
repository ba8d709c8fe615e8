"""What becomes of an exception in the block that catches it, by what that does with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from agentaudit.blocks import Block
from agentaudit.code import Call, Code
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.catches import (
    LOOKS_ON,
    is_broad,
    is_printed,
    is_rethrown,
    is_whole,
)
from agentaudit.probes.telemetry.errors import RECORDS, language
from agentaudit.probes.telemetry.program import Program
from agentaudit.probes.telemetry.silenced import unheard
from agentaudit.probes.telemetry.wrappers import is_given, keeps, reporter, reports

_PASSES = regex(
    r"(?:^|[\s{;(])(?:raise\b(?!\s+[\w.]{0,60}HTTP)|throw\b|next\(\s?\w|reject\(|Promise\.reject"
    r"|DispatchExceptionAsync\(|throwError\()|\.(?:completeExceptionally|completeWithError|set_exception"
    r"|(?:Try)?SetException|Throw)\(|(?:sink|emitter|observer|controller|subscriber)\.(?:onE|e)rror\("
)
"""What raises it again, or hands it to whoever waits for a result."""
_UNTOLD = regex(
    r"\bthrow new (?:Http|BadRequest|Unauthorized|Forbidden|NotFound|NotAcceptable|RequestTimeout"
    r"|Conflict|Gone|UnprocessableEntity|InternalServerError|NotImplemented|BadGateway"
    r"|ServiceUnavailable|GatewayTimeout|PayloadTooLarge|PreconditionFailed)Exception\b"
)
"""Exceptions of Nest that are answers: it writes nothing of them."""
_OF_NEST, _FILTER = "@nestjs/common", "@Catch("
_NAME = regex(r"[\w.]{1,100}")
_CALLED = regex(r"(?<!\w)(\w{1,100})\((?=([^;()]{0,300}))")
_AGAIN = regex(r"(?i)\bcontinue\b|sleep|retry|attempt|delay")
"""Signs that it is asked again."""
_HANDED_ON = regex(r"(?:.{0,60}\.)?(?:next|reject|done|cb|callback)")
_LOGGER = regex(r"(?i)(?:console|[\w.]{0,60}log\w{0,10})\.\w{1,10}")
"""What a promise gives its error to, by name."""


class Judge:
    """What the blocks of a program do with what they catch; keeping are calls that keep a
    traceback."""

    def __init__(self, program: Program, code: Code, keeping: Sequence[Call]) -> None:
        self._program = program
        self._keeping: dict[str, set[int]] = defaultdict(set)
        for call in keeping:
            self._keeping[call.place.path].add(call.place.line or 0)
        self._unheard = frozenset(unheard(code.calls))
        if not any(call.method in RECORDS for call in keeping):
            told = (call.place for call in code.calls if call.method in RECORDS)
            self._unheard |= {(place.path, place.line or 0) for place in told}
        self._keepers = {call.scope.rpartition(".")[2] for call in keeping} - {""}
        self._reporting: dict[tuple[str, str], bool] = {}

    def _is_reporter(self, path: str, name: str, *, given: bool = False) -> bool:
        """Whether a function of that name keeps the traceback of an error; given is whether it is
        handed one as it is."""
        if name in self._keepers:
            return True
        if not given and not reports(name):
            return False
        key = language(self._program.places[path]), name
        if key not in self._reporting:
            said = self._program.defining(path, name)
            self._reporting[key] = any(
                reporter(self._heard(other), self._program.blocks(other), name) for other in said
            )
        return self._reporting[key]

    def _heard(self, path: str) -> str:
        """The text of a file without reports that nobody hears."""
        rows = enumerate(self._program.text(path).split("\n"), 1)
        told = (" " * len(row) if (path, at) in self._unheard else row for at, row in rows)
        return "\n".join(told)

    def caught(self, path: str, catch: Block, asked: re.Pattern[str] | None = None) -> str:
        """What becomes of what it catches; asked are names of exceptions of those who are asked,
        which are looked at besides those that are any."""
        typed = asked is not None and any(asked.search(name) for name in catch.types)
        if not is_broad(path, catch) and not typed:
            return "leaving"
        text, found = self._program.parts(path)
        body = catch.body(text)[:4000]
        if not is_broad(path, catch) and _AGAIN.search(body):
            return "leaving"
        if catch.given and _NAME.fullmatch(body[:100]):
            return self._told(path, body)
        above = text.count("\n", 0, catch.inside) + 1
        told = enumerate(body.split("\n"), above)
        rows = [row for number, row in told if (path, number) not in self._unheard]
        known = (line for line in self._keeping.get(path, ()) if catch.first <= line <= catch.last)
        levels = "loguru" in text
        given = (levels or is_given(self._program.lines(path)[line - 1]) for line in known)
        if keeps(rows, all_levels=levels) or any(given):
            return "kept"
        body = "\n".join(rows)
        if is_printed(path, catch, body):
            return "lost" if self._program.is_shown(path) else "kept"
        if any(
            self._is_reporter(path, name, given=is_whole(catch.name, text))
            for name, text in dict.fromkeys(_CALLED.findall(body))
        ):
            return "kept"
        if _OF_NEST in text and not self._filters:
            body = _UNTOLD.sub("", body)
        passed = catch.given == LOOKS_ON or _PASSES.search(body) is not None
        return "leaving" if passed or is_rethrown(text, catch, found) else "lost"

    @cached_property
    def _filters(self) -> bool:
        """Whether Nest is told what to do with exceptions, its own among them."""
        return any(_FILTER in self._program.text(path) for path in self._program.places)

    def _told(self, path: str, name: str) -> str:
        """What becomes of the error of a promise that is given to a function by its name."""
        if _HANDED_ON.fullmatch(name):
            return "leaving"
        if _LOGGER.fullmatch(name) or self._is_reporter(path, name.rpartition(".")[2], given=True):
            return "kept"
        return "lost"
