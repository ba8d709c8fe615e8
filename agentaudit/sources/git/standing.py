"""Which builds make components of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from agentaudit.expressions import regex
from agentaudit.sources.git import fronts
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import ancestors, directory, inside


def by_itself(build: Build, others: list[Build], homes: Homes) -> bool:
    """Whether a build makes a component: to compile a directory that an image takes in by name, if
    only its manifest, is a trial of that image's part; to pack a project is one of its parts,
    where these have images and no manifest but the project's."""
    if not build.compiles or build.recipe is not None:
        return True
    images = [each for each in others if each.recipe is not None and each.home != build.home]
    return not any(_takes(image, build.home, homes) for image in images)


_JAVA = ("pom.xml", "build.gradle", "build.gradle.kts")


def _takes(image: Build, home: str, homes: Homes) -> bool:
    recipe = image.recipe
    if recipe is None:
        return False
    if image.home == directory(recipe.path) and any(
        inside(home, source) or homes.manifests.get(source) == home for source in recipe.copies
    ):
        return True
    if any(homes.manifests[path] == home for path in image.covers if path.endswith(_JAVA)):
        return True
    shared = image.home not in homes.known and inside(image.home, home)
    return shared and any(homes.manifests[path] == home for path in image.covers)


def parted(
    builds: Sequence[Build], homes: Homes, deployed: Collection[str]
) -> list[tuple[Build, str]]:
    """Each build with the directory of the part that it makes; empty where it makes none, and for a
    single image of a repository without any manifest, which is that of the whole."""
    if not homes.known and _take_apart(builds, homes):
        return list(_by_build_file(builds))
    found = [(build, _apart(build, homes, deployed)) for build in builds]
    if not homes.known and len({home for _, home in found if home}) == 1:
        return [(build, "") for build in builds]
    return found


def _take_apart(builds: Iterable[Build], homes: Homes) -> bool:
    """Whether the build files stand in several directories, and what those of one take in, by name,
    none of another does: without a manifest that alone tells the parts."""
    taken: dict[str, set[str]] = {}
    for build in builds:
        if build.recipe is not None:
            own = directory(build.recipe.path)
            paths = {_found(homes, own, source) for source in build.recipe.copies}
            taken.setdefault(own, set()).update(paths or {""})
    everywhere = any(not own or "" in paths for own, paths in taken.items())
    pairs = [(one, other) for one in taken for other in taken if one != other]
    return (
        bool(pairs)
        and not everywhere
        and not any(
            inside(path, source)
            for one, other in pairs
            for path in taken[one]
            for source in taken[other]
        )
    )


def _found(homes: Homes, own: str, source: str) -> str:
    """The nearest path at or above a build file that a source of it may be; empty for all there is,
    and where nothing is."""
    paths = (joined(above, source) or "" for above in ancestors(own) if source != ".")
    return next(filter(homes.holds, paths), "")


def _by_build_file(builds: Iterable[Build]) -> Iterator[tuple[Build, str]]:
    """Each build with the directory of its build file; who asks for an image follows upon it."""
    own = ""
    for build in builds:
        own = directory(build.recipe.path) if build.recipe is not None else own
        yield build, own


def _apart(build: Build, homes: Homes, deployed: Collection[str]) -> str:
    """The directory of a part that has an image of its own and no project: code beside its build
    file, or a model server that has Kubernetes manifests too. Empty where the build is no such
    thing."""
    if build.recipe is None:
        return ""
    own = directory(build.recipe.path)
    model = any(serves(base.reference) for base in build.recipe.published.bases)
    served = bool(build.names) or model
    holds = build.recipe.copies or model
    if (
        build.home == own
        and holds
        and not fronts.is_general(own)
        and is_part(own, homes, served=served)
    ):
        return own
    for above in ancestors(own) if homes.known else ():
        if not above or any(inside(home, above) for home in homes.known):
            return ""
        if _DEPLOYS.search(above) or not homes.is_app(above):
            return ""
        if inside(build.home, above) and any(inside(home, above) for home in deployed):
            return above
    return ""


def whole(parted: Sequence[tuple[Build, str]], homes: Homes) -> bool:
    """Whether the root is a component where only these parts of it are known to become images: they
    are all there is where there are several, or the root has no manifest of its own."""
    parts = {home for _, home in parted if home}
    return not parts or (len(parts) == 1 and (not homes.known or "" in homes.known))


_DEPLOYS = regex(r"(?i)(?:^|[/_-])deploy(?:s|ments?|ing)?(?:$|[/_-])")
"""Directories of ways to deploy the application: what they hold is no part of it."""
_SERVERS = regex(
    r"(?:^|[/-])(?:litellm|vllm|sglang|ollama|text-generation-inference|llama\.cpp|tritonserver)\b"
)
"""Images of what answers for models: with a configuration copied in, it is a part of its own."""


def serves(reference: str) -> bool:
    """Whether an image is of a model server."""
    return _SERVERS.search(reference) is not None


def is_part(own: str, homes: Homes, *, served: bool) -> bool:
    """Whether a directory without a manifest, which no project is around, holds code, or is what is
    `served` beside the others: what a model server, a database or a proxy is made of."""
    return homes.is_alone(own) and (served or homes.coded(own))
