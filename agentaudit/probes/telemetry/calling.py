"""Who calls a function of a program, by its name: names are compared, not types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agentaudit.expressions import regex
from agentaudit.probes.telemetry.arising import is_apart, is_generator, is_later, iterated
from agentaudit.probes.telemetry.program import Program

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
_UNTOLD = frozenset({"__init__", "main", "start", "get", "set", "post", "handler", "constructor"})
"""Names of functions that say nothing of who calls them."""


class Callers:
    """Who calls the functions of a program; what was found is kept, by function and by name."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._found: dict[tuple[str, int, str], tuple[tuple[str, int, bool], ...]] = {}
        self._calls: dict[tuple[str, str], tuple[tuple[int, int, bool], ...]] = {}

    def of(self, path: str, first: int, name: str) -> tuple[tuple[str, int, bool], ...]:
        """Lines that call a function by its name, or hand it on, each with whether it runs beside
        them: what it raises arises there or nowhere."""
        if name in _UNTOLD:
            return ()
        if (path, first, name) not in self._found:
            self._found[path, first, name] = tuple(self._lines(path, first, name))
        return self._found[path, first, name]

    def _lines(self, path: str, first: int, name: str) -> Iterator[tuple[str, int, bool]]:
        program = self._program
        yields = path.endswith(".py") and _is_generator(program, path, first, name)
        for other in program.saying(path, name):
            for at, number, apart in self._calling(other, name):
                if (other, number) == (path, first):
                    continue
                asked = iterated(*program.parts(other), at) if yields else None
                if asked is None:
                    yield other, number, apart
                    continue
                lines = list(asked)
                yield from ((other, line, False) for line in lines)
                if not lines:
                    yield other, number, True

    def _calling(self, path: str, name: str) -> tuple[tuple[int, int, bool], ...]:
        """Where a file calls a function of that name: offset, line, and whether it runs apart."""
        if (path, name) not in self._calls:
            text = self._program.text(path)
            self._calls[path, name] = tuple(_calling(text, name, path.endswith(".py")))
        return self._calls[path, name]


def _calling(text: str, name: str, python: bool) -> Iterator[tuple[int, int, bool]]:
    number, last = 1, 0
    for at in _calls(text, name):
        number, last = number + text.count("\n", last, at), at
        later = python and is_later(text, at, at + len(name))
        yield at, number, later or is_apart(text, at)


def _is_generator(program: Program, path: str, first: int, name: str) -> bool:
    text = program.text(path)
    found = program.blocks(path) if "yield" in text else ()
    named = (each for each in found if each.first == first and each.name == name)
    return any(is_generator(text, each, found) for each in named)


def _calls(text: str, name: str) -> Iterator[int]:
    """Where a text calls a function of that name, or hands it on."""
    at = text.find(name)
    while at >= 0:
        if _is_called(text, text.rfind("\n", 0, at) + 1, at, at + len(name)):
            yield at
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


def below(
    lines: Sequence[tuple[str, int]],
    above: Mapping[tuple[str, int], Sequence[tuple[str, int, str]]],
    within: Mapping[tuple[str, int, str], Sequence[tuple[str, int]]],
) -> set[tuple[str, int]]:
    """These lines, and all whose exceptions come to them: lines within functions that they call."""
    found, waiting = set(lines), list(lines)
    while waiting:
        for function in above.get(waiting.pop(), ()):
            new = set(within[function]) - found
            found |= new
            waiting += new
    return found
