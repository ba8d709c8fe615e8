"""The merged file system of an image."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct, field

_MOST_LINKS = 40
"""Symbolic links followed for one path, as Linux does."""
_DEEPEST = 256
"""Parts of a path while links are followed."""


class FileKind(StrEnum):
    """What an entry of a layer is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    OTHER = "other"
    """Device, pipe or socket: named, never opened."""


class FileEntry(NamedTuple):
    """One path of the merged file system; a hard link is the file that it leads to.

    A tuple, which whoever writes images down takes apart.
    """

    path: str
    """Relative to the root, without a leading slash; undecodable bytes as surrogates."""
    kind: FileKind
    size: int = 0
    """Bytes of a regular file."""
    mode: int = 0
    """Permission bits."""
    layer: int = 0
    """Index of the layer that put it there, 0 is the lowest."""
    sha256: str = ""
    """Of a regular file, 64 hexadecimal digits; empty where it was not taken."""
    blob: str = ""
    """Git blob id (SHA-1) of a regular file of at most 4 MiB; empty otherwise."""
    target: str = ""
    """Where a symbolic link points, as written."""


class FileMap(Struct, frozen=True):
    """The files of an image after whiteouts, and the content of those that extractors read."""

    entries: Mapping[str, FileEntry]
    contents: Mapping[str, bytes] = field(default_factory=dict)
    """Path → content of the files that were kept; the head only where that was asked for."""

    @staticmethod
    def of(files: Mapping[str, bytes]) -> FileMap:
        """A map of regular files with every content kept, for tests and embedded trees."""
        entries = {path: _regular(path, data) for path, data in files.items()}
        return FileMap(entries, dict(files))

    def get(self, path: str) -> FileEntry | None:
        """The entry at a path, links not followed."""
        return self.entries.get(path)

    def resolve(self, path: str) -> str | None:
        """Where a path leads once links are followed inside the image; None where it leads to
        nothing, out of the image, or in a circle."""
        found = self.followed(path)
        return found if found in self.entries else None

    def followed(self, path: str) -> str | None:
        """The same, of a path of which there may be no entry, such as a directory that only the
        paths below it name."""
        todo, done, links = _parts(path)[::-1], list[str](), 0
        while todo:
            part = todo.pop()
            if part == "..":
                done = done[:-1]
                continue
            here = "/".join((*done, part))
            entry = self.entries.get(here)
            if entry is not None and entry.kind is FileKind.SYMLINK:
                links += 1
                if links > _MOST_LINKS or len(todo) + len(done) > _DEEPEST:
                    return None
                done = [] if entry.target.startswith("/") else done
                todo += _parts(entry.target)[::-1]
            else:
                done.append(part)
        return "/".join(done)

    def read(self, path: str) -> bytes | None:
        """Content of a file, links followed; None where it is not there or was not kept."""
        if path in self.contents:
            return self.contents[path]
        found = self.resolve(path)
        return None if found is None else self.contents.get(found)

    def below(self, prefix: str) -> Iterator[str]:
        """Paths of kept contents that begin with a prefix, sorted."""
        return iter(sorted(path for path in self.contents if path.startswith(prefix)))

    def files(self) -> Iterator[FileEntry]:
        """Every regular file, by path."""
        for path in sorted(self.entries):
            if self.entries[path].kind is FileKind.FILE:
                yield self.entries[path]


def _regular(path: str, data: bytes) -> FileEntry:
    sha256 = hashlib.sha256(data).hexdigest()
    blob = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
    return FileEntry(path, FileKind.FILE, len(data), 0o644, 0, sha256, blob)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]
