"""An image with its aliases, configuration and layers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct, field

from agentaudit.image.facts import (
    Attachment,
    Attestation,
    Bill,
    CudaFact,
    OperatingSystem,
    Package,
    Runtime,
    Trust,
)
from agentaudit.image.files import FileMap

_SHOWN = 5
"""Attachments that are told of an image."""


class Layer(Struct, frozen=True):
    """One layer: identified by what it unpacks to, carried as whatever the transport has."""

    diff_id: str
    """`sha256:…` of the unpacked tar."""
    digest: str = ""
    """`sha256:…` as transported; empty where the transport has no manifest."""
    size: int | None = None
    """Bytes as transported; None where the transport does not say."""
    media_type: str = ""
    created_by: str = ""
    """The build instruction that made it, as the history says."""


class Instruction(Struct, frozen=True):
    """One line of an image's history."""

    created: str
    """RFC 3339, as written; empty where not recorded."""
    created_by: str
    empty: bool
    """Whether it made no layer."""


class Settings(Struct, frozen=True):
    """What the configuration says. Labels are claims of whoever built the image."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    created: str = ""
    """RFC 3339, as written."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Values only of variables that name versions or models; others as length and digest."""
    labels: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    history: tuple[Instruction, ...] = ()

    @property
    def platform(self) -> str:
        """`linux/amd64`, `linux/arm64/v8`."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Contents(Struct, frozen=True):
    """What the layers hold."""

    files: FileMap
    system: OperatingSystem | None = None
    packages: tuple[Package, ...] = ()
    runtimes: tuple[Runtime, ...] = ()
    cuda: tuple[CudaFact, ...] = ()
    bills: tuple[Bill, ...] = ()
    altered: tuple[tuple[str, str], ...] = ()
    """(package, path) of Python sources that are not what their installer wrote, by path."""
    application: tuple[str, ...] = ()
    """Paths of files that belong neither to the system nor to a package, sorted."""
    tools: tuple[str, ...] = ()
    """Files of `/usr/local/bin` and `/usr/local/sbin` that no Python package lists, sorted."""
    problems: tuple[str, ...] = ()
    """What is odd about the layers, a sentence each: names that lead out of the image, …"""


class Image(Struct, frozen=True):
    """One image, as far as it was read."""

    reference: str
    """How it was opened, as skopeo spells it."""
    transport: str
    """docker-daemon, oci, oci-archive, docker-archive or docker."""
    layers: tuple[Layer, ...]
    settings: Settings
    config: str
    """Digest of the configuration; it differs between transports."""
    manifest: str = ""
    """Digest of the manifest; empty where the transport has none."""
    index: str = ""
    """Digest of the index it was chosen from; empty without one."""
    names: tuple[str, ...] = ()
    """Tags and repository digests that the transport knows it by, sorted."""
    attachments: tuple[Attachment, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    contents: Contents | None = None
    """None until its layers were read."""
    why: str = ""
    """Why its layers were not examined: too large, corrupt, nobody asked."""
    damaged: bool = False
    """Whether they could not be examined because they are not what they are said to be, or could
    not be fetched; False where they are merely too many or too large."""

    @property
    def examined(self) -> bool:
        """Whether its layers were read to the last byte and every digest was right."""
        return self.contents is not None

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """Its identity, lowest layer first."""
        return tuple(layer.diff_id for layer in self.layers)

    @property
    def identity(self) -> str:
        """One digest of the ordered diff_ids: equal for the same image on every transport."""
        return "sha256:" + hashlib.sha256("\n".join(self.diff_ids).encode()).hexdigest()

    @property
    def likeness(self) -> str:
        """Its identity together with what is started in it and what it says of itself: images of
        equal layers may differ in these."""
        said = self.settings
        pairs = sorted(said.env.items()), sorted(said.labels.items())
        started = said.entrypoint, said.command, said.workdir, said.user
        told = repr((self.diff_ids, pairs, started)).encode("utf-8", "surrogatepass")
        return hashlib.sha256(told).hexdigest()

    @property
    def aliases(self) -> tuple[str, ...]:
        """Every digest that may stand for it in a trace, most telling first."""
        named = (name.rpartition("@")[2] for name in self.names if "@sha256:" in name)
        found = (self.manifest, self.index, self.config, *named)
        return tuple(dict.fromkeys(digest for digest in found if digest))

    @property
    def sealed(self) -> str:
        """What given keys say of what is attached, behind a semicolon; empty where none was
        given."""
        signed = [each for each in self.attestations if each.signer]
        if signed:
            kinds = ", ".join(sorted({each.predicate for each in signed}))
            return f"; signed with {signed[0].signer}: {kinds}"
        about = [e for e in self.attestations if e.trust is Trust.MATCHES and e.problem]
        return "".join(f"; {each.predicate} {each.problem}" for each in about[:_SHOWN])

    @property
    def size(self) -> int | None:
        """Bytes of its layers as transported; None where a layer does not say."""
        sizes = [layer.size for layer in self.layers]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None
