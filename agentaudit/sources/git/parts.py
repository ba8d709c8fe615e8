"""A component while its pieces are gathered."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from agentaudit.source import BuildFile, ImageUse, Place
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.declared import Parsed
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.reader import directory


class Part(Struct):
    """A component while its pieces are gathered."""

    home: str
    places: list[Place] = field(default_factory=list)
    manifests: dict[str, Parsed] = field(default_factory=dict)
    build_files: list[BuildFile] = field(default_factory=list)
    images: list[ImageUse] = field(default_factory=list)
    settings: list[Place] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """What its image is called."""
    copies: set[str] = field(default_factory=set)
    """Directories and files that its images take in, as their build files say."""
    runtimes: list[tuple[Place, str]] = field(default_factory=list)
    """Versions of the language runtime that a platform is asked for."""


def local(parts: Iterable[Part], image: ImageUse, called: str = "") -> Part | None:
    """The component that an image is built from, told by its name, and that of the service."""
    name = short_name(image.reference)
    for part in parts:
        own = part.home.rpartition("/")[2].lower()
        meant = own == name or (own == called.lower() and name.endswith(f"-{own}"))
        if name in part.names or (meant and part.build_files):
            return part
    return None


def home_of(path: str, parsed: Parsed) -> str:
    return parsed.home if parsed.home is not None else directory(path)


def join(part: Part, build: Build) -> None:
    part.places.append(build.place)
    part.names |= build.names
    if build.configures:
        part.settings.append(build.place)
    if build.runtime:
        part.runtimes.append((build.place, build.runtime))
    if build.recipe is not None:
        part.build_files.append(build.recipe.published)
        part.copies |= {source.strip("/") for source in build.recipe.copies} - {"", "."}
        part.runtimes += build.recipe.runtimes


def merge(part: Part, other: Part) -> None:
    """Add the images of another to those of a component, with all that asks for them."""
    part.places += other.places
    part.build_files += other.build_files
    part.names |= other.names
    part.copies |= other.copies
    part.runtimes += other.runtimes


def order(place: Place) -> tuple[str, int]:
    return place.path, place.line or 0


def unique(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(set(places), key=order))
