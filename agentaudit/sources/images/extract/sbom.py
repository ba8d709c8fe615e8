"""Bills of materials that an image carries: CycloneDX and SPDX as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentaudit import parse
from agentaudit.image import Bill, FileMap, Package
from agentaudit.sources.images.extract.wanted import LISTS, Wanted

WANTED = (
    Wanted(r"(?:.+/)?[^/]+\.(?:spdx|cdx)\.json", LISTS),
    Wanted(r"(?:.+/)?s?bom\.json", LISTS),
    Wanted(r"(?:.+/)?[^/]+\.dist-info/sboms/[^/]+", LISTS),
)
_MOST = 100_000
"""Components that are read of one bill."""
_ECOSYSTEMS = {"pypi": "python", "npm": "node", "deb": "deb", "apk": "apk", "rpm": "rpm"}
"""Type of a package URL → our word; others keep their own."""


def bills(files: FileMap) -> Iterator[Bill]:
    """Every file of the image that is one."""
    for path in files.below(""):
        if path.endswith(".json") or "/sboms/" in path:
            found = bill(files.read(path) or b"", path)
            if found is not None:
                yield found


def bill(data: bytes, path: str) -> Bill | None:
    """A bill of materials from its bytes, from an image's file or an attestation; None for
    anything else."""
    try:
        given = parse.json(data)
    except parse.Malformed:
        return None
    return described(given, path)


def described(given: Any, path: str) -> Bill | None:
    """The same from parsed JSON."""
    if not isinstance(given, dict):
        return None
    if given.get("bomFormat") == "CycloneDX":
        return Bill("CycloneDX", path, tuple(_cyclonedx(given, path)))
    if str(given.get("spdxVersion", "")).startswith("SPDX-"):
        return Bill("SPDX", path, tuple(_spdx(given, path)))
    return None


def _cyclonedx(given: dict[str, Any], path: str) -> Iterator[Package]:
    """Components may hold components."""
    waiting = [given.get("components")]
    left = _MOST
    while waiting and left > 0:
        for item in _list(waiting.pop()):
            left -= 1
            if isinstance(item, dict):
                waiting.append(item.get("components"))
                if item.get("type") not in ("file", "operating-system"):
                    yield from _package(
                        item.get("name"), item.get("version"), item.get("purl"), path
                    )


def _spdx(given: dict[str, Any], path: str) -> Iterator[Package]:
    for item in _list(given.get("packages"))[:_MOST]:
        if isinstance(item, dict):
            urls = [
                ref.get("referenceLocator")
                for ref in _list(item.get("externalRefs"))
                if isinstance(ref, dict) and ref.get("referenceType") == "purl"
            ]
            purl = urls[0] if urls else None
            yield from _package(item.get("name"), item.get("versionInfo"), purl, path)


def _package(name: Any, version: Any, purl: Any, path: str) -> Iterator[Package]:
    """One with a version: without it nothing can be rebuilt."""
    if isinstance(name, str) and isinstance(version, str) and name and version:
        kind = purl[4:].partition("/")[0] if isinstance(purl, str) and purl[:4] == "pkg:" else ""
        yield Package(_ECOSYSTEMS.get(kind, kind[:50]), name[:500], version[:500], path)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
