"""Which lock file stands for which manifest, and whether it can be trusted to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from msgspec.structs import replace

from agentaudit.source import Lock, Manifest


def standing(
    locks: Iterable[Lock],
    loose: Collection[Manifest],
    manifests: list[Manifest],
    settled: Collection[str],
    asked: Collection[str],
) -> list[Lock]:
    """The locks as they count: for the manifests that are not `loose`, and where no image has
    `settled` which is used, without the complaint that a leftover competes with them: one that no
    image may have `asked`."""
    found = [_without(lock, loose, manifests) for lock in locks]
    return found if settled else _outliving(found, manifests, asked)


def trusted(lock: Lock, settled: Collection[str] = ()) -> bool:
    """Of locks that compete the one counts that images install from."""
    name = PurePosixPath(lock.place.path).name
    chosen = name in settled and lock.problem.startswith("competes")
    late = lock.stale and not (name == "uv.lock" and name in settled)
    return lock.complete and not lock.missing and not late and (chosen or not lock.problem)


def _without(lock: Lock, loose: Collection[Manifest], manifests: list[Manifest]) -> Lock:
    """The lock, as far as manifests ask for what it lacks that are not `loose`."""
    names = {need.name for m in manifests if m not in loose for need in m.dependencies}
    late = tuple(each for each in lock.stale if each.partition(" ")[0] in names)
    return replace(lock, missing=tuple(n for n in lock.missing if n in names), stale=late)


def _outliving(locks: list[Lock], manifests: list[Manifest], asked: Collection[str]) -> list[Lock]:
    """The locks, of which one no longer competes where what lies beside it is a leftover: that pins
    a part of what the manifests ask for, and has not been renewed since."""
    alive = [
        lock
        for lock in locks
        if PurePosixPath(lock.place.path).name in asked or not _is_behind(lock, manifests)
    ]
    homes = Counter((lock.ecosystem, PurePosixPath(lock.place.path).parent) for lock in alive)
    return [
        replace(lock, problem="")
        if lock in alive
        and lock.problem.startswith("competes")
        and homes[lock.ecosystem, PurePosixPath(lock.place.path).parent] == 1
        else lock
        for lock in locks
    ]


def _is_behind(lock: Lock, manifests: list[Manifest]) -> bool:
    names = {need.name for m in manifests if covers(lock, m) for need in m.dependencies}
    return bool(lock.missing or lock.stale) and not names <= set(lock.missing)


def covers(lock: Lock, manifest: Manifest) -> bool:
    """Whether the lock stands beside the manifest, or above it for a workspace."""
    home = PurePosixPath(lock.place.path).parent
    home = home.parent if home.name == "requirements" else home
    path = PurePosixPath(manifest.place.path)
    # A list of requirements is no member of a workspace: only the lock beside it can be its own.
    listed = "requirements" in path.name
    near = path.parents[:2] if listed and path.parent.name == "requirements" else path.parents[:1]
    return lock.ecosystem == manifest.ecosystem and home in (near if listed else path.parents)
