"""What a lock file pins, whatever its format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field


class Pinned(Struct, frozen=True):
    """What a lock file holds."""

    names: frozenset[str] = frozenset()
    complete: bool = False
    problem: str = ""
    members: frozenset[str] = frozenset()
    """Directories of the workspace that it says it covers, relative to itself."""
    exact: bool = False
    """Of a requirements file: whether every line allows one version only."""
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Each name with the versions of it that are pinned."""


def pinned(
    pairs: Iterable[tuple[str, str]],
    *,
    empty: bool = False,
    members: Iterable[str] = (),
    needed: Iterable[str] = (),
) -> Pinned:
    """From (name, version) pairs; one without a version pins nothing.

    `empty`: whether a project without requirements has such a file too. `needed`: what the
    packages themselves require on every platform, where the format says so: an indirect package
    that is named there and not pinned is installed in whatever version is the newest.
    """
    listed = list(pairs)
    names = frozenset(name for name, _ in listed)
    loose = sorted({name for name, version in listed if not version})
    lacking = sorted(set(needed) - names)
    problem = f"pins no version of {', '.join(loose[:3])}" if loose else ""
    if lacking and not problem:
        problem = f"needs {', '.join(lacking[:3])} and pins no version of it"
    if not listed and not empty:
        problem = "lists no package"
    versions: dict[str, set[str]] = {}
    for name, version in listed:
        versions.setdefault(name, set()).add(version)
    return Pinned(
        names,
        not problem,
        problem,
        frozenset(members),
        versions={name: frozenset(each) for name, each in versions.items()},
    )
