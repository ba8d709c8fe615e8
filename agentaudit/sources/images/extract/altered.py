"""Sources of Python packages that are not what their installer wrote.

A version says nothing of a file that was edited in place; the digests in RECORD do.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from itertools import islice

from agentaudit.expressions import regex
from agentaudit.image import FileKind, FileMap, Package
from agentaudit.sources.images.extract.fields import text
from agentaudit.sources.images.extract.python import metadata

_INSTALLERS = frozenset({b"pip", b"uv", b"poetry", b"pdm", b"installer"})
"""Those that write RECORD after their last change to a file; others rewrite files behind it."""
_ROW = regex(r'^([^",\n]+\.py),sha256=([^,\n=]*)', re.MULTILINE)
"""Path and SHA-256 of a source; a quoted name is none of a module."""
_MOST_ROWS = 500_000


def altered(files: FileMap, packages: Iterable[Package]) -> Iterator[tuple[str, str]]:
    """(package, path) of every Python source that fits no package which claims it, by path.

    Several packages may claim one path, such as `tests/__init__.py`: the last to be installed
    decides what is there.
    """
    unfit: dict[str, str] = {}
    fit = set[str]()
    for package in packages:
        home = metadata(package) if package.ecosystem == "python" else ""
        if home and (files.read(f"{home}/INSTALLER") or b"").strip() in _INSTALLERS:
            for path, promised in _promises(files, home):
                entry = files.get(path)
                if entry is None or entry.kind is not FileKind.FILE or not entry.sha256:
                    continue
                if _told(entry.sha256) == promised:
                    fit.add(path)
                else:
                    unfit.setdefault(path, package.name)
    return ((unfit[path], path) for path in sorted(unfit.keys() - fit))


def _promises(files: FileMap, home: str) -> Iterator[tuple[str, str]]:
    """Path in the image and SHA-256, as RECORD writes it, of sources beside the metadata."""
    above = home.rpartition("/")[0]
    rows = _ROW.finditer(text(files.read(f"{home}/RECORD") or b""))
    for row in islice(rows, _MOST_ROWS):
        name, promised = row.groups()
        if name[0] != "/" and "../" not in name:
            yield (f"{above}/{name}" if above else name), promised


def _told(sha256: str) -> str:
    """Hexadecimal digits as RECORD writes them."""
    return urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
