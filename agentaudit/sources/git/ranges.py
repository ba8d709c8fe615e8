"""Whether a locked version lies in the range that a manifest asks for, in the notations of npm, PEP
440, Poetry, Go, Gradle and NuGet. Where that is not certain, it does."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentaudit.expressions import regex

Version = tuple[int, ...]
_NUMBERS = regex(r"v?(\d{1,9}(?:\.\d{1,9}){0,6})")
_TERM = regex(
    r"(\^|~=|~|>=|<=|={1,3}|!=|>|<)?\s{0,4}v?(\d{1,9}(?:\.\d{1,9}){0,6})"
    r"((?:\.[xX*])*)((?:[-+.]?[A-Za-z][\w.+-]{0,80}|[-+][\w.+-]{1,80})?)(?=[\s,]|$)"
)
_BETWEEN = regex(r"(\S{1,60})\s+-\s+(\S{1,60})")


def fits(versions: Iterable[str], wanted: str) -> bool:
    """Whether one of the versions may be meant; also where none can be compared, or the range is
    no range of versions: a tag, an address, an alias."""
    listed = list(versions)
    known = [(_numbers(v), v) for v in listed if _NUMBERS.match(v)]
    choices = [_terms(choice) for choice in wanted[:300].split("||")]
    if len(known) < max(len(listed), 1) or None in choices or not wanted.strip():
        return True
    return any(
        all(_one(numbers, bool(re.search(r"[A-Za-z]", text)), *term) for term in terms or ())
        for numbers, text in known
        for terms in choices
    )


def _numbers(text: str) -> Version:
    found = _NUMBERS.match(text)
    return tuple(map(int, found[1].split("."))) if found else ()


def _terms(choice: str) -> list[tuple[str, Version]] | None:
    """What must all hold; None where something of it is not understood."""
    plain = _BETWEEN.sub(r">=\1 <=\2", choice.strip())
    if _TERM.sub("", plain).strip(" ,"):
        return None
    return [(found[1] or "=", _numbers(found[2])) for found in _TERM.finditer(plain)]


def _one(version: Version, early: bool, operator: str, asked: Version) -> bool:
    """`early`: whether it may be one before a release, which sorts below its number."""
    size = max(len(version), len(asked))
    mine = version + (0,) * (size - len(version))
    least = asked + (0,) * (size - len(asked))
    match operator:
        case ">=" | ">":
            return mine >= least
        case "<":
            return mine < least or (early and mine == least)
        case "<=":
            return mine[: len(asked)] <= asked
        case "!=":
            return True
        case "^" | "~" | "~=":
            return mine >= least and mine[: len(fixed := _fixed(operator, asked))] == fixed
    return mine[: len(asked)] == asked


def _fixed(operator: str, asked: Version) -> Version:
    """The leading numbers that may not change."""
    if operator == "~=":
        return asked[:-1]
    if operator == "~":
        return asked[:2]
    first = next((n for n, number in enumerate(asked) if number), len(asked) - 1)
    return asked[: first + 1]
