"""RE2 over bytes: time proportional to the text, whatever the pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from agentaudit.expressions import regex

_LETTER = regex(rb"\w")
_MEMORY = 8 << 20
"""Bytes that RE2 may use for one automaton: its own measure. With more, those of a large tree grow
to megabytes and are no faster."""


class Found(Protocol):
    """One match."""

    def start(self) -> int: ...
    def end(self) -> int: ...
    def group(self) -> bytes: ...


class Pattern(Protocol):
    """A compiled pattern."""

    def match(self, text: bytes) -> Found | None: ...
    def search(self, text: bytes) -> Found | None: ...
    def finditer(self, text: bytes) -> Iterator[Found]: ...


def compiled(*alternatives: str) -> Pattern:
    """One pattern that matches any of the alternatives. Raises `re2.error` where one is wrong."""
    import re2

    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    options.encoding = re2.Options.Encoding.LATIN1
    pattern = "|".join(f"(?:{each})" for each in alternatives)
    made: Pattern = re2.compile(pattern.encode(), options)
    return made


def within(*alternatives: str) -> Callable[[bytes], Found | None]:
    """Tells whether any of the alternatives stands anywhere in a text. Raises as `compiled` does.

    To tell where, RE2 would make a second automaton, which reads backwards.
    """
    return compiled(rf"(?s).*?(?:{'|'.join(f'(?:{each})' for each in alternatives)})").match


def released() -> None:
    """Let RE2 forget the patterns that nobody holds any more."""
    import re2

    re2.purge()


def occurrences(data: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands that is no part of another."""
    at = data.find(word) if word else -1
    while at >= 0:
        inside = at > 0 and _LETTER.match(data, at - 1)
        if not inside and not _LETTER.match(data, at + len(word)):
            yield at
        at = data.find(word, at + 1)
