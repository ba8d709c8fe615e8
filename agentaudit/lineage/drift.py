"""Packages of an image against lock files: drift, name by name."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping

from agentaudit.expressions import regex
from agentaudit.image import DISTRIBUTION, Contents, Drift, FileMap, LockFile, Package, Pin

INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv", "npm", "corepack", "yarn", "pnpm"})
"""What installs packages comes with the language's image and is locked by none of them."""
_SYSTEM_NODE = regex(
    r"usr/share/(?:node_modules|nodejs)/"
    r"|usr/(?:local/)?lib/node_modules/(?:npm|corepack|yarn|pnpm)/"
)
_BY_HAND = frozenset({b"pip", b"uv", b"poetry", b"pdm", b"installer"})
"""Installers that a distribution's own package manager is none of."""
_COMMIT = regex(r"[0-9a-f]{40}")
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")
_MOST_LINES = 100_000
_ESCAPED = regex(rb"%([0-9a-fA-F]{2})")
_ZEROS = regex(r"(?:\.0)+(?=$|[^.\d])")


def drift(contents: Contents, lock: LockFile, ours: Container[str] = ()) -> Drift:
    """What differs between the packages that are installed and those that are locked.

    Installers, packages that the distribution's own package manager put there, and the
    repository's own code, which is known by `ours`, git blob ids, are left out, unless the lock
    file names them.
    """
    pins: dict[str, list[Pin]] = {}
    for pin in lock.pins:
        pins.setdefault(pin.name, []).append(pin)
    installed = _installed(contents, lock.ecosystem, pins)
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
    own = set(_own(contents, lock, ours)) if unlocked else set()
    unlocked = [each for each in unlocked if each.partition(" ")[0] not in own]
    return Drift(
        lock,
        len(installed),
        tuple(unlocked),
        tuple(changed),
        tuple(missing),
        tuple(_altered(contents, installed) if lock.ecosystem == "python" else ()),
    )


def _altered(contents: Contents, installed: Mapping[str, list[str]]) -> Iterator[str]:
    """Files of compared packages that were edited in place."""
    for name, path in contents.altered:
        if normalised(name) in installed:
            yield f"{path} of {name}"


def _changed(name: str, versions: list[str], pins: list[Pin]) -> list[str]:
    if any(pin.local for pin in pins):
        return []
    locked = {_plain(pin.version) for pin in pins if pin.version}
    shown = " or ".join(sorted({pin.version or "an unknown version" for pin in pins}))
    wrong = [each for each in versions if locked.isdisjoint(map(_plain, each.split(" ")))]
    if name in INSTALLERS and len(wrong) < len(versions):
        return []  # every environment has its own, of which one is locked
    return [f"{name} {version} instead of {shown}" for version in wrong]


def _installed(contents: Contents, ecosystem: str, pins: Container[str]) -> Mapping[str, list[str]]:
    """Name → versions of the packages that the lock file is to account for, with the commit of
    those that came from a repository."""
    system = {p.name for p in contents.packages if p.ecosystem in ("deb", "apk", "rpm")}
    found: dict[str, set[str]] = {}
    aside: dict[str, set[str]] = {}
    for package in contents.packages:
        if package.ecosystem == ecosystem and package.installed:
            name = normalised(package.name) if ecosystem == "python" else package.name
            commit = package.origin.rpartition("@")[2]
            source = f" @{commit}" if _COMMIT.fullmatch(commit) else ""
            held = aside if _apart(contents.files, package, name, system) else found
            held.setdefault(name, set()).add(f"{package.version}{source}")
    aside = {name: versions for name, versions in aside.items() if name in pins}
    return {name: sorted(versions) for name, versions in {**aside, **found}.items()}


def _apart(files: FileMap, package: Package, name: str, system: set[str]) -> bool:
    """Whether something else than the lock file answers for it."""
    if package.ecosystem == "node":
        return _SYSTEM_NODE.match(package.path) is not None
    if name in INSTALLERS or package.origin == DISTRIBUTION:
        return True
    if system.isdisjoint((f"python3-{name}", f"py3-{name}", f"python-{name}")):
        return False
    installer = files.read(f"{package.path.rpartition('/')[0]}/INSTALLER") or b""
    return package.path.startswith("usr/lib") and installer.strip() not in _BY_HAND


def _own(contents: Contents, lock: LockFile, ours: Container[str]) -> Iterator[str]:
    """Names of packages that are the repository's own: installed from a file or a directory that
    holds its code. Either alone may be anybody's: a build in two stages makes a file of each."""
    files = contents.files
    homes = _homes(files, ours)
    for package in contents.packages:
        if package.ecosystem == lock.ecosystem and package.origin.startswith("file://"):
            packed = package.origin.lower().endswith(_ARCHIVES)
            edited = not packed and _source(files, package) in homes
            if edited or _holds(files, package, ours):
                python = lock.ecosystem == "python"
                yield normalised(package.name) if python else package.name


def _holds(files: FileMap, package: Package, ours: Container[str]) -> bool:
    """Whether a Python package lists a source file that the repository has too."""
    home = package.path.rpartition("/")[0]
    above = home.rpartition("/")[0]
    record = (files.read(f"{home}/RECORD") or b"").decode("utf-8", "replace")
    names = (line.partition(",")[0] for line in record.splitlines()[:_MOST_LINES])
    found = (files.get(f"{above}/{name}") for name in names if name.endswith(".py"))
    return any(each is not None and each.size > 1 and each.blob in ours for each in found)


def _homes(files: FileMap, ours: Container[str]) -> frozenset[str]:
    """Every directory of the image with a source file below it that the repository has too."""
    found = set[str]()
    for path, entry in files.entries.items():
        if path.endswith(".py") and entry.size > 1 and entry.blob in ours:
            home = path.rpartition("/")[0]
            while home and home not in found:
                found.add(home)
                home = home.rpartition("/")[0]
    return frozenset(found)


def _source(files: FileMap, package: Package) -> str | None:
    """The directory that a package was installed from: one that is installed so that it can be
    edited lists no file of its own."""
    path = package.origin.removeprefix("file://").partition("@")[0].encode("utf-8", "replace")
    plain = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), path)
    return files.followed(plain.decode("utf-8", "surrogateescape"))


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
