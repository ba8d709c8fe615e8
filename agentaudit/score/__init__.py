"""Answers in, scorecard out: pure arithmetic, without files, clock or configuration."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentaudit.score.asked import DimensionGate, GateSettings, Obstacle
    from agentaudit.score.assembly import Population, Run, score
    from agentaudit.score.exits import exit_codes
    from agentaudit.score.layout import Applicability, Applies
    from agentaudit.score.responses import LinkState, link_states
    from agentaudit.score.scorecard import Scorecard, read, schema, scorecard_json
    from agentaudit.score.tally import Tally

__all__ = [
    "Applicability",
    "Applies",
    "DimensionGate",
    "GateSettings",
    "LinkState",
    "Obstacle",
    "Population",
    "Run",
    "Scorecard",
    "Tally",
    "exit_codes",
    "link_states",
    "read",
    "schema",
    "score",
    "scorecard_json",
]
_ROOMS = {
    "asked": ("DimensionGate", "GateSettings", "Obstacle"),
    "assembly": ("Population", "Run", "score"),
    "exits": ("exit_codes",),
    "layout": ("Applicability", "Applies"),
    "responses": ("LinkState", "link_states"),
    "scorecard": ("Scorecard", "read", "schema", "scorecard_json"),
    "tally": ("Tally",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Each name from its room, when it is asked for: who draws a scorecard does not wait for what
    makes one."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
