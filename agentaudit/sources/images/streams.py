"""Bytes on their way from a transport to the tar reader: counted, unpacked, verified."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import Protocol

from agentaudit.expressions import regex
from agentaudit.sources.images.limits import CHUNK, Limits, Refused, Spent, TooMuch

DIGEST = regex(r"sha256:[0-9a-f]{64}")
_PIECE = 64 << 10
_WINDOW = 1 << 27
"""Largest zstd window, as the zstd tool has it."""
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Readable(Protocol):
    """What every step reads from: at most `size` bytes, none at the end."""

    def read(self, size: int, /) -> bytes: ...


def checked_digest(digest: object) -> str:
    """A digest as it is used in paths and URLs. Raises Refused for anything but sha256."""
    if isinstance(digest, str) and DIGEST.fullmatch(digest):
        return digest
    raise Refused(f"{str(digest)[:80]!r} is not a sha256 digest")


class Verified:
    """Hashes and counts what passes through; `finish` reads the rest and compares."""

    def __init__(self, source: Readable, expected: str, what: str, count: Counter) -> None:
        self._source = source
        self._expected = expected
        self._what = what
        self._count = count
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int, /) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        self.size += len(data)
        self._count(len(data))
        return data

    def finish(self) -> str:
        """The digest of everything, once it is what was expected. Raises Refused."""
        while self.read(CHUNK):
            pass
        found = f"sha256:{self._hash.hexdigest()}"
        if self._expected and found != self._expected:
            raise Refused(
                f"{self._what} is {found}, not {self._expected}",
                hint="the image was damaged or changed: fetch or build it again",
            )
        return found


Counter = Callable[[int], None]
"""Told the number of bytes that passed."""


class Peekable:
    """A source whose first bytes can be looked at."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._head = b""

    def peek(self, size: int) -> bytes:
        """The first bytes; fewer where there are no more."""
        while len(self._head) < size and (more := self._source.read(size - len(self._head))):
            self._head += more
        return self._head[:size]

    def read(self, size: int, /) -> bytes:
        if not self._head:
            return self._source.read(size)
        data, self._head = self._head[:size], self._head[size:]
        return data


class Gunzip:
    """One or more gzip members, a bounded piece at a time."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._unzip = zlib.decompressobj(31)
        self._begun = False

    def read(self, size: int, /) -> bytes:
        try:
            return self._read(size)
        except zlib.error as error:
            raise Refused(f"a gzip layer is corrupt: {error}") from None

    def _read(self, size: int) -> bytes:
        while True:
            if self._unzip.eof and not self._next():
                return b""
            packed = self._unzip.unconsumed_tail or self._source.read(_PIECE)
            if not packed:
                if self._begun:
                    raise Refused("a gzip layer is truncated")
                return b""
            self._begun = True
            if data := self._unzip.decompress(packed, size):
                return data

    def _next(self) -> bool:
        """Go on with the next member; zeros after the last are padding."""
        rest = self._unzip.unused_data.lstrip(b"\0") or self._skipped()
        self._begun = bool(rest)
        if rest:
            source = Peekable(self._source)
            source._head = rest
            self._source, self._unzip = source, zlib.decompressobj(31)
        return bool(rest)

    def _skipped(self) -> bytes:
        while data := self._source.read(_PIECE):
            if rest := data.lstrip(b"\0"):
                return rest
        return b""


class Unzstd:
    """Zstandard frames, a bounded piece at a time."""

    def __init__(self, source: Readable) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        plain = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._reader = plain.stream_reader(source, read_size=_PIECE, read_across_frames=True)  # type: ignore[arg-type]  # reads only

    def read(self, size: int, /) -> bytes:
        try:
            return self._reader.read(size)
        except self._error as error:
            raise Refused(f"a zstd layer is corrupt: {error}") from None


def unpacked(source: Readable) -> Readable:
    """The source without its compression, which its first bytes tell whatever its media type."""
    known = Peekable(source)
    head = known.peek(4)
    if head.startswith(GZIP):
        return Gunzip(known)
    return Unzstd(known) if head == ZSTD else known


class LayerStream:
    """One layer: compressed bytes verified against `digest`, unpacked ones against `diff_id`."""

    def __init__(self, source: Readable, spent: Spent, diff_id: str = "", digest: str = "") -> None:
        self._packed = Verified(source, digest, "a layer as transported", spent.pack)
        self._plain = Verified(unpacked(self._packed), diff_id, "an unpacked layer", spent.unpack)

    @property
    def size(self) -> int:
        """Unpacked bytes so far."""
        return self._plain.size

    def read(self, size: int, /) -> bytes:
        return self._plain.read(size)

    def finish(self) -> str:
        """The diff_id, once every digest proved right. Raises Refused."""
        found = self._plain.finish()
        self._packed.finish()
        return found


def small(source: Readable, limits: Limits, digest: str = "", what: str = "a document") -> bytes:
    """All of a small document, verified. Raises Refused and TooMuch."""
    verified, parts, size = Verified(source, digest, what, lambda _: None), list[bytes](), 0
    while data := verified.read(CHUNK):
        size += len(data)
        if size > limits.document:
            raise TooMuch(f"{what} is larger than {limits.document:,} bytes")
        parts.append(data)
    verified.finish()
    return b"".join(parts)
