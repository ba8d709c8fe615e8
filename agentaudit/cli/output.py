"""Where results go: files, whole or not at all, and standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from agentaudit.cli.ending import silence
from agentaudit.errors import UsageError


class Destination(Struct, frozen=True):
    """One `-o`: which report goes to which file, relative to the current directory."""

    report: str
    path: Path

    def prepare(self) -> None:
        """Refuse before the audit what could not be written after it. Raises UsageError."""
        folder = self.path.parent
        if self.path.is_dir():
            raise UsageError(
                f"cannot write {self.path}: it is a directory", where=f"-o {self.path}"
            )
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            why = "is not writable" if folder.is_dir() else "does not exist"
            raise UsageError(
                f"cannot write {self.path}: the directory {folder} {why}",
                where=f"-o {self.path}",
                hint=f"mkdir -p {folder}" if why == "does not exist" else "name another directory",
            )

    @property
    def real(self) -> str:
        """The file itself, whichever way it is spelled and whatever links lead to it."""
        return os.path.realpath(self.path)

    def spare(self, read: Collection[str]) -> None:
        """Refuse to write over one of the real paths in `read`. Raises UsageError."""
        if self.real in read:
            raise UsageError(
                f"{self.path} is read by this run and is not written over",
                where=f"-o {self.path}",
                hint="name another file",
            )

    def write(self, data: bytes) -> None:
        """Replace the file in one step, so that a reader sees the old or the new one whole.
        Raises UsageError."""
        try:
            if self.path.exists() and not self.path.is_file():
                self.path.write_bytes(data)  # a device or pipe cannot be replaced
            else:
                _replace(self.path, data)
        except OSError as error:
            raise UsageError(
                f"cannot write {self.path}: {error.strerror or error}", where=f"-o {self.path}"
            ) from error


def _replace(path: Path, data: bytes) -> None:
    real = Path(os.path.realpath(path))
    temporary = real.with_name(f".{real.name[:200]}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(real)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def emit(text: str | bytes) -> None:
    """Write to standard output, whatever its encoding; a reader that has gone is no error."""
    if isinstance(text, str):
        text = text.encode(sys.stdout.encoding or "ascii", "backslashreplace")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence()
    except OSError as error:
        silence()
        raise UsageError(
            f"cannot write to standard output: {error.strerror or error}",
            hint="free some space there, or write to a file with -o",
        ) from error


def lines(rows: Iterable[str]) -> None:
    """Write lines to standard output."""
    emit("".join(f"{row.rstrip()}\n" for row in rows))
