"""A git bundle, read as a repository: its header as text, its pack by git into a private directory.

Nothing is written beside the bundle, and no command of git reads its header or its ref names.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from agentaudit.errors import SourceError
from agentaudit.expressions import regex
from agentaudit.sources.git.process import Git, GitTrouble
from agentaudit.sources.git.proxy import Proxy, prepare, write_refs
from agentaudit.sources.git.refs import Refs, main_branch, valid_name

_VERSIONS = {b"# v2 git bundle\n", b"# v3 git bundle\n"}
_ID = regex(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_LINES = 200_000
_MOST_BYTES = 4 << 30
_HINT = "make it anew: git bundle create FILE --all"


class _Header(Struct):
    refs: Refs
    head: bytes
    sha256: bool = False
    filtered: bool = False


def is_bundle(path: Path) -> bool:
    """Whether the file starts as a bundle does."""
    with path.open("rb") as file:
        return file.read(16) in _VERSIONS


def unbundle(path: Path, scratch: Path, uri: str) -> Proxy:
    """Open the bundle in the empty directory `scratch`; raises SourceError when it is broken."""
    with path.open("rb", buffering=0) as file:
        try:
            header = _read_header(file)
        except ValueError as error:
            raise SourceError(f"broken bundle: {error}", where=uri, hint=_HINT) from None
        git = prepare(scratch, sha256=header.sha256)
        try:
            _unpack(git, file)
        except GitTrouble as error:
            raise SourceError(f"broken bundle: {error}", where=uri, hint=_HINT) from None
    head = header.head or main_branch(header.refs)
    write_refs(scratch, header.refs, head.decode())
    return Proxy(git, head.decode(), header.refs, partial=header.filtered)


def _unpack(git: Git, file: BinaryIO) -> None:
    git.run(
        "index-pack",
        "--stdin",
        "--threads=1",
        f"--max-input-size={_MOST_BYTES}",
        stdin=file.fileno(),
        seconds=300,
    )


def _read_header(file: BinaryIO) -> _Header:
    """Read up to the pack; the file position is then exactly at its first byte."""
    if _line(file) not in _VERSIONS:
        raise ValueError("it does not start as a bundle")
    header = _Header({}, b"")
    for _ in range(_MOST_LINES):
        line = _line(file).rstrip(b"\n")
        if not line:
            if not header.refs and not header.head:
                raise ValueError("it names no branch or tag")
            return header
        _take(header, line)
    raise ValueError("its header does not end")


def _take(header: _Header, line: bytes) -> None:
    if line.startswith(b"@"):
        header.sha256 |= line == b"@object-format=sha256"
        header.filtered |= line.startswith(b"@filter=")
        return
    if line.startswith(b"-"):
        raise ValueError("it holds only the commits after one that it does not carry")
    id, _, name = line.partition(b" ")
    if not _ID.fullmatch(id):
        raise ValueError("its header is damaged")
    if name == b"HEAD":
        header.head = id
    elif valid_name(name):
        header.refs[name] = id


def _line(file: BinaryIO) -> bytes:
    """One line, read without looking ahead: git takes over the open file where the pack starts."""
    start = file.tell()
    chunk = file.read(4096) or b""
    end = chunk.find(b"\n") + 1
    if end == 0:
        raise ValueError("it ends within its header")
    file.seek(start + end)
    return chunk[:end]
