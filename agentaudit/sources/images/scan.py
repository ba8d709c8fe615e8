"""One pass over one layer: every entry with its digests, and the few contents that are wanted."""

from __future__ import annotations

import hashlib

from msgspec import Struct, field

from agentaudit.image import FileEntry, FileKind
from agentaudit.sources.images.extract.wanted import Selection, Wanted
from agentaudit.sources.images.limits import Refused, Spent
from agentaudit.sources.images.streams import LayerStream
from agentaudit.sources.images.tar import DIRECTORY, HARDLINK, REGULAR, SYMLINK, Member, Tar

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
_KINDS = {REGULAR: FileKind.FILE, DIRECTORY: FileKind.DIRECTORY, SYMLINK: FileKind.SYMLINK}
_NAMES_SHOWN = 3
_EMPTY = hashlib.sha256().hexdigest(), hashlib.sha1(b"blob 0\0", usedforsecurity=False).hexdigest()
"""SHA-256 and git blob id of a file without content."""
DEEPEST = 128
"""Directories above a file; what is deeper costs time and is not found in practice."""


class LayerScan(Struct):
    """What one layer adds, hides and keeps; the same whatever images it is a part of."""

    diff_id: str = ""
    entries: dict[str, FileEntry] = field(default_factory=dict)
    """In the order of the layer; a later entry of the same path replaces an earlier one."""
    links: dict[str, str] = field(default_factory=dict)
    """Hard link → the path it leads to."""
    deleted: set[str] = field(default_factory=set)
    """Paths of lower layers that it removes."""
    opaque: set[str] = field(default_factory=set)
    """Directories whose content in lower layers it hides."""
    contents: dict[str, bytes] = field(default_factory=dict)
    members: int = 0
    """Entries read, with those that whiteouts and replacements leave out."""
    unpacked: int = 0
    """Bytes of the tar."""
    oddities: dict[str, list[str]] = field(default_factory=dict)
    """What is odd → the number of times, then the first names."""

    def note(self, what: str, name: str) -> None:
        """Remember something odd, however often it happens."""
        seen = self.oddities.setdefault(what, ["0"])
        seen[0] = str(int(seen[0]) + 1)
        if len(seen) <= _NAMES_SHOWN:
            seen.append(name[:200])


def normal(name: str, most: int) -> str | None:
    """A path relative to the root; None where it would lead out of the image, or is too long or
    deep."""
    parts = name.split("/")
    if "" in parts or "." in parts:
        parts = [part for part in parts if part not in ("", ".")]
    path = "/".join(parts)
    return None if ".." in parts or len(path) > most or len(parts) > DEEPEST else path


def scan(stream: LayerStream, selection: Selection, spent: Spent) -> LayerScan:
    """Read a layer to its last byte. Raises Refused and TooMuch."""
    return _Pass(stream, selection, spent).run()


class _Pass:
    """The state of one pass."""

    def __init__(self, stream: LayerStream, selection: Selection, spent: Spent) -> None:
        self._stream = stream
        self._selection = selection
        self._spent = spent
        self._limits = spent.limits
        self._tar = Tar(stream, spent.limits.header)
        self._kept = 0
        self._linked = set[str]()
        """Last parts of what hard links lead to: the file as it was when the link was made."""
        self._found = LayerScan()

    def run(self) -> LayerScan:
        for member in self._tar:
            self._spent.file()
            self._found.members += 1
            path = normal(member.name, self._limits.path)
            if path is None:
                self._found.note(
                    "names that lead out of the image, or are too long or deep", member.name
                )
            elif path:
                self._take(path, member)
        self._found.diff_id = self._stream.finish()
        self._found.unpacked = self._stream.size
        return self._found

    def _take(self, path: str, member: Member) -> None:
        folder, _, name = path.rpartition("/")
        if name == OPAQUE:
            self._found.opaque.add(folder)
        elif name.startswith(WHITEOUT):
            hidden = name.removeprefix(WHITEOUT)
            if hidden in ("", ".", ".."):
                self._found.note("whiteouts of nothing", member.name)
            else:
                self._found.deleted.add(f"{folder}/{hidden}" if folder else hidden)
        else:
            self._put(path, member)

    def _put(self, path: str, member: Member) -> None:
        found = self._found
        if path in found.entries:
            if path.rpartition("/")[2] in self._linked:
                raise Refused("a layer replaces a file that it has linked to before")
            found.links.pop(path, None)
            found.contents.pop(path, None)
            del found.entries[path]  # so that a replaced path counts where it came last
        if member.type == HARDLINK:
            found.links[path] = member.target
            self._linked.add(member.target.rstrip("/").rpartition("/")[2])
        if member.type == REGULAR:
            found.entries[path] = self._regular(path, member)
            return
        kind = _KINDS.get(member.type, FileKind.OTHER)
        target = member.target if kind is FileKind.SYMLINK else ""
        if len(target) > self._limits.path:
            found.note("links whose target is too long", member.name)
            target = target[: self._limits.path]
        found.entries[path] = FileEntry(path, kind, mode=member.mode, target=target)

    def _regular(self, path: str, member: Member) -> FileEntry:
        if member.sparse:
            self._found.note("sparse files, whose content was not read", member.name)
            return FileEntry(path, FileKind.FILE, member.size, member.mode)
        wish = self._wish(path, member.size)
        if not member.size and wish is None:
            return FileEntry(path, FileKind.FILE, 0, member.mode, 0, *_EMPTY)
        sha256 = hashlib.sha256()
        blob = None
        if member.size <= self._limits.blob:
            blob = hashlib.sha1(b"blob %d\0" % member.size, usedforsecurity=False)
        head = bytearray()
        for piece in self._tar.body():
            sha256.update(piece)
            if blob is not None:
                blob.update(piece)
            if wish is not None and len(head) < wish.most:
                head += piece[: wish.most - len(head)]
        if wish is not None:
            self._found.contents[path] = bytes(head)
        digest = "" if blob is None else blob.hexdigest()
        return FileEntry(
            path, FileKind.FILE, member.size, member.mode, 0, sha256.hexdigest(), digest
        )

    def _wish(self, path: str, size: int) -> Wanted | None:
        """What extractors want of a file; a file larger than they read is told as unread."""
        wish = self._selection.of(path)
        if wish is None:
            return None
        if size > wish.most and not wish.head:
            self._found.note("package lists that are too large to read", path)
            return None
        self._kept += min(size, wish.most)
        if self._kept > self._limits.kept:
            raise Refused(f"a layer holds more than {self._limits.kept:,} bytes of package lists")
        return wish
