"""The kinds of source, in the words that probes ask in.

Probes see these protocols and values only; what git, files or HTTP look like stays in `sources/`.
A look-up never answers with a bare "no": `Target` tells broken (looked, not there) from not looked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from msgspec import Struct, field

from agentaudit.blocks import Block
from agentaudit.build_file import BuildFile as BuildFile
from agentaudit.build_file import ImageUse as ImageUse
from agentaudit.code import Code, Role, Strength, Use
from agentaudit.evidence import Evidence
from agentaudit.evidence import Place as Place
from agentaudit.host import ThisHost
from agentaudit.image import Image
from agentaudit.ledger import Ledger as Ledger
from agentaudit.ledger import Unread as Unread
from agentaudit.response import Response, Target
from agentaudit.span import Kind
from agentaudit.trades import AGENTIC, follows, only_loads


class Dependency(Struct, frozen=True):
    """One direct requirement that a manifest declares."""

    name: str
    """Normalised name of the package."""
    ecosystem: str
    """python, node, go, java, dotnet or rust."""
    place: Place


class Manifest(Struct, frozen=True):
    """A file that declares what a component needs."""

    place: Place
    ecosystem: str
    dependencies: tuple[Dependency, ...]
    runtime: tuple[Place, str] | None
    """Where and how the language runtime is pinned, e.g. `>=3.11`; None when it is not."""


class Lock(Struct, frozen=True):
    """A lock file: of direct requirements `missing` are not pinned, `stale` in other versions."""

    place: Place
    ecosystem: str
    complete: bool
    """Whether it pins every package it lists to one version."""
    missing: tuple[str, ...]
    problem: str = ""
    """Why it cannot be trusted: unreadable, an LFS pointer, empty; else empty."""
    stale: tuple[str, ...] = ()


class Component(Struct, frozen=True, dict=True):
    """A deployable part of a repository (DESIGN.md §2): one subject of repository criteria."""

    name: str
    """Directory name, or the repository's for the root."""
    repo: str
    path: str
    """Directory relative to the repository root; `.` for the root."""
    built_by: tuple[Place, ...]
    """What builds or starts it; empty for a root that nothing deploys."""
    manifests: tuple[Manifest, ...]
    locks: tuple[Lock, ...]
    build_files: tuple[BuildFile, ...]
    images: tuple[ImageUse, ...]
    """Images that compose, Kubernetes or Helm values start for it, local builds left out."""
    runtime_pins: tuple[tuple[Place, str], ...]
    """Where the language runtime is pinned: version file, manifest, build image."""
    settings: tuple[Place, ...]
    """Files that declare its runtime configuration."""
    declares: Mapping[str, tuple[Dependency, ...]]
    """Known libraries by trade: model, agent, retriever, vector_store, embedding, guardrail,
    trainer, tracing, evaluation, tracker."""
    training_data: tuple[tuple[Place, str], ...] = ()
    """Data files a trainer reads or that are versioned beside it, with how: dvc, lfs, plain."""
    dependencies_known: bool = True
    """Whether every manifest could be read in full; False also where there is none."""
    code: Code = field(default_factory=Code)
    unbuilt: tuple[Place, ...] = ()
    """What builds it from a build file that is not committed."""
    does: frozenset[str] | None = None
    """Trades that its own code shows, where `code` holds more than that."""

    @property
    def id(self) -> str:
        return f"{self.repo}:{self.path}"

    @cached_property
    def built_from(self) -> frozenset[str]:
        """Directories of its build files, `.` for the root: people may call it by one of them."""
        files = (build.place.path for build in self.build_files)
        return frozenset(path.rpartition("/")[0] or "." for path in files)

    def evidence(self, excerpt: str = "") -> Evidence:
        """Its directory, for a finding about something that it lacks."""
        return Place(self.repo, self.path).evidence(excerpt or f"component {self.name}")

    def uses(self, trade: str) -> tuple[Use, ...]:
        """The known libraries of a trade, strongest evidence first."""
        shared = self.does is not None and trade in AGENTIC and not self._follows(trade)
        if shared or self.code.used:
            return () if shared else self.code.used.get(trade, ())
        declared = self.declares.get(trade, ())
        return tuple(Use(d.name, trade, Strength.DECLARED, d.place) for d in declared)

    @cached_property
    def agentic(self) -> bool:
        """Whether its manifests or its own code say that it calls a model, retriever or trainer."""
        posts = self.does is None and self.code.posts
        return posts or (any(map(self._follows, AGENTIC)) and not self._only_loads())

    def _only_loads(self) -> bool:
        declared, used = self.declares.get("retriever", ()), self.code.used.get("retriever", ())
        others = (trade for trade in AGENTIC if trade != "retriever")
        return only_loads(declared, used) and not any(map(self._follows, others))

    def _follows(self, trade: str) -> bool:
        return follows(trade, self.declares.get(trade, ()), self.does, self.code)


class Step(Struct, frozen=True):
    """One command or action that a CI workflow runs."""

    workflow: str
    text: str
    """The command, or `uses: …`, with its inputs."""
    place: Place
    gating: bool = True
    """Whether the run fails when it fails."""
    by_hand: bool = False
    """Whether nothing but a person starts it."""
    home: str = ""
    """Directory that it works in."""
    job: str = ""
    """The job that it is of: on a machine of its own, which hands others no files."""


class Change(Struct, frozen=True):
    """A commit that changed certain files."""

    sha: str
    subject: str
    body: str
    """Message without subject and trailers."""
    paths: tuple[str, ...]
    repo: str


class Repo(Protocol):
    """All configured repositories together: the need `repo`."""

    @property
    def name(self) -> str:
        """For evidence: `git:.`, or several joined by a comma."""
        ...

    def components(self) -> tuple[Component, ...]: ...

    def files(self, pattern: str, saying: Collection[str] = ()) -> Iterator[Place]:
        """Own files by path: `*` stays in a directory, `**` crosses; with words, that say one."""

    def read(self, place: Place, *, long: bool = False) -> str | None:
        """Its text at the scanned revision; None: binary, missing or above 1 MB, `long` 8 MB."""

    def role(self, file: Place) -> Role:
        """What part it plays, by where it lies; a directory that is deployed is the application's,
        whatever it is called."""

    def blocks(self, place: Place) -> tuple[Block, ...]:
        """Functions, tries and catches of a source file, sorted by where they begin; none of one
        that cannot be read, or in a language that is not."""

    def steps(self) -> tuple[Step, ...]:
        """Everything that CI workflows run."""

    def changes(self, patterns: tuple[str, ...], limit: int) -> tuple[Change, ...] | None:
        """The last `limit` commits that changed files matching a pattern; None without git."""

    def rows(self, changes: Iterable[Change]) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(id, path) → lines that a change added or took, not moved; empty: could not be told."""

    def commit(self, sha: str) -> Target:
        """Look a full or abbreviated commit id up; content is a `Commit`."""

    def text_at(self, sha: str, path: str) -> Target:
        """Open a file at a commit; content is a `PromptText`."""

    def code_at(self, sha: str, path: str, line: int | None, symbol: str) -> Target:
        """Find a line or symbol at a commit; content is a `CodePlace`."""

    def tree_at(self, sha: str) -> Target:
        """Every file of a commit; content is a `CommitTree`."""

    def locks_at(self, sha: str) -> Target:
        """The lock files of a commit; content is a tuple of `LockFile`."""

    def recent(self, limit: int) -> tuple[str, ...]:
        """The latest commits on any branch or tag, newest first; empty without history."""

    def ledgers(self) -> list[Ledger]:
        """What was read, one per repository."""


class Traces(Protocol):
    """All configured trace stores together."""

    @property
    def name(self) -> str: ...

    def responses(self) -> Iterator[Response]:
        """Every response of the sample, one at a time, in order of trace hash."""
        ...

    def find(self, prefix: str) -> Iterator[Response]:
        """Responses whose id starts with `prefix`."""
        ...

    def ids(self) -> Iterator[str]:
        """Ids of all responses, for near misses."""
        ...

    def holds_trace(self, trace_id: str) -> bool: ...

    def holds_completion(self, response_id: str) -> bool:
        """Whether some span recorded this provider response id."""
        ...

    def shows(self, service: str) -> frozenset[Kind]:
        """Kinds of spans a service shows anywhere in what was read."""
        ...

    @property
    def logs_read(self) -> bool: ...

    @property
    def population(self) -> int | None:
        """Responses wanted before sampling, once they were read; None when nobody knows."""
        ...

    def ledgers(self) -> list[Ledger]: ...


class Images(Protocol):
    """All configured container images together: the need `images`."""

    def image(self, digest: str) -> Target:
        """Look an image up by any of its digests (index, manifest, configuration, identity) or by
        a name that ends in one; content is an `Image` whose layers may be unread."""
        ...

    def open(self, reference: str) -> Target:
        """The image of a configured reference, by the same spelling or by what it names."""
        ...

    def examine(self, image: Image) -> Image:
        """The same image with its layers read; `examined` is False and `why` says so where they
        are too large, too many, or not what their digests promise. Read once a run."""
        ...

    def all(self) -> tuple[Image, ...]:
        """Every configured image that opened, each identity once."""
        ...

    def ledgers(self) -> list[Ledger]:
        """What was read, one per configured image."""
        ...


class Registry(Protocol):
    """A model registry."""

    def version(self, uri: str) -> Target: ...


class Documents(Protocol):
    """The stores that retrievers read from."""

    def document(self, source: str, snapshot: str, id: str) -> Target: ...


class Host(Protocol):
    """The machine that runs the scan: never taken for the one that answered."""

    def facts(self) -> ThisHost:
        """Read once a run."""
        ...

    def ledgers(self) -> list[Ledger]: ...
