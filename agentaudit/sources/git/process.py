"""The only place that starts git, and only on a git directory of our own making.

Settings of the audited repository, of the user and of the machine are out of reach: the environment
is built from nothing, and the git directory holds none of the repository's own configuration.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from agentaudit.errors import SourceError

_CHUNK = 1 << 16


class GitTrouble(Exception):
    """git failed, ran too long or said too much: the question stays unanswered."""


@cache
def _git() -> str:
    """Absolute path of git; relative entries of PATH would let the scanned directory choose it."""
    found = shutil.which("git", path=_path())
    if found is None:
        raise SourceError("git is not installed", where="PATH", hint="install git 2.25 or later")
    return found


def _path() -> str:
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if os.path.isabs(entry))


def environment(directory: Path, work_tree: Path | None = None) -> dict[str, str]:
    """All that git gets to see."""
    found = {
        "PATH": _path(),
        "HOME": "/nonexistent",
        "XDG_CONFIG_HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "GIT_DIR": str(directory),
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_ASKPASS": "true",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
    }
    if work_tree is not None:
        found["GIT_WORK_TREE"] = str(work_tree)
    return found


class Git:
    """Runs git on one clean git directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def start(
        self, arguments: Sequence[str], stdin: int, work_tree: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start git with a pipe for its output; its complaints are dropped."""
        return subprocess.Popen(
            [_git(), "--no-pager", *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.directory,
            env=environment(self.directory, work_tree),
        )

    def run(
        self,
        *arguments: str,
        stdin: int = subprocess.DEVNULL,
        work_tree: Path | None = None,
        most: int = 256 << 20,
        seconds: float = 30,
    ) -> bytes:
        """Output of one command, at most `most` bytes within `seconds`; else GitTrouble."""
        process = self.start(arguments, stdin, work_tree)
        assert process.stdout is not None
        timer = threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            data = process.stdout.read(most + 1)
            if len(data) > most:
                raise GitTrouble(f"git {arguments[0]} said more than {most:,} bytes")
            if process.wait() != 0:
                raise GitTrouble(f"git {arguments[0]} failed")
        finally:
            timer.cancel()
            stop(process)
        return data

    def pieces(
        self, *arguments: str, end: bytes, most: int = 256 << 20, seconds: float = 30
    ) -> Generator[bytes]:
        """Output of one command up to each `end`, as it comes; git ends with who asks.

        Raises GitTrouble after `seconds`, or where a piece is longer than `most` bytes.
        """
        process = self.start(arguments, subprocess.DEVNULL)
        assert process.stdout is not None
        timer = threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        said, looked = bytearray(), 0
        try:
            while data := process.stdout.read(_CHUNK):
                said += data
                while (at := said.find(end, looked)) >= 0:
                    yield bytes(said[:at])
                    del said[: at + len(end)]
                    looked = 0
                looked = max(0, len(said) - len(end) + 1)
                if looked > most:
                    raise GitTrouble(f"git {arguments[0]} said more than {most:,} bytes")
            if process.wait() != 0:
                raise GitTrouble(f"git {arguments[0]} failed")
            if said:
                yield bytes(said)
        finally:
            timer.cancel()
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started and close its pipes."""
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()
