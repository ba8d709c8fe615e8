"""Alpine packages: `lib/apk/db/installed`."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.image import FileMap, Package
from agentaudit.sources.images.extract.fields import text
from agentaudit.sources.images.extract.wanted import DATABASE, Wanted

PLACES = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
WANTED = (Wanted(r"(?:usr/)?lib/apk/db/installed", DATABASE),)


def packages(files: FileMap) -> Iterator[Package]:
    """Every package of the database: records of one-letter fields, a blank line between them."""
    for path in PLACES:
        data = files.read(path)
        if data is not None:
            yield from _of(data, path)


def _of(data: bytes, path: str) -> Iterator[Package]:
    name = version = ""
    for line in (*text(data).split("\n"), ""):
        if line.startswith("P:"):
            name = line[2:].strip()[:500]
        elif line.startswith("V:"):
            version = line[2:].strip()[:500]
        elif not line.strip():
            if name and version:
                yield Package("apk", name, version, path)
            name = version = ""
