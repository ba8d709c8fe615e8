"""A file → its lines, one at a time, none longer than `LIMIT`: plain, gzip or zstandard."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO

import orjson
from msgspec import Struct

LIMIT = 64 << 20
"""Longest line that is ever held, in bytes; a document that spans lines is bound by it too."""
CHUNK = 1 << 20
_WINDOW = 1 << 27
"""Largest zstandard window: what a frame may ask us to keep in memory."""
_SIP = 1 << 10
"""Bytes of zstandard unpacked at once: at most some 32 MB come of them, however packed."""
_DAMAGED = "compressed data is damaged or cut off"
_BLANK = b" \t\r\n\v\f"
_SIGNALS = (b'"resource', b'"Resource')


class Line(Struct, frozen=True):
    """One JSON document, or why there is none."""

    number: int
    """Line of the file it begins on, from 1."""
    data: bytes
    problem: str = ""
    """Why it could not be read; `data` is empty then."""


def documents(path: Path, limit: int = LIMIT) -> Iterator[Line]:
    """One document a line; or the whole file as one where its first line is not a document.

    A damaged or oversized part yields a `Line` with a problem. OSError when the file cannot be
    opened.
    """
    lines = split(chunks(path), limit)
    first, second = next(lines, None), next(lines, None)
    if first is None:
        return
    head = [line for line in (first, second) if line]
    if first.problem or _whole(first.data) or (second and _record(second.data)):
        yield from chain(head, lines)
    else:
        yield from _spread(chain(head, lines), limit)


def _whole(data: bytes) -> bool:
    return len(data) > 1 and data.endswith((b"}", b"]"))


def _record(data: bytes) -> bool:
    """Whether a line is a document on its own, behind a first line that is not."""
    return data.startswith(b"{") and data.endswith(b"}") and any(s in data for s in _SIGNALS)


def _spread(lines: Iterator[Line], limit: int) -> Iterator[Line]:
    """A document written over several lines; if it is none after all, its lines one by one."""
    held, count = bytearray(), 1
    broken: list[Line] = []
    for line in lines:
        if line.problem or len(held) + len(line.data) > limit:
            broken.append(line)
            break
        held += b"\n" * (line.number - count) + line.data
        count = line.number
    whole = bytes(held).strip(_BLANK)
    if not broken and _parses(whole):
        yield Line(1, whole)
        return
    yield from chain(split([bytes(held)], limit), broken, lines)


def _parses(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True


def split(pieces: Iterable[bytes | str], limit: int = LIMIT) -> Iterator[Line]:
    """Lines that are not blank. A line over `limit` bytes is let go while it streams past; a piece
    of text, instead of bytes, says why the stream ended early."""
    held: list[bytes] = []
    size, number = 0, 1
    for piece in pieces:
        if isinstance(piece, str):
            yield Line(number, b"", piece)
            return
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            held.append(piece[start:end])
            yield from _line(number, held, size + end - start, limit)
            held, size, number, start = [], 0, number + 1, end + 1
        size += len(piece) - start
        if size <= limit:
            held.append(piece[start:])
        else:
            held.clear()
    yield from _line(number, held, size, limit)


def _line(number: int, held: list[bytes], size: int, limit: int) -> Iterator[Line]:
    if size > limit:
        yield Line(number, b"", f"line over {limit >> 20} MB")
        return
    data = b"".join(held).strip(_BLANK)
    if number == 1:
        data = data.removeprefix(b"\xef\xbb\xbf")
    if data:
        yield Line(number, data)


def chunks(path: Path) -> Iterator[bytes | str]:
    """The content in pieces of at most `CHUNK` bytes, unpacked; a text, where it is damaged."""
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        try:
            if magic.startswith(b"\x1f\x8b"):
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield from _read(unpacked)
            elif magic == b"\x28\xb5\x2f\xfd":
                yield from _zstandard(file)
            else:
                yield from _read(file)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield _DAMAGED
        except OSError as error:
            yield f"cannot be read: {error.strerror}"


def _zstandard(file: IO[bytes]) -> Iterator[bytes | str]:
    import zstandard

    opener = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    frame = None
    try:
        while data := file.read(_SIP):
            while data:
                frame = frame or opener.decompressobj()
                yield frame.decompress(data)
                data = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError:
        yield _DAMAGED
        return
    if frame is not None:
        yield _DAMAGED


def _read(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece
