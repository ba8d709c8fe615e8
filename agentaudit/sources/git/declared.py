"""What a manifest declares, before it is put in the words of probes."""

from __future__ import annotations

import re

from msgspec import Struct


class Declared(Struct, frozen=True):
    """One direct requirement."""

    name: str
    line: int | None
    local: bool = False
    """Whether it is another directory of the same repository, which locks may leave out."""
    extra: bool = False
    """Whether it is needed for development or on request only."""
    conditional: bool = False
    """Whether it is needed on some platforms only."""
    wanted: str = ""
    """The range of versions that is asked for, as written."""


class Parsed(Struct, frozen=True):
    """A manifest, read."""

    ecosystem: str
    dependencies: tuple[Declared, ...]
    runtime: tuple[int | None, str] | None = None
    """Line and version of the language runtime."""
    name: str = ""
    """Name of the project, where the manifest gives one."""
    members: tuple[str, ...] = ()
    """Patterns of workspace members, relative to the manifest."""
    home: str | None = None
    """Directory it speaks for, where that is not its own."""
    packaged: bool = False
    """Whether it says how a package is built from the directory."""
    overridden: frozenset[str] = frozenset()
    """Names of packages whose version is decided against what asks for them."""


def normalised(name: str) -> str:
    """Name of a Python package as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
