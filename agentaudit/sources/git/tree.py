"""The files of one repository at the scanned revision, wherever they are kept."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from agentaudit.expressions import regex
from agentaudit.sources.git.disk import read_regular, walk, within
from agentaudit.sources.git.objects import Absent, Objects
from agentaudit.sources.git.process import Git, GitTrouble
from agentaudit.sources.git.roles import CLUTTER
from agentaudit.sources.git.text import (
    BINARY,
    MISSING,
    NOT_FETCHED,
    TOO_LARGE,
    Content,
    decode,
)

_UNSAFE = regex(r"(?:^|/)(?:\.{0,2}|\.[gG][iI][tT])(?:/|\Z)")
MOST_FILES = 1_000_000


class Tree(Protocol):
    """Files by path, relative to the scanned directory, with `/` between the parts."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Sorted."""
        ...

    def load(self, path: str, cap: int) -> bytes | Content:
        """Bytes of one of `paths`, at most `cap` of them, or why there are none."""
        ...


def decoded(found: bytes | Content) -> Content:
    """What was loaded, as text."""
    return decode(found) if isinstance(found, bytes) else found


class FilesOnDisk:
    """Given files below a directory: a work tree, or a plain directory."""

    def __init__(
        self, root: Path, paths: tuple[str, ...], links: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """`links` are further paths, with those of `paths` that they lead to."""
        self._root = root
        self._links = links
        self.paths = tuple(sorted((*paths, *links)))
        self._inside: dict[str, bool] = {}
        """Directory → whether no link leads it out of the root."""

    def load(self, path: str, cap: int) -> bytes | Content:
        path = self._links.get(path, path)
        directory = path.rpartition("/")[0]
        if not self._leads_inside(directory):
            return MISSING
        file = os.path.join(self._root, path)
        data = read_regular(file, cap)
        if data is not None:
            return data
        try:
            return TOO_LARGE if os.lstat(file).st_size > cap else MISSING
        except (OSError, ValueError):
            return MISSING

    def _leads_inside(self, directory: str) -> bool:
        """Whether no link leads a directory out of the root; links are followed only where a name
        on the way is one, as following asks for every name from the top of the disk."""
        missing = []
        while (inside := self._inside.get(directory)) is None:
            missing.append(directory)
            if not directory:
                inside = within(self._root, self._root)
                break
            directory = directory.rpartition("/")[0]
        for each in reversed(missing):
            here = os.path.join(self._root, each)
            if each and (not inside or os.path.islink(here)):
                inside = within(Path(here), self._root)
            self._inside[each] = inside
        return inside


class FilesInCommit:
    """The files of a commit: of a bare repository or a bundle."""

    def __init__(self, objects: Objects, blobs: dict[str, str]) -> None:
        self._objects = objects
        self._blobs = blobs
        self.paths = tuple(sorted(blobs))

    def load(self, path: str, cap: int) -> bytes | Content:
        id = self._blobs.get(path)
        return MISSING if id is None else load_blob(self._objects, id, cap)


def read_blob(objects: Objects, id: str, cap: int) -> Content:
    """Text of a file by its object id."""
    return decoded(load_blob(objects, id, cap))


def load_blob(objects: Objects, id: str, cap: int) -> bytes | Content:
    """Bytes of a file by its object id, or why there are none."""
    try:
        if objects.header(id).size > cap:
            return TOO_LARGE
        kind, data = objects.read(id, cap)
    except Absent:
        return NOT_FETCHED
    except GitTrouble as trouble:
        return Content(None, str(trouble))
    return data if kind == "blob" else BINARY


def walked(root: Path) -> tuple[str, ...]:
    """The files of a plain directory, without what tools leave behind."""
    return tuple(walk(root, CLUTTER, MOST_FILES))


def tracked(git: Git, commit: str) -> dict[str, str]:
    """Path → mode of everything that the commit holds, relative to the root of the work tree; of
    everything in the index when nothing is committed."""
    if commit:
        listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit, seconds=60)
    else:
        listed = git.run("ls-files", "--stage", "-z", seconds=60)
    found = {}
    for entry in listed.split(b"\0"):
        head, _, raw = entry.partition(b"\t")
        path = _decode(raw)
        if path and safe_path(path):
            found[path] = head[:6].decode("ascii", "replace")
    return found


def committed(git: Git, commit: str) -> tuple[dict[str, str], dict[str, str]]:
    """Path → object id of every file of a commit, and of every link; no submodules."""
    files: dict[str, str] = {}
    links: dict[str, str] = {}
    for entry in git.run("ls-tree", "-r", "-z", "--full-tree", commit, seconds=60).split(b"\0"):
        head, _, raw = entry.partition(b"\t")
        mode, _, rest = head.partition(b" ")
        path = _decode(raw)
        found = files if mode.startswith(b"100") else links if mode == b"120000" else None
        if found is not None and safe_path(path):
            found[path] = rest.rpartition(b" ")[2].decode("ascii", "replace")
    return files, links


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def safe_path(path: str) -> bool:
    """Whether a path stays within its tree and out of its git directory."""
    return _UNSAFE.search(path) is None


def below(paths: dict[str, str], directory: str) -> dict[str, str]:
    """What lies under `directory` (empty for all), relative to it."""
    if not directory:
        return paths
    start = directory + "/"
    return {path[len(start) :]: value for path, value in paths.items() if path.startswith(start)}


def on_disk(root: Path, paths: list[str]) -> tuple[str, ...]:
    """Those of `paths` that are regular files below `root`; links are not followed."""
    found = []
    for path in paths:
        try:
            if stat.S_ISREG(os.lstat(os.path.join(root, path)).st_mode):
                found.append(path)
        except (OSError, ValueError):
            continue
    return tuple(found)
