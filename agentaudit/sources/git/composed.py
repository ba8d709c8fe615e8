"""What compose files start: each service belongs to the component that it is built from, each image
of somebody else to the components that need it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git.compose import Service, by_file, closure
from agentaudit.sources.git.parts import Part, local
from agentaudit.sources.git.reader import Reader, directory


def attach(
    services: Iterable[Service], parts: Mapping[str, Part], owners: Callable[[str], list[Part]]
) -> None:
    """Tell the parts what starts them, and what is started for them; `owners` are those that a file
    is about where it starts none."""
    placed: dict[Place, str] = {}
    for home, part in parts.items():
        for place in part.places:
            placed.setdefault(place, home)
    for file, named in by_file(services):
        starts: dict[str, dict[str, Service]] = {}
        for name, service in named.items():
            built = placed.get(service.place)
            by = _ours(parts.values(), service) if built is None else built
            if by is not None:
                starts.setdefault(by, {})[name] = service
        _share(named, [(parts[home], mine) for home, mine in starts.items()])
        if not starts:
            for part in owners(file):
                _need(part, named.values())


def _share(named: Mapping[str, Service], starts: list[tuple[Part, dict[str, Service]]]) -> None:
    """The services of one file: what nobody needs is there for all that it starts."""
    started = {name for _, mine in starts for name in mine}
    reached: set[str] = set()
    for part, mine in starts:
        near = closure(mine, named, started)
        reached |= near
        part.places += [service.place for service in mine.values()]
        part.settings += [service.settings for service in mine.values() if service.settings]
        _need(part, (named[name] for name in near - started))
        _need(part, (each for each in mine.values() if _ours([part], each) is None))
    left = named.keys() - reached - started
    for part, _ in starts:
        _need(part, (named[name] for name in left))


def _need(part: Part, services: Iterable[Service]) -> None:
    pulled = (service.image for service in services if service.context is None)
    part.images += filter(None, pulled)


def _ours(parts: Iterable[Part], service: Service) -> str | None:
    """The component whose image a service names that builds none."""
    pulled = service.image if service.context is None else None
    part = local(parts, pulled, service.name) if pulled else None
    return part.home if part else None


def unbuilt(reader: Reader, services: Iterable[Service], home: str) -> tuple[Place, ...]:
    """Services that a compose file in a directory builds from there, by a build file that is not
    committed, however it is spelled; one that a variable names may be. Who tries them, or copies
    their file first, may make it, and a compose file elsewhere may be of an earlier order of
    things."""
    asked = [
        (service.place, service.build_file or f"{home}/Dockerfile".lstrip("/"))
        for service in services
        if service.context == home == directory(service.file)
        and not _ASIDE.search(f"{service.file}/{service.name}")
    ]
    known = {path.lower() for path in reader.known} if asked else set()
    return tuple(place for place, path in asked if "$" not in path and path.lower() not in known)


_ASIDE = regex(
    r"(?i)(?:^|/)\.|(?:^|[/._-])(?:tests?|dev\w{0,8}|local|override|example|sample)(?:[/._-]|$)"
)
"""Compose files and services of those who write it."""
