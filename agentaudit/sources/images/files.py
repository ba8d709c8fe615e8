"""Directories and tar archives that hold the parts of an image, opened by name."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from msgspec import Struct

from agentaudit.errors import SourceError
from agentaudit.sources.images.limits import Limits, Refused
from agentaudit.sources.images.scan import normal
from agentaudit.sources.images.streams import GZIP, ZSTD, Readable, small
from agentaudit.sources.images.tar import REGULAR, SYMLINK, Tar

_MOST_MEMBERS = 20_000
_MOST_LINKS = 5


class Files(Protocol):
    """Named parts."""

    def open(self, name: str) -> AbstractContextManager[Readable]:
        """Raises Refused where there is no such file."""
        ...

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where there is none."""
        ...

    def close(self) -> None: ...


def document(files: Files, name: str, limits: Limits, digest: str = "") -> bytes:
    """A small file, whole. Raises Refused and TooMuch."""
    with files.open(name) as source:
        return small(source, limits, digest, name)


def regular(path: Path) -> BinaryIO:
    """Open a regular file, never a pipe or device that would not end. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path.name} is not a regular file")
        return os.fdopen(handle, "rb", buffering=0)
    except BaseException:
        os.close(handle)
        raise


class Folder:
    """Files of a directory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def open(self, name: str) -> Iterator[Readable]:
        try:
            file = regular(self._path / name)
        except OSError as error:
            raise Refused(f"{name} cannot be read: {error.strerror or error}") from None
        with file:
            yield file

    def size(self, name: str) -> int | None:
        try:
            found = (self._path / name).stat()
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def close(self) -> None:
        """Nothing stays open between reads."""


class _Forward(Struct):
    """A file read forward, in which bytes can be passed over."""

    file: BinaryIO
    length: int

    def read(self, size: int, /) -> bytes:
        return self.file.read(size)

    def skip(self, size: int, /) -> None:
        if self.file.seek(size, os.SEEK_CUR) > self.length:
            raise Refused("the archive is truncated")


class _Part(Struct):
    """Some bytes of a file."""

    file: BinaryIO
    left: int

    def read(self, size: int, /) -> bytes:
        data = self.file.read(min(size, self.left))
        self.left -= len(data)
        return data


class Archive:
    """Files of an uncompressed tar archive, found by one look at its headers."""

    def __init__(self, path: Path, limits: Limits) -> None:
        try:
            self._file = regular(path)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None
        try:
            self._parts, self._links = _indexed(self._file, limits)
        except BaseException:
            self._file.close()
            raise

    @contextmanager
    def open(self, name: str) -> Iterator[Readable]:
        """One at a time: they share the file."""
        place = self._place(name)
        if place is None:
            raise Refused(f"the archive holds no {name[:200]!r}")
        self._file.seek(place[0])
        yield _Part(self._file, place[1])

    def size(self, name: str) -> int | None:
        place = self._place(name)
        return None if place is None else place[1]

    def close(self) -> None:
        self._file.close()

    def _place(self, name: str) -> tuple[int, int] | None:
        for _ in range(_MOST_LINKS):
            if name not in self._links:
                break
            name = posixpath.normpath(posixpath.join(posixpath.dirname(name), self._links[name]))
        return self._parts.get(name)


def _indexed(file: BinaryIO, limits: Limits) -> tuple[dict[str, tuple[int, int]], dict[str, str]]:
    """Name → (offset, size), and symbolic link → target. Raises Refused."""
    head = file.read(4)
    if head.startswith(GZIP) or head == ZSTD:
        raise Refused("the archive is compressed", hint="unpack it first, e.g. with gunzip")
    file.seek(0)
    parts, links = dict[str, tuple[int, int]](), dict[str, str]()
    tar = Tar(_Forward(file, os.fstat(file.fileno()).st_size), limits.header)
    for count, member in enumerate(tar):
        name = normal(member.name, limits.path)
        if count > _MOST_MEMBERS or name is None or member.sparse:
            raise Refused(f"the archive is no image: {member.name[:100]!r}")
        if member.type == REGULAR:
            parts[name] = (tar.position, member.stored)
        elif member.type == SYMLINK:
            links[name] = member.target[: limits.path]
    return parts, links
