"""rpm packages: the sqlite database of current systems. The older Berkeley and ndb databases are
not read, which is said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from agentaudit.image import FileMap, Package
from agentaudit.sources.images.extract.rpm_header import NAME, BadHeader, fields, version
from agentaudit.sources.images.extract.wanted import DATABASE, Wanted

_HOMES = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
_OTHERS = {"Packages": "Berkeley DB", "Packages.db": "ndb"}
WANTED = (Wanted(r"(?:var/lib|usr/lib/sysimage|usr/share)/rpm/rpmdb\.sqlite(?:-wal)?", DATABASE),)
_MOST_PACKAGES = 50_000
_STEPS = 200_000
"""Sets of a thousand operations of the database after which a reading is given up."""


def packages(files: FileMap) -> Iterator[Package]:
    """Every package of the database; raises Unreadable for one that cannot be read.

    One that is in a kind of database that is not read is named by `unread`.
    """
    for home in _HOMES:
        path = f"{home}/rpmdb.sqlite"
        data = files.read(path)
        if data is not None:
            yield from _of(data, path)


def unread(files: FileMap) -> Iterator[tuple[str, str]]:
    """Package databases that are there and are not read: path and why."""
    for home in _HOMES:
        for name, kind in _OTHERS.items():
            if files.get(f"{home}/{name}") and not files.get(f"{home}/rpmdb.sqlite"):
                yield f"{home}/{name}", f"an rpm database in {kind} format, which is not read"
        if files.read(f"{home}/rpmdb.sqlite-wal"):
            yield (
                f"{home}/rpmdb.sqlite",
                "an rpm database with changes in a separate log, which are not read",
            )


class Unreadable(ValueError):
    """A package database is not what it should be."""


def _of(data: bytes, path: str) -> Iterator[Package]:
    try:
        with closing(_opened(data)) as database:
            rows = database.execute("SELECT blob FROM Packages LIMIT ?", (_MOST_PACKAGES,))
            for (blob,) in rows:
                found = fields(blob) if isinstance(blob, bytes) else {}
                if found.get(NAME):
                    yield Package("rpm", found[NAME], version(found), path)
    except (sqlite3.Error, BadHeader, MemoryError) as error:
        raise Unreadable(f"the rpm database cannot be read: {error}") from None


def _opened(data: bytes) -> sqlite3.Connection:
    """The database in memory, able to do nothing but read its one table.

    A hostile file could define `Packages` as a view that never ends, or call functions.
    """
    # A database in write-ahead mode cannot be opened from memory; its header says the mode twice.
    if data[18:20] == b"\x02\x02":
        data = data[:18] + b"\x01\x01" + data[20:]
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(data)
        database.set_progress_handler(_Budget(), 1000)
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        row = database.execute("SELECT type FROM sqlite_schema WHERE name = 'Packages'").fetchone()
        if row != ("table",):
            raise Unreadable("the rpm database holds no table of packages")
    except BaseException:
        database.close()
        raise
    return database


class _Budget:
    """Stops the database after so many operations."""

    def __init__(self) -> None:
        self._left = _STEPS

    def __call__(self) -> int:
        self._left -= 1
        return self._left < 0
