"""Directories that CI ships, and that a Procfile starts."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.sources.git import edge, extensions, hosted
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory
from agentaudit.sources.git.shipping import (
    compiles,
    named,
    released,
    ships,
    sites,
    working_directory,
)
from agentaudit.sources.git.variants import variants
from agentaudit.sources.git.workflows import Run


def started(reader: Reader, homes: Homes, runs: list[Run]) -> Iterator[Build]:
    """Packages that CI or a manifest's script makes, what CI or a Procfile starts, and what a step
    hands to a service that runs it."""
    yield from edge.functions(reader, runs)
    yield from hosted.made(reader, homes, runs)
    for path in reader.named(lambda name: name == "Procfile"):
        home = homes.nearest(directory(path))
        if home is not None:
            yield Build(home, reader.place(path, 1))
    yield from extensions.packed(reader, homes)
    for run in variants(runs):
        for home, packs in _shipped(homes, run):
            yield Build(home, run.step.place, compiles=packs)


def _shipped(homes: Homes, run: Run) -> Iterator[tuple[str, bool]]:
    """The directories that a step ships, and whether it does no more than pack them."""
    projects = list(named(run, {*homes.known, *homes.manifests}))
    for path in projects:
        yield homes.manifests.get(path, path), False
    for path in sites(run):
        if path in homes.known:
            yield path, False
    for path in released(run):
        if home := homes.nearest(path):
            yield home, True
    where = working_directory(run) if ships(run) and not projects else None
    home = homes.nearest(where) if where is not None else None
    if home is not None:
        yield home, compiles(run)
