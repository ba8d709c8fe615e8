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


def callers(program: Program, path: str, first: int, name: str) -> Iterator[tuple[str, int, bool]]:
    """Lines that call a function by its name, or hand it on, each with whether it runs beside
    them: what it raises arises there or nowhere."""
    if name in _UNTOLD:
        return
    yields = path.endswith(".py") and _is_generator(program, path, first, name)
    for other in program.saying(path, name):
        text = program.text(other)
        for at in _calls(text, name):
            number = text.count("\n", 0, at) + 1
            if (other, number) == (path, first):
                continue
            asked = iterated(text, program.blocks(other), at) if yields else None
            if asked is None:
                later = other.endswith(".py") and is_later(text, at, at + len(name))
                yield other, number, later or is_apart(text, at)
                continue
            lines = list(asked)
            yield from ((other, line, False) for line in lines)
            if not lines:
                yield other, number, True


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
    lines: Sequence[tuple[str, int]], above: Mapping[tuple[str, int], Sequence[tuple[str, int]]]
) -> set[tuple[str, int]]:
    """These lines, and all whose exceptions come to them."""
    found, waiting = set(lines), list(lines)
    while waiting:
        for each in above.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found
