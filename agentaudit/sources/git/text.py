"""Bytes of a file as text, or why they are none."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from msgspec import Struct

from agentaudit.expressions import regex

CAP = 1_000_000
"""Largest text file that is read, in bytes."""
DATA_CAP = 8_000_000
"""Largest set of data that is read, in bytes."""
LOCK_CAP = 32_000_000
"""Largest lock file that is read, in bytes: they are long, and machine-made."""

_POINTER = regex(
    r"version https://git-lfs\.github\.com/spec/v1\n(?:[^\n]{0,200}\n){0,8}?"
    r"oid sha256:[0-9a-f]{64}\n"
)


class Content(Struct, frozen=True):
    """What reading a file gave."""

    text: str | None
    problem: str = ""
    """Why there is no text: missing, binary, too large, not fetched."""


MISSING = Content(None, "missing")
TOO_LARGE = Content(None, "too large to read")
BINARY = Content(None, "binary")
NOT_FETCHED = Content(None, "not in this partial clone")


def decode(data: bytes) -> Content:
    """UTF-8 with bad bytes replaced, UTF-16 where a byte-order mark says so; no mark is kept."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return Content(data.decode("utf-16", "replace"))
    if b"\0" in data:
        return BINARY
    return Content(data.removeprefix(BOM_UTF8).decode("utf-8", "replace"))


def is_pointer(text: str) -> bool:
    """Whether the text is a Git LFS pointer instead of the file."""
    return len(text) < 1024 and _POINTER.match(text.replace("\r\n", "\n")) is not None


def lines(text: str) -> list[str]:
    """Lines as editors and traces count them: only line feeds end a line."""
    found = text.split("\n")
    if found and not found[-1]:
        found.pop()
    return [line.removesuffix("\r") for line in found]
