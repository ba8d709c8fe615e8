"""Directories with a manifest, and which of them need which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.source import Component


class Project(Struct, frozen=True):
    """A directory with a manifest."""

    home: str
    name: str
    """As its manifest says; empty when it does not."""
    parts: tuple[str, ...]
    """Homes of the components that it ends in; none where nothing deploys it."""
    needs: frozenset[str] = frozenset()
    """Names of what it requires, as `told` writes them."""


def told(name: str) -> str:
    """Name of a project as manifests that need it are compared with it."""
    return name.lower().replace("_", "-").rpartition(":")[2]


def by_home(projects: Iterable[Project]) -> dict[str, Project]:
    """The projects by directory; several manifests of one are one project."""
    found: dict[str, Project] = {}
    for project in projects:
        if (known := found.get(project.home)) is not None:
            parts = tuple(dict.fromkeys((*known.parts, *project.parts)))
            needs, name = known.needs | project.needs, project.name or known.name
            project = Project(project.home, name, parts, needs)
        found[project.home] = project
    return found


def by_name(projects: Iterable[Project]) -> dict[str, list[Project]]:
    """The projects by their names, as `told` writes them."""
    found: dict[str, list[Project]] = {}
    for project in projects:
        if project.name:
            found.setdefault(told(project.name), []).append(project)
    return found


def reached(named: Mapping[str, Iterable[Project]], needs: Iterable[str]) -> dict[str, bool]:
    """Homes of the projects, given by name, that somebody needs who requires these names → whether
    only the projects that are needed so need it."""
    found: dict[str, bool] = {}
    names, far = set(map(told, needs)), False
    while names:
        fresh = [p for name in sorted(names) for p in named.get(name, ()) if p.home not in found]
        found.update({project.home: far for project in fresh})
        names, far = {name for project in fresh for name in project.needs}, True
    return found


_PUSHED = regex(r"\bpush\b|\bdeploy")


def is_package(component: Component) -> bool:
    """Whether all that is known to be done with it is that CI builds it: nothing starts it."""
    files = {build.place.path for build in component.build_files}
    steps = [place for place in component.built_by if place.path not in files]
    in_ci = all(place.path.startswith(".github/workflows/") for place in steps)
    return bool(steps) and in_ci and not any(_PUSHED.search(place.text) for place in steps)
