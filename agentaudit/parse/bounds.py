"""How much is read at most, and what is said when that is not enough."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from msgspec import Struct, field

SIZE = 10_000_000
"""Longest text that is read, in characters (bytes for JSON)."""
DEPTH = 100
"""Collections within collections."""
NODES = 1_000_000
"""Values in a document, YAML aliases counted as often as they expand."""

Path = tuple[str | int, ...]


class Malformed(ValueError):
    """The text is not what it should be, or is too large, too deep or too expanded to read.

    The message may quote the text: pass it through `evidence.safe` before it is shown.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        """1-based, where known."""


class Tree(Struct):
    """A YAML document: plain values, and the line each of them came from."""

    data: Any
    """None, str, bool, int, float, list and dict (with str keys) only."""
    lines: dict[Path, int] = field(default_factory=dict)
    """1-based line of every key and item by path; `()` is the first line of the document."""
    tags: dict[Path, str] = field(default_factory=dict)
    """Path → the tag of a format's own (`!…`) that its value is marked with."""

    def line(self, *path: str | int) -> int:
        """Line of `path`, or of its nearest ancestor that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def sized(text: str) -> str:
    """The text without byte order mark, if it is not too long."""
    if len(text) > SIZE:
        raise Malformed(f"is longer than {SIZE:,} characters")
    return text.removeprefix("\ufeff")


def plain(data: Any) -> Any:
    """Bound the depth of built values and the size of their integers; dates become ISO text."""
    level: list[Any] = [[data]]
    for _ in range(DEPTH + 1):
        level = [child for value in level for child in _settle(value)]
        if not level:
            return data
    raise Malformed(f"is nested more than {DEPTH} deep")


_COLLECTIONS = (dict, list)


def _settle(value: Any) -> list[Any]:
    """Make the values of one collection plain, and return the collections among them."""
    if not isinstance(value, _COLLECTIONS):
        return []
    below = []
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if child.__class__ is str:
            continue
        if isinstance(child, _COLLECTIONS):
            below.append(child)
        elif isinstance(child, date | time):
            value[key] = child.isoformat()
        elif isinstance(child, int) and not -(2**63) <= child < 2**64:
            raise Malformed("holds an integer beyond 64 bits")
    return below
