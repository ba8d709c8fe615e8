"""Where sources and waivers are declared, as somebody sees it who opens the checkout at its root.

A report for a code host names files from there, whatever directory was audited.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentaudit.config import Config, Store
    from agentaudit.score.ledgers import Origin


class Checkout:
    """The directory that was audited, in the repository that holds it."""

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.realpath(path))
        above = (self._path, *self._path.parents)
        self._root = next((each for each in above if (each / ".git").exists()), self._path)

    @property
    def within(self) -> str:
        """The audited directory from the root; empty where it is the root."""
        return self.holds(self._path) or ""

    def holds(self, path: Path) -> str | None:
        """A path from the root, empty for the root itself; None where it is not in there."""
        try:
            found = Path(os.path.realpath(path)).relative_to(self._root).as_posix()
        except (ValueError, OSError):
            return None
        return "" if found == "." else found

    def declared(self, place: str) -> str:
        """`../agentaudit.yaml:9`, as seen from the audited directory, from the root instead."""
        file, colon, line = place.rpartition(":")
        if not colon or not line.isdigit():
            return place
        return f"{posixpath.normpath(posixpath.join(self.within, file))}:{line}"


def origins(config: Config, checkout: Checkout) -> dict[tuple[str, str], Origin]:
    """(kind, URI) → where that source is declared, and where its files are."""
    return {key: origin for store in config.repos for key, origin in _repo(store, checkout)} | {
        (kind, store.uri): _other(store, checkout)
        for kind, stores in (
            ("traces", config.traces),
            ("images", config.images),
            ("registry", config.registry),
        )
        for store in stores
    }


def scope(config: Config, checkout: Checkout) -> tuple[str, ...]:
    """What is declared to be audited, one entry for each source and each narrowing of it."""
    found = [f"path {checkout.within or '.'}"]
    for kind in ("repos", "images", "registry", "traces"):
        stores: tuple[Store, ...] = getattr(config, kind)
        for store in stores:
            narrowed = "".join(f" where {k}={v}" for k, v in sorted(store.where.items()))
            found.append(f"{kind} {store.uri}{narrowed}")
    found += [f"where {key}={value}" for key, value in config.run.where]
    return tuple(sorted(found))


def _repo(store: Store, checkout: Checkout) -> Iterator[tuple[tuple[str, str], Origin]]:
    from agentaudit.score.ledgers import Origin

    path = Path(store.uri.removeprefix("git:")).expanduser()
    place = store.base / path
    root = checkout.holds(place) if place.is_dir() and not place.name.endswith(".git") else None
    yield ("git", path.as_posix()), Origin(checkout.declared(store.place), root)


def _other(store: Store, checkout: Checkout) -> Origin:
    from agentaudit.score.ledgers import Origin

    return Origin(checkout.declared(store.place))
