"""The audit as a person reads it in a terminal."""

from __future__ import annotations

from agentaudit.reports.terminal import criteria, dimensions, fixes, gate, heading, method, response
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.reports.view import View
from agentaudit.score.scorecard import Scorecard


def render(card: Scorecard, view: View) -> str:
    """The whole audit; only its responses, told one by one, when `view.explain`; nothing when
    `view.verbosity` is negative: the gate is then all that is asked for."""
    canvas = Canvas(view)
    if view.verbosity < 0:
        return ""
    if view.explain:
        for told in card.dossiers:
            response.draw(canvas, card, told)
    else:
        heading.draw(canvas, card)
        dimensions.draw(canvas, card)
        if view.verbosity > 0:
            criteria.draw(canvas, card)
        fixes.draw(canvas, card)
        if view.verbosity > 0:
            method.draw(canvas)
    gate.draw(canvas, card)
    return canvas.render()
