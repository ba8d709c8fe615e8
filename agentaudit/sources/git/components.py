"""The deployable parts of a repository, found in its files (DESIGN.md §2, "component")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import safe
from agentaudit.source import Component, Manifest, Place
from agentaudit.sources.git import (
    builders,
    composed,
    deployed,
    kubernetes,
    libraries,
    locks,
    manifests,
    modules,
    pages,
    pins,
    scripted,
    settings,
    stacks,
    standing,
    training,
    workflows,
)
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.claims import Claims
from agentaudit.sources.git.code.assemble import Repository
from agentaudit.sources.git.codes import with_code
from agentaudit.sources.git.environments import Environments
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.parts import Part, home_of, join, local, merge, order, unique
from agentaudit.sources.git.pinning import Pinning
from agentaudit.sources.git.projects import Project, told
from agentaudit.sources.git.reader import Reader, ancestors, directory
from agentaudit.sources.git.roles import SOURCES
from agentaudit.sources.git.workflows import Run


class Survey:
    """Everything about the components of one tree."""

    def __init__(self, reader: Reader, root_name: str) -> None:
        self._reader = reader
        self._root_name = root_name
        self.runs: list[Run] = workflows.find(reader)
        self._services = deployed.services(reader, self.runs)
        self._manifests = manifests.find(reader)
        self._locks = locks.find(reader)
        self._drop_compiled()
        self._parts: dict[str, Part] = {}
        self._data: dict[bool, list[tuple[Place, str]]] = {}
        self.notes: list[str] = []  # what must be known about the components, once found

    def _drop_compiled(self) -> None:
        """A requirements file made from another manifest beside it is its lock, no manifest."""
        frozen = {lock.path for lock in self._locks}
        asking = {
            home_of(path, parsed)
            for path, parsed in self._manifests.items()
            if path not in frozen and parsed.ecosystem == "python" and parsed.dependencies
        }
        for lock in self._locks:
            if lock.compiled and lock.home in asking:
                self._manifests.pop(lock.path, None)

    def components(self) -> tuple[Component, ...]:
        """All components, sorted by path."""
        reader = self._reader
        homes = Homes(reader, {path: home_of(path, m) for path, m in self._manifests.items()})
        found = builders.found(reader, homes, self._services, self.runs)
        self._gather(homes, found)
        if not self._parts and not self._apart(homes):
            return ()
        reader.deploy(deployed.below_infrastructure(reader, self._parts))
        repository = Repository(reader)
        projects = list(self._projects())
        claims = Claims(reader, self._manifests, self._parts)
        asking = claims.asking(repository, projects)
        if not self._parts and len(asking) < 2:
            # One that asks a model and its page are one application.
            self._parts[""] = Part("", manifests=dict(self._manifests))
        else:
            for build in asking:
                self._add(build)
        for build in claims.shown():
            self._add(build)
        scripted.shed(reader, self._parts.values())
        modules.complete(self._parts, self._manifests, projects)
        composed.attach(self._services, self._parts, self._owners)
        self._attach_kubernetes()
        self._attach_settings()
        published = {home: self._publish(part) for home, part in sorted(self._parts.items())}
        copies = {home: part.copies for home, part in self._parts.items()}
        orders = builders.orders(reader, self._services, self.runs)
        environments = Environments(reader, self._services, published, orders)
        shared = (self._projects(), repository, environments, copies, claims.needs)
        return with_code(reader, published, *shared)

    def _projects(self) -> Iterator[Project]:
        taken: dict[str, list[str]] = {}
        for part in self._parts.values():
            for path in part.manifests:
                taken.setdefault(path, []).append(part.home)
        for path, parsed in self._manifests.items():
            needs = frozenset(told(each.name) for each in parsed.dependencies)
            yield Project(home_of(path, parsed), parsed.name, tuple(taken.get(path, ())), needs)

    def _gather(self, homes: Homes, found: list[Build]) -> None:
        rest = []
        for build in found:
            if (build.home in homes.known or build.covers or build.bare) and not build.aside:
                self._add(build)
            else:
                rest.append(build)
        parted = standing.parted(rest, homes, self._deployed_in())
        whole = standing.whole(parted, homes) and not self._parts
        if whole and self._something(homes, rest) and (found or not self._apart(homes)):
            kept = pages.left(self._reader, homes.manifests)
            only = "" if found else homes.only
            self._parts[only] = Part(only, manifests={path: self._manifests[path] for path in kept})
        for build, home in parted:
            if home:
                self._add(replace(build, home=home))
        self._join(build for build, home in parted if not home and not build.aside)
        for part in self._parts.values():
            own = {p: m for p, m in part.manifests.items() if self._belongs(p, part)}
            # An image that is made of other components and nothing else holds what they need.
            part.manifests = own or part.manifests
        for home in [home for home in self._parts if home not in homes.known]:
            self._hand_out(home)

    def _hand_out(self, home: str) -> None:
        """An image that is made of several components with images of their own is one more of each
        of them, where its directory has nothing else."""
        part = self._parts[home]
        made = {home_of(path, parsed) for path, parsed in part.manifests.items()}
        others = [self._parts[each] for each in sorted(made) if each in self._parts]
        apart = len(made) > 1 and len(others) == len(made)
        if apart and part.build_files and all(other.build_files for other in others):
            del self._parts[home]
            for other in others:
                merge(other, part)

    def _join(self, builds: Iterable[Build]) -> None:
        """What is built of no directory of its own is of the component around it."""
        for build in builds:
            alone = next(iter(self._parts.values())) if len(self._parts) == 1 else None
            around = self._around(build.home) or alone
            if around is not None:
                join(around, build)
            elif build.recipe is not None:
                path = build.recipe.path
                self.notes.append(f"{path} builds an image of no component: not asked about")

    def _apart(self, homes: Homes) -> bool:
        """Whether there are several projects, none of them around the others."""
        return len(homes.known) > 1 and "" not in homes.known

    def _deployed_in(self) -> frozenset[str]:
        """Directories that hold Kubernetes manifests."""
        return frozenset(directory(each.image.place.path) for each in self._started_images)

    @cached_property
    def _started_images(self) -> tuple[kubernetes.Started, ...]:
        return tuple(kubernetes.find(self._reader))

    def _something(self, homes: Homes, rest: list[Build]) -> bool:
        coded = any(path.rpartition(".")[2] in SOURCES for path in self._reader.app)
        return bool(homes.known or rest or coded)

    def _add(self, build: Build) -> None:
        part = self._parts.setdefault(build.home, Part(build.home))
        join(part, build)
        for path in sorted({*self._speaking.get(build.home, ()), *build.covers}):
            if path in self._manifests:
                part.manifests[path] = self._manifests[path]

    @cached_property
    def _speaking(self) -> dict[str, list[str]]:
        """Directory → the manifests that speak for it."""
        found: dict[str, list[str]] = {}
        for path, parsed in self._manifests.items():
            found.setdefault(home_of(path, parsed), []).append(path)
        return found

    def _belongs(self, path: str, part: Part) -> bool:
        """A manifest that another component is built from is that component's own."""
        home = home_of(path, self._manifests[path])
        return home == part.home or home not in self._parts

    def _around(self, path: str) -> Part | None:
        """The innermost component around a path."""
        return next((self._parts[h] for h in ancestors(path) if h in self._parts), None)

    def _owners(self, path: str) -> list[Part]:
        """The innermost component around a path; all of them when it is outside of each, and of
        every other project too. What deploys is about all where only scripts make the root one."""
        part = self._around(path)
        bare = part is not None and not (part.home or part.manifests or part.build_files)
        if part is not None and not (bare and self._reader.role(path) is Role.INFRA):
            return [part]
        if any(home in self._speaking for home in ancestors(path) if home):
            return []
        return list(self._parts.values())

    def _attach_kubernetes(self) -> None:
        for started in self._started_images:
            part = local(self._parts.values(), started.image)
            if part is not None:
                part.places.append(started.image.place)
                continue
            for owner in self._owners(started.image.place.path):
                owner.images.append(started.image)

    def _attach_settings(self) -> None:
        reader = self._reader
        values = (p for p in kubernetes.value_files(reader) if settings.declares(reader, p))
        for path in sorted({*settings.declaring(reader), *values}):
            shared = settings.is_shared(path) or self._around(path) is not None
            for part in self._owners(path) if shared else ():
                part.settings.append(reader.place(path))
        for place, text in stacks.declaring(reader):
            for part in stacks.started(self._parts.values(), place.path, text):
                part.settings.append(place)

    def _publish(self, part: Part) -> Component:
        reader = self._reader
        published = tuple(manifests.published(reader, *m) for m in sorted(part.manifests.items()))
        declares = libraries.by_trade(d for m in published for d in m.dependencies)
        return Component(
            name=safe(part.home.rpartition("/")[2] or self._root(part)),
            repo=reader.repo,
            path=part.home or ".",
            built_by=unique(part.places),
            manifests=published,
            locks=locks.belonging(
                reader, part.manifests, self._locks, self._manifests, part.copies
            ),
            build_files=tuple(sorted(set(part.build_files), key=lambda file: file.place.path)),
            images=tuple(sorted(set(part.images), key=lambda image: order(image.place))),
            runtime_pins=tuple(self._pins(part, published)),
            settings=unique(part.settings),
            declares=declares,
            training_data=tuple(self._training(part, look="trainer" in declares)),
            unbuilt=composed.unbuilt(reader, self._services, part.home),
            dependencies_known=manifests.all_read(reader, part.manifests, self._unread(part)),
        )

    def _unread(self, part: Part) -> Iterator[str]:
        """Manifests of the part that could not be read."""
        for path in self._reader.problems:
            mine = path in part.manifests or part in self._owners(path)
            if mine and manifests.is_manifest(path) and self._reader.is_own(path):
                yield path

    def _root(self, part: Part) -> str:
        """Name of the whole: never that of the checkout, which differs between machines."""
        named = (given.name for p, given in sorted(part.manifests.items()) if "/" not in p)
        return self._root_name or next(filter(None, named), "root")

    def _pins(self, part: Part, published: tuple[Manifest, ...]) -> Iterator[tuple[Place, str]]:
        yield from (*(each.runtime for each in published if each.runtime), *part.runtimes)
        yield from self._pinning.of(part, {manifest.ecosystem for manifest in published})
        for file in part.build_files:
            yield from filter(None, map(pins.of_image, file.bases))

    @cached_property
    def _pinning(self) -> Pinning:
        return Pinning(self._reader, list(self._parts.values()), self._owners)

    def _training(self, part: Part, *, look: bool) -> Iterator[tuple[Place, str]]:
        # A provider may do the training: no library of the manifests says so then.
        if look not in self._data:
            self._data[look] = training.find(self._reader, look=look)
        for place, how in self._data[look]:
            if part in self._owners(place.path):
                yield place, how
