"""What one file says, before files are put together: plain rows, so that they can be kept in a
cache between runs. Nothing in here depends on any other file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from msgspec import Struct, field

from agentaudit.expressions import regex

OWNER = regex(r"(?:self|this|cls)\.")
"""How a method names its own object, before one of its fields."""


class Expression(NamedTuple):
    """A value as far as the file itself tells."""

    kind: str
    """text: `text` is it. name: `name` is a dotted name, `text` a fallback after `or`. environment:
    `name` is the variable, `text` its default. call: `name` is what is called. other."""
    text: str | None
    name: str
    line: int
    written: str


class Taken(NamedTuple):
    """One name that an import brings in."""

    name: str
    """In the module; empty for the module itself."""
    alias: str
    """In this file."""


class WrittenImport(NamedTuple):
    module: str
    taken: list[Taken]
    line: int
    text: str


class WrittenArgument(NamedTuple):
    name: str
    position: int
    value: Expression


class Guard(NamedTuple):
    """A condition around a line. `logic` is a nested list: ["not", a], ["and", a, b], ["or", a, b],
    ["==", expression, text], ["in", expression, [texts]], ["truth", expression] or ["unknown"]."""

    line: int
    text: str
    logic: list[Any]


class WrittenCall(NamedTuple):
    callee: str
    arguments: list[WrittenArgument]
    line: int
    text: str
    scope: str
    guards: list[Guard]
    inside: list[str]
    """Names of the functions and classes around it that somebody must mention for it to run."""


class WrittenLiteral(NamedTuple):
    text: str
    syntax: str
    name: str
    callee: str
    line: int
    shown: str
    scope: str
    length: int
    prose: bool
    """Whether it was kept for its length, not as an identifier."""


class Written(Struct):
    """Everything that one file says."""

    imports: list[WrittenImport] = field(default_factory=list)
    calls: list[WrittenCall] = field(default_factory=list)
    literals: list[WrittenLiteral] = field(default_factory=list)
    bindings: dict[str, Expression] = field(default_factory=dict)
    """`NAME`, `Class.field`, `NAME.key`, `function:parameter` → what it is bound to."""
    types: dict[str, str] = field(default_factory=dict)
    """Module-level name → dotted name of what it was made by."""
    intricate: bool = False
    """Whether nothing was asked, because asking would take too long."""

    def dumped(self) -> bytes:
        """As JSON."""
        rows = [
            self.imports,
            self.calls,
            self.literals,
            self.bindings,
            self.types,
            self.intricate,
        ]
        return orjson.dumps(rows, default=list)


def loaded(data: bytes) -> Written:
    """From JSON. Raises ValueError, TypeError or IndexError where it is not what was kept."""
    imports, calls, literals, bindings, types, intricate = orjson.loads(data)
    return Written(
        [_import(row) for row in imports],
        [_call(row) for row in calls],
        [WrittenLiteral(*row) for row in literals],
        {name: Expression(*row) for name, row in bindings.items()},
        {name: str(dotted) for name, dotted in types.items()},
        bool(intricate),
    )


def _import(row: list[Any]) -> WrittenImport:
    return WrittenImport(row[0], [Taken(*each) for each in row[1]], row[2], row[3])


def _call(row: list[Any]) -> WrittenCall:
    arguments = [WrittenArgument(a[0], a[1], Expression(*a[2])) for a in row[1]]
    guards = [Guard(*each) for each in row[5]]
    return WrittenCall(row[0], arguments, row[2], row[3], row[4], guards, row[6])


Known = Callable[[str], bool]
"""Whether a module belongs to a known library."""
