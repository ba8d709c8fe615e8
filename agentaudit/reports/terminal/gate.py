"""The gate: each condition with what it found, what it needs, and what to do."""

from __future__ import annotations

from agentaudit.reports import figures, signs
from agentaudit.reports.signs import FAINT, STRONG
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.score.scorecard import Condition, Scorecard

_SIGNS = {"pass": signs.YES, "fail": signs.NO, "not_assessed": signs.UNSURE}
_HEADS = {
    "pass": (signs.YES, "Gate passed"),
    "fail": (signs.NO, "Gate failed"),
    "no_verdict": (signs.UNSURE, "No verdict"),
}


def draw(canvas: Canvas, card: Scorecard) -> None:
    """Nothing where no gate is set; notes always."""
    gate = card.gate
    if gate.verdict != "none":
        sign, words = _HEADS[gate.verdict]
        met = sum(condition.verdict == "pass" for condition in gate.conditions)
        canvas.line(
            "  ", sign, " ", (words, STRONG), f"  {met} of {len(gate.conditions)} conditions hold"
        )
        for condition in gate.conditions:
            _condition(canvas, condition)
    for note in gate.notes:
        canvas.hang("  ", canvas.text((f"note: {note}", FAINT)))
    if gate.verdict != "none" or gate.notes:
        canvas.gap()


def _condition(canvas: Canvas, condition: Condition) -> None:
    head = canvas.text("  ", _SIGNS[condition.verdict], f" {condition.name:<20} ")
    numbers = figures.comparison(condition)
    canvas.hang(head, canvas.text((f"{numbers}   " if numbers else ""), (condition.message, FAINT)))
