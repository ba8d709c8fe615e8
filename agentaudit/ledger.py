"""What reading each source gave, counted."""

from __future__ import annotations

from msgspec import Struct, field


class Unread(Struct, frozen=True):
    """A line or file that could not be read, and why."""

    place: str
    why: str


class Ledger(Struct):
    """What reading a source gave, counted: shown beside every headline."""

    kind: str
    """git, traces, images, registry."""
    uri: str
    role: str = ""
    """The role it was opened with, as the config declares it."""
    revision: str = ""  # the commit that was read
    read: int = 0
    """Lines of a file source, files of a repository."""
    unread: int = 0
    spans: int = 0
    records: int = 0  # log records
    traces: int = 0
    responses: int = 0
    unread_places: list[Unread] = field(default_factory=list)
    """The first ten."""
    unrecognised: dict[str, int] = field(default_factory=dict)
    """Traces without any recognised step, by service name."""
    recognised: dict[str, int] = field(default_factory=dict)
    """Traces with a recognised step, by service name."""
    evaluator_only: int = 0
    first_ns: int = 0
    last_ns: int = 0
    notes: list[str] = field(default_factory=list)
    """What the reader of a report must know: shallow history, no git, metrics left out."""
