"""Answers in, scorecard out: pure arithmetic, without files, clock or configuration."""

from agentaudit.score.asked import DimensionGate, GateSettings, Obstacle
from agentaudit.score.assembly import Population, Run, score
from agentaudit.score.gate import exit_codes
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
