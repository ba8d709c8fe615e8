"""The machine that runs the scan, for teams that scan where they serve (`--host`)."""

from __future__ import annotations

import platform
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path

from agentaudit.host import ThisHost
from agentaudit.image import FileMap, OperatingSystem, Package
from agentaudit.ledger import Ledger
from agentaudit.sources.host.gpus import read_gpus
from agentaudit.sources.images.extract.os_release import PLACES, operating_system

_MOST = 64 << 10
_MOST_PACKAGES = 10_000


class LocalHost:
    """Implements `source.Host`; reads when it is first asked."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    @cached_property
    def _facts(self) -> ThisHost:
        return ThisHost(
            self._system(),
            platform.release(),
            platform.python_version(),
            read_gpus(),
            tuple(_packages()),
        )

    def facts(self) -> ThisHost:
        return self._facts

    def ledgers(self) -> list[Ledger]:
        return [Ledger("host", "this host", read=1)]

    def _system(self) -> OperatingSystem | None:
        files: dict[str, bytes] = {}
        for place in PLACES:
            try:
                with (self._root / place).open("rb") as file:
                    files[place] = file.read(_MOST)
            except OSError:
                continue
        return operating_system(FileMap.of(files))


def _packages() -> list[Package]:
    """Distributions of the interpreter that runs the scan, each name once."""
    found: dict[str, Package] = {}
    for each in distributions():
        name, version = each.metadata["Name"], each.metadata["Version"]
        if name and version and len(found) < _MOST_PACKAGES:
            found.setdefault(name.lower(), Package("python", name, version, "this interpreter"))
    return [found[key] for key in sorted(found)]
