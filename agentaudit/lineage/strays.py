"""Code that may run in an image and that lies outside of what was copied from the repository."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from agentaudit.expressions import regex
from agentaudit.image import CommitTree, Contents, FileKind
from agentaudit.lineage.roots import ASIDE, FOREIGN, PACKAGES, Root, under
from agentaudit.values import frozen

_RUNS = regex(r".+\.(?:py|pyc|pyz|js|mjs|cjs|ts|sh|bash|rb|php|pl|jar)", re.DOTALL)
_SITE = regex(r"(?:.+/)?(?:site|dist)-packages/.+", re.DOTALL)
_LOADED = regex(
    r"(?:.+/)?(?:site|dist)-packages/(?:(?:site|user)customize\.py|(?!distutils-precedence|_virtualenv)[^/]+(?<!-nspkg)\.pth)"
)
"""What every Python process runs by itself, but for what installers are known to leave."""
_LIBRARY = regex(r"(?:.+/)?lib/python\d[\d.]*/(?!(?:site|dist)-packages/).+", re.DOTALL)
_OTHERS = regex(r"(?:.*/)?(?:node_modules|site-packages|dist-packages)/", re.DOTALL)
_USUAL = regex(
    r"(?:.+/)?(?:tini|tini-static|dumb-init|gosu|su-exec|env|s?h|bash|dash|busybox"
    r"|(?:python|pypy|node|deno|bun|java|ruby|uv|uvx|npm|npx|yarn|pnpm|poetry)[\d.]*)"
)
"""Programs that start others: none holds an application."""
_DEBIAN = "usr/lib/python3/dist-packages/"
_TELLING = 1
"""Bytes of a file that holds no code."""


@frozen
class Unplaced:
    """What is known once the files under all roots were compared."""

    tree: CommitTree
    contents: Contents
    roots: tuple[Root, ...]
    used: Collection[str]
    """Paths of the image that were compared."""
    started: tuple[str, ...] = ()
    """Words of the command that starts the image, as paths."""

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
        for path in (*self.contents.application, *self.contents.tools):
            entry = entries[path]
            if entry.blob in known or entry.size <= _TELLING or path in self.used:
                continue
            based = entry.layer < first
            if _SITE.fullmatch(path):
                if not based and (_LOADED.fullmatch(path) or _module(path) in nobodys):
                    yield path
            elif any(True for home in homes for _ in under((path,), home)):
                continue
            elif path in started:
                if not _USUAL.fullmatch(path) and (not based or _RUNS.fullmatch(path)):
                    yield path
            elif not based and _RUNS.fullmatch(path) and not _LIBRARY.fullmatch(path):
                yield path

    def _links(self, homes: tuple[str, ...]) -> Iterator[str]:
        """Links below the roots, named like code, to a file that is not the commit's."""
        files = self.contents.files
        for path, entry in files.entries.items():
            if entry.kind is not FileKind.SYMLINK or not _RUNS.fullmatch(path):
                continue
            if _OTHERS.match(path) or not any(at and path.startswith(f"{at}/") for at in homes):
                continue
            target = files.get(files.resolve(path) or "")
            if target and target.kind is FileKind.FILE and target.path not in self.used:
                yield path

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
