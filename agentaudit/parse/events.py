"""YAML parser events → plain values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct, field

from agentaudit.expressions import regex
from agentaudit.parse.bounds import DEPTH, NODES, Malformed, Path, Tree

_LINE_COST = 4_000_000
"""Path parts kept for line numbers: beyond this, a path answers with its nearest known ancestor."""
_NO_ALIASES = "anchors and aliases are not allowed here"
_NOTHING = "!reset"
"""Compose takes away what it marks, whatever stands beneath."""
_NO_KEY = "uses something other than plain text as a key"


class _Frame(Struct):
    """A collection that is being filled."""

    value: dict[str, Any] | list[Any]
    path: Path
    anchor: str | None
    before: int
    """Nodes counted before it."""
    line: int
    key: str | None = None
    """The key whose value comes next."""
    merging: bool = False
    """Whether that key is a merge key."""
    merges: list[tuple[dict[str, Any], int]] = field(default_factory=list)

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None

    def next_path(self, line: int) -> Path:
        """Path of the value that comes next."""
        if isinstance(self.value, list):
            return (*self.path, len(self.value))
        if self.key is None:
            raise Malformed(_NO_KEY, line)
        return (*self.path, self.key)

    def put(self, value: Any, line: int) -> None:
        """Add the value that comes next."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is None:
            raise Malformed(_NO_KEY, line)
        elif self.merging:
            self.merges += [(merged, line) for merged in _mappings(value, line)]
        else:
            self.value[self.key] = value
        self.key = None


class Builder:
    """Builds values straight from parser events, iteratively.

    libyaml's own tree builder recurses and crashes the process at depth 50,000, and its
    constructors know more than plain values.
    """

    def __init__(self, strict: bool) -> None:
        self.trees: list[Tree] = []
        self._strict = strict
        self._nodes = 0
        self._line_cost = 0
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        """Value and expanded size; None while the value is being built."""
        self._takers: dict[str, Callable[[Any, int], None]] = {
            "DocumentStartEvent": self._document,
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "SequenceStartEvent": self._open,
            "MappingStartEvent": self._open,
            "SequenceEndEvent": self._close,
            "MappingEndEvent": self._close,
        }

    def take(self, event: Any) -> None:
        """Take the next event of the stream."""
        taker = self._takers.get(type(event).__name__)
        if taker is not None:
            taker(event, event.start_mark.line + 1)

    def _document(self, event: Any, line: int) -> None:
        self._anchors = {}
        self.trees.append(Tree(None))

    def _scalar(self, event: Any, line: int) -> None:
        size = 1 + len(event.value) // 256
        self._count(size, line)
        self._allow(event, line)
        if self._frames and self._frames[-1].wants_key:
            value: Any = event.value
            self._key(self._frames[-1], event, line)
        else:
            self._tag(event)
            value = None if event.tag == _NOTHING else _resolve(event)
            self._place(value, line)
        if event.anchor:
            self._anchors[event.anchor] = (value, size)

    def _key(self, frame: _Frame, event: Any, line: int) -> None:
        frame.key = event.value
        frame.merging = event.value == "<<" and not event.style
        if self._strict and frame.merging:
            raise Malformed("merge keys (<<) are not allowed here", line)
        if self._strict and event.value in frame.value:
            raise Malformed(f"key {event.value!r} appears twice", line)
        self._mark((*frame.path, event.value), line)

    def _alias(self, event: Any, line: int) -> None:
        if self._strict:
            raise Malformed(_NO_ALIASES, line)
        if event.anchor not in self._anchors:
            raise Malformed("refers to an anchor that is not defined", line)
        known = self._anchors[event.anchor]
        if known is None:
            raise Malformed("refers to itself", line)
        value, size = known
        self._count(size, line)
        self._place(value, line)

    def _open(self, event: Any, line: int) -> None:
        self._count(1, line)
        self._allow(event, line)
        if len(self._frames) >= DEPTH:
            raise Malformed(f"is nested more than {DEPTH} deep", line)
        path = self._frames[-1].next_path(line) if self._frames else ()
        self._tag(event)
        value: dict[str, Any] | list[Any] = [] if "Sequence" in type(event).__name__ else {}
        self._frames.append(_Frame(value, path, event.anchor, self._nodes - 1, line))
        if event.anchor:
            self._anchors[event.anchor] = None

    def _close(self, event: Any, line: int) -> None:
        frame = self._frames.pop()
        for merged, at in frame.merges:
            for key, value in merged.items():
                if isinstance(frame.value, dict) and key not in frame.value:
                    frame.value[key] = value
                    self._mark((*frame.path, key), at)
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.value, self._nodes - frame.before)
        void = self.trees[-1].tags.get(frame.path) == _NOTHING
        self._place(None if void else frame.value, frame.line)

    def _place(self, value: Any, line: int) -> None:
        if not self._frames:
            self.trees[-1].data = value
            self.trees[-1].lines.setdefault((), line)
            return
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            self._mark(frame.next_path(line), line)
        frame.put(value, line)

    def _tag(self, event: Any) -> None:
        if event.tag and event.tag.startswith("!") and event.tag != "!" and self._frames:
            self.trees[-1].tags[self._frames[-1].next_path(event.start_mark.line + 1)] = event.tag

    def _mark(self, path: Path, line: int) -> None:
        self._line_cost += len(path) + 1
        if self._line_cost <= _LINE_COST:
            self.trees[-1].lines[path] = line

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > NODES:
            raise Malformed(f"expands to more than {NODES:,} values", line)

    def _allow(self, event: Any, line: int) -> None:
        if self._strict and event.anchor:
            raise Malformed(_NO_ALIASES, line)
        if self._strict and event.tag:
            raise Malformed("tags are not allowed here", line)


def _mappings(value: Any, line: int) -> Iterator[dict[str, Any]]:
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            raise Malformed("merges (<<) something that is not a mapping", line)
        yield each


_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = regex(r"[-+]?[0-9]{1,18}")
_RADIX = regex(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = regex(
    r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,4})?|[0-9]+[eE][-+]?[0-9]{1,4})"
)
_TYPED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))


def _resolve(event: Any) -> Any:
    """The plain value of a scalar; numbers that 64 bits cannot hold stay text."""
    text: str = event.value
    if (event.style and event.tag not in _TYPED) or event.tag == "tag:yaml.org,2002:str":
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "-+.0123456789" or len(text) > 40:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _RADIX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
