"""Of which project of a repository an image is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from agentaudit.expressions import regex
from agentaudit.sources.git import outputs
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.dockerfile import Recipe
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import directory, inside

_PARTS = ("apps", "services", "packages", "cmd", "src", "")
"""Directories whose members a build file may be called after."""


def home(homes: Homes, recipe: Recipe, context: str, shared: bool, orders: list[Order]) -> str:
    """The directory that an image is of; `shared` where several build files stand in one
    directory, and `orders` are those that ask for this one."""
    own = directory(recipe.path)
    specific = [source for source in recipe.copies if source != "."]
    brought = homes.copied(context, specific)
    program = outputs.project(homes.copied(context, recipe.copies), recipe.program)
    if program is not None:
        return homes.manifests[program]
    if made := _made(homes, recipe) or _alone(homes, recipe, context):
        return made
    if shared and not specific and (named := member(homes, context, called(recipe.path))):
        return named
    copied = {homes.manifests[path] for path in brought}
    below = _outermost(copied - {context})
    copied = below | (copied & {context})
    if context in copied and (held := _held(homes, recipe, context, below)):
        return held
    whole = context in copied and _whole(homes, recipe, brought, context)
    if not whole and (found := _below(homes, recipe, context, shared, below)):
        return found
    if own in homes.known:
        return own
    if (project := _project(own)) and project in copied - {context}:
        return project
    if len(below) == 1 and below == copied and _only(homes, recipe, context, below):
        return below.pop()
    if context in homes.known:
        return homes.gathered(context) or context
    if len(copied) == 1 and not _around(homes, recipe, context, copied):
        return copied.pop()
    return _staged(orders, copied) or context if copied else own


def _project(own: str) -> str:
    """The directory around one that only holds build files; empty for another."""
    above, _, name = own.rpartition("/")
    return above if name in _FILED else ""


_FILED = frozenset(("docker", ".docker", "dockerfiles", "container", "containers", "images"))
"""Directories in which a project keeps its build files."""
_JAVA = ("pom.xml", "build.gradle", "build.gradle.kts")


def _held(homes: Homes, recipe: Recipe, context: str, below: set[str]) -> str:
    """The one part of a build of Java whose output is all that an image keeps, where the root only
    gathers it with others that the image does not take in; empty where there is no such."""
    only = next(iter(below)) if len(below) == 1 else ""
    made = any(f"/{only}/" in f"/{source}/" for source in recipe.taken)
    if not only or not made or not _only(homes, recipe, context, below):
        return ""
    parts = {home for path, home in homes.manifests.items() if path.endswith(_JAVA)}
    others = {home for home in parts if inside(home, context)} - {context}
    return only if only in parts and any(not inside(home, only) for home in others) else ""


def _outermost(found: set[str]) -> set[str]:
    """Those of the projects that stand in no other."""
    return {each for each in found if not any(inside(each, o) and each != o for o in found)}


APPLICATIONS = frozenset(("apps", "services"))
"""Directories whose members are deployed; those of packages/ are libraries of them."""


def _made(homes: Homes, recipe: Recipe) -> str:
    """The member of a workspace whose output is all that an image keeps of the whole that was
    copied to build it; empty where there is no one such member."""
    if "." not in recipe.copies or not recipe.taken:
        return ""
    kept = [f"/{source}/" for source in recipe.taken]
    found = [each for each in homes.members if any(f"/{each}/" in source for source in kept)]
    # The page of a server whose own sources the image takes in beside it.
    if {source.strip("/") for source in recipe.kept} & homes.members - set(found):
        return ""
    own = [each for each in found if directory(each).rpartition("/")[2] in APPLICATIONS]
    return found[0] if len(found) == 1 else own[0] if len(own) == 1 else ""


def _alone(homes: Homes, recipe: Recipe, context: str) -> str:
    return _run(homes, recipe, context) or _compiled(homes, recipe, context)


def _compiled(homes: Homes, recipe: Recipe, context: str) -> str:
    """The module of a build of Java, all of which an image takes in, whose output is all that it
    keeps or starts; empty where there is no one such module, or it needs all others."""
    said = (*recipe.taken, *(_WORD.findall(recipe.started) if not recipe.taken else ()))
    made = [home for each in said if (home := outputs.home(f"/{each.lstrip('/')}")) is not None]
    below = {h for h in homes.modules if h != context and inside(h, context)}
    if "." not in recipe.copies or not made:
        return ""
    own = {home: f"/{home[len(context) :].strip('/')}" for home in below}
    found = {max((h for h, at in own.items() if m.endswith(at)), key=len, default="") for m in made}
    only = found.pop() if len(found) == 1 else ""
    left = below - homes.needed(only, below) if only else ()
    return only if any(homes.coded(each) for each in left) else ""


_WORD = regex(r"[^\s\"',\[\]]{1,300}")
_MEMBER = regex(
    r"(?:^|[\s\"'])(?:-w|--workspace|-F|--filter|--scope|workspace)[\s=\"',]{1,4}"
    r"(?:@[\w.-]{1,80}/)?([\w./-]{1,200})"
)
_SCRIPT = regex(
    r"(?:^|[\s\"'])(?:npm|pnpm|yarn|bun)[\s\"',]{1,4}(?:run[\s\"',]{1,4})?([\w:.-]{1,80})"
)


def _run(homes: Homes, recipe: Recipe, context: str) -> str:
    """The member of a workspace that an image works in or starts, of those that it takes in; empty
    where there is no one such member, or it keeps the output of others beside it: pages, or what is
    started by itself."""
    found = started(homes, recipe, context)
    kept = {each for each in homes.members if any(f"/{each}/" in f"/{t}/" for t in recipe.taken)}
    others = kept - homes.linked(found[0]) if len(found) == 1 else kept
    return found[0] if len(found) == 1 and not any(map(homes.begins, others)) else ""


def started(homes: Homes, recipe: Recipe, context: str) -> list[str]:
    """The members of a workspace that an image takes in and that it works in or starts."""
    members = homes.members if recipe.started else frozenset()
    if members and "." not in recipe.copies:
        members &= {homes.manifests[path] for path in homes.copied(context, recipe.copies)}
    scripts = (homes.scripts.get(name, "") for name in _SCRIPT.findall(recipe.started))
    words = " ".join((recipe.started, *scripts))
    paths = [f"/{word.strip('./')}/" for word in _WORD.findall(words)]
    asked = named(homes, words) if members else set()
    told = (e for e in members if e in asked or any(f"/{e}/" in path for path in paths))
    return sorted(told)


def named(homes: Homes, commands: str) -> set[str]:
    """The members of a workspace that commands are about: `pnpm --filter shop-api start`."""
    asked = {found.strip("./") for found in _MEMBER.findall(commands)}
    return {
        each for each in homes.members if asked & {each, each.rpartition("/")[2], homes.name(each)}
    }


def _below(homes: Homes, recipe: Recipe, context: str, shared: bool, below: set[str]) -> str:
    """The project below the context that the image is of; empty where no one of them is."""
    own = directory(recipe.path)
    alone = shared or (own == context and "." not in recipe.copies)
    if alone and len(below) == 1 and not _around(homes, recipe, context, below):
        only = next(iter(below))
        # A build file that stands alone around it builds the part, not what that holds.
        whole = plain(recipe) or only == f"{own}/src"
        return own if own and not shared and whole and inside(only, own) else only
    names = {called(recipe.path) if shared else "", own.rpartition("/")[2]} - {""}
    return next((each for each in sorted(below) if each.rpartition("/")[2] in names), "")


def _whole(homes: Homes, recipe: Recipe, brought: Iterable[str], context: str) -> bool:
    """Whether the context's own manifest is copied for the context, and not for a workspace."""
    return plain(recipe) or _mixed(homes, brought, context) or _program(recipe, brought, context)


def _program(recipe: Recipe, brought: Iterable[str], context: str) -> bool:
    """Whether the program of a Go module at the context is copied: what is below are its
    libraries, or other modules of its workspace."""
    module = f"{context}/go.mod".lstrip("/") in brought
    return module and "main.go" in recipe.copies


def _around(homes: Homes, recipe: Recipe, context: str, below: set[str]) -> bool:
    """Whether an image beside its one project takes in code that stands around it: then it is of
    the directory around both, where that has a name of its own."""
    if not context or directory(recipe.path) != context:
        return False
    others = (joined(context, source) for source in recipe.copies if source != ".")
    return any(
        other and homes.coded(other)
        for other in others
        if not any(inside(other or "", each) or inside(each, other or "") for each in below)
    )


def _only(homes: Homes, recipe: Recipe, context: str, below: set[str]) -> bool:
    """Whether an image takes in no code but that of one project below what it is built from."""
    sources = [joined(context, source) for source in recipe.copies]
    others = [s for s in sources if s is not None and not any(inside(s, each) for each in below)]
    return len(others) < len(sources) and not any(homes.coded(other) for other in others)


def _staged(orders: list[Order], copied: set[str]) -> str:
    """The one project that every stage asked for is called after; empty where there is none."""
    targets = {order.target.lower() for order in orders} - {""}
    found = {
        each
        for each in copied
        for name in [each.rpartition("/")[2].lower()]
        if all(target == name or target.startswith(f"{name}-") for target in targets)
    }
    return found.pop() if targets and len(found) == 1 else ""


def member(homes: Homes, context: str, name: str) -> str:
    """The project of that name in a workspace, where its build file takes all of it in."""
    found = {joined(context, f"{part}/{name}".lstrip("/")) or "" for part in _PARTS} & homes.known
    return found.pop() if len(found) == 1 else ""


def _mixed(homes: Homes, brought: Iterable[str], context: str) -> bool:
    """Whether the manifest of the context is of another kind than those below it."""
    here = {PurePosixPath(path).suffix for path in brought if homes.manifests[path] == context}
    return all(
        PurePosixPath(path).suffix not in here
        for path in brought
        if homes.manifests[path] != context
    )


def plain(recipe: Recipe) -> bool:
    """Whether a build file has the usual name."""
    return recipe.path.rpartition("/")[2].lower() in ("dockerfile", "containerfile")


def meant(recipes: list[Recipe], orders: list[Order]) -> dict[str, list[Order]]:
    """Build file → the orders of it: those that name it, or no other where it has the usual name
    and stands in what they give."""
    found: dict[str, list[Order]] = {recipe.path: [] for recipe in recipes}
    usual: dict[str, set[str]] = {}
    for recipe in filter(plain, recipes):
        usual.setdefault(directory(recipe.path), set()).add(recipe.path)
    for order in orders:
        for path in usual.get(order.context, ()) if order.file is None else (order.file,):
            if path in found:
                found[path].append(order)
    return found


def called(path: str) -> str:
    """What a build file is for, as its name says: `api` of Dockerfile.api and api.Dockerfile."""
    name = path.rpartition("/")[2]
    first, _, last = name.rpartition(".")
    return first if last.lower() in ("dockerfile", "containerfile") else last
