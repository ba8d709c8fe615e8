"""What a probe concluded about one subject."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import force_setattr

from agentaudit.evidence import Evidence, safe


class Outcome(StrEnum):
    """The answer to a probe's question. FAIL and UNKNOWN are never merged."""

    PASS = "pass"
    FAIL = "fail"
    """We looked, and it is not there or not as it must be."""
    UNKNOWN = "unknown"
    """We could not look. Never credited, always shown."""
    NOT_APPLICABLE = "not_applicable"
    """The question makes no sense for this subject. Not counted."""
    ERROR = "error"
    """The probe crashed: our bug, not theirs. Never credited."""


class Cause(Struct, frozen=True, order=True):
    """One missing fact at one place: what a single fix would mend.

    Several criteria of several dimensions can fail for the same cause; applying it flips exactly
    what fails for no other cause.
    """

    fact: str
    """Our key of the fact, e.g. `git.commit`, or the file or practice that is missing."""
    place: str = ""
    """Service or component that should have it; empty for the system."""
    reason: str = "missing"
    """Reason code, e.g. `missing`, `broken`, `content_not_captured`, `not_configured`."""

    def __post_init__(self) -> None:
        force_setattr(self, "place", safe(self.place))


class Answer(Struct, frozen=True):
    """What a probe returns: see `passed`, `failed`, `unknown`, `not_applicable` in `probe.py`."""

    outcome: Outcome
    message: str
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""
    causes: tuple[Cause, ...] = ()


class Finding(Struct, frozen=True):
    """One answer of one probe about one subject."""

    probe: str
    subject: str
    """Trace id (and span id) of a response, `repo:path` of a component, empty for the system."""
    outcome: Outcome
    message: str
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    causes: tuple[Cause, ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "message", safe(self.message))
        force_setattr(self, "subject", safe(self.subject))
