"""Images seen together: those of parts that have one manifest around them, those in which the parts
of another image are developed, and those of what others wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.dockerfile import Recipe
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import directory, inside

_BUILDING = frozenset(
    [
        *("docker", ".docker", "dockerfiles", "container", "containers", "container_images"),
        *("images", "build", "builds", "deploy", "deployment", "deployments", "ops", "devops"),
        "scripts",
    ]
)
"""Directories of what builds and deploys: an entry point that stands there is no part."""
_PAST = regex(
    r"(?i)(?:^|/)(?:(?:[\w.]{1,40}[-_])?(?:archived?|old)|backups?|legacy|deprecated|attic)(?:/|$)"
)
"""Directories of what is kept and no longer run."""
_DEVELOPS = regex(r"(?i)(?:^|[._-])(?:dev|devel|development|hotreload|watch)(?:[._-]|$)")


class Image(Struct, frozen=True):
    """An image before it is settled of which directory it is."""

    recipe: Recipe
    orders: tuple[Order, ...]
    context: str
    home: str
    """The directory that it is of, as far as its own build file says."""
    covers: tuple[str, ...]
    """Manifests that it takes in."""
    aside: bool = False
    """Whether nothing of the directory is in it."""

    @property
    def own(self) -> str:
        """The directory of its build file."""
        return directory(self.recipe.path)


def left(homes: Homes, images: Sequence[Image], image: Image) -> bool:
    """Whether nobody asks for an image any more: another that is asked for takes in by name all
    that this one is made of, or what it copies is not there."""
    asked = [order for order in image.orders if not _PAST.search(directory(order.place.path))]
    if not asked and _PAST.search(image.own):
        return True
    if image.orders:
        return False
    named = _named(image)
    if image.home not in homes.known and len(named) < len(image.recipe.copies):
        return bool(named) and not any(map(homes.holds, _paths(image.context, named)))
    return bool(image.covers) and any(
        other.orders
        and other.home != image.home
        and inside(image.home, other.home)
        and set(image.covers) <= set(homes.copied(other.context, _named(other)))
        and not _is_one_of_many(homes, image, other)
        for other in images
    )


def _is_one_of_many(homes: Homes, image: Image, other: Image) -> bool:
    """Whether the other takes in a directory around several projects, and not this one by name."""
    named = list(_paths(other.context, _named(other)))
    if any(inside(source, image.home) for source in named):
        return False
    held = {homes.manifests[path] for path in homes.copied(other.context, _named(other))}
    around = [source for source in named if source and inside(image.home, source)]
    return any(sum(inside(home, source) for home in held) > 1 for source in around)


def _named(image: Image) -> list[str]:
    return [source for source in image.recipe.copies if source != "."]


def _paths(context: str, sources: Iterable[str]) -> Iterator[str]:
    return (path for source in sources if (path := joined(context, source)))


def settled(homes: Homes, images: Sequence[Image]) -> Iterator[Image]:
    """The images with the directories that they are of, seen together."""
    beside = [image for image in images if _beside(homes, image)]
    shared = {image.own for image in beside}
    several = {image.context for image in beside if len(_around(beside, image)) > 1}
    for image in images:
        if image.own in shared and image in beside:
            manifested = any(homes.manifests[path] == image.context for path in image.covers)
            if not manifested or image.context in several:
                yield replace(image, home=image.own)
                continue
        whole = _developed(homes, images, image)
        if whole is not None:
            yield replace(image, home=whole.home)
        elif any(other.home != image.home for other in images) and _is_others(homes, image):
            yield replace(image, aside=True)
        else:
            yield image


def _is_others(homes: Homes, image: Image) -> bool:
    """Whether an image is that of somebody else's program with settings or patches laid into it:
    it takes in no code and no manifest of what it is built from."""
    if image.covers or image.home != image.context or image.own == image.context:
        return False
    sources = [joined(image.context, source) for source in image.recipe.copies]
    return all(source and homes.holds(source) and not homes.coded(source) for source in sources)


def _around(images: Iterable[Image], image: Image) -> set[str]:
    return {each.own for each in images if each.context == image.context}


def _beside(homes: Homes, image: Image) -> bool:
    """Whether an image takes its code from the directory of its build file, which has no manifest,
    below the directory that it is built from."""
    own, copies = image.own, image.recipe.copies
    if image.home == own or own == image.context or not inside(own, image.context):
        return False
    if homes.nearest(own) not in (None, image.context) or not homes.is_app(own):
        return False
    if homes.manifests.get(f"{image.context}/go.mod".lstrip("/")) == image.context:
        return False  # the programs of one module of Go
    if not _BUILDING.isdisjoint(own.lower().split("/")):
        return False
    sources = [source for each in copies if (source := joined(image.context, each)) is not None]
    near = any(source and inside(source, own) and homes.coded(source) for source in sources)
    return near or (any(inside(own, source) for source in sources) and homes.coded(own))


def _developed(homes: Homes, images: Iterable[Image], image: Image) -> Image | None:
    """The image that takes in by name all that this one is only for the development of."""
    if not image.covers or not _DEVELOPS.search(image.recipe.path.rpartition("/")[2]):
        return None
    for other in images:
        meant = not _DEVELOPS.search(other.recipe.path.rpartition("/")[2])
        held = homes.copied(other.context, _named(other))
        if meant and other.home != image.home and set(image.covers) <= set(held):
            return other
    return None
