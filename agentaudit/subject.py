"""Subjects that are no single thing in one source: what is known of each when it is asked about."""

from __future__ import annotations

from msgspec import Struct

from agentaudit.evidence import Evidence
from agentaudit.response import Resolution, Target

_NOT_LOOKED = Target(Resolution.NOT_LOOKED, "not looked up", "not_looked")


class ImageSubject(Struct, frozen=True):
    """One container image: named by responses, configured, or one that should have been named."""

    name: str
    """Digest or reference; empty for one that nothing identifies."""
    place: str = ""
    """A service that ran in it, or should have named it; empty for one that is only configured."""
    target: Target = _NOT_LOOKED
    """Content is an `Image`, its layers read where they could be."""
    code: Target = _NOT_LOOKED
    """Its files against the commit that it says it was built from: content is a `ContentVerdict`,
    verified where they are equal."""
    packages: Target = _NOT_LOOKED
    """Its packages against the lock files of that commit: content is a tuple of `Drift`, verified
    where they are equal."""
    evidence: tuple[Evidence, ...] = ()
    """Where it was named, or should have been."""

    @property
    def id(self) -> str:
        """What findings call it."""
        return self.name or f"unidentified image of {self.place or 'a service'}"
