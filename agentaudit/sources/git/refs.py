"""Branches and tags of a repository, read as text: none of their names reaches a command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from agentaudit.expressions import regex
from agentaudit.sources.git.disk import read_regular

MOST = 200_000
"""Refs that are read of one repository."""

_NAME = regex(rb"refs/[^\x00-\x20\x7f~^:?*\[\\]{1,400}")
_ID = regex(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")

Refs = dict[bytes, bytes]
"""Ref name → object id, in hex."""


def valid_name(name: bytes) -> bool:
    """Whether git itself would accept the name, and it is not one that rewrites history."""
    if not _NAME.fullmatch(name) or name.startswith((b"refs/replace/", b"refs/original/")):
        return False
    if b".." in name or b"@{" in name or name.endswith(b"."):
        return False
    return all(
        part and not part.startswith(b".") and not part.endswith(b".lock")
        for part in name.split(b"/")
    )


def read_refs(common: Path) -> Refs:
    """Every valid ref of the repository whose shared git directory is `common`."""
    found = dict(_packed(common))
    symbolic: dict[bytes, bytes] = {}
    for name, value in _loose(common):
        if value.startswith(b"ref: "):
            symbolic[name] = value[5:].strip()
        elif _ID.fullmatch(value):
            found[name] = value
    for name, target in symbolic.items():
        if target in found:
            found[name] = found[target]
    return found


def _packed(common: Path) -> Iterator[tuple[bytes, bytes]]:
    data = read_regular(common / "packed-refs", 64 << 20) or b""
    for line in data.split(b"\n")[:MOST]:
        id, _, name = line.partition(b" ")
        if _ID.fullmatch(id) and valid_name(name):
            yield name, id


def _loose(common: Path) -> Iterator[tuple[bytes, bytes]]:
    left = MOST
    for directory, _, names in os.walk(os.fsencode(common / "refs")):
        start = os.path.relpath(directory, os.fsencode(common)).replace(os.sep.encode(), b"/")
        for name in sorted(names):
            left -= 1
            if left < 0:
                return
            full = start + b"/" + name
            data = read_regular(Path(os.fsdecode(os.path.join(directory, name))), 4096)
            if data and valid_name(full):
                yield full, data.strip()


def head(own: Path, refs: Refs) -> bytes:
    """The commit id that HEAD names; empty when nothing is committed yet."""
    value = (read_regular(own / "HEAD", 4096, follow=True) or b"").strip()
    if value.startswith(b"ref: "):
        return refs.get(value[5:].strip(), b"")
    return value if _ID.fullmatch(value) else b""


def main_branch(refs: Refs) -> bytes:
    """The commit to look at where no HEAD says it: the usual branch, else the only one."""
    for name in (b"refs/heads/main", b"refs/heads/master", b"refs/heads/trunk"):
        if name in refs:
            return refs[name]
    branches = sorted(name for name in refs if name.startswith(b"refs/heads/"))
    return refs[branches[0]] if branches else b""


def short(name: str) -> str:
    """How people write the ref."""
    for start in ("refs/heads/", "refs/tags/", "refs/remotes/"):
        if name.startswith(start):
            return name[len(start) :]
    return name
