"""Bytes that come in pieces of somebody else's choosing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from agentaudit.sources.images.limits import Refused

_PATIENCE_S = 30.0
"""Seconds until the pace is asked for."""
_PACE = 1 << 10
"""Bytes a second, on average: less is no line but a sender that holds the reader."""


class Pieces:
    """Pieces, read as from a file. Reading raises Refused where they come too slowly."""

    def __init__(
        self, pieces: Iterable[bytes], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pieces = iter(pieces)
        self._left = b""
        self._clock = clock
        self._waited = 0.0
        self._size = 0

    def read(self, size: int, /) -> bytes:
        data = self._left or self._next()
        data, self._left = data[:size], data[size:]
        return data

    def _next(self) -> bytes:
        """The next piece with anything in it. Only the time spent waiting for it counts; an engine
        may think long before the first."""
        before = self._clock()
        data = next(filter(None, self._pieces), b"")
        if self._size:
            self._waited += self._clock() - before
        self._size += len(data)
        if data and self._waited > _PATIENCE_S and self._size < _PACE * self._waited:
            raise Refused(f"it came at less than {_PACE:,} bytes a second")
        return data
