"""What a gate asks, and what its verdict rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, field

from agentaudit.score.baseline import Baseline
from agentaudit.score.interval import Bounds
from agentaudit.score.layout import Layout
from agentaudit.score.provenance import ErrorRecord, Waiver
from agentaudit.score.standing import Standing
from agentaudit.source import Ledger


class DimensionGate(Struct, frozen=True):
    """What one dimension must meet by itself; None where nothing is asked."""

    fail_under: float | None = None
    """Score of the dimension, 0 to 100."""
    min_level: int | None = None


class GateSettings(Struct, frozen=True):
    """What the numbers must meet; None where nothing is asked."""

    fail_under: float | None = None
    """Score, 0 to 100."""
    min_level: int | None = None
    min_reconstructable: float | None = None
    """Per cent of responses, 0 to 100."""
    require_sources: tuple[str, ...] = ()
    """Kinds or URIs of sources that must have been read."""
    excluded_services: frozenset[str] = frozenset()
    """Services whose unrecognised traces are known to be no responses."""
    configured_seed: int | None = None
    """The seed that the configuration sets; another one in use is printed."""
    dimensions: Mapping[str, DimensionGate] = field(default_factory=dict)
    """By id."""
    compare: Literal["point", "interval"] = "point"
    """Whether a share of a sample is compared itself, or the lower end of its sampling error."""
    baseline: Baseline | None = None
    """What must not get worse."""
    ignored_waivers: int = 0
    """Waivers that are declared and, as was asked, not in force."""

    @property
    def demands(self) -> bool:
        """Whether anything is asked at all: only then does an ended waiver or unread line count."""
        asked = (self.fail_under, self.min_level, self.min_reconstructable)
        further = self.dimensions or self.baseline or self.require_sources
        return any(value is not None for value in asked) or bool(further)


class Obstacle(Struct, frozen=True):
    """Why there can be no verdict at all, whatever the gate asks: a source that did not open, a
    declared source without any subject, nothing to audit."""

    name: str
    message: str
    """What happened, and what to do."""


class Evidenced(Struct, frozen=True):
    """What a verdict rests on."""

    layout: Layout
    standing: Standing
    unwaived: Standing
    """The same with waived criteria left out of the levels."""
    ledgers: Sequence[Ledger]
    waivers: Sequence[Waiver]
    errors: Sequence[ErrorRecord]
    interval: Bounds | None
    """Sampling error of the reconstructable share."""
    seed: int
    obstacles: Sequence[Obstacle]
    advice: str
    """The best next fix, in one line; empty when there is none."""
    sampled: bool = False
    """Whether only some of the responses were read."""
    waived: frozenset[int] = frozenset()
    """Columns that a waiver in force covers."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where criteria fail: fingerprint → criterion and place in words."""
