"""No regular expression of ours takes more than linear time on what an attacker writes.

Each compiled pattern is attacked with texts made from itself: what it matches, with one repetition
pumped up, and an end that it does not match.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import os
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

import pytest

import agentaudit
from agentaudit.expressions import Regex, regex

PUMPED = 20_000
SECONDS = 1.0 if os.environ.get("CI") else 0.7
"""For one text. A pattern near the limit is found before it fails on a slower machine."""
ENDS = ("", "\x00", "!\n")
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_CLASSES = {
    codes.CATEGORY_DIGIT: "7",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_NOT_WORD: "-",
}


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled text pattern that a module of ours holds, by where it stands."""
    found = {}
    for info in pkgutil.walk_packages(agentaudit.__path__, "agentaudit."):
        if info.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(info.name)).items():
            for number, each in enumerate(value if isinstance(value, tuple | list) else [value]):
                made = each.compiled() if isinstance(each, Regex) else each
                if isinstance(made, re.Pattern) and isinstance(made.pattern, str):
                    found[f"{info.name}.{name}.{number}"] = made
    return found


def used(where: str) -> list[tuple[str, str]]:
    """How the module uses the pattern: method, and what follows on the line."""
    module, name, _ = where.rsplit(".", 2)
    source = inspect.getsource(importlib.import_module(module))
    return re.findall(rf"(?<![\w.]){name}\.(\w+)\((.*)", source)


def anchored(where: str) -> bool:
    """Whether the module only ever tries the pattern at the start of a text."""
    return {method for method, _ in used(where)} in ({"match"}, {"fullmatch"})


def longest(where: str) -> int:
    """Longest text that the module ever tries the pattern on: it may cut texts where it does."""
    cuts = [re.search(r"\[(?:-([\d_]+):|:([\d_]+))\]", rest) for _, rest in used(where)]
    if not cuts or not all(cuts):
        return PUMPED
    return max(int(cut[1] or cut[2]) for cut in cuts if cut)


def texts(pattern: re.Pattern[str]) -> Iterator[str]:
    """What the pattern matches, as far as a sample goes, with each repetition pumped in turn."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    count = sum(1 for _ in _repeats(tree))
    for pumped in range(count):
        state = [pumped]
        for end in ENDS:
            state[0] = pumped
            yield _sample(tree, state) + end
    for piece in {_sample(tree, [-1]), *_literals(tree)}:
        if piece:
            yield piece * (PUMPED // len(piece) + 1)


def _repeats(tree: Any) -> Iterator[Any]:
    for op, given in tree:
        if op in _REPEATS:
            yield given
        for inner in _inside(op, given):
            yield from _repeats(inner)


def _literals(tree: Any) -> Iterator[str]:
    for op, given in tree:
        if op is codes.LITERAL:
            yield chr(given)
        for inner in _inside(op, given):
            yield from _literals(inner)


def _inside(op: Any, given: Any) -> list[Any]:
    if op in _REPEATS:
        return [given[2]]
    if op is codes.SUBPATTERN:
        return [given[3]]
    if op is codes.BRANCH:
        return list(given[1])
    if op is codes.ATOMIC_GROUP:
        return [given]
    return []


def _sample(tree: Any, state: list[int]) -> str:
    """A text for the pattern; the repetition number `state[0]`, counted as met, is pumped."""
    return "".join(_one(op, given, state) for op, given in tree)


def _one(op: Any, given: Any, state: list[int]) -> str:
    if op in _REPEATS:
        least, _, inner = given
        pump = state[0] == 0
        state[0] -= 1
        piece = _sample(inner, state)
        times = PUMPED // max(len(piece), 1) if pump else max(least, 1)
        return piece * int(times)
    if op is codes.BRANCH:
        return next(_sample(each, state) for each in given[1])
    if op is codes.SUBPATTERN:
        return _sample(given[3], state)
    if op is codes.ATOMIC_GROUP:
        return _sample(given, state)
    if op is codes.LITERAL:
        return chr(given)
    if op is codes.IN:
        return _member(given)
    return "a" if op in (codes.ANY, codes.NOT_LITERAL) else ""


def _member(given: Any) -> str:
    op, value = given[0]
    if op is codes.NEGATE:
        return next(c for c in "a1- =.\"'\x01\ud800" if not _holds(given[1:], c))
    if op is codes.RANGE:
        return chr(value[0])
    return _CLASSES[value] if op is codes.CATEGORY else chr(value)


def _holds(items: Any, character: str) -> bool:
    """Whether a set of characters has this one."""
    for op, value in items:
        if op is codes.LITERAL and chr(value) == character:
            return True
        if op is codes.RANGE and value[0] <= ord(character) <= value[1]:
            return True
        if op is codes.CATEGORY and re.match(rf"\{value.name[9:].lower()[0]}", character):
            return True
    return False


class TooSlow(Exception):
    """An expression took too long."""


def _stop(_: int, __: FrameType | None) -> None:
    raise TooSlow


@pytest.mark.parametrize("where", sorted(patterns()))
def test_it_takes_linear_time(where: str) -> None:
    pattern = patterns()[where]
    tries = (pattern.match, pattern.fullmatch) if anchored(where) else (pattern.search,)
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        most = longest(where)
        for text in (each[:most] for each in texts(pattern)):
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            began = time.process_time()
            try:
                for attempt in tries:
                    attempt(text)
            except TooSlow:
                shown = f"{text[:60]!r}… of {len(text)} characters"
                pytest.fail(f"{where}: {time.process_time() - began:.1f} s for {shown}")
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)


def test_a_pattern_is_compiled_by_the_first_answer_and_answers_like_the_original() -> None:
    pattern, original = regex(r"(?P<word>[a-z]+)", re.I), re.compile(r"(?P<word>[a-z]+)", re.I)
    assert not isinstance(pattern, re.Pattern)
    assert (pattern.pattern, pattern.flags) == (original.pattern, original.flags)
    assert pattern.findall("Ab 1 c") == original.findall("Ab 1 c") == ["Ab", "c"]
    assert pattern.sub("-", "Ab 1 c") == original.sub("-", "Ab 1 c")
    assert regex(b"x+").fullmatch(b"xx") is not None


def test_what_a_pattern_lacks_it_lacks_without_being_compiled() -> None:
    with pytest.raises(AttributeError):
        _ = regex("(").unheard_of  # type: ignore[attr-defined]
    with pytest.raises(re.error):
        regex("(").search("")


def test_a_text_without_its_words_is_answered_without_compiling() -> None:
    pattern = regex(r"(\bab{1,3}c", words=("ab", "ba"))
    assert pattern.search("xyz") is None
    assert pattern.findall("a b c") == list(pattern.finditer("a b c")) == []
    with pytest.raises(re.error):
        pattern.search("cab")


def test_a_text_with_one_of_its_words_is_answered_like_by_the_original() -> None:
    pattern, original = regex(r"\bab+\b", words=("ab",)), re.compile(r"\bab+\b")
    for text in ("abb cab ab", "cab", "xyz"):
        assert pattern.findall(text) == original.findall(text)
        assert [*map(str, pattern.finditer(text))] == [*map(str, original.finditer(text))]
        assert (pattern.search(text, 1) is None) == (original.search(text, 1) is None)
    assert pattern.fullmatch("abb") is not None


def spared() -> list[Regex]:
    """Every pattern of ours that names words."""
    for info in pkgutil.walk_packages(agentaudit.__path__, "agentaudit."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    found = [each for each in gc.get_objects() if isinstance(each, Regex)]
    return sorted((each for each in found if each.words), key=lambda each: str(each.pattern))


def spelled(tree: Any) -> set[str]:
    """What every match spells, one text for each choice; `\0` stands for whatever may be there."""
    found = {""}
    for op, given in tree:
        pieces = {"\0"}
        if op is codes.LITERAL:
            pieces = {chr(given)}
        elif op is codes.AT:
            pieces = {""}
        elif op in _REPEATS and given[0] == 0:
            pieces = {"\0"}
        elif inside := _inside(op, given):
            ends = "\0" * (op in _REPEATS)
            pieces = {each + ends for inner in inside for each in spelled(inner)}
        found = {before + after for before in found for after in pieces}
    return found


@pytest.mark.parametrize("pattern", spared(), ids=lambda each: repr(each.pattern[:60]))
def test_whatever_matches_holds_one_of_the_words(pattern: Regex) -> None:
    made = pattern.compiled()
    assert not made.flags & re.IGNORECASE
    for text in spelled(parser.parse(made.pattern, made.flags & ~re.DEBUG)):
        assert any(word in text for word in pattern.words), text


_GIVEN = re.compile(r"(?<![\w.])re\.[a-z]+\(\s*([A-Za-z_]\w*)\b|match=([A-Za-z_]\w*)")


def test_no_pattern_is_handed_to_the_module_re_which_takes_its_own_only() -> None:
    for info in pkgutil.walk_packages(agentaudit.__path__, "agentaudit."):
        if not info.name.endswith("__main__"):
            module = importlib.import_module(info.name)
            given = {name for found in _GIVEN.findall(inspect.getsource(module)) for name in found}
            held = {name for name, value in vars(module).items() if isinstance(value, Regex)}
            assert not given & held, info.name
