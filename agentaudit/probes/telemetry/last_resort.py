"""What answers, in Python, Java and .NET, for every exception that nobody caught before: a method
that a framework calls with it, or a block around whatever answers a request. One that nobody adds,
or that belongs to a part of the routes, answers for none of the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from msgspec.structs import replace

from agentaudit.blocks import Block, Part
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.catches import around, catches, is_broad
from agentaudit.probes.telemetry.program import Program

SIGNS = {
    ".py": ("errorhandler(", "call_next(", "exception_handler("),
    ".java": ("@ExceptionHandler", "ExceptionMapper<", "@ServerExceptionMapper"),
    ".cs": ("RequestDelegate", "IPipelineBehavior", "ExceptionFilter"),
}
"""Words of files in which there may be one."""
_AROUND = {
    ".py": regex(r"\bcall_next\("),
    ".cs": regex(r"\b_?next(?:\.Invoke|Invoker|Handler)?\("),
}
"""What runs all that is behind it, for one request."""
_OF_FLASK = regex(
    r"(?m)^[ \t]{0,40}@(?:\w{1,60}\.){0,3}(\w{1,60})\.(app_)?errorhandler"
    r"\(\s{0,9}Exception\s{0,9}\)"
)
_OF_JAVA = regex(
    r"@((?:Server)?Exception(?:Handler|Mapper))(?:\([^()@]{0,200}"
    r"\b(?:Exception|Throwable|RuntimeException)\.class[^()@]{0,200}\)|(?!\())"
)
"""A decorator or annotation that sends any exception to what stands below it."""
_DEFINES = regex(r"\bdef \w")
_BROAD = regex(r"\(\s{0,9}(?:final )?(?:Exception|Throwable|RuntimeException) \w{1,40}\s{0,9}[,)]")
_MAPS = regex(r"\bExceptionMapper<\s{0,4}(?:Exception|Throwable|RuntimeException)\s{0,4}>")
_FILTERS = regex(r"\bI?(?:Async)?ExceptionFilter")
_NAMED = {"toResponse": _MAPS, "OnException": _FILTERS, "OnExceptionAsync": _FILTERS}
"""Methods that are told by their name and what their class is."""
_BEFORE = 300
"""Characters before a method, or a class, that hold its annotations."""
_CLASS = regex(
    r"(?m)^([ \t]{0,40})(?:@\w{1,40} )?(?:(?:public|internal|private|protected|abstract|sealed"
    r"|static|final|partial) ){0,5}(?:class|record) (\w{1,80})"
)
_COMMENT = regex(r"(?m)(?:^|(?<=\s))(?://|#)[^\n]{0,2000}$|^[ \t]{0,40}/?\*[^\n]{0,2000}$")
_ADVICE = regex(
    r"@(?:Rest)?ControllerAdvice\b(?!\([^()]{0,200}\b(?:assignableTypes|basePackageClasses)\b)"
)
"""A class whose handlers are those of all controllers."""
_PUT = {
    ".py": (
        r"\badd_middleware\(\s{0,40}(?:BaseHTTPMiddleware,\s{0,40}(?:dispatch\s?=\s?)?)?"
        r"(?:\w{1,60}\.){0,4}NAME\s{0,40}[,)]|(?<!\w)Middleware\(\s{0,40}(?:\w{1,60}\.){0,4}NAME\s{0,40}[,)]"
        r"|\.middleware\([\"']http[\"']\)\(NAME\)"
    ),
    ".cs": (
        r"\b(?:UseMiddleware|Filters\.Add(?:Service)?|AddOpenBehavior|AddBehavior)\s?[<(]"
        r"[^;.]{0,200}(?:\b\w{1,60}\.){0,6}\bNAME\b"
        r"|\bAdd(?:Transient|Scoped|Singleton)\s?[<(][^;]{0,60}\bIPipelineBehavior<[^;]{0,100}\bNAME\b"
    ),
}
"""Where a class, or a function, is put around every request."""


def answering(program: Program, path: str) -> Iterator[tuple[Block, bool]]:
    """Those of a file, each as a block that catches, which is what they are, and whether it answers
    for what its own file alone is asked."""
    suffix = path[path.rfind(".") :]
    signs = SIGNS.get(suffix, ())
    text = program.text(path) if signs else ""
    added = _added(program, path) if path.endswith(".py") else frozenset()
    if not any(sign in text for sign in (*signs, *added)):
        return
    found = program.blocks(path)
    for catch in catches(found):
        if _stands_around(program, path, catch):
            yield catch, False
    for block in found:
        named = block.part is Part.FUNCTION and block.parameters
        if named and (own := _is_own(program, path, block)) is not None:
            yield replace(block, name=block.parameters[0]), own
        elif named and (block.name in added or _is_marked(program, path, block)):
            yield replace(block, name=block.parameters[-1]), False


_HANDLES = regex(
    r"(?m)^[ \t]{0,40}@(?:\w{1,60}\.){1,4}exception_handler\(\s{0,9}([\w.]{1,80})\s{0,9}\)"
)
_REGISTERS = regex(
    r"\badd_exception_handler\(\s{0,40}([\w.]{1,80})\s{0,9},\s{0,40}(?:\w{1,60}\.){0,3}(\w{1,60})\s{0,9}"
    r",?\s{0,40}\)"
)
"""Where Starlette is told what answers for exceptions of a name, of which it logs nothing then: one
for any exception does not keep it from its server."""
_TIMEOUT = regex(
    r"(?:(?:asyncio|concurrent\.futures)\.)?TimeoutError|httpx\.(?:Read)?Timeout(?:Exception)?"
)
_WHATEVER = regex(
    r"(?:\w{1,60}\.){0,4}(?:OpenAI|Anthropic|API|APIStatus|APIConnection|APITimeout|APIResponse|Api|Azure"
    r"|Google\w{0,20}|Groq|Mistral\w{0,20}|Cohere|LLM|Client|Server|Model\w{0,20}|Agent\w{0,20})"
    r"(?:Error|Exception)"
)
"""What a library of models raises whatever failed."""


def _is_asked(program: Program, path: str, name: str) -> bool:
    """Whether an exception is one of whoever is asked, or says that nobody answered in time."""
    if _TIMEOUT.fullmatch(name):
        return True
    return _WHATEVER.fullmatch(name) is not None and program.is_of_asked(path, name)


def _added(program: Program, path: str) -> frozenset[str]:
    """Functions that are registered for such exceptions, by a call."""
    return frozenset(
        found[2]
        for other in program.saying(path, "add_exception_handler")
        for found in _REGISTERS.finditer(_COMMENT.sub("", program.text(other)))
        if _is_asked(program, other, found[1])
    )


def _is_marked(program: Program, path: str, block: Block) -> bool:
    """Whether a decorator registers it for such exceptions."""
    if not path.endswith(".py"):
        return False
    before = program.text(path)[max(0, block.start - _BEFORE) : block.start]
    return any(
        not _DEFINES.search(before[mark.end() :]) and _is_asked(program, path, mark[1])
        for mark in _HANDLES.finditer(before)
    )


def _stands_around(program: Program, path: str, catch: Block) -> bool:
    """Whether whatever answers a request is tried, in what is put around every request."""
    text, found = program.parts(path)
    suffix = path[path.rfind(".") :]
    tried, runs = None if catch.given else catch.tried, _AROUND.get(suffix)
    if tried is None or runs is None or not is_broad(path, catch):
        return False
    if not runs.search(tried.body(text)[:600]):
        return False
    return any(
        any(mark.endswith(".middleware") for mark in block.marks)
        or (suffix == ".cs" and block.given.endswith(".Use"))
        or _is_added(program, path, block.name)
        or _is_added(program, path, _class(text, block)[0])
        for block in around(found, catch.first)
        if block.part is Part.FUNCTION
    )


def _class(text: str, block: Block) -> tuple[str, str]:
    """Name of the class that a method belongs to, and what is written before that."""
    begins = text.rfind("\n", 0, block.start) + 1
    line = text[begins : begins + 200]
    deep = len(line) - len(line.lstrip())
    held = [each for each in _CLASS.finditer(text, 0, begins) if len(each[1]) < deep]
    if not held:
        return "", ""
    before = _COMMENT.sub("", text[max(0, held[-1].start() - _BEFORE) : held[-1].end()])
    return held[-1][2], re.split(r"[;}]\s{0,9}\n", before)[-1]


def _is_added(program: Program, path: str, name: str) -> bool:
    """Whether it is put around every request: anywhere in the program or, in .NET, beyond it."""
    if not name:
        return False
    adds = re.compile(_PUT[path[path.rfind(".") :]].replace("NAME", re.escape(name)))
    said = (program.text(other) for other in program.saying(path, name))
    far = (text for text in program.beyond(path) if name in text) if path.endswith(".cs") else ()
    return any(adds.search(_COMMENT.sub("", text)) for text in chain(said, far))


def _is_own(program: Program, path: str, block: Block) -> bool | None:
    """Whether what a framework calls with whatever nobody caught is called for one class of routes
    alone; None of any other method."""
    text = program.text(path)
    if path.endswith(".cs"):
        named = _NAMED.get(block.name)
        told = named is not None and named.search(text) is not None
        return False if told and _is_added(program, path, _class(text, block)[0]) else None
    before = text[max(0, block.start - _BEFORE) : block.start]
    if path.endswith(".py"):
        marks = list(_OF_FLASK.finditer(before))
        told = bool(marks) and not _DEFINES.search(before[marks[-1].end() :])
        return False if told and _is_app(program, path, marks[-1]) else None
    return _of_java(text, block, before)


def _is_app(program: Program, path: str, mark: re.Match[str]) -> bool:
    """Whether a decorator is that of an application, and not of a part of it."""
    if mark[2]:
        return True
    makes = re.compile(rf"(?m)\b{mark[1]}(?:\s?:\s?[\w.]+)?\s?=\s?(?:\w+\.)?(\w+)\(")
    taken = re.compile(rf"\b{mark[1]}\s?:\s?(?:flask\.)?Flask\b")
    own = program.text(path)
    made = makes.findall(own)
    if made or taken.search(own):
        return all(name == "Flask" for name in made)
    return any("Flask" in makes.findall(program.text(p)) for p in program.saying(path, mark[1]))


def _of_java(text: str, block: Block, before: str) -> bool | None:
    _, held = _class(text, block)
    if named := _NAMED.get(block.name):
        return False if named.search(text) and "@Provider" in held else None
    marks = list(_OF_JAVA.finditer(before))
    if not marks or "}" in before[marks[-1].end() :]:
        return None
    if "(" not in marks[-1][0] and not _BROAD.search(text[block.start : block.inside]):
        return None
    if marks[-1][1] == "ServerExceptionMapper":
        return "@Path" in held
    return _ADVICE.search(held) is None
