"""What is asked of the trace stores: which ones, and which of their traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

EARLIEST_NS = 1_420_070_400_000_000_000
"""2015-01-01, Unix nanoseconds: no agent answered before."""
DAY_NS = 86_400_000_000_000


class TraceSource(Struct, frozen=True):
    """One declared trace store."""

    uri: str
    """`otlp:PATH`, `otlp:GLOB`, or another scheme that a plug-in reads."""
    role: str = ""
    """The role it is opened with, as declared."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Attribute → value: only traces that show every pair on a span or resource are taken."""
    retention_days: int | None = None
    place: str = ""
    """Where it is declared, e.g. `agentaudit.yaml:7`, for errors."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Secret that was filled into the URI → how it is written, e.g. `${env:TOKEN}`."""

    @property
    def name(self) -> str:
        """The URI as written: what reports call it."""
        return self.shown(self.uri)

    def shown(self, text: str) -> str:
        """A text without the secrets of the URI: a file name, or what a plug-in says."""
        for secret, written in self.secrets.items():
            text = text.replace(secret, written)
        return text


class ReadOptions(Struct, frozen=True):
    """Which traces make the audit, and how they are read; the same for every store."""

    root: Path = Path()
    """Directory that relative paths start from."""
    since_ns: int | None = None
    """Earliest start of a response, Unix nanoseconds, inclusive."""
    until_ns: int | None = None
    """Latest start of a response, Unix nanoseconds, inclusive."""
    where: tuple[tuple[str, str], ...] = ()
    """Attribute and value pairs: each must be found on some span or resource of the trace."""
    sample: int | None = None
    """How many traces, those with the smallest hash; None for all."""
    seed: int = 0
    entry: str = ""
    """`responses.entry`: name of the span that starts a response."""
    sampling: str = ""
    """Sampling as declared in agentaudit.yaml."""
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Our key → further attribute names, tried first."""
    further: tuple[str, ...] = ()
    """Attribute names that questions written in a rubric ask for: read and kept too."""
    as_of_ns: int = 0
    """The day the audit stands for, Unix nanoseconds."""
    memory: int = 64 << 20
    """Bytes of lines after which traces are set aside on disk, in a private directory."""

    def within(self, start_ns: int) -> bool:
        """Whether a response that began then is wanted. One without a recorded start always is,
        and one whose clock cannot be right: leaving out or falsifying a fact must not remove a
        response."""
        if start_ns < EARLIEST_NS or (self.as_of_ns and start_ns > self.as_of_ns + DAY_NS):
            return True
        after = self.since_ns is None or start_ns >= self.since_ns
        return after and (self.until_ns is None or start_ns <= self.until_ns)
