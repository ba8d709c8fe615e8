"""Whose environment a compose file declares: that of one service switches on nothing in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agentaudit.code import Setting
from agentaudit.source import Component
from agentaudit.sources.git import compose
from agentaudit.sources.git.reader import Reader


class Environments:
    """The services of all compose files that start a component, and which."""

    def __init__(self, reader: Reader, components: Mapping[str, Component]) -> None:
        starts: dict[tuple[str, int | None], set[str]] = {}
        for home, component in components.items():
            for place in component.built_by:
                starts.setdefault((place.path, place.line), set()).add(home)
        self._started: dict[str, dict[str, set[str]]] = {}
        """File → the keys above the settings of a service → the components that it starts."""
        for service in compose.find(reader) if len(components) > 1 else ():
            if homes := starts.get((service.file, service.place.line)):
                self._started.setdefault(service.file, {})[f"services.{service.name}."] = homes

    def of(self, home: str, path: str, rows: Iterable[Setting]) -> list[Setting]:
        """The settings of a file without those of services that start other components alone."""
        services = self._started.get(path, {})
        nearest = sorted(services, key=len, reverse=True)  # the name of one may begin another's
        found = []
        for row in rows:
            above = next((each for each in nearest if row.path.startswith(each)), "")
            if not above or home in services[above]:
                found.append(row)
        return found
