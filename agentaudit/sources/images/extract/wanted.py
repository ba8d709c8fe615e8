"""Which small files of an image the extractors read: all that the one pass over a layer keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from msgspec import Struct

HEAD = 64 << 10
"""Bytes of a mail-like header that are read; what follows is prose."""
SMALL = 256 << 10
LISTS = 8 << 20
"""Most bytes of a list of files or packages."""
DATABASE = 48 << 20
"""Most bytes of a package database."""


class Wanted(Struct, frozen=True):
    """Files whose content an extractor reads."""

    pattern: str
    """Regular expression that the whole path matches, without a leading slash; linear."""
    most: int
    """Bytes that are kept of each."""
    head: bool = False
    """Whether the first `most` bytes of a larger file serve; else a larger file is left out and
    told as unread."""


class Selection(Struct, frozen=True):
    """All wishes as one expression, asked once for every file of a layer."""

    expression: re.Pattern[str]
    wishes: tuple[Wanted, ...]

    def of(self, path: str) -> Wanted | None:
        """The wish that a path matches; None for the vast majority."""
        found = self.expression.fullmatch(path)
        return (
            None if found is None or found.lastindex is None else self.wishes[found.lastindex - 1]
        )


def select(wishes: Iterable[Wanted]) -> Selection:
    """One selection of many wishes; the first that matches a path counts."""
    held = tuple(wishes)
    if any(re.compile(wish.pattern).groups for wish in held):
        raise ValueError("a wanted pattern holds a group of its own")
    return Selection(re.compile("|".join(f"({wish.pattern})" for wish in held)), held)


@cache
def wanted() -> Selection:
    """What all extractors read."""
    from agentaudit.sources.images.extract import (
        apk,
        cuda_runtime,
        dpkg,
        node,
        os_release,
        python,
        rpm,
        sbom,
    )

    formats = (os_release, dpkg, apk, rpm, python, node, cuda_runtime, sbom)
    return select(wish for each in formats for wish in each.WANTED)
