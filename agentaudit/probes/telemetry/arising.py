"""Where the exception of what a function does arises: not always where it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.blocks import Block
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.catches import functions

_APART = regex(
    r"(?:create_task|ensure_future|add_task|Thread|Process|start_new_thread|start_soon|call_later"
    r"|setTimeout|setInterval|setImmediate|queueMicrotask|waitUntil)"
    r"\(\s*(?:\w{1,40}\s{0,4}=\s{0,4})?(?:\(\)\s{0,4}=>\s{0,4}|lambda:\s?)?(?:self\.|this\.|cls\.)?$"
)
"""What runs a function that it is given beside whoever gives it: what that raises is written by
the runtime, and caught by nobody around."""
_MAKES = regex(r"(?<![\w.])(?:\w{1,40}\.){0,3}[A-Z][a-zA-Z]{1,60}\((?:\w{1,40}=)?(?:self\.)?$")
"""What makes an object of a function, which it runs when it is asked."""
_ANSWERS = regex(
    r"(?:\w{0,40}Response|stream_with_context)\(\s*(?:content\s{0,4}=\s{0,4})?(?:self\.)?$"
)
"""Answers that take a generator, which runs once they are sent."""
_YIELDS = regex(r"(?m)^[^#\n\"']{0,200}\byield\b")
_TAKEN = regex(r"(?m)^[ \t]*(\w{1,60})\s{0,4}=\s{0,4}(?:self\.)?$")
_BEFORE, _BELOW = 120, 20_000


def is_generator(text: str, block: Block, found: Sequence[Block]) -> bool:
    """Whether a function of Python yields, and no other within it does so instead."""
    inner = [each for each in found if each.name and block.inside <= each.start < block.end]
    return any(
        not any(each.inside <= yields.end() <= each.end for each in inner)
        for yields in _YIELDS.finditer(text, block.inside, block.end)
    )


def is_apart(text: str, at: int) -> bool:
    """Whether the function that is named at this offset is given to what runs it beside."""
    return bool(_APART.search(text[max(0, at - _BEFORE) : at]))


def is_later(text: str, start: int, end: int) -> bool:
    """Whether the function of Python that is named between these offsets is given, and not called,
    where an object is made that runs it later."""
    called = text[end : end + 2].lstrip()[:1] == "("
    return not called and bool(_MAKES.search(text[max(0, start - _BEFORE) : start]))


def iterated(text: str, found: Sequence[Block], at: int) -> Iterator[int] | None:
    """The lines where what a generator yields is asked for, that is called at this offset; none
    where it is the answer itself, None where it is asked on the spot, or that cannot be told."""
    before = text[max(0, at - _BEFORE) : at]
    if _ANSWERS.search(before):
        return iter(())
    taken = _TAKEN.search(before)
    if taken is None:
        return None
    line = text.count("\n", 0, at) + 1
    ends = [each.end for each in functions(found, line)[:1]] or [len(text)]
    below, name = text[at : ends[0]][:_BELOW], re.escape(taken[1])
    asked = [each.start() for each in re.finditer(rf"\bin {name}\b", below)]
    answers = re.search(rf"(?:Response|stream_with_context)\(\s*(?:content\s*=\s*)?{name}\b", below)
    if not asked and not answers:
        return None
    return (line + below.count("\n", 0, each) for each in asked)
