"""Texts that mix sentences with code, taken apart so that a template can set each."""

from __future__ import annotations

from typing import NamedTuple

from agentaudit.expressions import regex
from agentaudit.reports.figures import headline

_CODE = regex(r"`([^`]+)`")
_DIGEST = regex(r"\b((?:sha256:)?[0-9a-f]{12})[0-9a-f]{28,52}\b")


class Piece(NamedTuple):
    """A run of text."""

    code: bool
    text: str


def paragraphs(text: str) -> list[list[Piece]]:
    """A fix without its first sentence, line by line."""
    lines = text.strip().splitlines()
    if lines and " ".join(lines[0].split()).rstrip(".:") == headline(text):
        lines = lines[1:]
    return every("\n".join(lines))


def every(text: str) -> list[list[Piece]]:
    """A text, line by line: what stands in backticks is code, and so is an indented line."""
    lines: list[list[Piece]] = [[]]
    for number, part in enumerate(_CODE.split(text)):
        for row, line in enumerate(part.split("\n")):
            if row:
                lines.append([])
            if line.strip() or (line and lines[-1]):
                indented = not lines[-1] and line.startswith("    ")
                lines[-1].append(Piece(bool(number % 2) or indented, line))
    return [line for line in lines if line]


def line(text: str) -> list[Piece]:
    """A text on one line."""
    first, *others = every(text) or [[]]
    return [*first, *(piece for row in others for piece in (_SPACE, *row))]


_SPACE = Piece(False, " ")


def short(text: str) -> str:
    """Long digests cut to their first twelve digits."""
    return _DIGEST.sub(r"\1…", text)
