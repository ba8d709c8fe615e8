"""Projects that are components though no file says who starts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agentaudit.source import Dependency
from agentaudit.sources.git import manifests, pages, unowned
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.code.assemble import Repository
from agentaudit.sources.git.declared import Parsed
from agentaudit.sources.git.parts import Part, home_of
from agentaudit.sources.git.projects import Project
from agentaudit.sources.git.reader import Reader


def claimed(
    reader: Reader,
    repository: Repository,
    found: Mapping[str, Parsed],
    parts: Mapping[str, Part],
    projects: Sequence[Project],
) -> Iterator[Build]:
    """Those that ask a model, and pages; `found` are the manifests by path, `parts` the components
    known. Whoever asks adds each to the parts before asking for the next."""
    paths: dict[str, list[str]] = {}
    for path, parsed in found.items():
        paths.setdefault(home_of(path, parsed), []).append(path)

    def needs(home: str) -> list[Dependency]:
        given = [(path, found[path]) for path in paths.get(home, ())]
        read = (manifests.published(reader, *each) for each in given)
        return [need for manifest in read for need in manifest.dependencies]

    def taken() -> frozenset[str]:
        return frozenset(parts).union(*(part.copies for part in parts.values()))

    for home in list(unowned.homes(repository, projects, needs, taken())):
        yield Build(home, reader.place(paths[home][0], 1))
    held = {path for part in parts.values() for path in part.manifests}
    free = {home: path for home, given in paths.items() for path in given if path not in held}
    for home in list(pages.homes(reader, free, taken())):
        yield Build(home, reader.place(free[home], 1))
