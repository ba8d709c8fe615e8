"""Functions of a source file, what is tried in them, and what catches its exceptions, in the words
that probes ask in; `Repo.blocks` tells those of a file."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Part(StrEnum):
    """What a block is."""

    FUNCTION = "function"
    TRY = "try"
    """Code whose exceptions are caught; what finally runs, or runs where nothing was raised, is no
    part of it. That of a promise is the expression that makes it."""
    CATCH = "catch"
    """What runs with the exception: a clause, what a promise's `catch`, or `exceptionally` of a
    future of Java, is given, a method that annotations make the fallback of another, or the head
    of what suppresses it."""


class Block(Struct, frozen=True):
    """One of them; offsets are of characters in the text of the file."""

    part: Part
    first: int
    """Its first line, 1-based; decorators stand before it."""
    last: int
    start: int
    inside: int
    """Where its body begins."""
    end: int
    """Where that ends."""
    name: str = ""
    """Of a function, or of what it is assigned to, if only after it was given to a call; what a
    catch calls the exception. Else empty."""
    types: tuple[str, ...] = ()
    """What a catch is for, as written; empty for anything."""
    parameters: tuple[str, ...] = ()
    """Names of what a function takes."""
    marks: tuple[str, ...] = ()
    """Dotted names of its decorators, annotations or attributes."""
    given: str = ""
    """Dotted name of the call that a function is an argument of: `safely(() => ask(text))`; of a
    catch the method of a promise that it is given to, empty for a clause."""
    tried: Block | None = None
    """What a catch belongs to."""

    def holds(self, line: int) -> bool:
        """Whether it stands around a line."""
        return self.first <= line <= self.last

    def body(self, text: str) -> str:
        """What it does, of the text of its file."""
        return text[self.inside : self.end]
