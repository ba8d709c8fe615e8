"""Images of a server that stands in front of the others: somebody else's proxy, with a
configuration of one's own."""

from __future__ import annotations

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.dockerfile import Recipe
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import ancestors, directory, inside

_PROXIES = regex(
    r"(?:.{0,200}/)?(?:nginx(?:-unprivileged)?|openresty|haproxy|caddy|envoy(?:-alpine)?|traefik"
    r"|httpd|kong|apisix)(?:[:@].{0,200})?"
)
_GENERAL = frozenset(
    (
        *("docker", ".docker", "dockerfiles", "container", "containers", "images", "build"),
        *("builds", "deploy", "deployment", "deployments", "ops", "devops", "ci", "cd", "cicd"),
    )
)
"""Directories of build files of all sorts: what stands there is called after nothing."""
_TRIED = regex(r"(?i)(?:load|stress|perf|smoke|bench)\w{0,12}(?:[-_]?tests?)?$")
"""Directories of what is only tried."""


def is_general(own: str) -> bool:
    """Whether a directory holds build files of all sorts."""
    return own.rpartition("/")[2].lower() in _GENERAL


def is_front(homes: Homes, recipe: Recipe, context: str) -> bool:
    """Whether an image is no more than a proxy with what stands beside its build file, in a
    directory that no project but the whole is around or below."""
    own, bases = directory(recipe.path), recipe.published.bases
    if not own or recipe.taken or not recipe.kept:
        return False
    if any(is_general(above) or _TRIED.search(above) for above in ancestors(own)):
        return False
    if not bases or not _PROXIES.fullmatch(bases[-1].reference):
        return False
    if not homes.is_alone(own):
        return False
    sources = [joined(context, source) for source in recipe.kept]
    return all(source is not None and inside(source, own) for source in sources)


def stands(homes: Homes, recipe: Recipe) -> bool:
    """Whether such a proxy is a part of the system, also where nobody is seen to build it: there is
    no other use for it, but that something is tried behind it."""
    own = directory(recipe.path)
    contexts = (recipe.published.context or own, "")
    if not any(is_front(homes, recipe, context) for context in contexts):
        return False
    name = own.rpartition("/")[2]
    return not any(name in text for text in homes.trials)
