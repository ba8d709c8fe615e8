"""Tar, read as the programs that unpack images read it, once and in bounded memory.

The standard library's reader ends quietly at a corrupt header, reads a header of any size whole,
recurses over chains of headers and believes sparse maps; an image may hide files behind each.
This one follows Go's archive/tar, with which Docker, containerd and Podman unpack layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from msgspec import Struct

from agentaudit.sources.images.limits import CHUNK, Refused
from agentaudit.sources.images.streams import Readable

BLOCK = 512
_ZERO = bytes(BLOCK)
REGULAR, HARDLINK, SYMLINK, DIRECTORY, SPARSE = b"0", b"1", b"2", b"5", b"S"
_PLAIN = frozenset({b"0", b"\0", b"7"})
_BODILESS = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL = b"L", b"K", b"x", b"g"
_HEADERS = frozenset({_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL})
_LONGER_NAME, _LONGER_LINK, _SEEN = "\0name", "\0link", "\0x"
"""Keys that no record can have, beside those of an extended header."""
_OCTAL = re.compile(rb"([0-7]+)[ \0]?")
"""A number as nearly every program writes it."""
_KNOWN_SPARSE = frozenset({("0", "0"), ("0", "1"), ("1", "0")})


@runtime_checkable
class Skippable(Protocol):
    """A source that need not read what is passed over."""

    def skip(self, size: int, /) -> None: ...


class Member(Struct):
    """One entry, its body still to be read."""

    name: str
    type: bytes
    """`0` for every regular file, else the type flag."""
    size: int
    """Bytes of the body, or of the file where it is sparse."""
    mode: int
    target: str
    stored: int
    """Bytes of the body in the archive."""
    sparse: bool = False


class Tar:
    """Members in order; `body` gives the content of the last one, what is left of it is skipped."""

    def __init__(self, source: Readable, most_header: int) -> None:
        self._source = source
        self._most = most_header
        self._buffer = b""
        self._at = 0
        self._left = 0
        self._padding = 0
        self._taken = 0

    @property
    def position(self) -> int:
        """Bytes of the archive before the next one: where the current body begins or goes on."""
        return self._taken - (len(self._buffer) - self._at)

    def __iter__(self) -> Iterator[Member]:
        extras: dict[str, str] = {}
        while (block := self._block()) is not None:
            type = block[156:157]
            if type in _HEADERS:
                _single(extras, type)
                self._extend(extras, type, block)
                continue
            member = _member(block, extras)
            if type == SPARSE:
                self._skip_maps(block[482])
            extras = {}
            self._left, self._padding = member.stored, -member.stored % BLOCK
            yield member

    def body(self) -> Iterator[bytes]:
        """The current member's stored bytes, in pieces of at most 256 KiB."""
        while self._left:
            piece = self._some(self._left)
            self._left -= len(piece)
            yield piece

    def _block(self) -> bytes | None:
        """The next header; None at the end of the archive. Raises Refused."""
        if self._left:
            self._skip(self._left)
            self._left = 0
        if self._padding:
            self._exactly(self._padding)
            self._padding = 0
        block = self._upto(BLOCK)
        if not block:
            return None
        if block == _ZERO:
            if (second := self._upto(BLOCK)) in (b"", _ZERO):
                return None
            raise Refused(f"a tar has {len(second)} bytes behind half an end mark")
        if len(block) < BLOCK:
            raise Refused("a tar is truncated within a header")
        _verify(block)
        return block

    def _extend(self, extras: dict[str, str], type: bytes, block: bytes) -> None:
        """Take in a header that describes the next member."""
        size = _number(block[124:136])
        if size > self._most:
            raise Refused(f"a tar header of {size:,} bytes")
        body = self._exactly(size)
        self._exactly(-size % BLOCK)
        if type == _EXTENDED:
            extras.update(_records(body))
            extras[_SEEN] = "x"
        elif type == _LONG_NAME:
            extras[_LONGER_NAME] = _text(body.partition(b"\0")[0])
        elif type == _LONG_LINK:
            extras[_LONGER_LINK] = _text(body.partition(b"\0")[0])

    def _skip_maps(self, more: int) -> None:
        """Leave out the blocks that continue a sparse map: no hole is ever filled."""
        while more:
            more = self._exactly(BLOCK)[504]

    def _skip(self, size: int) -> None:
        """Pass over bytes, without reading them where the source can do that."""
        held = min(size, len(self._buffer) - self._at)
        self._at, size = self._at + held, size - held
        if size and isinstance(self._source, Skippable):
            self._source.skip(size)
            self._taken += size
            return
        while size:
            size -= len(self._some(size))

    def _read(self) -> bytes:
        data = self._source.read(CHUNK)
        self._taken += len(data)
        return data

    def _some(self, most: int) -> bytes:
        if self._at >= len(self._buffer):
            self._buffer, self._at = self._read(), 0
            if not self._buffer:
                raise Refused("a tar is truncated within a file")
        start = self._at
        self._at = min(len(self._buffer), start + most)
        if start == 0 and self._at == len(self._buffer):
            return self._buffer
        return self._buffer[start : self._at]

    def _exactly(self, size: int) -> bytes:
        data = self._upto(size)
        if len(data) < size:
            raise Refused("a tar is truncated")
        return data

    def _upto(self, size: int) -> bytes:
        """So many bytes, fewer only at the end."""
        end = self._at + size
        if end <= len(self._buffer):
            data, self._at = self._buffer[self._at : end], end
            return data
        parts, missing = [self._buffer[self._at :]], end - len(self._buffer)
        self._buffer, self._at = b"", 0
        while missing > 0 and (more := self._read()):
            self._buffer, self._at = more, min(len(more), missing)
            parts.append(more[: self._at])
            missing -= self._at
        return b"".join(parts)


def _single(extras: dict[str, str], type: bytes) -> None:
    """Refuse headers of which programs that unpack take different ones: two extended ones for one
    file, one beside a long name of GNU's, or any before a global one."""
    if extras and (type in (_EXTENDED, _GLOBAL) or _SEEN in extras):
        raise Refused("a tar has several headers for one file that contradict each other")


def _member(block: bytes, extras: dict[str, str]) -> Member:
    type, name = block[156:157], _name(block)
    target = _text(_field(block[157:257])) if block[157] else ""
    if extras:
        name = extras.get(_LONGER_NAME) or _sparse_name(extras) or extras.get("path") or name
        target = extras.get(_LONGER_LINK) or extras.get("linkpath") or target
    stored = _digits(extras["size"]) if extras.get("size") else _number(block[124:136])
    if type in _PLAIN:
        if stored and name.endswith("/"):  # some unpack a file, some a directory without a body
            raise Refused("a tar has a directory that is a file")
        type = DIRECTORY if name.endswith("/") else REGULAR
    if type in _BODILESS:
        stored = 0
    mode = _number(block[100:108]) & 0o7777
    if not extras and type != SPARSE:
        return Member(name, type, stored, mode, target, stored)
    real = extras.get("GNU.sparse.realsize") or extras.get("GNU.sparse.size")
    sparse = type == SPARSE or any(key.startswith("GNU.sparse.") for key in extras)
    size = _digits(real) if real else _number(block[483:495]) if type == SPARSE else stored
    return Member(name, REGULAR if type == SPARSE else type, size, mode, target, stored, sparse)


def _sparse_name(extras: dict[str, str]) -> str:
    """The name of a sparse file. Raises Refused where only some programs would follow it."""
    name = extras.get("GNU.sparse.name", "")
    version = extras.get("GNU.sparse.major", ""), extras.get("GNU.sparse.minor", "")
    mapped = version == ("", "") and extras.get("GNU.sparse.map")
    if name and version not in _KNOWN_SPARSE and not mapped:
        raise Refused("a tar header names a sparse file of no known kind")
    return name


def _name(block: bytes) -> str:
    name, prefix = _field(block[:100]), b""
    if block[257:263] == b"ustar\0":
        star = block[508:512] == b"tar\0"
        prefix = _field(block[345:476] if star else block[345:500])
    return _text(prefix + b"/" + name if prefix else name)


def _field(data: bytes) -> bytes:
    return data.partition(b"\0")[0]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _verify(block: bytes) -> None:
    """Both sums are in use: of unsigned bytes and, by old programs, of signed ones."""
    expected = _number(block[148:156])
    plain = sum(block.translate(None, b"\0")) - sum(block[148:156]) + 8 * 32
    if plain == expected:
        return
    high = sum(byte > 127 for byte in block[:148]) + sum(byte > 127 for byte in block[156:])
    if plain - 256 * high != expected:
        raise Refused("a tar header is corrupt: its sum is wrong")


def _number(field: bytes) -> int:
    """An octal or, beyond its digits, big-endian number. Raises Refused."""
    if plain := _OCTAL.fullmatch(field):
        return int(plain[1], 8)
    if field[0] & 0x80:
        if field[0] & 0x40:
            raise Refused("a tar header has a negative number")
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if value >= 1 << 63:
            raise Refused("a tar header has a number beyond 63 bits")
        return value
    digits = _field(field.lstrip(b" \0")).strip(b" ")
    if digits.strip(b"01234567"):
        raise Refused("a tar header has a malformed number")
    return int(digits or b"0", 8)


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Refused("an extended tar header has a malformed size")
    return int(text)


def _records(body: bytes) -> Iterator[tuple[str, str]]:
    """Records `LENGTH KEY=VALUE\\n` of an extended header. Raises Refused."""
    at = 0
    while at < len(body):
        length, space, _ = body[at : at + 20].partition(b" ")
        if not space or not length.isdigit():
            raise Refused("an extended tar header is malformed")
        end = at + int(length)
        record = body[at + len(length) + 1 : end]
        key, sign, value = record[:-1].partition(b"=")
        if end > len(body) or not sign or not record.endswith(b"\n") or b"\0" in key:
            raise Refused("an extended tar header is malformed")
        if key in (b"path", b"linkpath") and b"\0" in value:
            raise Refused("an extended tar header holds a name with a zero byte")
        yield _text(key), _text(value)
        at = end
