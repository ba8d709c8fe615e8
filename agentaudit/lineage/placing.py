"""Which component of the repositories a service is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from agentaudit.expressions import regex
from agentaudit.response import Response, Service
from agentaudit.source import Component

_SEPARATORS = regex(r"[\s._/-]+")


class Declaration(Struct, frozen=True):
    """One entry of `services:` in agentaudit.yaml."""

    component: str = ""
    """Directory of the component, or `repo:path`."""
    container: bool | None = None
    since_ns: int | None = None
    """Unix nanoseconds from which on it runs in a container; before, without one."""

    def contained(self, start_ns: int) -> bool | None:
        """Whether it ran in a container at a moment; None where nothing is declared."""
        return self.container if self.since_ns is None else start_ns >= self.since_ns


class Placing(Struct):
    """Maps services to components: `services:` first, then image name, then directory name; a
    system with one component needs neither."""

    components: tuple[Component, ...] | None = None
    """None when no repository was read."""
    declared: Mapping[str, Declaration] = field(default_factory=dict)
    _known: dict[tuple[str, str], Component | None] = field(default_factory=dict)

    def place(self, response: Response) -> None:
        """Fill component, container and declared trades of each service."""
        for service in response.services:
            entry = self.declared.get(service.name, Declaration())
            service.container = entry.contained(response.entry.start_ns)
            component = self._component(service, entry)
            if component is not None:
                service.component = component.id
                if component.dependencies_known:
                    trades = (t for t, found in component.declares.items() if found)
                    service.declares = frozenset(trades)

    def _component(self, service: Service, entry: Declaration) -> Component | None:
        image = service.fact("image.digest")
        key = (service.name, image.text if image else "")
        if key not in self._known:
            self._known[key] = self._search(service, entry, key[1])
        return self._known[key]

    def _search(self, service: Service, entry: Declaration, image: str) -> Component | None:
        components = self.components or ()
        if entry.component:
            return find(components, entry.component)
        names = {_plain(service.name)}
        names |= {
            _plain(part.split("@")[0].rsplit("/", 1)[-1])
            for part in re.findall(r"[\w./@:-]+", image)
        }
        for component in components:
            if _plain(component.name) in names:
                return component
        return components[0] if len(components) == 1 else None


def find(components: Sequence[Component], declared: str) -> Component | None:
    """The component that `services:` names by directory or `repo:path`; or by the directory of a
    build file that is of no other; or by one around it, where it is the only one there is."""
    wanted = declared.strip("/") or "."
    exact = next((c for c in components if wanted in (c.id, c.path)), None)
    built = [c for c in components if wanted in c.built_from]
    if exact is None and len(components) == 1 and _holds(wanted, components[0].path):
        return components[0]
    return built[0] if exact is None and len(built) == 1 else exact


def _holds(around: str, path: str) -> bool:
    return around == "." or path.startswith(f"{around}/")


def _plain(name: str) -> str:
    return _SEPARATORS.sub("-", name.strip().lower())
