"""Application files: what belongs neither to the operating system nor to an installed package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentaudit.expressions import regex
from agentaudit.image import FileKind, FileMap, Package
from agentaudit.sources.images.extract.python import listing, metadata

_SYSTEM = regex(
    r"(?:bin|boot|dev|etc|lib|lib32|lib64|libx32|media|mnt|proc|run|sbin|sys|tmp|var)/.+"
    r"|usr/(?!src/|app/).+"
    r"|root/\.[^/]+(?:/.+)?"
    r"|(?:.+/)?(?:node_modules|__pycache__|\.git)/.+"
    r"|(?:.+/)?[^/]+\.(?:dist|egg)-info(?:/.+)?"
    r"|[^/]*/?\.dockerenv",
    re.DOTALL,
)
_INSTALLED = regex(r"(?:.+/)?(?:site|dist)-packages/.+", re.DOTALL)
_LIBRARY = regex(r"(?:/|^)lib(?:64)?/python[\d.]*/(?:site|dist)-packages$")
_TOOLS = ("usr/local/bin/", "usr/local/sbin/")
_VENV = regex(r"(?:.+/)?(?:pyvenv\.cfg|bin/(?:python[\d.]*|activate[^/]*|Activate\.ps1))")


def application_files(
    files: FileMap, packages: Iterable[Package]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Paths of application files, and of programs in `/usr/local` that nobody's package brought;
    both sorted. What a Python package lists as its own is left out wherever it lies below its
    prefix; among installed packages only what none of them lists is kept."""
    held = tuple(p for p in packages if p.ecosystem == "python")
    owned = {path for package in held for path in _own(files, metadata(package))}
    held_files = (path for path, entry in files.entries.items() if entry.kind is FileKind.FILE)
    free = sorted(path for path in held_files if path not in owned)
    tools = (path for path in free if path.startswith(_TOOLS))
    return tuple(path for path in free if not _apart(path)), tuple(tools)


def _own(files: FileMap, home: str) -> Iterator[str]:
    """What a package lists below the prefix that it is installed in: a claim to a file anywhere
    else would hide application code."""
    above = home.rpartition("/")[0]
    prefix = _LIBRARY.sub("", above)
    starts = (f"{prefix}/",) if prefix else (f"{above}/", "bin/") if above else ()
    for path in listing(files, home):
        if path.startswith(starts) if starts else _module(files, path):
            yield path


def _module(files: FileMap, path: str) -> bool:
    """Whether a path below the top is that of a Python package there, not of a directory such as
    `srv`."""
    first, slash, _ = path.partition("/")
    return not slash or files.get(f"{first}/__init__.py") is not None


def _apart(path: str) -> bool:
    if _INSTALLED.fullmatch(path):
        return path.endswith(".pyc") or "-info/" in path
    return _SYSTEM.fullmatch(path) is not None or _VENV.fullmatch(path) is not None
