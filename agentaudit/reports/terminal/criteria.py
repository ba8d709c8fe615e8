"""Every criterion with its counts and examples: the long view."""

from __future__ import annotations

from agentaudit.reports import figures, signs
from agentaudit.reports.signs import FAINT, STRONG
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.score.dimension import CriterionScore, ShownFinding
from agentaudit.score.scorecard import Scorecard

_SHOWN = {"fail": signs.NOT_MET, "error": signs.NO, "unknown": signs.NOT_ASSESSED}


def draw(canvas: Canvas, card: Scorecard) -> None:
    """Dimension by dimension."""
    for dimension in card.dimensions:
        canvas.line((f"  {dimension.title}", STRONG), (f"  {dimension.question}", FAINT))
        for criterion in dimension.criteria:
            _criterion(canvas, criterion)
        canvas.gap()


def _criterion(canvas: Canvas, criterion: CriterionScore) -> None:
    head = canvas.text("  ", figures.state(criterion), f" {criterion.id:<7} {criterion.level}  ")
    canvas.hang(head, canvas.text(criterion.title, "   ", (figures.tallied(criterion), FAINT)))
    if criterion.met is not False and not criterion.counts.error:
        return
    for finding in figures.examples(criterion):
        _finding(canvas, finding)
    for number, line in enumerate(criterion.fix.strip().splitlines()):
        canvas.hang(" " * 14, canvas.text((f"{'' if number else 'fix: '}{line}", FAINT)))


def _finding(canvas: Canvas, finding: ShownFinding) -> None:
    head = canvas.text(" " * 14, _SHOWN[finding.outcome.value], " ")
    reason = f" [{finding.reason}]" if finding.reason else ""
    subject = f"{finding.subject}: " if finding.subject else ""
    canvas.hang(head, canvas.text(f"{subject}{finding.message}", (reason, FAINT)))
    for evidence in finding.evidence[:1]:
        canvas.hang(" " * 16, canvas.text((f"--> {figures.place(evidence)}", FAINT)))
        if evidence.excerpt:
            canvas.hang(" " * 16, canvas.text((f"    {evidence.excerpt}", FAINT)))
