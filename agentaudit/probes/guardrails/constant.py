"""Guardrails that say the same whatever they are asked: a frame that nobody filled."""

from __future__ import annotations

import re

from agentaudit.code import Call
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD, Body, bodies, methods, statements
from agentaudit.probes.guardrails.gates import judged
from agentaudit.probes.guardrails.own import NAMED
from agentaudit.source import Repo

_SAME = regex(r"return\s+(?:True|False|None|true|false|null|\{[^{}()]{0,80}\});?")
_ANSWERS = regex(r"\breturn\b\s*[^\s;}]")
_STATE = regex(r"(?<![\w$])(?:self|cls|this|arguments|globals?|nonlocal|yield)(?![\w$])")
_STOPS = regex(r"\b(?:raise|throw|panic|abort|exit)\b")
_CALLED = regex(r"([\w$][\w.$]{0,120})\s?\(")
_PLAIN = regex(
    r"(?:[\w.]{0,60}(?:span|tracer|log|logger|console|metrics)\w{0,20}\.)\w{1,60}"
    r"|asyncio\.sleep|return|print|str|uuid\.uuid4|Promise\.resolve"
    r"|(?:[\w.]{1,60}\.)?[A-Z]\w{0,60}(?:Result|Passed|Allowed|Verdict|Decision|Outcome|Safe)"
)
"""Calls that ask nobody."""
_GIVEN = regex(r"\((.{0,2000})\)", re.DOTALL)
_NAME = regex(r"(?<![\w$])[A-Za-z_$][\w$]{0,80}")
_ITSELF = frozenset({"self", "cls"})


def is_constant(repo: Repo, call: Call) -> bool:
    """Whether every function of that name, or every method of that class, says the same."""
    if NAMED.search(call.method) is None and not judged(call):
        return False
    own = tuple(methods(repo, call)) or bodies(repo, call)
    return bool(own) and all(map(_is_empty, own))


def _is_empty(body: Body) -> bool:
    return _says_the_same(body) or _asks_nothing(body) or _hands_back(body)


def _says_the_same(body: Body) -> bool:
    left = [line for line in statements(body.lines) if not TOLD.match(line)]
    if len(left) != 1:
        return False
    back = _BACK.fullmatch(left[0])
    return bool(_SAME.fullmatch(left[0])) or (back is not None and back[1] in _given(body))


_BACK = regex(r"return\s+([A-Za-z_$][\w$]{0,80});?")
"""Hands back what it was given."""


def _hands_back(body: Body) -> bool:
    """Whether what the function is given comes back, with nothing done to it but to shorten it or
    to take its edges off, whatever is logged on the way."""
    given = _given(body)
    left = [each for each in statements(body.lines) if not TOLD.match(each)]
    backs = [found for each in left if (found := _BACK.fullmatch(each))]
    rest = [each for each in left if not _BACK.fullmatch(each)]
    names = {found[1] for found in backs}
    same = len(names) == 1 and names <= given
    return same and all(_TRIMS.fullmatch(each) or _HEAD.fullmatch(each) for each in rest)


_TRIMS = regex(
    r"(?:(?:const|let|var)\s+)?(?P<name>[A-Za-z_$][\w$]{0,80})\s{0,4}=\s{0,4}(?:\(?(?P=name)\s+or\s+[\"']{2}\)?|(?P=name))"
    r"(?:\.(?:l|r)?strip\(\)|\.(?:lower|upper|trim\w{0,5}|to(?:Lower|Upper)Case)\(\)|\[:\w{1,40}\]"
    r"|\.(?:slice|substring)\(0,\s?\w{1,40}\)){0,4};?"
)
_HEAD = regex(r"(?:\}\s*)?(?:if|elif|else)\b[^\n]{0,300}[:{]")
"""A condition, below which no more is done than that."""


def _asks_nothing(body: Body) -> bool:
    """Whether an answer is returned that uses nothing of what the function is given, and that
    nobody else is asked for."""
    names = _given(body)
    text = "\n".join(statements(body.lines, whole=True))
    if not names or not _ANSWERS.search(text) or _STATE.search(text) or _STOPS.search(text):
        return False
    asked = (found[1] for found in _CALLED.finditer(text))
    return not names & set(_NAME.findall(text)) and all(map(_PLAIN.fullmatch, asked))


def _given(body: Body) -> set[str]:
    """Names of what the function is given."""
    given = _GIVEN.search(body.head.partition("->")[0])
    return set(_NAME.findall(given[1])) - _ITSELF if given else set()
