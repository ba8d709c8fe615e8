"""Where a reference leads, once a source has looked it up."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agentaudit.evidence import Evidence


class Resolution(StrEnum):
    """How far a recorded reference could be followed."""

    NOT_LOOKED = "not_looked"
    """No source that could hold it is configured, or the source could not say."""
    BROKEN = "broken"
    """Looked up, and it is not there."""
    RESOLVED = "resolved"
    """Looked up and found."""
    VERIFIED = "verified"
    """Found, and proven to be what was used."""


class Target(Struct, frozen=True):
    """Where a reference leads: filled by the source that looked it up."""

    resolution: Resolution
    detail: str
    """One sentence: what was found, or what was searched and why it is not there."""
    reason: str = ""
    """Reason code when not resolved: `broken`, `not_configured`, `shallow`, `ambiguous`, ..."""
    needs: str = ""
    """Our key of another fact whose lack made the look-up impossible, e.g. `git.commit`."""
    content: object = None
    """The thing itself: a `Commit`, the text of a prompt, a code line. None when not resolved."""
    evidence: tuple[Evidence, ...] = ()


NOT_FOLLOWED = Target(Resolution.NOT_LOOKED, "not looked up", "not_recorded")
"""What a reference leads to before anybody looks."""
