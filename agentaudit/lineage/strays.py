"""Code that may run in an image and that lies outside of what was copied from the repository."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.image import CommitTree, Contents, FileEntry, FileKind
from agentaudit.lineage.roots import ASIDE, FOREIGN, PACKAGES, Root, under

_RUNS = regex(r".+\.(?:py|pyc|pyz|js|mjs|cjs|ts|sh|bash|rb|php|pl|jar)", re.DOTALL)
_SITE = regex(r"(?:.+/)?(?:site|dist)-packages/.+", re.DOTALL)
_LOADED = regex(
    r"(?:.+/)?(?:site|dist)-packages/(?:(?:site|user)customize\.py|(?!distutils-precedence|_virtualenv)[^/]+(?<!-nspkg)\.pth)"
)
"""What every Python process runs by itself, but for what installers are known to leave."""
_LIBRARY = regex(r"(?:.+/)?lib/python\d[\d.]*/(?!(?:site|dist)-packages/).+", re.DOTALL)
_OTHERS = regex(r"(?:.*/)?(?:node_modules|site-packages|dist-packages)/", re.DOTALL)
_APART = regex(f"{_OTHERS.pattern}|{_LIBRARY.pattern}$", re.DOTALL)
_USUAL = regex(
    r"(?:.+/)?(?:tini|tini-static|dumb-init|gosu|su-exec|env|s?h|bash|dash|busybox"
    r"|(?:python|pypy|node|deno|bun|java|ruby|uv|uvx|npm|npx|yarn|pnpm|poetry)[\d.]*)"
)
"""Programs that start others: none holds an application."""
_STARTUP = regex(r"(?:usr/(?:local/)?)?lib/python3\.\d{1,2}/(?:site|user)customize\.py")
_SYSTEM = regex(
    r"|(?:(?:usr/|usr/local/)?(?:bin|sbin|lib|lib64|libexec|share)|usr|usr/local|etc|var|dev|proc|sys|run)"
)
"""Directories of the system as a whole: what lies there is told by packages and by layers."""
_DEBIAN = "usr/lib/python3/dist-packages/"
_PROGRAM = regex(rb"bin/([^/,\r\n]{1,255}),")
_TELLING = 1
"""Bytes of a file that holds no code."""


class Unplaced(Struct, frozen=True):
    """What is known once the files under all roots were compared."""

    tree: CommitTree
    contents: Contents
    roots: tuple[Root, ...]
    used: Collection[str]
    """Paths of the image that were compared."""
    started: tuple[str, ...] = ()
    """Words of the command that starts the image, and directories that code is imported from, as
    paths."""

    def strays(self) -> Iterator[str]:
        """Paths of code that no file of the commit accounts for, and under no root.

        Layers below the first with a file of the commit are the base image: of what they hold only
        a program counts that the image starts.
        """
        known = frozenset(self.tree.blobs.values())
        homes = tuple(at for _, at in self.roots if not PACKAGES.match(at))
        entries = self.contents.files.entries
        first = min((entries[path].layer for path in self.used), default=0)
        yield from self._links(homes)
        nobodys = self._nobodys()
        started = frozenset(filter(None, map(self.contents.files.resolve, self.started)))
        yield from self._run(started, known, first)
        for path in (*self.contents.application, *self.contents.tools):
            entry = entries[path]
            if not self._unknown(path, entry, known):
                continue
            based = entry.layer < first
            if _SITE.fullmatch(path):
                if not based and (_LOADED.fullmatch(path) or _module(path) in nobodys):
                    yield path
            elif any(True for home in homes for _ in under((path,), home)):
                continue
            elif (
                path not in started
                and not based
                and _RUNS.fullmatch(path)
                and not _LIBRARY.fullmatch(path)
            ):
                yield path

    def _unknown(self, path: str, entry: FileEntry, known: Collection[str]) -> bool:
        return entry.blob not in known and entry.size > _TELLING and path not in self.used

    def _run(self, started: Collection[str], known: Collection[str], first: int) -> Iterator[str]:
        """What the command starts, what lies where it imports from, and what every Python process
        runs, in the directories of the system too."""
        files = self.contents.files
        homes, listed = frozenset(self._imported()), frozenset(self._listed())
        for path, entry in files.entries.items():
            runs, above = _RUNS.fullmatch(path) is not None, entry.layer >= first
            if _STARTUP.fullmatch(path):
                target = files.get(files.resolve(path) or "")
                if target and target.layer and target.layer >= first and target.blob not in known:
                    yield path
            elif entry.kind is not FileKind.FILE or not self._unknown(path, entry, known):
                continue
            elif path in started:
                name = path.rpartition("/")[2]
                if (runs or above) and not _USUAL.fullmatch(path) and name not in listed:
                    yield path
            elif runs and above and not _APART.match(path) and not homes.isdisjoint(_above(path)):
                yield path

    def _imported(self) -> Iterator[str]:
        """Directories that the command names, and those of the scripts that it names."""
        files = self.contents.files
        for word in self.started:
            found = files.followed(word) or ""
            entry = files.get(found)
            if entry is not None and entry.kind is FileKind.FILE:
                found = found.rpartition("/")[0]
            if not _SYSTEM.fullmatch(found):
                yield found

    def _listed(self) -> Iterator[str]:
        """Programs that Python packages list."""
        for path, data in self.contents.files.contents.items():
            if path.endswith(".dist-info/RECORD"):
                for row in _PROGRAM.finditer(data):
                    yield row[1].decode("utf-8", "surrogateescape")

    def _links(self, homes: tuple[str, ...]) -> Iterator[str]:
        """Links below the roots, named like code, to a file that is not the commit's; and those to
        a directory elsewhere that holds code."""
        files, away = self.contents.files, dict[str, list[str]]()
        for path, entry in files.entries.items():
            if entry.kind is not FileKind.SYMLINK or _OTHERS.match(path):
                continue
            if not any(at and path.startswith(f"{at}/") for at in homes):
                continue
            found = files.followed(path) or ""
            target = files.get(found)
            if target is None or target.kind is FileKind.DIRECTORY:
                away.setdefault(found, []).append(path)
            elif (
                target.kind is FileKind.FILE
                and _RUNS.fullmatch(path)
                and target.path not in self.used
            ):
                yield path
        for found in self._coded(away):
            yield from away.get(found, ())

    def _coded(self, away: Collection[str]) -> frozenset[str]:
        """Those of some directories below which there is code that was not compared."""
        homes = frozenset(at for _, at in self.roots if at)
        return frozenset(
            each
            for path in (self.contents.files.entries if away else ())
            if _RUNS.fullmatch(path) and not _OTHERS.match(path) and homes.isdisjoint(_above(path))
            for each in _above(path)
            if each in away
        )

    def _nobodys(self) -> frozenset[str]:
        """Modules among installed packages that are named as one of the commit's and that no
        package lists: copied there by hand, where they may be imported in its stead. Debian's own
        packages list theirs elsewhere."""
        ours = (path for path in self.tree.blobs if path.endswith(".py"))
        ours = (path for path in ours if not FOREIGN.match(path) and not ASIDE.match(path))
        names = {path.rpartition("/")[0].rpartition("/")[2] for path in ours}
        return frozenset(
            _module(path)
            for path in self.contents.application
            if path.endswith(".py")
            and _SITE.fullmatch(path)
            and not path.startswith(_DEBIAN)
            and _module(path).rpartition("/")[2] in names
        )


def _module(path: str) -> str:
    """The package directory or module below the innermost directory of installed packages."""
    at = max(path.rfind("site-packages/"), path.rfind("dist-packages/")) + len("site-packages/")
    return path[:at] + path[at:].partition("/")[0]


def _above(path: str) -> Iterator[str]:
    """The directories that hold a path."""
    while path := path.rpartition("/")[0]:
        yield path
