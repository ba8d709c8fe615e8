"""Text of package databases: `Name: value` lines, blank lines between records."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONGEST = 2_000
"""Characters of a value that are kept."""


def text(data: bytes) -> str:
    """UTF-8 with bad bytes replaced, and one kind of line end."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def paragraphs(data: bytes, wanted: frozenset[str]) -> Iterator[dict[str, str]]:
    """The wanted fields of each record; the first of equal names counts, names in lower case.

    Continuation lines are left out: nothing that is asked for has any.
    """
    fields: dict[str, str] = {}
    for line in text(data).split("\n"):
        if not line.strip():
            if fields:
                yield fields
            fields = {}
            continue
        name, colon, value = line.partition(":")
        key = name.lower()
        if colon and key in wanted:
            fields.setdefault(key, value.strip()[:_LONGEST])
    if fields:
        yield fields


def header(data: bytes, wanted: frozenset[str]) -> dict[str, str]:
    """The wanted fields before the first blank line: what METADATA and PKG-INFO begin with."""
    head = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0]
    return next(paragraphs(head, wanted), {})
