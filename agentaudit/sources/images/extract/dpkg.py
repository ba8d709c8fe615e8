"""Debian packages: `var/lib/dpkg/status`, and one file a package in images without dpkg."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.image import FileMap, Package
from agentaudit.sources.images.extract.fields import paragraphs
from agentaudit.sources.images.extract.wanted import DATABASE, SMALL, Wanted

STATUS = "var/lib/dpkg/status"
_PARTS = "var/lib/dpkg/status.d/"
WANTED = (
    Wanted(r"var/lib/dpkg/status", DATABASE),
    Wanted(r"var/lib/dpkg/status\.d/[^/]+(?<!\.md5sums)", SMALL),
)
_FIELDS = frozenset({"package", "version", "status", "architecture"})


def packages(files: FileMap) -> Iterator[Package]:
    """Every package that is installed; one that was removed and left its settings is not."""
    for path in (STATUS, *files.below(_PARTS)):
        data = files.read(path)
        if data is not None and not path.endswith(".md5sums"):
            yield from _of(data, path)


def _of(data: bytes, path: str) -> Iterator[Package]:
    for fields in paragraphs(data, _FIELDS):
        name, version = fields.get("package", ""), fields.get("version", "")
        # The three words are wish, error and state; distroless images write no status at all.
        state = fields.get("status", "install ok installed").split()
        if name and version and state[-1:] == ["installed"]:
            yield Package("deb", name, version, path)
