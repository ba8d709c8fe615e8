"""Bytes that come in pieces of somebody else's choosing."""

from __future__ import annotations

from collections.abc import Iterable


class Pieces:
    """Pieces, read as from a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def read(self, size: int, /) -> bytes:
        data = self._left or next(filter(None, self._pieces), b"")
        data, self._left = data[:size], data[size:]
        return data
