"""Sources of Python packages that are not what their installer wrote.

A version says nothing of a file that was edited in place; the digests in RECORD do.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator

from agentaudit.image import FileKind, FileMap, Package
from agentaudit.sources.images.extract.fields import text
from agentaudit.sources.images.extract.python import metadata

_INSTALLERS = frozenset({b"pip", b"uv", b"poetry", b"pdm", b"installer"})
"""Those that write RECORD after their last change to a file; others rewrite files behind it."""
_ROW = re.compile(r"(?!/|(?:.*/)?\.\./).+\.py", re.DOTALL)
_MOST_LINES = 500_000


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
    for line in text(files.read(f"{home}/RECORD") or b"").split("\n")[:_MOST_LINES]:
        name, _, rest = line.rpartition(",sha256=")  # a quoted name is none of a module
        if name and _ROW.fullmatch(name):
            yield (f"{above}/{name}" if above else name), rest.partition(",")[0].rstrip("=")


def _told(sha256: str) -> str:
    """Hexadecimal digits as RECORD writes them."""
    return urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
