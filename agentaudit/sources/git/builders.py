"""Everything in a tree that builds or starts a directory of it."""

from __future__ import annotations

from agentaudit.sources.git import (
    actions,
    agentcore,
    aspire,
    builds,
    compose,
    deployers,
    deployments,
    dockerfile,
    extensions,
    hooks,
    modules,
    mounted,
    packed,
    platforms,
    scripts,
    served,
    shipped,
    side_by_side,
    solutions,
    standing,
    terraform,
    workspaces,
)
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import Service
from agentaudit.sources.git.dockerfile import Recipe
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order, from_ci, from_compose, named_contexts
from agentaudit.sources.git.reader import Reader, directory
from agentaudit.sources.git.workflows import Run


def found(reader: Reader, homes: Homes, services: list[Service], runs: list[Run]) -> list[Build]:
    """All of it: images, packages, what platforms deploy, and where there is nothing of the kind
    what CI installs."""
    recipes = _recipes(reader, services, runs)
    told = [
        *builds.images(reader, homes, recipes, orders(reader, services, runs)),
        *shipped.started(reader, homes, runs),
        *deployments.declared(reader, homes),
        *platforms.declared(reader, homes),
        *agentcore.declared(reader, homes),
        *deployers.started(reader, homes),
        *packed.functions(reader, homes),
        *actions.published(reader, homes),
        *terraform.functions(reader, homes),
        *mounted.started(reader, homes, services),
        *served.directories(reader, homes),
    ]
    told = aspire.without_hosts(reader, told)
    # What deploys the modules from the directory that gathers them deploys nothing besides.
    built = {build.home for build in told if build.recipe is not None}
    parts = {build.home for build in told}
    told = [
        build
        for build in told
        if build.home in built or not (homes.gathers(build.home) and parts - {build.home})
    ]
    told = [build for build in told if standing.by_itself(build, told, homes)]
    told += [*hooks.started(reader, homes, told), *extensions.shells(reader, homes, runs, told)]
    told = modules.known(reader, homes, workspaces.known(reader, homes, told))
    told += solutions.started(reader, homes, told)
    if not any(build.home in homes.known or build.covers for build in told):
        told += list(deployments.installed(homes, runs)) or side_by_side.started(reader, homes)
    return told


def orders(reader: Reader, services: list[Service], runs: list[Run]) -> list[Order]:
    """Everything that asks for an image to be built."""
    return [
        *from_compose(services),
        *from_ci(runs),
        *deployments.orders(reader),
        *scripts.orders(reader),
        *platforms.orders(reader),
        *packed.orders(reader),
    ]


def _recipes(reader: Reader, services: list[Service], runs: list[Run]) -> list[Recipe]:
    """Build files, by their names or as compose files name them, but for those of tools."""
    tools = packed.tools(reader)
    contexts = named_contexts(services, runs)
    named = dockerfile.find(reader, contexts)
    others = compose.build_files(services) - {recipe.path for recipe in named}
    called = sorted(path for path in others & reader.known if reader.is_own(path))
    named += [dockerfile.read(reader, path, contexts) for path in called]
    return [recipe for recipe in named if directory(recipe.path) not in tools]
