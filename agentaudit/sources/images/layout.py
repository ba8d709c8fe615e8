"""OCI image layouts: a directory, or the same in a tar archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress

from agentaudit.errors import SourceError
from agentaudit.sources.images.documents import Descriptor, decoded, descriptor, listed
from agentaudit.sources.images.files import Files, document
from agentaudit.sources.images.limits import Limits, Refused
from agentaudit.sources.images.streams import Readable, checked_digest

_SHOWN = 5
_FALLBACKS = ("", ".sig", ".att", ".sbom")
"""Ends of the tags under which tools file attachments where nothing else is possible."""


class Layout:
    """Blobs of a layout, named by a tag in its index."""

    def __init__(
        self, files: Files, tag: str, limits: Limits, transport: str, digest: str = ""
    ) -> None:
        """`digest` opens a manifest that the layout holds, whatever tags it has."""
        self.transport = transport
        self._digest = digest
        self._files = files
        self._tag = tag
        self._limits = limits
        self._index = list(listed(decoded(self._read("index.json"), "index.json"), "manifests"))

    def top(self) -> tuple[str, bytes]:
        if self._digest:
            return self._digest, self.manifest(self._digest)
        found = self._chosen()
        return found.digest, self.manifest(found.digest)

    def manifest(self, digest: str) -> bytes:
        return self._read(_place(digest), digest)

    def blob(self, digest: str) -> AbstractContextManager[Readable]:
        return self._files.open(_place(digest))

    def lacks(self, digest: str) -> bool:
        try:
            with self._files.open(_place(digest)):
                return False
        except SourceError:
            return True

    def referrers(self, digest: str) -> Iterator[tuple[str, Descriptor]]:
        tags = {f"{digest.replace(':', '-')}{end}" for end in _FALLBACKS}
        for each in self._index[: self._limits.attachments]:
            if each.name in tags:
                yield from self._filed(each)
            elif not each.runs or each.artifact_type or self._refers(each, digest):
                yield "referrers", each

    def names(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        self._files.close()

    def _filed(self, found: Descriptor) -> Iterator[tuple[str, Descriptor]]:
        """What a fallback tag names: an index of attachments, or one attachment."""
        with suppress(SourceError):
            held = decoded(self.manifest(found.digest), found.name)
            several = listed(held, "manifests") if "manifests" in held else iter((found,))
            yield from ((found.name, each) for each in several)

    def _refers(self, found: Descriptor, digest: str) -> bool:
        with suppress(SourceError):
            subject = decoded(self.manifest(found.digest), "a manifest").get("subject")
            return isinstance(subject, dict) and descriptor(subject).digest == digest
        return False

    def _chosen(self) -> Descriptor:
        images = [each for each in self._index if each.runs and not each.artifact_type]
        found = [each for each in images if each.name == self._tag] if self._tag else images
        if len({each.digest for each in found}) == 1:
            return found[0]
        tags = ", ".join(sorted({each.name for each in images if each.name})[:_SHOWN])
        if not images:
            raise Refused("the layout holds no image")
        what = f"has no tag {self._tag!r}" if self._tag else f"holds {len(images)} images"
        raise Refused(f"the layout {what}", hint=f"name one of: {tags or 'no tags'}")

    def _read(self, name: str, digest: str = "") -> bytes:
        return document(self._files, name, self._limits, digest)


def _place(digest: str) -> str:
    return f"blobs/sha256/{checked_digest(digest).removeprefix('sha256:')}"
