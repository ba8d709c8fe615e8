"""Images in a registry, over HTTP as the OCI distribution specification has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress

from agentaudit.sources.images.documents import MEDIA_TYPES, Descriptor, decoded, listed
from agentaudit.sources.images.limits import Limits, Refused
from agentaudit.sources.images.references import REGISTRY, Reference
from agentaudit.sources.images.streams import Readable, checked_digest, small
from agentaudit.sources.images.web import Missing, Web

_ACCEPT = ", ".join(MEDIA_TYPES)
_LEGACY = (".sig", ".att", ".sbom")
"""Ends of the tags under which older tools file signatures, attestations and bills."""


class Registry:
    """Blobs of one repository of a registry."""

    transport = REGISTRY

    def __init__(self, reference: Reference, limits: Limits, web: Web) -> None:
        self._reference = reference
        self._limits = limits
        self._web = web
        self._top = ""

    def top(self) -> tuple[str, bytes]:
        wanted = self._reference.wanted
        try:
            data = self._manifest(wanted, self._reference.digest)
        except Missing:
            raise Refused(
                f"the registry has no {self._reference.name} {wanted}",
                hint="push it, or name another tag or digest",
            ) from None
        self._top = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return self._top, data

    def manifest(self, digest: str) -> bytes:
        return self._manifest(checked_digest(digest), digest)

    def blob(self, digest: str) -> AbstractContextManager[Readable]:
        return self._web.get(self._path("blobs", checked_digest(digest)), "*/*")

    def lacks(self, digest: str) -> bool:
        """A registry keeps what its manifests name; only reading tells."""
        return False

    def referrers(self, digest: str) -> Iterator[tuple[str, Descriptor]]:
        """By the referrers interface, else by the tag that the specification falls back to; older
        tools' tags besides."""
        path, tag = self._path("referrers", digest), digest.replace(":", "-")
        try:
            with self._web.get(path, MEDIA_TYPES[0]) as source:
                data, how = small(source, self._limits, what="the referrers"), "referrers"
        except Missing:
            data, how = self._tagged(tag), tag
        with suppress(Refused):
            if data:
                yield from ((how, each) for each in listed(decoded(data, how), "manifests"))
        for end in _LEGACY:
            if data := self._tagged(f"{tag}{end}"):
                found = f"sha256:{hashlib.sha256(data).hexdigest()}"
                yield f"{tag}{end}", Descriptor(found, len(data), MEDIA_TYPES[1])

    def names(self) -> tuple[str, ...]:
        held = self._reference
        host = "docker.io" if held.host == "registry-1.docker.io" else held.host
        return (f"{host}/{held.name}@{self._top}",)

    def close(self) -> None:
        self._web.close()

    def _tagged(self, tag: str) -> bytes:
        """The manifest of a tag; empty where there is none."""
        try:
            return self._manifest(tag)
        except Missing:
            return b""

    def _manifest(self, wanted: str, digest: str = "") -> bytes:
        with self._web.get(self._path("manifests", wanted), _ACCEPT) as source:
            return small(source, self._limits, digest, "the manifest")

    def _path(self, kind: str, wanted: str) -> str:
        return f"/v2/{self._reference.name}/{kind}/{wanted}"
