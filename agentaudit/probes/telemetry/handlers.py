"""Functions of scripts that others run: frameworks call them with a request, and with whatever that
raises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Block, Part
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.held import FOUR, is_page
from agentaudit.probes.telemetry.loggers import SCRIPTS
from agentaudit.probes.telemetry.program import Program

_ROUTED = regex(
    r"(?i)(?:[\w.]{0,60}\.)?\w{0,30}(?:app|server|router|routes?|fastify|instance|api|hono)"
    r"\.(?:get|post|put|patch|delete|all|use|route)"
    r"|(?:[\w.]{0,60}\.)?(?:setInterval|setTimeout|setImmediate)"
)
"""What runs a function that it is given later: nothing around it catches what that raises."""
_SETS = regex(r"(?:[\w.-]{0,60}\.)?(?:setErrorHandler|onError|createSafeActionClient)")
_NAMED = regex(r"\.(?:setErrorHandler|onError)\(\s{0,40}(\w{1,60})\s{0,40}\)")
_OF_ACTIONS = "handleServerError"
"""What answers for every exception of the actions of a server."""
_ERROR = regex(r"_?(?:e|err|error)")
_OF_EXPRESS = 4
"""Parameters of a function that Express calls with an error."""
_TELLS = regex(
    r"(?i)(?:\b(?:console|[\w.]{0,30}log\w{0,10})\.\w{1,20}|(?:log|report|captur|track|record|sentry)\w{0,30})"
    r"\((?P<given>[^;]{0,400})"
)
_PASSES = regex(r"\bthrow\s|\bnext\(\s?\w|\.stack\b|\{\s{0,4}stack\b|(?i:stack_?trace)")
"""What passes an error on, or asks for its stack."""
_SIGNS = ("Handler(", "onError(", _OF_ACTIONS)
_LONGEST = 4000


def is_run_later(path: str, block: Block) -> bool:
    """Whether a function of a script is given to what calls it when a request, or its time,
    comes."""
    return path.endswith(SCRIPTS) and _ROUTED.fullmatch(block.given[-160:]) is not None


def silent(program: Program) -> list[tuple[str, Block]]:
    """The functions that answer for every exception of a server of scripts, with their files;
    empty where any of them tells of it."""
    found = list(_answering(program))
    told = any(tells(block, program.text(path)) for path, block in found)
    return [] if told else found


def tells(block: Block, text: str) -> bool:
    """Whether it passes an error on, or gives a log or report more of it than its message."""
    body = block.body(text)[:_LONGEST]
    if _PASSES.search(body):
        return True
    names = "|".join(map(re.escape, block.parameters)) or r"\w{1,40}"
    whole = re.compile(
        rf"(?<![\w.$])(?<!String\()(?<!\$\{{)(?:{names})"
        r"(?![\w$]|\s{0,4}(?:as \w{1,30}\s{0,4}\)\s{0,4})?[?!]?\.|\s+instanceof\b)"
    )
    return any(whole.search(found["given"]) for found in _TELLS.finditer(body))


def _answering(program: Program) -> Iterator[tuple[str, Block]]:
    for path in sorted(program.places):
        text = program.text(path) if path.endswith(SCRIPTS) and not is_page(path) else ""
        for name in set(_NAMED.findall(text)):
            for other in program.defining(path, name):
                blocks = program.blocks(other)
                yield from ((other, each) for each in blocks if each.name == name)
        if any(sign in text for sign in _SIGNS) or FOUR.search(text):
            yield from ((path, each) for each in program.blocks(path) if _is_given_errors(each))


def _is_given_errors(block: Block) -> bool:
    if block.part is not Part.FUNCTION or not block.parameters:
        return False
    if block.name == _OF_ACTIONS:
        return _SETS.fullmatch(block.given[-160:]) is not None
    if not _ERROR.fullmatch(block.parameters[0][:60]):
        return False
    return len(block.parameters) == _OF_EXPRESS or _SETS.fullmatch(block.given[-160:]) is not None
