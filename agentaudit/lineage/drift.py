"""Packages of an image against lock files: drift, name by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from agentaudit.image import DISTRIBUTION, Contents, Drift, LockFile, Package, Pin

INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv", "npm", "corepack", "yarn", "pnpm"})
"""What installs packages comes with the language's image and is locked by none of them."""
_SYSTEM_NODE = re.compile(r"usr/(?:local/)?(?:lib|share)/(?:node_modules|nodejs)/")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ZEROS = re.compile(r"(?:\.0)+(?=$|[^.\d])")


def drift(contents: Contents, lock: LockFile) -> Drift:
    """What differs between the packages that are installed and those that are locked.

    Installers, packages that the distribution's own package manager put there, and the
    repository's own code are left out, unless the lock file names them.
    """
    pins: dict[str, list[Pin]] = {}
    for pin in lock.pins:
        pins.setdefault(pin.name, []).append(pin)
    installed = _installed(contents, lock.ecosystem)
    unlocked, changed = [], []
    for name, versions in sorted(installed.items()):
        known = pins.get(name)
        if known is None:
            unlocked += [f"{name} {version}" for version in versions]
        else:
            changed += _changed(name, versions, known)
    missing = [
        f"{pin.name} {pin.version}".rstrip()
        for name in sorted(pins.keys() - installed.keys())
        for pin in pins[name]
        if pin.required and not pin.local
    ]
    unlocked = [each for each in unlocked if not _own(each.partition(" ")[0], contents, lock)]
    return Drift(lock, len(installed), tuple(unlocked), tuple(changed), tuple(missing))


def _changed(name: str, versions: Iterable[str], pins: list[Pin]) -> list[str]:
    if any(pin.local for pin in pins):
        return []
    locked = {_plain(pin.version) for pin in pins if pin.version}
    shown = " or ".join(sorted({pin.version or "an unknown version" for pin in pins}))
    return [
        f"{name} {version} instead of {shown}"
        for version in versions
        if locked.isdisjoint(map(_plain, version.split(" ")))
    ]


def _installed(contents: Contents, ecosystem: str) -> Mapping[str, list[str]]:
    """Name → versions of the packages that the lock file is to account for, with the commit of
    those that came from a repository."""
    system = {p.name for p in contents.packages if p.ecosystem in ("deb", "apk", "rpm")}
    found: dict[str, set[str]] = {}
    for package in contents.packages:
        if package.ecosystem == ecosystem and package.installed:
            name = normalised(package.name) if ecosystem == "python" else package.name
            if not _apart(package, name, system):
                commit = package.origin.rpartition("@")[2]
                source = f" @{commit}" if _COMMIT.fullmatch(commit) else ""
                found.setdefault(name, set()).add(f"{package.version}{source}")
    return {name: sorted(versions) for name, versions in found.items()}


def _apart(package: Package, name: str, system: set[str]) -> bool:
    """Whether something else than the lock file answers for it."""
    if package.ecosystem == "node":
        return _SYSTEM_NODE.match(package.path) is not None
    return (
        name in INSTALLERS
        or package.origin == DISTRIBUTION
        or not system.isdisjoint((f"python3-{name}", f"py3-{name}", f"python-{name}"))
    )


def _own(name: str, contents: Contents, lock: LockFile) -> bool:
    """Whether a package is the repository's own, installed from its directory."""
    origins = {
        normalised(p.name) if lock.ecosystem == "python" else p.name: p.origin
        for p in contents.packages
        if p.ecosystem == lock.ecosystem
    }
    return origins.get(name, "").startswith("file://")


def normalised(name: str) -> str:
    """Name of a Python package as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _plain(version: str) -> str:
    """A version as it compares: trailing zeros and case mean nothing."""
    return _ZEROS.sub("", version.strip().lower().removeprefix("v"))


def choose(locks: Iterable[LockFile], homes: Iterable[str]) -> tuple[LockFile, ...]:
    """The lock files of a component or of what was copied, by directory; per ecosystem the one in
    the nearest directory at or above one of `homes`; every one where there is but one."""
    by_ecosystem: dict[str, list[LockFile]] = {}
    for lock in locks:
        by_ecosystem.setdefault(lock.ecosystem, []).append(lock)
    chosen = []
    for held in by_ecosystem.values():
        near = _nearest(held, tuple(homes))
        chosen += held if len(held) == 1 else near
    return tuple(chosen)


def _nearest(locks: list[LockFile], homes: tuple[str, ...]) -> list[LockFile]:
    for home in homes:
        above = home
        while True:
            found = [lock for lock in locks if lock.path.rpartition("/")[0] == above]
            if found:
                return found[:1] if len(found) == 1 else _formal(found)
            if not above:
                break
            above = above.rpartition("/")[0]
    return []


def _formal(locks: list[LockFile]) -> list[LockFile]:
    """Of several in one directory the one that a tool wrote; none where that does not decide."""
    formal = [lock for lock in locks if not lock.path.endswith(".txt")]
    return formal if len(formal) == 1 else []
