"""What every way to an image offers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from agentaudit.image import Image
from agentaudit.sources.images.documents import Descriptor
from agentaudit.sources.images.extract.wanted import Selection
from agentaudit.sources.images.limits import Spent
from agentaudit.sources.images.scan import LayerScan
from agentaudit.sources.images.streams import Readable


class Transport(Protocol):
    """One image, opened."""

    def image(self) -> Image:
        """Configuration, layers and attachments, without reading a layer. Raises SourceError."""
        ...

    def absent(self, image: Image) -> int:
        """How many of its layers are known, without reading one, not to be there."""
        ...

    def scans(
        self, image: Image, needed: Collection[str], selection: Selection, spent: Spent
    ) -> Iterator[LayerScan]:
        """Read the layers whose diff_id is needed, in any order, each once, every digest verified.
        Raises Refused, TooMuch, and SourceError where the source fails."""
        ...

    def close(self) -> None: ...


class Blobs(Protocol):
    """Where blobs are kept under their digests: a layout or a registry."""

    transport: str

    def top(self) -> tuple[str, bytes]:
        """Digest and bytes of the index or manifest that the reference names."""
        ...

    def manifest(self, digest: str) -> bytes:
        """An index or manifest, verified."""
        ...

    def blob(self, digest: str) -> AbstractContextManager[Readable]:
        """Any other blob, not yet verified."""
        ...

    def lacks(self, digest: str) -> bool:
        """Whether a blob is known, without reading it, not to be there."""
        ...

    def referrers(self, digest: str) -> Iterator[tuple[str, Descriptor]]:
        """Manifests that refer to a digest, each with how it was found."""
        ...

    def names(self) -> tuple[str, ...]:
        """Names that the reference itself proves, e.g. `host/name@digest`."""
        ...

    def close(self) -> None: ...
