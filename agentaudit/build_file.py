"""What an image is built from."""

from __future__ import annotations

from msgspec import Struct

from agentaudit.evidence import Place


class ImageUse(Struct, frozen=True):
    """One external image that a build file, compose file or manifest names."""

    reference: str
    """As written, with ARG defaults filled in."""
    place: Place
    tag: str
    digest: str
    """`sha256:…`, or empty."""
    unresolved: bool = False
    """Whether it holds a variable without a default."""


class BuildFile(Struct, frozen=True):
    """A Dockerfile or Containerfile."""

    place: Place
    bases: tuple[ImageUse, ...]
    """External images of FROM and COPY --from; stages and `scratch` are left out."""
    problem: str = ""
    beside: tuple[frozenset[int], ...] = (frozenset(),)
    """For every image that is built by it, the lines of stages which that is not made of."""
    context: str | None = None
    """Directory that it is built from, empty for the root; None where nobody says, or not alike."""
