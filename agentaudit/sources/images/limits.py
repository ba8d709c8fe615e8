"""How much of an image is read, and the error when something in it cannot be."""

from __future__ import annotations

from msgspec import Struct

from agentaudit.errors import SourceError

CHUNK = 256 << 10
"""Bytes moved at a time."""


class Refused(SourceError):
    """An image, or a part of it, that cannot be read: damaged, hostile or not what it says."""


class TooMuch(Refused):
    """More than a limit allows: nothing is wrong, it was not looked at."""


class Limits(Struct, frozen=True):
    """Most of everything. Bytes unless named otherwise."""

    image: int = 4 << 30
    """Layers of an image as transported; unpacked four times that."""
    files: int = 300_000
    """Entries of all layers of an image together."""
    document: int = 8 << 20
    """One JSON document or attestation."""
    header: int = 1 << 20
    """A long name or an extended header of tar."""
    path: int = 4_096
    """Characters of a path or link."""
    layers: int = 512
    """Number of layers."""
    kept: int = 64 << 20
    """Contents that extractors read, of one layer."""
    blob: int = 4 << 20
    """Largest file that gets a git blob id."""
    ratio: int = 200
    """Unpacked to transported, beyond the first 256 MiB."""
    attachments: int = 64
    """Number of documents attached to an image."""


GRACE = 256 << 20
"""Bytes that may unpack from next to nothing: an image with one file of zeros is no bomb."""


class Spent(Struct):
    """What one image has cost so far, over all its layers."""

    limits: Limits
    packed: int = 0
    unpacked: int = 0
    files: int = 0
    recalled: int = 0
    """Unpacked bytes of layers that were read in an earlier run."""

    def unpack(self, size: int) -> None:
        """Count unpacked bytes. Raises TooMuch, and Refused for a bomb."""
        self.unpacked += size
        self._whole()
        if self.unpacked > GRACE and self.unpacked > self.limits.ratio * self.packed:
            raise Refused(
                f"its layers unpack to more than {self.limits.ratio} times their size",
                hint="nothing but a decompression bomb is known to do so: look at its origin",
            )

    def pack(self, size: int) -> None:
        """Count transported bytes. Raises TooMuch."""
        self.packed += size
        if self.packed > self.limits.image:
            raise TooMuch(
                f"its layers are larger than {self.limits.image:,} bytes",
                hint="raise --max-image-bytes",
            )

    def recall(self, unpacked: int, files: int) -> None:
        """Count a layer of an earlier run as if it were read again. Raises TooMuch."""
        self.recalled += unpacked
        self._whole()
        self.file(files)

    def _whole(self) -> None:
        if self.unpacked + self.recalled > 4 * self.limits.image:
            raise TooMuch(
                f"its layers unpack to more than {4 * self.limits.image:,} bytes",
                hint="raise --max-image-bytes",
            )

    def file(self, count: int = 1) -> None:
        """Count entries. Raises TooMuch."""
        self.files += count
        if self.files > self.limits.files:
            raise TooMuch(
                f"it holds more than {self.limits.files:,} files", hint="raise --max-image-files"
            )
