"""The operating system, from os-release(5)."""

from __future__ import annotations

import shlex

from agentaudit.image import FileMap, OperatingSystem
from agentaudit.sources.images.extract.fields import text
from agentaudit.sources.images.extract.wanted import Wanted

PLACES = ("etc/os-release", "usr/lib/os-release")
_ALPINE = "etc/alpine-release"
_DEBIAN = "etc/debian_version"
WANTED = (Wanted(r"(?:etc|usr/lib)/os-release|etc/alpine-release|etc/debian_version", 16 << 10),)


def operating_system(files: FileMap) -> OperatingSystem | None:
    """What the image says it is; None where nothing says it (an image from scratch)."""
    for place in PLACES:
        data = files.read(place)
        if data:
            return _described(files.resolve(place) or place, _values(data))
    for place, id in ((_ALPINE, "alpine"), (_DEBIAN, "debian")):
        data = files.read(place)
        if data:
            version = text(data).strip()[:100]
            return OperatingSystem(id, version, f"{id} {version}", place)
    return None


def _described(path: str, values: dict[str, str]) -> OperatingSystem:
    id = values.get("ID", "")
    version = values.get("VERSION_ID") or values.get("BUILD_ID") or values.get("VERSION_CODENAME")
    name = values.get("PRETTY_NAME") or f"{values.get('NAME', id)} {version or ''}".strip()
    return OperatingSystem(id or "unnamed", version or "", name, path)


def _values(data: bytes) -> dict[str, str]:
    """Assignments as a shell reads them, without running any."""
    found: dict[str, str] = {}
    for line in text(data).split("\n")[:200]:
        name, sign, value = line.strip().partition("=")
        if sign and name.replace("_", "").isalnum():
            try:
                words = shlex.split(value[:1000])
            except ValueError:
                words = [value[:1000].strip("\"'")]
            found.setdefault(name, words[0] if words else "")
    return found
