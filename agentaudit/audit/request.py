"""What an audit is asked to do, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from msgspec import Struct, field

from agentaudit.errors import SourceError
from agentaudit.lineage.declared import Declared
from agentaudit.lineage.placing import Declaration
from agentaudit.probe import Probe
from agentaudit.rubric import Rubric
from agentaudit.score.asked import GateSettings
from agentaudit.score.ledgers import Origins
from agentaudit.score.provenance import HistoryPoint, Waiver
from agentaudit.source import Documents, Host, Images, Registry, Repo, Traces

Progress = Callable[[str, int], None]
"""Told a phase and how many subjects it has done."""


class Sources(Struct, frozen=True):
    """The sources that could be opened; None where none of that kind is configured."""

    repo: Repo | None = None
    traces: Traces | None = None
    images: Images | None = None
    registry: Registry | None = None
    documents: Documents | None = None
    host: Host | None = None
    failures: tuple[SourceError, ...] = ()
    """Declared sources that could not be opened: no verdict, exit 3."""

    def available(self) -> dict[str, Any]:
        """Need → source, for those that are there."""
        needs = ("repo", "traces", "images", "registry", "documents", "host")
        return {need: source for need in needs if (source := getattr(self, need)) is not None}


class Identity(Struct, frozen=True):
    """What makes an audit reproducible: printed in every report."""

    tool: str
    """Version of agentaudit."""
    system: str
    as_of: date
    """UTC day the audit stands for: the only time in it."""
    command: str
    config_sha256: str
    rubric_sha256: str
    seed: int
    sample: int | None
    """None: everything."""
    config: str = ""
    """The configuration, from the root of the checkout; empty without one."""
    origins: Origins = field(default_factory=dict)
    """Where each source is declared."""

    @property
    def as_of_ns(self) -> int:
        """End of the day, Unix nanoseconds."""
        end = datetime.combine(self.as_of, time.max, UTC)
        return int(end.timestamp()) * 1_000_000_000


class Request(Struct, frozen=True):
    """One audit: the rubric, its probes, and what the configuration declares."""

    rubric: Rubric
    probes: Mapping[str, Probe]
    """By criterion id."""
    identity: Identity
    gate: GateSettings = field(default_factory=GateSettings)
    waivers: tuple[Waiver, ...] = ()
    history: tuple[HistoryPoint, ...] = ()
    """Earlier audits, oldest first."""
    services: Mapping[str, Declaration] = field(default_factory=dict)
    declared: Declared = field(default_factory=Declared)
    retention_days: int | None = None
    include_content: bool = False
    progress: Progress = lambda phase, done: None
