"""Directories that are deployed, though they are called like what is not: `services/docs` may be a
service about documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git import compose, deployments, platforms, scripts
from agentaudit.sources.git.borrowed import borrowed
from agentaudit.sources.git.compose import Service
from agentaudit.sources.git.dockerfile import is_build_file
from agentaudit.sources.git.manifests import is_manifest
from agentaudit.sources.git.orders import from_ci, from_compose
from agentaudit.sources.git.reader import Reader, ancestors, directory, inside
from agentaudit.sources.git.roles import SOURCES, directory_role
from agentaudit.sources.git.shipping import ships, sites, working_directory
from agentaudit.sources.git.started import programs
from agentaudit.sources.git.workflows import Run

_HIDDEN = (Role.DOCS, Role.EXAMPLE, Role.TEMPLATE, Role.TEST, Role.VENDORED, Role.GENERATED)
"""Roles of what is no component; the others are asked about in any case."""
_NEVER = regex(
    r"(?i)(?:^|/)(?:\.[^/]{1,80}|tests?|__tests__|testdata|fixtures|e2e|node_modules|[a-z]{4}-packages"
    r"|venv|dist|__pycache__|[^/]{0,80}\{\{[^/]{0,80})(?:/|$)"
)
"""Directories whose names mean nothing else."""
_TRIES = regex(r"(?i)(?:^|[/._-])(?:tests?|testing|e2e|mocks?)(?:[/._-]|$)")
"""Files that build what is only tried."""
_SITES = regex(
    r"(?:mkdocs\.ya?ml|docusaurus\.config\.\w{2,3}|conf\.py|book\.toml|hugo\.(?:toml|ya?ml)|_config\.yml"
    r"|antora\.yml|theme\.config\.\w{2,3}|mint\.json|docs\.json|source\.config\.ts)"
)
"""Files of pages that tell about the system."""


def services(reader: Reader, runs: list[Run]) -> list[Service]:
    """What compose files start, once the reader knows such directories."""
    found = compose.find(reader)
    reader.deploy(misnamed(reader, found, runs))
    return compose.find(reader) if reader.deployed else found


def misnamed(reader: Reader, services: list[Service], runs: list[Run]) -> frozenset[str]:
    """Such directories: what compose, CI, scripts or a platform build or start, and holds code;
    those of programs that are started, or that the application imports; and the only one that holds
    any code."""
    found = {
        each
        for each in _asked(reader, services, runs)
        if each and directory_role(each) in _HIDDEN and not _NEVER.search(each)
    }
    held = _held(reader.paths, sorted(found)) if found else {}
    made = {home for home, paths in held.items() if _runs(home, paths)}
    return frozenset({*made, *_started(reader), *_alone(reader), *borrowed(reader)})


def _started(reader: Reader) -> Iterator[str]:
    """The outermost such directory of each program that is started."""
    if any(directory_role(home) in _HIDDEN for home in reader.directories):
        for path in programs(reader):
            home = _outermost(path)
            if home and not _NEVER.search(home):
                yield home


def _alone(reader: Reader) -> Iterator[str]:
    """The directory of an example that has what a component has, where no other holds code."""
    coded = [path for path in reader.paths if path.rpartition(".")[2] in SOURCES]
    tops = {_outermost(path) for path in coded}
    home = tops.pop() if len(tops) == 1 else ""
    if home and directory_role(home) is Role.EXAMPLE:
        paths = [path for path in reader.paths if inside(path, home)]
        yield from (home,) if _runs(home, paths) else ()


def _outermost(path: str) -> str:
    """The outermost directory around a file by which it is no part of the application."""
    above = [home for home in ancestors(directory(path)) if home]
    return next((home for home in reversed(above) if directory_role(home) in _HIDDEN), "")


def below_infrastructure(reader: Reader, homes: Iterable[str]) -> frozenset[str]:
    """What the reader knows, and components whose code stands among what deploys them."""
    return frozenset({*filter(reader.is_among_infrastructure, homes), *reader.deployed})


def _asked(reader: Reader, services: list[Service], runs: list[Run]) -> Iterator[str]:
    orders = (
        *from_compose(services),
        *from_ci(runs),
        *deployments.orders(reader),
        *platforms.orders(reader),
        *scripts.orders(reader),
    )
    for order in orders:
        if not _TRIES.search(order.place.path.rpartition("/")[2]):
            yield order.context
            yield directory(order.file or "")
    yield from deployments.named(reader)
    for run in runs:
        if ships(run):
            yield working_directory(run) or ""
        yield from sites(run)


def _held(paths: Iterable[str], homes: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        for home in homes:
            if inside(path, home):
                found.setdefault(home, []).append(path)
    return found


def _runs(home: str, paths: Sequence[str]) -> bool:
    """Whether a directory has what a component has, and is no site of documents."""
    here = [path.rpartition("/")[2] for path in paths if directory(path) == home]
    coded = any(path.rpartition(".")[2] in SOURCES for path in paths)
    made = any(is_build_file(name) or is_manifest(f"{home}/{name}") for name in here)
    return coded and made and not any(map(_SITES.fullmatch, here))
