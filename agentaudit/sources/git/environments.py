"""Whose environment a file declares that starts several services: that of one switches on nothing
in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter

from msgspec.structs import replace

from agentaudit.code import Role, Setting
from agentaudit.expressions import regex
from agentaudit.source import BuildFile, Component, Place
from agentaudit.sources.git import given
from agentaudit.sources.git.code.configuration import arguments
from agentaudit.sources.git.compose import Service
from agentaudit.sources.git.dockerfile import is_build_file
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.overrides import Overrides
from agentaudit.sources.git.owned import Owned
from agentaudit.sources.git.reader import Reader, directory, inside
from agentaudit.sources.git.receivers import Receivers
from agentaudit.sources.git.stages import left_out

_FRAGMENT = "x-"
"""What the name of a part of a file begins with that is nothing but merged into others."""
_BAKED = regex(r"(?:VITE|(?:NEXT|NUXT|EXPO)_PUBLIC|REACT_APP|VUE_APP|GATSBY|PUBLIC)_")
"""Variables that a bundler writes into the pages that it makes: they outlast the stage of it."""
_TRIED = regex(r"(?i)(?:^|[._-])(?:dev\w{0,8}|local|tests?|debug|e2e)(?:[._-]|$)")
"""Names of build files of what is tried."""
_UNSEEN = regex(
    r"(?:[\w-]{1,40}\.)?(?:x-[^.]{0,80}|labels|annotations|develop|secrets|configs)\..*"
)
"""Keys of a service that no process of it sees."""

_Row = tuple[int, Setting]


class Environments:
    """The services of all compose files, and which components they start."""

    def __init__(
        self,
        reader: Reader,
        services: Sequence[Service],
        components: Mapping[str, Component],
        orders: Sequence[Order],
    ) -> None:
        self._reader = reader
        self._overrides = Overrides(reader, services)
        self._asked = _asked(orders)
        self._built: dict[tuple[str, int | None], set[str]] = {}
        for home, component in components.items():
            for place in component.built_by:
                self._built.setdefault((place.path, place.line), set()).add(home)
        told = list(given.find(reader))
        pulled = [each.image.reference for each in services if each.image and not each.context]
        pulled += [each.image for each in told if each.image]
        self._owned = Owned(reader, components, orders, self._built, pulled)
        self._receivers = Receivers(told, self._owned, self._built)
        self._named: dict[str, list[Service]] = {}
        """Name → the services that go by it, and those that take one over that does."""
        self._files: dict[str, dict[str, Service]] = {}
        """File → the keys above the settings of a service → the service."""
        self._reading: dict[str, list[Service]] = {}
        """File of variables → the services whose environment it gives."""
        for service in services:
            self._keep(service)
        self._told: dict[str, dict[str | None, list[_Row]]] = {}
        """File → what it tells each component, and all of them."""
        self._homes: dict[str, dict[str, Collection[str] | None]] = {}
        self._readers: dict[str, dict[str | None, list[Service]]] = {}
        self._over: dict[str, set[str]] = {}
        self._heirs: dict[Place, set[str]] = {}
        """Service → the components of those that take it over, if only through others."""
        self._inherit()

    @property
    def files(self) -> Collection[str]:
        """Compose files that start anything."""
        return self._files

    def _keep(self, service: Service) -> None:
        self._files.setdefault(service.file, {})[f"services.{service.name}."] = service
        for name in {service.name, service.like} - {""}:
            self._named.setdefault(name, []).append(service)
        for file in service.files:
            self._reading.setdefault(file, []).append(service)

    def of(self, home: str, path: str, rows: Iterable[Setting], *, shared: bool) -> list[Setting]:
        """The settings of a file that the component runs with, as far as those tell that start it;
        of a manifest, a chart or a blueprint that tells of nobody's, those that it `shared`."""
        if path in self._files:
            return self._composed(home, path, rows)
        if is_build_file(path.rpartition("/")[2]):
            if self._is_tried(path):
                return []
            lost = left_out(self._reader.text(path) or "", self._targets(path))
            anew = self._set_over(home)
            held = (r for r in rows if r.place.line not in lost or _BAKED.match(r.name))
            return [row for row in held if row.name not in anew]
        if path not in self._reading:
            return list(self._receivers.of(home, path, rows, shared=shared))
        taken, anew = self._taken(home, path), self._anew(home, path)
        return [r for r in rows if (taken is None or r.name in taken) and r.name not in anew]

    def built(self, file: BuildFile) -> BuildFile:
        """The build file with what none of its images is made of."""
        text = self._reader.text(file.place.path) or ""
        lost = (left_out(text, {target}) for target in sorted(self._targets(file.place.path)))
        return replace(file, beside=tuple(lost))

    def _targets(self, path: str) -> set[str]:
        """The stages of a build file that are built; for a trial only where there are no others."""
        asked = self._asked.get(path, {""})
        return {each for each in asked if not _TRIED.search(each)} or asked

    def _is_tried(self, path: str) -> bool:
        """Whether a build file is that of who writes the system: it says so, nothing asks for it,
        and the one that is built lies beside it."""
        home, slash, name = path.rpartition("/")
        beside = f"{home}{slash}Dockerfile" in self._reader.known
        return beside and path not in self._asked and _TRIED.search(name) is not None

    @cached_property
    def _starting(self) -> dict[str, list[Service]]:
        """Component → the services that start it whenever their file is started."""
        found: dict[str, list[Service]] = {}
        for file, services in self._files.items():
            for above, service in services.items():
                if not service.bare and not service.held:
                    for home in self._started(file)[above] or ():
                        found.setdefault(home, []).append(service)
        return found

    def _set_over(self, home: str) -> set[str]:
        """What all services set anew that start a component, whatever its images say."""
        if home not in self._over:
            self._over[home] = self._overrides.of_image(self._starting.get(home, ()))
        return self._over[home]

    def _given(self, path: str) -> dict[str | None, list[Service]]:
        """Component → the services that start it with a file of variables, and those of which it
        cannot be told what they start."""
        if path not in self._readers:
            found = self._readers[path] = {}
            for service in self._reading[path]:
                homes = self._runs(service)
                for home in (None,) if homes is None else homes:
                    found.setdefault(home, []).append(service)
        return self._readers[path]

    def _anew(self, home: str, path: str) -> set[str]:
        """What all services set anew that start a component with the file."""
        mine = self._given(path).get(home, ())
        names = [self._overrides.of_file(each, path) for each in mine]
        return set.intersection(*names) if names else set()

    def _composed(self, home: str, path: str, rows: Iterable[Setting]) -> list[Setting]:
        if path not in self._told:
            self._told[path] = self._split(path, rows)
        told = self._told[path]
        mine = sorted((*told.get(None, ()), *told.get(home, ())), key=itemgetter(0))
        return [row for _, row in mine]

    def _split(self, path: str, rows: Iterable[Setting]) -> dict[str | None, list[_Row]]:
        """Component → its settings, with their position: without those of services that start
        others. What nobody can tell the component of is of all; of a program that is built from
        nothing here, all but its environment is. What starts only by a profile shows how it may
        run."""
        homes, found = self._started(path), dict[str | None, list[_Row]]()
        for at, row in enumerate(rows):
            above = _above(row.path, homes)
            started = homes.get(above)
            given = above != "" and row.path.startswith(f"{above}environment")
            if row.path.startswith(_FRAGMENT) or (started is not None and given and not started):
                continue
            if above and self._is_unseen(self._files[path][above], row, given=given):
                continue
            held = given and self._files[path][above].held
            told = replace(row, role=Role.EXAMPLE) if held else row
            for home in started or (None,):
                found.setdefault(home, []).append((at, told))
        return found

    def _is_unseen(self, service: Service, row: Setting, *, given: bool) -> bool:
        """Whether nothing that runs in the service sees a value: one that is not of its environment
        or is set anew there, or an argument of its build that the build file does not hand on."""
        key = row.path.removeprefix(f"services.{service.name}.")
        if self._overrides.drops(service, key.partition(".")[0]):
            return True
        if given:
            return row.name in self._overrides.of_service(service)
        if key.startswith("build.args."):
            path = service.build_file or f"{service.context or ''}/Dockerfile".lstrip("/")
            return row.name not in arguments(self._reader.text(path) or "")
        return _UNSEEN.fullmatch(key) is not None

    def _started(self, path: str) -> dict[str, Collection[str] | None]:
        if path not in self._homes:
            services = self._files[path].items()
            self._homes[path] = {above: self._runs(service) for above, service in services}
        return self._homes[path]

    def _inherit(self) -> None:
        heirs: dict[str, list[Service]] = {}
        for service in (each for file in self._files.values() for each in file.values()):
            for home in (service.like and not service.bare and self._starts(service)) or ():
                heirs.setdefault(home, []).append(service)
        for home, starting in heirs.items():
            self._bequeath(home, starting)

    def _bequeath(self, home: str, pending: list[Service]) -> None:
        """Tell all that services which start a component take over, one through another, that it
        starts with them."""
        while pending:
            for base in self._bases(pending.pop()):
                heirs = self._heirs.setdefault(base.place, set())
                if home not in heirs:
                    heirs.add(home)
                    pending.append(base)

    def _bases(self, service: Service) -> list[Service]:
        """What a service takes over: of the file that it names, else of its own, else of one beside
        it."""
        named = [each for each in self._named.get(service.like, ()) if each.name == service.like]
        same = [each for each in named if each.file == service.base]
        same = same or [each for each in named if each.file == service.file]
        beside = (each for each in named if directory(each.file) == directory(service.file))
        return same or list(beside)

    def _runs(self, service: Service) -> Collection[str] | None:
        """The components that run with what a service is given."""
        own, heirs = self._starts(service), self._heirs.get(service.place, set())
        return own if own is None and not heirs else {*(own or ()), *heirs}

    def _starts(self, service: Service) -> Collection[str] | None:
        """The components that run in a service; None where that cannot be told."""
        image = service.image.reference if service.image else ""
        if service.context is not None or service.mounts or "$" in short_name(image):
            return self._built.get((service.file, service.place.line))
        if image and (ours := self._owned.components(image, service.name)):
            return ours
        if service.bare:
            found = [self._starts(each) for each in self._meant(service) if not each.bare]
            if not found or None in found:
                return None
            return {home for homes in found for home in homes or ()}
        near = (each for each in self._named[service.name] if each.name == service.name)
        made = (each for each in near if directory(each.file) == directory(service.file))
        return {
            home
            for each in made
            if each.context is not None
            for home in self._built.get((each.file, each.place.line), ())
        }

    def _meant(self, service: Service) -> list[Service]:
        """The services of other files, or that it shares with, which one without an image is about:
        those beside it, where there are any."""
        found = [*self._named[service.name], *self._named.get(service.like, ())]
        beside = [each for each in found if directory(each.file) == directory(service.file)]
        return beside if any(not each.bare for each in beside) else found

    def _taken(self, home: str, path: str) -> Collection[str] | None:
        """What services that start a component take from a file that others read; None for all."""
        given = self._given(path)
        loads = path.rpartition("/")[2].startswith(".env") and inside(path, home)
        if loads or None in given or home in given:
            return None
        own = [
            service
            for file in {reader.file for reader in self._reading[path]}
            for above, service in self._files[file].items()
            if home in (self._started(file)[above] or ())
        ]
        if not own and path.rpartition("/")[2].startswith(".env"):
            return None  # code that nobody starts there may load it from above
        return {name for service in own for name in service.handed}


def _asked(orders: Iterable[Order]) -> dict[str, set[str]]:
    """Build file → the stages of it that somebody builds."""
    found: dict[str, set[str]] = {}
    for order in orders:
        path = order.file or f"{order.context}/Dockerfile".lstrip("/")
        found.setdefault(path, set()).add(order.target)
    return found


def _above(path: str, known: Mapping[str, object]) -> str:
    """The longest of the known keys that a path lies below; the name of one may begin another's."""
    end = len(path)
    while (end := path.rfind(".", 0, end)) >= 0:
        if path[: end + 1] in known:
            return path[: end + 1]
    return ""
