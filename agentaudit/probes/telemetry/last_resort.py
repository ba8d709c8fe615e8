"""What answers, in Python, Java and .NET, for every exception that nobody caught before: a method
that a framework calls with it, or a block around whatever answers a request."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.blocks import Block, Part
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.catches import catches, is_broad
from agentaudit.probes.telemetry.program import Program

SIGNS = {
    ".py": ("errorhandler(", "call_next("),
    ".java": ("@ExceptionHandler", "ExceptionMapper<", "@ServerExceptionMapper"),
    ".cs": ("RequestDelegate", "IPipelineBehavior", "ExceptionFilter"),
}
"""Words of files in which there may be one."""
_AROUND = {
    ".py": regex(r"\bcall_next\("),
    ".cs": regex(r"\b_?next(?:\.Invoke|Invoker|Handler)?\("),
}
"""What runs all that is behind it, for one request."""
_MARK = regex(
    r"\.(?:app_)?errorhandler\(\s{0,9}Exception\s{0,9}\)"
    r"|@(?:Server)?Exception(?:Handler|Mapper)(?:\([^()@]{0,200}"
    r"\b(?:Exception|Throwable|RuntimeException)\.class[^()@]{0,200}\)|(?!\())"
)
"""A decorator or annotation that sends any exception to what stands below it."""
_BROAD = regex(r"\(\s{0,9}(?:final )?(?:Exception|Throwable|RuntimeException) \w{1,40}\s{0,9}[,)]")
_MAPS = regex(r"\bExceptionMapper<\s{0,4}(?:Exception|Throwable|RuntimeException)\s{0,4}>")
_FILTERS = regex(r"\bI?(?:Async)?ExceptionFilter")
_NAMED = {"toResponse": _MAPS, "OnException": _FILTERS, "OnExceptionAsync": _FILTERS}
"""Methods that are told by their name and what their class is."""
_BEFORE = 300
"""Characters before a method that hold its annotations."""


def answering(program: Program, path: str) -> Iterator[Block]:
    """Those of a file, each as a block that catches, which is what they are."""
    suffix = path[path.rfind(".") :]
    signs, around = SIGNS.get(suffix, ()), _AROUND.get(suffix)
    text = program.text(path) if signs else ""
    if not any(sign in text for sign in signs):
        return
    found = program.blocks(path)
    for catch in catches(found):
        tried = None if catch.given else catch.tried
        if tried is None or around is None or not is_broad(path, catch):
            continue
        if around.search(tried.body(text)[:600]):
            yield catch
    for block in found:
        if block.part is Part.FUNCTION and block.parameters and _is_told(path, text, block):
            yield replace(block, name=block.parameters[0])


def _is_told(path: str, text: str, block: Block) -> bool:
    """Whether a framework calls a method with whatever nobody caught."""
    if named := _NAMED.get(block.name):
        return named.search(text) is not None
    before = text[max(0, block.start - _BEFORE) : block.start]
    marks = list(_MARK.finditer(before))
    if not marks or "}" in before[marks[-1].end() :]:
        return False
    bare = path.endswith(".java") and "(" not in marks[-1][0]
    return not bare or _BROAD.search(text[block.start : block.inside]) is not None
