"""Which builds make components of their own."""

from __future__ import annotations

from collections.abc import Collection

from agentaudit.sources.git.builds import Build, Homes
from agentaudit.sources.git.reader import ancestors, directory, inside


def by_itself(build: Build, others: list[Build]) -> bool:
    """Whether a build makes a component: to compile a directory that an image takes in by name is
    a trial of that image's part."""
    if not build.compiles or build.recipe is not None:
        return True
    return not any(
        other.home != build.home
        and any(inside(build.home, source) for source in other.recipe.copies)
        for other in others
        if other.recipe is not None and other.home == directory(other.recipe.path)
    )


def apart(build: Build, homes: Homes, deployed: Collection[str]) -> str:
    """The directory of a part that has images and Kubernetes manifests of its own and no project:
    a model server beside the application. Empty where the build is no such thing."""
    if build.recipe is None or not homes.known:
        return ""
    for above in ancestors(directory(build.recipe.path)):
        if not above or any(inside(home, above) for home in homes.known):
            return ""
        if inside(build.home, above) and any(inside(home, above) for home in deployed):
            return above
    return ""
