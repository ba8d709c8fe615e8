"""What turns a directory into something that runs: an image, a package, a started process."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git import fronts, outputs, programs, sharing, spare, subjects
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.dockerfile import Recipe
from agentaudit.sources.git.homes import TRIES, Homes
from agentaudit.sources.git.images import expand
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import Reader, ancestors, directory, inside
from agentaudit.sources.git.sharing import Image

_MAKES = regex(r"(?mi)^\s{0,20}(?:RUN|COPY|ADD)\s")
"""Lines of a build file that make more of an image than its base."""
_HOSTED = frozenset(("azure.yaml", "azure.yml", "render.yaml", "render.yml", "fly.toml"))
"""Files whose images a platform keeps up by themselves, also one that is no more than its base."""


class Build(Struct, frozen=True):
    """One thing that builds or starts a directory."""

    home: str
    """The directory that it is about; empty for the root."""
    place: Place
    covers: tuple[str, ...] = ()
    """Manifests that end in it, besides those of `home`."""
    recipe: Recipe | None = None
    names: frozenset[str] = frozenset()
    """Short names of the image that it makes."""
    aside: bool = False
    """Whether it is an image of something else, beside the component's own."""
    bare: bool = False
    """Whether it is an image of its own of a directory without a manifest."""
    runtime: str = ""
    """Version of the language runtime that is asked for at `place`."""
    configures: bool = False
    """Whether what stands at `place` also declares how it is configured."""
    compiles: bool = False
    """Whether it only compiles or packs, and neither publishes nor deploys nor starts."""


def images(
    reader: Reader, homes: Homes, recipes: list[Recipe], asked: list[Order]
) -> Iterator[Build]:
    """Every image that is built from the repository, with whoever asks for it."""
    found = list(_images(reader, homes, recipes, asked))
    made = {build.home for build in found if build.recipe is not None}
    for build in found:
        around = homes.nearest(build.home)
        bare = build.recipe is not None and build.home not in homes.known and not build.covers
        own = bare and _is_own_image(reader, homes, build, found)
        yield replace(build, aside=bare and not own and around in made, bare=own) if bare else build


def _is_own_image(reader: Reader, homes: Homes, build: Build, found: list[Build]) -> bool:
    """Whether somebody has an image built from the directory of its build file alone: it is a part
    of the system, though there is no manifest."""
    recipe = build.recipe
    alone = recipe is not None and build.home != "" and directory(recipe.path) == build.home
    if not alone or build.home.rpartition("/")[2].startswith("."):
        return False
    if reader.directory_role(build.home) is not Role.APP:
        return False
    asked = [other.place for other in found if other.recipe is None and other.home == build.home]
    if any(place.path.rpartition("/")[2] in _HOSTED for place in asked):
        return True
    if recipe is not None and fronts.stands(homes, recipe):
        return True
    return (
        bool(asked) and _MAKES.search(reader.text(recipe.path if recipe else "") or "") is not None
    )


def _images(
    reader: Reader, homes: Homes, recipes: list[Recipe], asked: list[Order]
) -> Iterator[Build]:
    known = {"", *reader.directories}
    meant = subjects.meant(recipes, asked)
    tried = {each.path for each in recipes if _is_trial(homes, each, meant[each.path])}
    lost = {id(order) for path in tried for order in meant[path]}
    recipes = [recipe for recipe in recipes if recipe.path not in tried]
    orders = [order for order in asked if order.context in known and id(order) not in lost]
    meant = subjects.meant(recipes, orders)
    crowded = [directory(recipe.path) for recipe in recipes]
    images = []
    for recipe in recipes:
        mine = meant[recipe.path]
        chosen = (each(homes, recipe, mine) for each in (_chosen, _staged, _placed))
        if several := next(filter(None, map(list, chosen)), []):
            yield from several
            continue
        shared = crowded.count(directory(recipe.path)) > 1
        images.append(_image(reader, homes, recipe, mine, shared=shared))
    images = [image for image in images if not sharing.left(homes, images, image)]
    for image in sharing.settled(homes, list(spare.without(reader, images))):
        yield from _of(image)
    read = {id(order) for mine in meant.values() for order in mine}
    for order in orders:
        aside = order.file is not None and not reader.is_own(order.file)
        if not aside and id(order) not in read:
            around = _ordered(reader, homes, order)
            if around is not None:
                yield Build(around, order.place, (), None, order.names)


def _image(
    reader: Reader, homes: Homes, recipe: Recipe, mine: list[Order], *, shared: bool
) -> Image:
    context = mine[0].context if mine else _context(reader, homes, recipe)
    if fronts.is_front(homes, recipe, context):
        return Image(recipe, tuple(mine), context, directory(recipe.path), ())
    said = (order.home for order in mine if order.home in homes.known)
    home = next(said, "") or programs.home(homes, context, mine)
    home = home or subjects.home(homes, recipe, context, shared, mine)
    covers = _covered(homes, home, context, recipe)
    if "." not in recipe.kept and outputs.named(recipe.taken):
        covers = tuple(path for path in covers if not _is_unmade(reader, homes, recipe, home, path))
    return Image(recipe, tuple(mine), context, home, covers)


def _of(image: Image) -> Iterator[Build]:
    """The image, and everything that asks for it."""
    names = frozenset(name for order in image.orders for name in order.names)
    contexts = {order.context for order in image.orders}
    file = image.recipe.published
    file = replace(file, context=contexts.pop() if len(contexts) == 1 else None)
    recipe = replace(image.recipe, published=file)
    yield Build(image.home, file.place, image.covers, recipe, names, aside=image.aside)
    for order in image.orders:
        yield Build(image.home, order.place, (), None, order.names, aside=image.aside)


def _covered(homes: Homes, home: str, context: str, recipe: Recipe) -> tuple[str, ...]:
    """Manifests that end in an image of `home`: of a workspace that is copied to build one member,
    it holds what that one needs; what stands beside it needs Node to be built."""
    named = homes.copied(context, [source for source in recipe.copies if source != "."])
    if "." not in recipe.copies or home in homes.members or _is_module(homes, home, context):
        return named
    beside = (path for path in homes.copied(context, ["."]) if path not in named)
    return (*named, *(path for path in beside if recipe.scripts or not _is_page(homes, path, home)))


def _is_module(homes: Homes, home: str, context: str) -> bool:
    """Whether an image is of one module of a build of Java: that says what it needs."""
    return home != context and {home, context} <= homes.modules


def _is_page(homes: Homes, path: str, home: str) -> bool:
    """Whether a manifest is of Node, beside the project that an image is of."""
    return path.endswith("package.json") and homes.manifests[path] != home


def _is_unmade(reader: Reader, homes: Homes, recipe: Recipe, home: str, path: str) -> bool:
    """Whether a manifest is of a page beside the project of an image that takes in what it makes by
    name, where neither the build file nor a script of the project names its directory."""
    page = homes.manifests[path]
    if not inside(page, home) or not _is_page(homes, path, home) or page in homes.members:
        return False
    texts = (reader.text(recipe.path) or "", *homes.scripts.values())
    name = re.compile(rf"(?<![\w-]){re.escape(page.rpartition('/')[2])}(?![\w-])")
    return not any(map(name.search, texts))


def _ordered(reader: Reader, homes: Homes, order: Order) -> str | None:
    """The project of an order whose build file nobody read: it may be made first, or come from
    another repository, and then only its name tells which of several projects it is of."""
    if order.file is None or order.file in reader.known:
        return homes.nearest(order.context)
    if member := subjects.member(homes, order.context, subjects.called(order.file)):
        return member
    several = any(inside(home, order.context) and home != order.context for home in homes.known)
    return None if several else homes.nearest(order.context)


def _chosen(homes: Homes, recipe: Recipe, orders: list[Order]) -> Iterator[Build]:
    """The images that are built from one template: its ARGs choose the project."""
    if not any(order.arguments for order in orders):
        return
    for order in orders:
        home = _argued(homes, recipe, order)
        if home is None:
            continue
        values = {**dict(recipe.defaults), **dict(order.arguments)}
        filled = [expand(source, values)[0].strip("/") for source in recipe.copies]
        own = [source for source in filled if source != "."]
        covers = homes.copied(order.context, own)
        yield Build(home, recipe.published.place, covers, recipe, order.names)
        yield Build(home, order.place, (), None, order.names)


def _staged(homes: Homes, recipe: Recipe, orders: list[Order]) -> Iterator[Build]:
    """The images that are built from the stages of one file, where several of the stages are called
    after a project each."""
    meant: dict[str, list[Order]] = {}
    for order in orders:
        named = [
            home
            for home in homes.known
            if home.rpartition("/")[2] == order.target
            and inside(home, order.context)
            and home != order.context
        ]
        if len(named) == 1:
            meant.setdefault(named[0], []).append(order)
    for home, mine in meant.items() if len(meant) > 1 else ():
        names = frozenset(name for order in mine for name in order.names)
        yield Build(home, recipe.published.place, (), recipe, names)
        yield from (Build(home, order.place, (), None, order.names) for order in mine)


def _placed(homes: Homes, recipe: Recipe, orders: list[Order]) -> Iterator[Build]:
    """The images that are built from one file that stands in no project, each from the directory of
    another."""
    contexts = {order.context for order in orders} & homes.known
    if len(contexts) < 2 or homes.nearest(directory(recipe.path)) in contexts:
        return
    for order in orders:
        if order.context in contexts:
            place = recipe.published.place
            covers = _covered(homes, order.context, order.context, recipe)
            yield Build(order.context, place, covers, recipe, order.names)
            yield Build(order.context, order.place, (), None, order.names)


def _argued(homes: Homes, recipe: Recipe, order: Order) -> str | None:
    """The project that the arguments of an order choose; None where they choose none."""
    given = dict(order.arguments)
    for source in recipe.copies:
        if not any(f"${name}" in source or f"${{{name}}}" in source for name in given):
            continue
        path = joined(order.context, expand(source, {**dict(recipe.defaults), **given})[0])
        home = homes.nearest(path) if path else None
        fixed = joined(order.context, directory(source.partition("$")[0]) or ".")
        if home is not None and home not in (order.context, homes.nearest(fixed or "")):
            return home
    for value in given.values():
        path = (
            joined(order.context, value) if "/" in value or "-" in value or "_" in value else None
        )
        if path in homes.known and path != order.context:
            return path
    return None


_LIBRARIES = frozenset(["lib", "libs", "libraries"])


def _is_trial(homes: Homes, recipe: Recipe, mine: list[Order]) -> bool:
    """Whether it is an image in which CI tries libraries, or one of no project that stands in for
    something while others are tried: nothing else builds it."""
    own = directory(recipe.path)
    paths = [order.place.path for order in mine]
    if not _LIBRARIES.isdisjoint(own.split("/")):
        return bool(mine) and all(path.startswith((".github/", ".gitlab")) for path in paths)
    taken = (joined(order.context, source) for order in mine for source in recipe.copies)
    alone = (
        bool(own) and own not in homes.known and all(path and inside(path, own) for path in taken)
    )
    return alone and bool(mine) and all(map(TRIES.search, paths))


def _context(reader: Reader, homes: Homes, recipe: Recipe) -> str:
    """The nearest directory at or above the build file that holds all it copies."""
    own = directory(recipe.path)
    if not recipe.copies:
        return own
    named = [s for s in recipe.copies if s != "." and not set("*?[$") & set(s)]
    if named:
        for above in ancestors(own):
            if all(_exists(reader, f"{above}/{source}".lstrip("/")) for source in named):
                return above
        makers = set(map(outputs.maker, named))
        for above in ancestors(own) if own not in homes.known and all(makers) else ():
            if all(f"{above}/{made}".lstrip("/") in homes.known for made in makers):
                return above
    return own if own in homes.known else homes.nearest(own) or own


def _exists(reader: Reader, path: str) -> bool:
    return path in reader.known or path in reader.directories
