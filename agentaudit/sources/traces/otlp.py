"""One source of OTLP files: a path, a glob or a directory → decoded documents, counted."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from agentaudit.errors import SourceError
from agentaudit.evidence import safe
from agentaudit.source import Ledger, Unread
from agentaudit.sources.traces import lines
from agentaudit.sources.traces.decode import SIGNALS, Batch, Decoder, NotOtlp
from agentaudit.sources.traces.options import TraceSource

SUFFIXES = (".jsonl", ".json", ".gz", ".zst")
"""Files of a directory that are read."""
_PLACES = 10
_TRACES = tuple(
    name.encode() for signal in SIGNALS for name in (signal, signal.replace("eS", "e_s"))
)
_HINT = "point it at OTLP JSON: .json or .jsonl, plain or with .gz or .zst"


class OtlpFiles:
    """Reads one declared `otlp:` source."""

    def __init__(self, source: TraceSource, root: Path, limit: int = lines.LIMIT) -> None:
        self._source = source
        self._root = root
        self._limit = limit
        self.ledger = Ledger(kind="traces", uri=safe(source.name), role=safe(source.role))

    def batches(self, decoder: Decoder) -> Iterator[tuple[Batch, int]]:
        """What each document gave and how many bytes it was; one that cannot be read is counted in
        the ledger. SourceError when there is no file, or none that holds OTLP."""
        paths = self._paths()
        held = 0
        for path in paths:
            for found in self._file(path, decoder):
                held += 1
                if found is not None:
                    yield found
        if self.ledger.read + self.ledger.unread and not held:
            self._fail("holds no OTLP", _HINT)

    def _file(self, path: Path, decoder: Decoder) -> Iterator[tuple[Batch, int] | None]:
        """None stands for a line that could not be read but was meant to be OTLP."""
        name = self._name(path)
        try:
            for line in lines.documents(path, self._limit):
                place = f"{name}:{line.number}"
                if line.problem:
                    note_unread(self.ledger, place, line.problem)
                    yield None
                    continue
                try:
                    batch = decoder.document(line.data, place)
                except ValueError as error:
                    note_unread(self.ledger, place, _reason(error))
                    if not isinstance(error, NotOtlp) and _meant(line.data):
                        yield None
                    continue
                self.ledger.read += 1
                for why in batch.unread:
                    note_unread(self.ledger, place, why)
                yield batch, len(line.data)
        except OSError as error:
            self._fail(f"cannot be read: {name}: {error.strerror}", "check its permissions")

    def _paths(self) -> list[Path]:
        """Its files, sorted by name."""
        written = self._source.uri.partition(":")[2]
        if not written or "\0" in written:
            self._fail("names no file", _HINT)
        path = self._root / written
        try:
            found = self._declared(path, written)
        except OSError as error:
            self._fail(f"cannot be read: {error.strerror}", "check its permissions")
        if not found:
            self._fail("holds no trace files", _HINT)
        return found

    def _declared(self, path: Path, written: str) -> list[Path]:
        if path.is_dir():
            return sorted(p for p in path.iterdir() if p.name.endswith(SUFFIXES) and _regular(p))
        if path.exists():
            if not _regular(path):
                self._fail("is no regular file", _HINT)
            return [path]
        if not any(sign in written for sign in "*?["):
            self._fail("does not exist", "correct the path, or export the traces there first")
        matches = sorted(glob.glob(written, root_dir=self._root, recursive=True))
        if not matches:
            self._fail("matches no file", "correct the pattern, or export the traces there first")
        found = (self._root / match for match in matches)
        return [path for path in found if _regular(path)]

    def _name(self, path: Path) -> str:
        """The file as a person would find it from the root; never a directory of this machine."""
        relative = os.path.relpath(path, self._root)
        outside = relative.startswith("..") and self._source.uri.startswith("otlp:/")
        return self._source.shown(path.name if outside else relative)

    def _fail(self, what: str, hint: str) -> NoReturn:
        raise SourceError(
            f"trace source {safe(self._source.name)} {what}", where=self._source.place, hint=hint
        )


def note_unread(ledger: Ledger, place: str, why: str) -> None:
    """Count what could not be read; the first few are shown."""
    ledger.unread += 1
    if len(ledger.unread_places) < _PLACES:
        ledger.unread_places.append(Unread(safe(place), safe(why)))


def _regular(path: Path) -> bool:
    return stat.S_ISREG(path.stat().st_mode)


def _meant(data: bytes) -> bool:
    """Whether a broken line began as OTLP, e.g. one that its collector is still writing."""
    return any(name in data[:4096] for name in _TRACES)


def _reason(error: ValueError) -> str:
    text = str(error).partition(": line ")[0]
    return text if isinstance(error, NotOtlp) or "shape" in text else f"not JSON: {text}"
