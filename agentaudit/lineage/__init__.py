"""The join: what a response says it was made with, followed into the sources.

A new kind of reference is one row in `KINDS`: how it is collected from a response and which source
opens it. Each distinct value is looked up once, whatever the number of responses that carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.lineage import built, collect, follow
from agentaudit.lineage.declared import Declared
from agentaudit.lineage.pictures import Pictures
from agentaudit.lineage.placing import Placing
from agentaudit.response import Reference, Response, Target
from agentaudit.span import Recorded


class Kind(Struct, frozen=True):
    """One kind of reference."""

    name: str
    source: str
    """The need that opens it: repo, images, registry, documents, traces."""
    collect: Callable[[Response, Declared], Iterable[Reference]]
    key: Callable[[Reference, Response, Declared], Hashable]
    """What a look-up depends on: equal keys are looked up once."""
    open: Callable[[Any, Any], Target]
    """Ask the source for one key."""
    joined: bool = False
    """Whether `Pictures` is asked instead, which joins images with repositories."""


KINDS: tuple[Kind, ...] = (
    Kind("commit", "repo", collect.commits, follow.by_value, follow.commit),
    Kind("image", "images", collect.images, follow.by_value, built.image, joined=True),
    Kind("build", "images", built.builds, built.build_key, built.build, joined=True),
    Kind("packages", "images", built.packages, built.packages_key, built.package_list, joined=True),
    Kind("lock", "repo", built.locks, built.lock_key, built.lock, joined=True),
    Kind("registry version", "registry", collect.models, follow.by_value, follow.version),
    Kind("adapter", "registry", collect.adapters, follow.by_value, follow.version),
    Kind("prompt", "repo", collect.prompts, follow.prompt_key, follow.prompt),
    Kind("code", "repo", collect.code, follow.code_key, follow.code),
    Kind("index snapshot", "documents", collect.snapshots, follow.by_value, follow.snapshot),
    Kind("trace", "traces", collect.traces, follow.by_value, follow.trace),
)


class Lineage(Struct):
    """Collects and follows the references of responses."""

    sources: Mapping[str, Any]
    """Need → source, for those that are configured."""
    declared: Declared = field(default_factory=Declared)
    placing: Placing = field(default_factory=Placing)
    pictures: Pictures = field(default_factory=Pictures)
    _known: dict[tuple[str, Hashable], Target] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pictures = Pictures(self.sources.get("images"), self.sources.get("repo"))

    def follow(self, response: Response) -> None:
        """Map its services to components, then fill `response.references`."""
        self.placing.place(response)
        response.references = ()
        for kind in KINDS:
            found = tuple(
                self._followed(kind, ref, response) for ref in self._collect(kind, response)
            )
            response.references += found

    def _collect(self, kind: Kind, response: Response) -> Iterable[Reference]:
        return kind.collect(response, self.declared)

    def _followed(self, kind: Kind, ref: Reference, response: Response) -> Reference:
        if ref.recorded is not Recorded.RECORDED:
            return ref
        if kind.source not in self.sources:
            return replace(ref, target=follow.not_configured(kind.name, kind.source))
        key = kind.key(ref, response, self.declared)
        if isinstance(key, Target):
            return replace(ref, target=key)
        if (kind.name, key) not in self._known:
            source = self.pictures if kind.joined else self.sources[kind.source]
            self._known[kind.name, key] = kind.open(source, key)
        return replace(ref, target=self._known[kind.name, key])
