"""Layer scans of earlier runs, by diff_id, in the user's cache directory.

A scan depends on the layer's bytes and on what extractors ask for, and on nothing else: not on the
repository, the image or the transport. What cannot be read back whole is read anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from agentaudit.image import FileEntry, FileKind
from agentaudit.sources.images.extract.wanted import Selection
from agentaudit.sources.images.files import regular
from agentaudit.sources.images.limits import Limits
from agentaudit.sources.images.scan import DEEPEST, LayerScan

_FORMAT = 2
_SUM = 32
"""Bytes of the sha256 that a file begins with."""
_MOST = 1 << 30
"""Bytes of one scan that are read back."""
_KINDS = tuple(FileKind)


def usual_folder() -> Path:
    """Where layers are kept: `$XDG_CACHE_HOME/agentaudit/layers`."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(given) if given.startswith("/") else Path.home() / ".cache"
    return home / "agentaudit" / "layers"


class LayerCache:
    """Scans kept between runs; without a folder none is kept."""

    def __init__(self, folder: Path | None, selection: Selection, limits: Limits) -> None:
        self._folder = folder
        depends = (_FORMAT, selection, limits.path, limits.blob, limits.kept, DEEPEST)
        self._asked = hashlib.sha256(repr(depends).encode()).hexdigest()[:12]

    def get(self, diff_id: str) -> LayerScan | None:
        """The scan of a layer; None where it is not kept, or not whole."""
        if self._folder is None:
            return None
        try:
            with regular(self._place(self._folder, diff_id)) as file:
                data = file.read(_MOST)
        except OSError:
            return None
        if hashlib.sha256(data[_SUM:]).digest() != data[:_SUM]:
            return None
        with suppress(ValueError, TypeError, KeyError, IndexError):
            found = _scan(_unpacked(data[_SUM:]))
            return found if found.diff_id == diff_id else None
        return None

    def put(self, scan: LayerScan) -> None:
        """Keep a scan, in one step; a folder that cannot be written keeps none."""
        if self._folder is None:
            return
        body = _packed(_document(scan))
        place = self._place(self._folder, scan.diff_id)
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".layer-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(body).digest() + body)
                os.replace(temporary, place)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)
                raise

    def _place(self, folder: Path, diff_id: str) -> Path:
        return folder / f"{diff_id.removeprefix('sha256:')}-{self._asked}"


def _document(scan: LayerScan) -> dict[str, Any]:
    return {
        "diff_id": scan.diff_id,
        "members": scan.members,
        "unpacked": scan.unpacked,
        "entries": [
            [e.path, _KINDS.index(e.kind), e.size, e.mode, e.sha256, e.blob, e.target]
            for e in scan.entries.values()
        ],
        "links": scan.links,
        "deleted": sorted(scan.deleted),
        "opaque": sorted(scan.opaque),
        "contents": {path: data.decode("latin-1") for path, data in scan.contents.items()},
        "oddities": scan.oddities,
    }


def _scan(held: dict[str, Any]) -> LayerScan:
    return LayerScan(
        held["diff_id"],
        {
            path: FileEntry(path, _KINDS[kind], size, mode, 0, sha256, blob, target)
            for path, kind, size, mode, sha256, blob, target in held["entries"]
        },
        held["links"],
        set(held["deleted"]),
        set(held["opaque"]),
        {path: text.encode("latin-1") for path, text in held["contents"].items()},
        held["members"],
        held["unpacked"],
        held["oddities"],
    )


def _packed(document: dict[str, Any]) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=3).compress(_json(document))


def _json(document: dict[str, Any]) -> bytes:
    import json

    import orjson

    try:
        return orjson.dumps(document)
    except TypeError:  # names that are no UTF-8 are lone surrogates, which only json writes
        return json.dumps(document).encode()


def _unpacked(data: bytes) -> dict[str, Any]:
    import json

    import orjson
    import zstandard

    try:
        text = zstandard.ZstdDecompressor().decompress(data, max_output_size=_MOST)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from None
    try:
        found = orjson.loads(text)
    except ValueError:
        found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
