"""Layers on top of each other: what a process in the container would see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentaudit.image import FileEntry, FileKind, FileMap
from agentaudit.sources.images.limits import Limits, Refused
from agentaudit.sources.images.scan import DEEPEST, LayerScan, normal

_MOST_LINKS = 40


def merged(scans: Iterable[LayerScan], limits: Limits) -> FileMap:
    """The file map of an image, lowest layer first. Time grows with entries, not with layers.

    Raises Refused where hard links multiply what is kept.
    """
    tree = _Tree(limits)
    for number, scan in enumerate(scans):
        tree.hide(scan)
        tree.add(scan, number)
    return FileMap(tree.entries, tree.contents)


class _Tree:
    """The merged files, with the children of every directory once one falls with them."""

    def __init__(self, limits: Limits) -> None:
        self.entries: dict[str, FileEntry] = {}
        self.contents: dict[str, bytes] = {}
        self._folders: set[str] = set()
        """Every path that was ever above another."""
        self._children: dict[str, set[str]] | None = None
        """Made when first asked for: most images remove little, and many nothing."""
        self._homes: dict[str, str] = {}
        self._limits = limits
        self._linked = 0
        """Bytes of kept contents that hard links lead to once more: each is read like a file."""

    def hide(self, scan: LayerScan) -> None:
        """Whiteouts concern lower layers only, so they come before anything is added."""
        for path in scan.deleted:
            self._remove(self._placed(path))
        for folder in scan.opaque:
            self._clear(self._home(folder))

    def add(self, scan: LayerScan, number: int) -> None:
        """Lay one layer on top."""
        for path, entry in scan.entries.items():
            place = self._placed(path)
            if path in scan.links:
                self._link(place, scan.links[path], entry, number)
                continue
            self._put(place, _moved(entry, place, number))
            if path in scan.contents:
                self.contents[place] = scan.contents[path]

    def _link(self, place: str, target: str, entry: FileEntry, number: int) -> None:
        """A hard link is the file it leads to; one that leads to nothing holds nothing."""
        path = normal(target, self._limits.path)
        source = None if path is None else self._placed(path)
        found = None if source is None else self.entries.get(source)
        if source is None or found is None or found.kind is FileKind.DIRECTORY:
            found = entry._replace(kind=FileKind.OTHER, target=target[: self._limits.path])
        content = None if source is None else self.contents.get(source)
        self._put(place, _moved(found, place, number))
        if content is not None:
            self._linked += len(content)
            if self._linked > self._limits.kept:
                most = f"{self._limits.kept:,} bytes"
                raise Refused(f"its hard links multiply package lists beyond {most}")
            self.contents[place] = content

    def _put(self, path: str, entry: FileEntry) -> None:
        old = self.entries.get(path)
        if entry.kind is not FileKind.DIRECTORY and path in self._folders:
            self._clear(path)  # a file over a directory hides what is in it
        if old is None:
            self._adopt(path)
        elif old.kind is FileKind.SYMLINK:
            self._homes.clear()
        if entry.kind is FileKind.SYMLINK:
            self._homes.clear()
        self.contents.pop(path, None)
        self.entries[path] = entry

    def _adopt(self, path: str) -> None:
        """Make a path known to the directories above it, also those without an entry."""
        if self._children is not None:
            _under(self._children, path)
        folder = path.rpartition("/")[0]
        while folder not in self._folders:
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]

    def _remove(self, path: str) -> None:
        self._clear(path)
        self._drop(path)
        self._known().get(path.rpartition("/")[0], set()).discard(path)

    def _clear(self, folder: str) -> None:
        """Remove everything below a directory."""
        for path in self._below(folder):
            self._drop(path)

    def _known(self) -> dict[str, set[str]]:
        """Directory → the paths right below it."""
        if self._children is None:
            self._children = {}
            for path in self.entries:
                _under(self._children, path)
        return self._children

    def _below(self, folder: str) -> Iterator[str]:
        children = self._known()
        todo = list(children.pop(folder, ()))
        while todo:
            path = todo.pop()
            todo += children.pop(path, ())
            yield path

    def _drop(self, path: str) -> None:
        self.contents.pop(path, None)
        old = self.entries.pop(path, None)
        if old is not None and old.kind is FileKind.SYMLINK:
            self._homes.clear()

    def _placed(self, path: str) -> str:
        """Where an entry lands: below the directory that the links above it lead to."""
        folder, _, name = path.rpartition("/")
        home = self._home(folder)
        return f"{home}/{name}" if home else name

    def _home(self, folder: str) -> str:
        known = self._homes.get(folder)
        if known is None:
            known = self._homes[folder] = self._followed(folder)
        return known

    def _followed(self, folder: str) -> str:
        """A directory with the links in its path followed inside the image; a path that turns in
        circles is left as it is written."""
        todo, done, links = folder.split("/")[::-1] if folder else [], list[str](), 0
        while todo:
            part = todo.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done = done[:-1]
                continue
            entry = self.entries.get("/".join((*done, part)))
            if entry is None or entry.kind is not FileKind.SYMLINK:
                done.append(part)
                continue
            links += 1
            if links > _MOST_LINKS or len(todo) + len(done) > DEEPEST:
                return folder
            done = [] if entry.target.startswith("/") else done
            todo += entry.target.split("/", DEEPEST)[::-1]
        return "/".join(done)


def _under(children: dict[str, set[str]], path: str) -> None:
    while path:
        folder = path.rpartition("/")[0]
        siblings = children.setdefault(folder, set())
        if path in siblings:
            return
        siblings.add(path)
        path = folder


def _moved(entry: FileEntry, path: str, layer: int) -> FileEntry:
    """The entry where it lands; spelled out, because `_replace` takes three times as long."""
    if entry.path == path and entry.layer == layer:
        return entry
    _, kind, size, mode, _, sha256, blob, target = entry
    return FileEntry(path, kind, size, mode, layer, sha256, blob, target)
