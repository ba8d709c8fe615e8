"""What files say, kept between runs by their content: an unchanged file is parsed once, ever.

The cache lies in the user's cache directory and holds nothing that is not in the files already.
Nobody is trusted for it: what does not read as it was written is made anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agentaudit.sources.git.code.languages import LANGUAGES
from agentaudit.sources.git.code.written import Written, loaded

if TYPE_CHECKING:
    import sqlite3

_FORMAT = "1"
"""Raise it when `Written` changes its form or its meaning."""
_MOST_BYTES = 200_000_000
_PATIENCE = 2.0
"""Seconds to wait for another run that writes."""
_CHUNK = 500


Said = Written | str
"""What a file says; or a word for why it was not asked: `nothing`, `common`; or its blocks."""


class Cache(Protocol):
    """Keeps what files say, by key."""

    keeps: bool
    """Whether it ever knows anything: making keys costs a pass over all files."""

    def found(self, keys: Iterable[str]) -> dict[str, Said]:
        """What is known of the keys."""
        ...

    def keep(self, made: dict[str, Said]) -> None:
        """Keep it for the next run, and let go of what was needed to look."""
        ...


class NoCache:
    """Keeps nothing."""

    keeps = False

    def found(self, keys: Iterable[str]) -> dict[str, Said]:
        return {}

    def keep(self, made: dict[str, Said]) -> None:
        return


class DiskCache:
    """A database file of the user. Trouble with it costs time, never the run."""

    keeps = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reading: sqlite3.Connection | None = None
        self._file = folder / "code.sqlite"

    def found(self, keys: Iterable[str]) -> dict[str, Said]:
        import sqlite3

        wanted = list(keys)
        rows: list[tuple[str, bytes, bytes]] = []
        with suppress(sqlite3.Error, OSError):
            database = self._reading = self._reading or self._open(write=False)
            for at in range(0, len(wanted), _CHUNK):
                some = wanted[at : at + _CHUNK]
                marks = ",".join("?" * len(some))
                rows += database.execute(
                    f"SELECT key, seal, said FROM files WHERE key IN ({marks})", some
                )
        known: dict[str, Said] = {}
        for key, seal, said in rows:
            with suppress(ValueError, TypeError, IndexError, AttributeError):
                if _seal(key, said) == seal:
                    known[key] = _read(said)
        return known

    def keep(self, made: dict[str, Said]) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        rows = [(key, _seal(key, data := _dumped(said)), data) for key, said in made.items()]
        if not rows:
            return
        import sqlite3

        with suppress(sqlite3.Error, OSError):
            self._make()
            try:
                self._store(rows)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._file.unlink(missing_ok=True)
                self._store(rows)

    def _store(self, rows: list[tuple[str, bytes, bytes]]) -> None:
        with closing(self._open(write=True)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS files (key TEXT PRIMARY KEY, seal BLOB, said BLOB)"
            )
            database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows)

    def _make(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._file.exists() and self._file.stat().st_size > _MOST_BYTES:
            self._file.unlink()

    def _open(self, *, write: bool) -> sqlite3.Connection:
        import sqlite3

        mode = "rwc" if write else "ro"
        uri = f"{self._file.resolve().as_uri()}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=_PATIENCE)


def _dumped(said: Said) -> bytes:
    return said.encode() if isinstance(said, str) else said.dumped()


def _read(data: bytes) -> Said:
    return loaded(data) if data.startswith(b"[") else data.decode()


def _seal(key: str, said: object) -> bytes:
    data = said if isinstance(said, bytes) else b""
    return hashlib.blake2b(key.encode() + data, digest_size=16).digest()


def key(stamp: str, kind: str, data: bytes) -> str:
    """What a file is known by: what it holds, how it is read, and what was known then."""
    digest = hashlib.blake2b(data, digest_size=20, person=b"agentaudit")
    return f"{digest.hexdigest()}-{kind}-{stamp}"


def stamp() -> str:
    """Changes with how files are read: our own code and knowledge, and the grammars."""
    digest = hashlib.blake2b(_FORMAT.encode(), digest_size=8)
    own = Path(__file__).parent
    for folder in (own, own / "queries", own.parent / "knowledge"):
        for file in sorted(each for each in folder.iterdir() if each.suffix in _TELLING):
            digest.update(file.read_bytes())
    for language in LANGUAGES:
        spec = find_spec(language.module)
        if spec is not None and spec.origin:
            status = Path(spec.origin).stat()
            digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


_TELLING = (".py", ".scm", ".yaml")


def user_folder() -> Path | None:
    """The user's cache directory for us; None where there is no home."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        path = Path(given)
        return path / "agentaudit" if path.is_absolute() else None
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE")
    if not home or not Path(home).is_absolute():
        return None
    if sys.platform == "darwin":
        return Path(home) / "Library" / "Caches" / "agentaudit"
    return Path(home) / ".cache" / "agentaudit"
