"""What an image holds, as pure functions over its merged files: one file a format.

`wanted()` says up front which small files must be kept while the layers stream by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentaudit.image import Contents, FileMap, Package
from agentaudit.sources.images.extract import apk, dpkg, node, python, rpm
from agentaudit.sources.images.extract.altered import altered
from agentaudit.sources.images.extract.application import application_files
from agentaudit.sources.images.extract.cuda_runtime import cuda
from agentaudit.sources.images.extract.os_release import operating_system
from agentaudit.sources.images.extract.runtimes import runtimes
from agentaudit.sources.images.extract.sbom import bills
from agentaudit.sources.images.extract.wanted import Selection, Wanted, wanted

__all__ = ["Selection", "Wanted", "extract", "wanted"]

MOST_PACKAGES = 100_000


def extract(
    files: FileMap, env: Mapping[str, str] | None = None, problems: tuple[str, ...] = ()
) -> Contents:
    """Everything the extractors find; what they cannot read becomes a problem, never an error."""
    unread: list[str] = []
    packages = tuple(_packages(files, unread))
    if len(packages) > MOST_PACKAGES:
        unread.append(f"{len(packages):,} packages, of which {MOST_PACKAGES:,} are shown")
        packages = packages[:MOST_PACKAGES]
    unread += [f"{path}: {why}" for path, why in rpm.unread(files)]
    return Contents(
        files,
        operating_system(files),
        packages,
        tuple(runtimes(files, packages, env or {})),
        tuple(cuda(files, packages, env or {})),
        tuple(bills(files)),
        tuple(altered(files, packages)),
        *application_files(files, packages),
        (*problems, *unread),
    )


def _packages(files: FileMap, unread: list[str]) -> Iterator[Package]:
    for format in (dpkg, apk, rpm, python, node):
        try:
            found = list(format.packages(files))
        except rpm.Unreadable as error:
            unread.append(str(error))
            continue
        yield from sorted(found, key=lambda p: (p.name, p.version, p.path))
