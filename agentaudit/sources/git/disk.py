"""Reading files that nobody vouches for: regular ones only, within bounds, not through links."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path


def read_regular(path: Path | str, cap: int, *, follow: bool = False) -> bytes | None:
    """Content of a regular file of at most `cap` bytes; None for anything else.

    Links are followed only on request; pipes and devices are never waited for.
    """
    try:
        handle = os.open(path, _FLAGS if follow else _FLAGS | os.O_NOFOLLOW)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > cap:
            return None
        # room is made for what is asked: asking for `cap` would cost more than the reading
        data = os.read(handle, status.st_size + 1)
        while len(data) != status.st_size and len(data) <= cap:
            if not (more := os.read(handle, cap + 1 - len(data))):
                break
            data += more
    finally:
        os.close(handle)
    return data if len(data) <= cap else None


_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


def read_line(path: Path) -> str:
    """First line of a small text file, without the line break; empty when there is none."""
    data = read_regular(path, 65_536, follow=True) or b""
    return os.fsdecode(data.partition(b"\n")[0].rstrip(b"\r"))


def within(path: Path, root: Path) -> bool:
    """Whether `path` lies in `root` once every link is followed."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def walk(root: Path, skip: frozenset[str], most: int) -> Iterator[str]:
    """Relative paths of the regular files below `root`, at most `most`; links are not followed."""
    pending = [""]
    left = most
    while pending:
        directory = pending.pop()
        for entry in _entries(root, directory):
            path = f"{directory}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in skip and path.count("/") < 200:
                    pending.append(f"{path}/")
            elif entry.is_file(follow_symlinks=False) and entry.name != ".git":
                if left == 0:
                    return
                left -= 1
                yield path


def _entries(root: Path, directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / directory) as found:
            return list(found)
    except OSError:
        return []
