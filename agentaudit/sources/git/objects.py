"""Objects of a repository by id, each one proven to be what its id says.

One long-running `git cat-file` answers all look-ups. GitPython's reader of the same command cannot
serve here: it knows 40-digit ids only, hands git the caller's whole environment, and stops for good
once git has filled its unread error pipe, which a damaged repository makes it do.
"""

from __future__ import annotations

import hashlib
import subprocess
import threading
import weakref
from contextlib import suppress
from select import POLLIN, poll

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.sources.git.process import Git, GitTrouble, stop

_PATIENCE_MS = 30_000
"""Milliseconds until git must have begun to answer."""
OBJECT_ID = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Absent(Exception):
    """The object is not in the repository."""


class Header(Struct, frozen=True):
    """What an object is, before it is read."""

    kind: str
    """commit, tree, blob or tag."""
    size: int
    """Bytes."""


class Objects:
    """Reads objects by their full id."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = threading.Lock()
        self._asking: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = weakref.finalize(self, _stop_all, self._asking)

    def header(self, id: str) -> Header:
        """Kind and size; raises Absent, or GitTrouble when git gave up."""
        with self._lock:
            return self._ask("--batch-check", id)[0]

    def read(self, id: str, most: int) -> tuple[str, bytes]:
        """Kind and content, verified against the id; GitTrouble when larger than `most` bytes."""
        header = self.header(id)
        if header.size > most:
            raise GitTrouble(f"object {id[:12]} is larger than {most:,} bytes")
        with self._lock:
            header, data = self._ask("--batch", id)
        algorithm = hashlib.sha256 if len(id) == 64 else hashlib.sha1
        if algorithm(f"{header.kind} {len(data)}\0".encode() + data).hexdigest() != id:
            raise GitTrouble(f"object {id[:12]} is not what its id says")
        return header.kind, data

    def _ask(self, mode: str, id: str) -> tuple[Header, bytes]:
        if not OBJECT_ID.fullmatch(id):
            raise Absent(id)
        process = self._asking.get(mode)
        if process is None or process.poll() is not None:
            if process is not None:
                stop(process)
            process = self._asking[mode] = self._git.start(["cat-file", mode], subprocess.PIPE)
        try:
            return _answer(process, id, content=mode == "--batch")
        except OSError as error:
            raise GitTrouble("git cat-file stopped") from error

    def close(self) -> None:
        """End the processes that answer."""
        self._stop()


def _stop_all(asking: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in asking.values():
        stop(process)
    asking.clear()


def _answer(process: subprocess.Popen[bytes], id: str, *, content: bool) -> tuple[Header, bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(id.encode() + b"\n")
    process.stdin.flush()
    waiting = poll()
    waiting.register(process.stdout, POLLIN)
    if not waiting.poll(_PATIENCE_MS):
        process.kill()
    words = process.stdout.readline(4096).split()
    if len(words) == 2 and words[1] == b"missing":
        raise Absent(id)
    if len(words) != 3 or words[0] != id.encode() or not words[2].isdigit():
        with suppress(OSError):
            process.kill()
        raise GitTrouble("git cat-file gave no answer")
    header = Header(words[1].decode("ascii", "replace"), int(words[2]))
    data = b""
    if content:
        data = process.stdout.read(header.size)
        process.stdout.read(1)
    return header, data
