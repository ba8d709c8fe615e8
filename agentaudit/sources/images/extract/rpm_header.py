"""Headers of rpm packages, as the package database keeps them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

NAME, VERSION, RELEASE, EPOCH, ARCH = 1000, 1001, 1002, 1003, 1022
_STRING, _STRINGS, _TRANSLATED, _INT32 = 6, 8, 9, 4
_LEAD = struct.Struct(">II")
_ENTRY = struct.Struct(">IIII")
_MOST_ENTRIES = 10_000
_LONGEST = 500


class BadHeader(ValueError):
    """The bytes are no package header."""


def fields(blob: bytes) -> dict[int, str]:
    """The wanted tags as text; raises BadHeader.

    Layout, all big-endian: number of index entries, bytes of data, entries of (tag, type, offset,
    count), data.
    """
    if len(blob) < _LEAD.size:
        raise BadHeader("shorter than a header")
    entries, size = _LEAD.unpack_from(blob)
    start = _LEAD.size + entries * _ENTRY.size
    if entries > _MOST_ENTRIES or start + size > len(blob):
        raise BadHeader("its index does not fit its length")
    return dict(_values(blob, entries, blob[start : start + size]))


def _values(blob: bytes, entries: int, data: bytes) -> Iterator[tuple[int, str]]:
    for number in range(entries):
        tag, kind, offset, count = _ENTRY.unpack_from(blob, _LEAD.size + number * _ENTRY.size)
        if tag not in (NAME, VERSION, RELEASE, EPOCH, ARCH) or not count:
            continue
        if kind in (_STRING, _STRINGS, _TRANSLATED):
            value = data[offset : offset + _LONGEST].split(b"\0", 1)[0]
            yield tag, value.decode("utf-8", "replace")
        elif kind == _INT32 and offset + 4 <= len(data):
            yield tag, str(int.from_bytes(data[offset : offset + 4], "big"))


def version(found: dict[int, str]) -> str:
    """`epoch:version-release` as `rpm -q` prints it; the epoch only where it is set."""
    epoch = f"{found[EPOCH]}:" if found.get(EPOCH) else ""
    release = f"-{found[RELEASE]}" if found.get(RELEASE) else ""
    return f"{epoch}{found.get(VERSION, '')}{release}"
