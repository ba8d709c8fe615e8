"""Installed extensions, by entry point: `agentaudit.probes`, `.sources` and `.reports`.

A probe entry point is a `Probe`. A source one is named like the URI scheme it opens and is a
function from `sources.traces.TraceSource` to spans and log records. A report one is named like its
format and is a function from `Scorecard` to text.

A plug-in that cannot be loaded is fatal: a probe that is silently absent changes the score. Nothing
is ever imported from the current directory, which may be the very repository that is audited.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal

from msgspec.structs import replace

from agentaudit.errors import PluginError
from agentaudit.evidence import safe
from agentaudit.probe import Probe

Group = Literal["probes", "sources", "reports"]
GROUPS: tuple[Group, ...] = ("probes", "sources", "reports")


def load(group: Group, builtin: Iterable[str] = ()) -> dict[str, Any]:
    """Everything installed in a group, by id: the probe's own id, else the entry point's name.

    `builtin` are ids that are taken. Raises PluginError for an entry point that does not load, is
    of the wrong kind, or has an id that is taken.
    """
    owners = dict.fromkeys(builtin, "agentaudit")
    found: dict[str, Any] = {}
    with _without_current_directory():
        for point, package in _points(f"agentaudit.{group}"):
            id, thing = _checked(group, point, package, _load(group, point, package))
            if id in owners:
                raise PluginError(
                    f"two {group} are called {id!r}: from {owners[id]} and from {package}",
                    where=_place(point, package),
                    hint=f"uninstall {_name(package)}, or pass --no-plugins",
                )
            owners[id], found[id] = package, thing
    return found


def _points(group: str) -> list[tuple[EntryPoint, str]]:
    """Entry points of a group with their package, in an order that does not depend on the disk."""
    points = [
        (point, safe(f"{point.dist.name} {point.dist.version}" if point.dist else point.value))
        for point in entry_points(group=group)
    ]
    return sorted(points, key=lambda pair: (pair[0].name, pair[1]))


@contextmanager
def _without_current_directory() -> Iterator[None]:
    here, before = Path.cwd().resolve(), sys.path[:]
    sys.path[:] = [entry for entry in before if entry and Path(entry).resolve() != here]
    try:
        yield
    finally:
        sys.path[:] = before


def _load(group: str, point: EntryPoint, package: str) -> Any:
    try:
        return point.load()
    except (Exception, SystemExit) as error:  # foreign code can fail in any way, or exit with 0
        raise PluginError(
            f"cannot load {group[:-1]} {safe(point.name)!r} from {package}: "
            f"{type(error).__name__}: {safe(str(error))}",
            where=_place(point, package),
            hint=f"upgrade or uninstall {_name(package)}, or pass --no-plugins",
        ) from error


def _checked(group: str, point: EntryPoint, package: str, thing: Any) -> tuple[str, Any]:
    """The thing under its id, if it is what the group holds; a probe learns its package."""
    if group == "probes" and isinstance(thing, Probe):
        return thing.id, replace(thing, package=package)
    if group != "probes" and callable(thing) and not isinstance(thing, Probe):
        return point.name, thing
    wanted = "a Probe (see @agentaudit.probe.probe)" if group == "probes" else "a function"
    raise PluginError(
        f"{group[:-1]} {safe(point.name)!r} from {package} is not {wanted}",
        where=_place(point, package),
        hint=f"upgrade or uninstall {_name(package)}, or pass --no-plugins",
    )


def _place(point: EntryPoint, package: str) -> str:
    return f"{package}, entry point {safe(f'{point.name} = {point.value}')}"


def _name(package: str) -> str:
    return package.partition(" ")[0]
