"""Streams of answers by the AI SDK, which puts an error into the stream and raises nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from agentaudit.blocks import Block, Part
from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.catches import functions
from agentaudit.probes.telemetry.handlers import tells
from agentaudit.source import Component

_STATED = regex(r"\"ai\":\s{0,4}\"[^\d\"]{0,3}(\d{1,3})[.\"]")
"""How a manifest states the version of the AI SDK."""
_TELLS = 5
"""The first one that writes errors of a stream to the console."""
_TEXT = regex(r"(?:async\s)?\(\s?\w{0,20}\s?\)\s{0,4}=>\s{0,4}(?s:.{1,180})")
_TOLD = regex(r"(?i)console\.|\blog\w{0,20}\b|capture|report|track|throw\b")
_MADE = ("ai.createDataStream", "ai.createDataStreamResponse")


def hides(component: Component) -> bool:
    """Whether answers are streamed, and nobody asks to be told of an error in one; from its fifth
    version on the console is told."""
    code = component.code
    streams = [call for call in code.called("ai.streamText") if call.role is Role.APP]
    if all(call.argument("onError") is not None for call in streams):
        return False
    needs = (need for each in component.manifests for need in each.dependencies)
    stated = [_STATED.search(need.place.text) for need in needs if need.name == "ai"]
    return not (stated and all(found and int(found[1]) >= _TELLS for found in stated))


def masked(component: Component) -> Place | None:
    """Where an error of such a stream becomes a text for the one who asked, and nothing else."""
    for call in component.code.called(*_MADE) if hides(component) else ():
        told = call.argument("onError") if call.role is Role.APP and call.reached else None
        if told and _TEXT.fullmatch(told.written) and not _TOLD.search(told.written):
            return call.place
    return None


_STREAMS = regex(r"(?:.{0,100}\.)?stream(?:Text|Object)")
_NEAR = 60
"""Lines of such a call before what it is told to do with an error."""


_GIVES = regex(r"\b(?:chat|generate|stream|onPartialResponse|onNext|subscribe|start)\(")
"""What asks for a stream, or is told what to do with its parts."""
_ENDS = regex(r"(?:.{0,100}\.)?(?:onError|subscribe)")
_FAILED = regex(r"(?:e|ex|err|error|t|th|throwable|exception|cause|failure)")
"""Names of what a function takes that is called with an error."""


def told_beside(
    path: str, rows: Sequence[str], found: Sequence[Block], line: int
) -> Iterator[Block]:
    """What a stream of Java that is asked for on a line is told to do with an error, which it does
    not raise: a method of what it is given, or a function, as a block that catches."""
    if not path.endswith(".java") or not _GIVES.search(
        "\n".join(rows[max(0, line - 1) : line + 2])[:600]
    ):
        return
    ends = min((each.last for each in functions(found, line)[:1]), default=line + _NEAR)
    for block in found:
        if block.part is not Part.FUNCTION or not line <= block.first <= min(ends, line + _NEAR):
            continue
        named = block.name == "onError" or _ENDS.fullmatch(block.given[-120:])
        if named and block.parameters and _FAILED.fullmatch(block.parameters[0][:40]):
            yield replace(block, name=block.parameters[0], given="")


def hushed(text: str, found: Sequence[Block], line: int) -> bool:
    """Whether a stream that is asked for on a line is told what to do with an error, and that
    leaves nothing of it but its message."""
    rows = text.split("\n")
    for block in found:
        named = block.part is Part.FUNCTION and block.name == "onError"
        if named and 0 <= block.first - line <= _NEAR and _STREAMS.fullmatch(block.given[-120:]):
            between = "\n".join(rows[line : block.first - 1])
            if "streamText(" not in between and "streamObject(" not in between:
                return not tells(block, text)
    return False
