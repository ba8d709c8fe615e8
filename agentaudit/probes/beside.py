"""The components beside the one that is asked about, looked up once for all of them: there may be
thousands, and each of them asks."""

from __future__ import annotations

from bisect import bisect_left

from agentaudit.probes.once import once
from agentaudit.source import Component, Repo


@once
def is_alone(repo: Repo) -> bool:
    """Whether one component alone asks models, so that what names none is meant for it."""
    return sum(each.agentic for each in repo.components()) == 1


def inner(repo: Repo, component: Component) -> tuple[str, ...]:
    """Directories, with a slash at the end, of the components that lie below its own."""
    homes = _homes(repo).get(component.repo, [])
    if component.path == ".":
        return tuple(home for home in homes if home != "./")
    home = f"{component.path}/"
    behind = f"{component.path}0"  # the sign after the slash
    return tuple(homes[bisect_left(homes, f"{home}\0") : bisect_left(homes, behind)])


@once
def _homes(repo: Repo) -> dict[str, list[str]]:
    """Repository → directories of its components, in order."""
    found: dict[str, list[str]] = {}
    for path, name in sorted({(each.path, each.repo) for each in repo.components()}):
        found.setdefault(name, []).append(f"{path}/")
    return {name: sorted(homes) for name, homes in found.items()}
