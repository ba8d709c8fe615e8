"""One word for everything that the answers about a repository rest on: equal words, equal answers.

A file counts by what the file system says of it (its inode and when that last changed), as for git
itself: a re-scan of what did not change reads no file. What changed a moment ago could change
again within one tick of the clock, so nothing is said of it yet.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from agentaudit.sources.git.gitdir import GitDir
from agentaudit.sources.git.proxy import Proxy

_SETTLED_NS = 2_000_000_000
"""How long nothing may have changed, in nanoseconds; the coarsest file systems count in this."""


class Unsettled(Exception):
    """Something changed a moment ago, is not there, or depends on what lies elsewhere."""


def of_files(root: Path, paths: Iterable[str]) -> str:
    """Of files below a directory, and of the directories that lead to them. Raises Unsettled."""
    return _digest(_files(root, paths))


def of_objects(proxy: Proxy, found: GitDir) -> str:
    """Of the commits of a repository, and of which objects it holds. Raises Unsettled."""
    return _digest(_objects(proxy, found.common / "objects"))


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()


def _files(root: Path, paths: Iterable[str]) -> Iterator[bytes]:
    latest = time.time_ns() - _SETTLED_NS
    folders: set[str] = set()
    for path in paths:
        yield os.fsencode(path)
        yield _seen(os.path.join(root, path), latest)
        above = path.rpartition("/")[0]
        while above and above not in folders:
            folders.add(above)
            above = above.rpartition("/")[0]
    for folder in sorted(folders):
        yield os.fsencode(folder)
        yield _place(os.path.join(root, folder))


def _objects(proxy: Proxy, objects: Path) -> Iterator[bytes]:
    latest = time.time_ns() - _SETTLED_NS
    if os.path.lexists(objects / "info" / "alternates"):
        raise Unsettled
    yield repr((proxy.head, proxy.origin, proxy.partial, proxy.indexed, proxy.notes)).encode()
    yield repr(sorted(proxy.shallow)).encode()
    for ref, id in sorted(proxy.refs.items()):
        yield ref + b" " + id
    for folder in (objects, objects / "pack"):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            raise Unsettled from None
        for name in names:
            yield os.fsencode(name)
            yield _seen(os.path.join(folder, name), latest)


def _seen(path: str, latest: int) -> bytes:
    """What changes with a file, or with what a directory holds. Raises Unsettled."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        raise Unsettled from None
    if found.st_ctime_ns > latest:
        raise Unsettled
    return (
        b"%d %d %d %d %d %d"  # the time of its inode cannot be set by anybody, so it tells most
        % (
            *(found.st_dev, found.st_ino, found.st_mode, found.st_size),
            *(found.st_mtime_ns, found.st_ctime_ns),
        )
    )


def _place(path: str) -> bytes:
    """What changes where another directory, or a link, is put in the place of this one."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        raise Unsettled from None
    return b"%d %d %d" % (found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode))
