"""Groups rows by trace: in memory while there is little, in files by hash of the trace id beyond.

One partition at a time is read back, in order of the hash, so memory grows with neither.
"""

from __future__ import annotations

import gc
import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from msgspec import Struct, field

from agentaudit.errors import SourceError
from agentaudit.sources.traces.rows import Row

_BUFFER = 16 << 20
"""Bytes that wait in memory before they are appended to the partitions."""


class Bundle(Struct):
    """The rows of one trace."""

    trace_id: str
    order: bytes
    """md5 of seed and trace id: the order of samples and responses."""
    spans: list[Row] = field(default_factory=list)
    logs: list[Row] = field(default_factory=list)


class Shelf:
    """Takes rows in any order and gives them back trace by trace, in order of hash."""

    def __init__(self, seed: int, memory: int) -> None:
        self._seed = seed
        self._memory = memory
        self._bundles: dict[str, Bundle] = {}
        self._partitions: _Partitions | None = None

    @property
    def spilled(self) -> bool:
        """Whether the traces are on disk."""
        return self._partitions is not None

    def put(self, trace_id: str, spans: list[Row], logs: list[Row]) -> None:
        """Keep some rows of a trace."""
        if self._partitions is not None:
            self._partitions.put(Bundle(trace_id, self._order(trace_id), spans, logs))
        else:
            _merge(self._bundles, trace_id, spans, logs, self._order)

    def grown(self, size: int) -> None:
        """`size` more bytes of lines have been read; beyond the budget, leave memory."""
        self._memory -= size
        if self._memory < 0 and self._partitions is None:
            self._partitions = _Partitions()
            for bundle in self._bundles.values():
                self._partitions.put(bundle)
            self._bundles = {}

    def bundles(self) -> Iterator[Bundle]:
        """All traces in order of hash."""
        if self._partitions is None:
            yield from _ordered(self._bundles.values())
            return
        for number in range(256):
            yield from self._read(self._partitions, number, None)

    def some(self, trace_ids: Iterable[str]) -> Iterator[Bundle]:
        """These traces, in order of hash."""
        wanted = set(trace_ids)
        if self._partitions is None:
            yield from _ordered(self._bundles[id] for id in wanted if id in self._bundles)
            return
        for number in sorted({self._order(id)[0] for id in wanted}):
            yield from self._read(self._partitions, number, wanted)

    def close(self) -> None:
        """Forget everything and remove the files."""
        self._bundles = {}
        if self._partitions is not None:
            self._partitions.remove()

    def _order(self, trace_id: str) -> bytes:
        text = f"{self._seed}:{trace_id}"
        return hashlib.md5(text.encode(), usedforsecurity=False).digest()

    def _read(
        self, partitions: _Partitions, number: int, wanted: set[str] | None
    ) -> Iterator[Bundle]:
        found: dict[str, Bundle] = {}
        for trace_id, spans, logs in partitions.read(number):
            if wanted is None or trace_id in wanted:
                _merge(found, trace_id, spans, logs, self._order)
        yield from _ordered(found.values())


@contextmanager
def unswept() -> Iterator[None]:
    """Without the cycle collector: decoded JSON holds no cycles, and looking for them in millions
    of small values takes a third of the time."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _merge(
    bundles: dict[str, Bundle],
    trace_id: str,
    spans: list[Row],
    logs: list[Row],
    order: Callable[[str], bytes],
) -> None:
    bundle = bundles.get(trace_id)
    if bundle is None:
        bundle = bundles[trace_id] = Bundle(trace_id, order(trace_id))
    bundle.spans.extend(spans)
    bundle.logs.extend(logs)


def _ordered(bundles: Iterable[Bundle]) -> list[Bundle]:
    return sorted(bundles, key=lambda bundle: bundle.order)


class _Partitions:
    """256 files by the first byte of the hash, in a directory that only this user can read."""

    def __init__(self) -> None:
        try:
            self._directory = Path(tempfile.mkdtemp(prefix="agentaudit-"))
        except OSError as error:
            raise SourceError(
                f"no temporary directory: {error.strerror}", hint="point TMPDIR at a writable one"
            ) from error
        self._waiting: dict[int, list[bytes]] = {}
        self._size = 0
        self.remove = weakref.finalize(self, shutil.rmtree, self._directory, ignore_errors=True)

    def put(self, bundle: Bundle) -> None:
        data = orjson.dumps((bundle.trace_id, bundle.spans, bundle.logs))
        self._waiting.setdefault(bundle.order[0], []).append(data)
        self._size += len(data)
        if self._size > _BUFFER:
            self._flush()

    def read(self, number: int) -> list[tuple[str, list[Row], list[Row]]]:
        self._flush()
        path = self._directory / f"{number:02x}"
        if not path.exists():
            return []
        with path.open("rb") as file, unswept():
            return list(map(orjson.loads, file))

    def _flush(self) -> None:
        try:
            for number, lines in self._waiting.items():
                with (self._directory / f"{number:02x}").open("ab") as file:
                    file.write(b"\n".join(lines) + b"\n")
        except OSError as error:
            raise SourceError(
                f"traces could not be set aside on disk: {error.strerror}",
                hint="free some space or point TMPDIR at another disk",
            ) from error
        self._waiting, self._size = {}, 0
