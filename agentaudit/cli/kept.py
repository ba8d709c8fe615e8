"""The audit of an earlier run, where nothing that it rests on has changed since.

It lies in the user's cache directory, under a digest of everything that decides about it. What
cannot be told from a digest (traces, images, a registry, a plug-in, the day of a waiver) is never
taken from there.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

import agentaudit
from agentaudit.cli.origins import Checkout, origins
from agentaudit.cli.request import command_line

if TYPE_CHECKING:
    from agentaudit.cli.flags import Flags
    from agentaudit.config import Config
    from agentaudit.score import Scorecard

_MOST = 64
"""Audits that are kept; the oldest go first."""
_LARGEST = 16 << 20
_SEAL = 32


class Kept(Struct, frozen=True):
    """Where the audits of one request are kept."""

    folder: Path
    asked: str
    """Digest of what is asked, and of who asks."""

    @staticmethod
    def of(config: Config, flags: Flags, checkout: Checkout) -> Kept | None:
        """None where an audit may not be kept."""
        from agentaudit.sources.git import user_folder

        folder = user_folder()
        settings = config.settings
        more = (config.traces, config.images, config.registry, settings.waivers, settings.services)
        if folder is None or config.run.no_cache or config.run.host or any(more):
            return None
        if flags.baseline or flags.history or not (flags.no_plugins or _alone()):
            return None
        digest = hashlib.blake2b(digest_size=20)
        for part in _asked(config, flags, checkout):
            digest.update(len(part).to_bytes(4, "big") + part)
        return Kept(folder / "audits", digest.hexdigest())

    def found(self, state: str) -> Scorecard | None:
        """The same audit of repositories in that state, if it was made before."""
        from agentaudit.errors import UsageError
        from agentaudit.score import read

        file = self._file(state)
        with suppress(OSError, UsageError):
            if file.stat().st_size <= _LARGEST:
                data = file.read_bytes()
                if data[:_SEAL] == _seal(file.name, data[_SEAL:]):
                    return read(data[_SEAL:])
        return None

    def keep(self, card: Scorecard, state: str) -> None:
        """Keep an audit; not one in which a probe crashed, which may come out otherwise."""
        if card.errors:
            return
        from agentaudit.cli.output import Destination
        from agentaudit.errors import UsageError
        from agentaudit.score import scorecard_json

        file, data = self._file(state), scorecard_json(card)
        with suppress(OSError, UsageError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            Destination("audit", file).write(_seal(file.name, data) + data)
            _prune(self.folder)

    def _file(self, state: str) -> Path:
        name = hashlib.blake2b(f"{self.asked} {state}".encode(), digest_size=20).hexdigest()
        return self.folder / f"{name}.audit"


def _asked(config: Config, flags: Flags, checkout: Checkout) -> Iterator[bytes]:
    from agentaudit import rubric

    yield repr((agentaudit.__version__, sys.version, sys.platform)).encode()
    yield command_line(("scan",), flags).encode()
    yield config.settings.model_dump_json(by_alias=True).encode()
    yield repr((config.run, config.sha256, checkout.declared(config.line_of()))).encode()
    yield repr(sorted(origins(config, checkout).items())).encode()
    yield repr([(store.uri, store.place) for store in config.repos]).encode()
    yield repr(flags.no_waivers).encode()
    with suppress(OSError):
        yield rubric.find(config.rubric_path).read_bytes()
    yield from _program()


def _program() -> Iterator[bytes]:
    """What we are made of: our own files, and which packages are installed beside us."""
    pending = [str(Path(agentaudit.__file__).parent)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_dir():
                    pending += [entry.path] if entry.name != "__pycache__" else []
                    continue
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}".encode()
    for folder in sys.path:
        if folder.endswith("-packages"):
            with suppress(OSError):
                yield f"{folder} {os.stat(folder).st_mtime_ns}".encode()


def _alone() -> bool:
    """Whether no plug-in is installed."""
    from importlib.metadata import entry_points

    return not any(
        entry_points(group=f"agentaudit.{group}") for group in ("probes", "sources", "reports")
    )


def _seal(name: str, data: bytes) -> bytes:
    return hashlib.blake2b(name.encode() + data, digest_size=_SEAL).digest()


def _prune(folder: Path) -> None:
    files = sorted(folder.glob("*.audit"), key=lambda file: file.stat().st_mtime_ns)
    for file in files[:-_MOST]:
        file.unlink(missing_ok=True)
