"""Which source files, settings and prompt files belong to which component, and what they say."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from agentaudit.code import Code, Role
from agentaudit.expressions import regex
from agentaudit.source import Component, Dependency
from agentaudit.sources.git import configured, functions, idle, libraries, prompt_files
from agentaudit.sources.git.code import configuration
from agentaudit.sources.git.code.assemble import Repository
from agentaudit.sources.git.code.unread import is_unread, unread
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.doing import Doing, Share
from agentaudit.sources.git.environments import Environments
from agentaudit.sources.git.projects import Project, by_home, by_name, is_package, reached
from agentaudit.sources.git.reader import Reader, ancestors, directory, inside, mapping, word
from agentaudit.trades import AGENTIC

_INGESTS = regex(r"(?i)ingest|index(?:er|ing)|embedder|prep_?docs|preparedocs|vectori[sz]|etl$")
"""Names of projects that fill an index."""
_ASIDE = regex(r"/(?:scripts?|bin)(?:/|$)")
"""Directories of a library whose files its users do not run."""
_SEARCHES = frozenset({"vector_store", "retriever"})


class Codes:
    """The code of every component of a tree."""

    def __init__(
        self,
        reader: Reader,
        components: Mapping[str, Component],
        projects: Iterable[Project],
        repository: Repository,
        environments: Environments,
        copies: Mapping[str, Collection[str]],
        needs: Callable[[str], Sequence[Dependency]],
    ) -> None:
        self._reader = reader
        self._repository = repository
        self._packages = frozenset(home for home, each in components.items() if is_package(each))
        self._bare = frozenset(h for h, each in components.items() if not each.build_files)
        """Components without an image, which would tell what they take in."""
        self._environments = environments
        self._parts = {
            home: [need for manifest in each.manifests for need in manifest.dependencies]
            for home, each in components.items()
        }
        self._projects = by_home(projects)
        if "" not in self._parts and _gathers(reader):
            # An image takes its manifest in to install a member: what else stands there is no part.
            self._projects.pop("", None)
        self._copies = {} if self._projects else copies
        """Component → what its images take in, where no manifest says what is whose."""
        self._needs = needs
        self._owners: dict[str, list[str]] = {}
        self._cut: dict[str, str] = {}
        """Component → a file of its settings that is not read to its end."""

    def of(self, home: str) -> Code:
        """What the source code of a component says."""
        share, needs = self._shares[home], self._whole[home]
        code = self._repository.code(share.sources, share.settings, needs, share.prompts)
        if missing := self._missing(home, share, code):
            return replace(code, unread=missing)
        return code

    def _missing(self, home: str, share: Share, code: Code) -> str:
        paths = self._unread.get(home, ())
        missing = unread(self._reader, paths, share.sources, self._whole[home], code)
        cut = self._cut.get(home)
        return missing or (f"{cut} {self._reader.problems[cut]}" if cut else "")

    @cached_property
    def doing(self) -> Doing:
        """What each component does itself."""
        return Doing(self._reader, self._repository, self._shares, self._whole)

    def keep(self) -> None:
        """Keep what was parsed, if anything was, for the next run."""
        self._repository.keep()

    @cached_property
    def _unread(self) -> dict[str, list[str]]:
        """Component → its files in languages that are not read."""
        found: dict[str, list[str]] = {}
        for path in (p for p in self._reader.paths if is_unread(self._reader, p)):
            for home in self._owned(path):
                found.setdefault(home, []).append(path)
        return found

    @cached_property
    def _shares(self) -> dict[str, Share]:
        found = {home: Share() for home in self._parts}
        for path in self._repository.paths:
            for home in self._owned(path):
                found[home].sources.append(path)
                if (far := self._is_far(path, home)) is not None:
                    found[home].lent[path] = far
        composed = self._environments.files
        files = configured.files(self._reader, lambda p: len(self._owned(p)) == 1, composed)
        for path, shared in files:
            if owners := self._owned(path):
                rows = configuration.of_file(self._reader, path)
                for home in (*owners, *self._loading(path, owners)):
                    if configuration.is_cut(self._reader, path):
                        self._cut.setdefault(home, path)
                    found[home].settings += self._environments.of(home, path, rows, shared=shared)
        for path, target, rows in functions.variables(self._reader):
            for home in [target] if target in found else self._owned(path):
                found[home].settings += rows
        for prompt in prompt_files.found(self._reader, self._repository):
            for home in self._owned(prompt.place.path):
                found[home].prompts.append(prompt)
        return found

    def _loading(self, path: str, owners: list[str]) -> list[str]:
        """Further components that load a file of the environment, or what it is a template of."""
        return [
            home
            for file, home in self._loaded.items()
            if home not in owners and path.startswith(file) and directory(path) == directory(file)
        ]

    @cached_property
    def _loaded(self) -> dict[str, str]:
        """Files of the environment that graphs are served with → the component of the graphs."""
        found = {}
        for path in self._reader.named("langgraph.json".__eq__):
            home, given = directory(path), word(mapping(self._reader.json(path)).get("env"))
            file = joined(home, given) if given else None
            if file and home in self._parts and not inside(file, home):
                found[file] = home
        return found

    def _owned(self, path: str) -> list[str]:
        """The components that a file belongs to."""
        home = directory(path)
        if home not in self._owners:
            self._owners[home] = self._owners_of(home)
        return self._owners[home]

    def _owners_of(self, home: str) -> list[str]:
        deploys = self._reader.directory_role(home) is Role.INFRA
        for above in ancestors(home):
            if above in self._parts:
                # What deploys a component deploys what lies below it, too.
                below = (p for p in self._parts if inside(p, above))
                return list(below if deploys else self._running(above))
            project = self._projects.get(above)
            if project is not None and project.parts:
                if above not in self._parts and _ASIDE.match(home[len(above) :]):
                    return []
                users = self._users(project)
                taken = [p for p in project.parts if p in users] or list(project.parts)
                return [*taken, *(p for p in users if p in self._bare and p not in taken)]
        for above in ancestors(home):
            if above and (project := self._projects.get(above)) is not None:
                if _ASIDE.match(home[len(above) :]) and self._users(project):
                    return []
                return self._users(project) or self._served(above, home)
        return [part for part in self._copies if self._takes(part, home)] or list(self._parts)

    def _takes(self, part: str, path: str) -> bool:
        """Whether the images of a component take in what stands at a path."""
        return any(inside(path, source) for source in self._copies.get(part, ()))

    def _running(self, part: str) -> Iterator[str]:
        """The components that code of a component runs in: that of one which nothing starts runs in
        those that need it, too."""
        yield part
        if part in self._packages:
            yield from (p for p, near in self._reached.items() if part in near and p != part)

    def _users(self, project: Project) -> list[str]:
        """The components that need a project, if only through others."""
        return [part for part, reached in self._reached.items() if project.home in reached]

    def _is_far(self, path: str, part: str) -> bool | None:
        """For a file that a component shares: whether it is nothing that the component is known to
        need itself; None for its own files."""
        if inside(path, part) or len(self._parts) == 1 or self._takes(part, path):
            return None
        if path.endswith(".py") and self.shares(part):
            return path not in self._imported[part]
        for above in ancestors(directory(path)):
            project = self._projects.get(above)
            if project is None or (not above and not project.parts):
                continue
            if project.parts == (part,):
                return None
            return self._reached[part].get(above, True)
        return True

    def shares(self, part: str) -> bool:
        """Whether a component of Python has no manifest but those that are others', too."""
        if part not in self._imported:
            return False
        taken = [project.parts for project in self._projects.values() if part in project.parts]
        return bool(taken) and all(len(parts) > 1 for parts in taken)

    @cached_property
    def _imported(self) -> dict[str, frozenset[str]]:
        """Component without a manifest of its own → files that its own import."""
        found = {}
        for part in self._parts.keys() - self._projects.keys() - {""}:
            own = [path for path in self._repository.paths if inside(path, part)]
            if own and all(path.endswith(".py") for path in own):
                found[part] = self._repository.imported(own)
        return found

    @cached_property
    def _reached(self) -> dict[str, dict[str, bool]]:
        """Component → homes of the projects that it needs → whether only its libraries do."""
        named = by_name(self._projects.values())
        return {
            part: reached(named, {need.name for need in needs})
            for part, needs in self._parts.items()
        }

    @cached_property
    def _whole(self) -> dict[str, list[Dependency]]:
        """Component → what it needs, and what libraries of the repository need that run in it."""
        return {
            part: [
                *needs,
                *(
                    need
                    for home in self._reached[part]
                    if home in self._projects and not self._projects[home].parts
                    for need in self._needs(home)
                ),
            ]
            for part, needs in self._parts.items()
        }

    def _served(self, project: str, home: str) -> list[str]:
        """Whom a project serves that nothing deploys and nobody needs: what measures or deploys
        the system is about all of it, what fills an index about those who search one."""
        if self._reader.directory_role(home) in (Role.EVAL, Role.INFRA):
            return list(self._parts)
        if not _INGESTS.search(project.rpartition("/")[2]):
            return []
        return [
            part
            for part, needs in self._parts.items()
            if any(libraries.trades(need) & _SEARCHES for need in needs)
        ]


def _gathers(reader: Reader) -> bool:
    """Whether the manifest of the root only gathers members, all of one language."""
    named = "workspaces" in mapping(reader.json("package.json"))
    others = ("pyproject.toml", "requirements.txt", "go.mod", "Cargo.toml", "pom.xml")
    known = reader.known
    return (named or "pnpm-workspace.yaml" in known) and known.isdisjoint(others)


def with_code(
    reader: Reader,
    components: Mapping[str, Component],
    projects: Iterable[Project],
    repository: Repository,
    environments: Environments,
    copies: Mapping[str, Collection[str]],
    declared: Callable[[str], Sequence[Dependency]],
) -> tuple[Component, ...]:
    """The components, by home, with what their code says; `copies` is what their images take in,
    `declared` what the project of a directory needs."""
    codes = Codes(reader, components, projects, repository, environments, copies, declared)
    collects = gc.isenabled()
    gc.disable()  # millions of small values, and no cycle among them: looking for one costs a tenth
    try:
        found = []
        for home, each in components.items():
            code = codes.of(home)
            does = codes.doing.does(home, code)
            declares = idle.kept(reader, each, code, does, copies[home])
            if does is not None and codes.shares(home):
                # Of which of several parts a library is, their one manifest does not tell.
                declares = {t: uses for t, uses in declares.items() if t not in AGENTIC}
            files = tuple(map(environments.built, each.build_files))
            made = replace(each, code=code, does=does, declares=declares, build_files=files)
            found.append(made)
        return tuple(found)
    finally:
        codes.keep()
        if collects:
            gc.enable()
