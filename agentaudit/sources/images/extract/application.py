"""Application files: what belongs neither to the operating system nor to an installed package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentaudit.image import FileMap, Package
from agentaudit.sources.images.extract.python import listing, metadata

_SYSTEM = re.compile(
    r"(?:bin|boot|dev|etc|lib|lib32|lib64|libx32|media|mnt|proc|run|sbin|sys|tmp|var)/.+"
    r"|usr/(?!src/|app/).+"
    r"|root/\.[^/]+(?:/.+)?"
    r"|(?:.+/)?(?:node_modules|__pycache__|\.git)/.+"
    r"|(?:.+/)?[^/]+\.(?:dist|egg)-info(?:/.+)?"
    r"|[^/]*/?\.dockerenv",
    re.DOTALL,
)
_INSTALLED = re.compile(r"(?:.+/)?(?:site|dist)-packages/.+", re.DOTALL)
_LIBRARY = re.compile(r"(?:/|^)lib(?:64)?/python[\d.]*/(?:site|dist)-packages$")
_VENV = re.compile(r"(?:.+/)?(?:pyvenv\.cfg|bin/(?:python[\d.]*|activate[^/]*|Activate\.ps1))")


def application_files(files: FileMap, packages: Iterable[Package]) -> Iterator[str]:
    """Paths of regular files, sorted. What a Python package lists as its own is left out wherever
    it lies; among installed packages only what none of them lists is kept."""
    held = tuple(p for p in packages if p.ecosystem == "python")
    owned = {path for package in held for path in _own(files, metadata(package))}
    for entry in files.files():
        if entry.path not in owned and not _apart(entry.path):
            yield entry.path


def _own(files: FileMap, home: str) -> Iterator[str]:
    """What a package lists below the prefix that it is installed in: a claim to a file anywhere
    else would hide application code."""
    prefix = _LIBRARY.sub("", home.rpartition("/")[0])
    return (path for path in listing(files, home) if not prefix or path.startswith(f"{prefix}/"))


def _apart(path: str) -> bool:
    if _INSTALLED.fullmatch(path):
        return path.endswith(".pyc") or "-info/" in path
    return _SYSTEM.fullmatch(path) is not None or _VENV.fullmatch(path) is not None
