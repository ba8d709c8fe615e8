"""What to change next, and what each stage gains."""

from __future__ import annotations

from agentaudit.reports import figures
from agentaudit.reports.changes import Change, Stage, stages
from agentaudit.reports.signs import FAINT, GOOD, STRONG
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.score.scorecard import Scorecard

_FEW = 5
_FEW_CHANGES = 3


def draw(canvas: Canvas, card: Scorecard) -> None:
    """The first stages, or all with -v, with their running total."""
    every = stages(card)
    if not every:
        return
    canvas.line(("  Next fixes", STRONG))
    shown = every if canvas.view.verbosity > 0 else every[:_FEW]
    for stage in shown:
        _stage(canvas, card, stage)
    _rest(canvas, card, every, len(shown))
    canvas.gap()


def _stage(canvas: Canvas, card: Scorecard, stage: Stage) -> None:
    gain, total = _gained(card, stage)
    head = canvas.text("  ", (f"{gain:<5}", GOOD), f" {total:<14}  ")
    canvas.hang(head, canvas.text(stage.title))
    if len(stage.changes) == 1:
        _change(canvas, stage.changes[0], " " * 8)
        return
    most = len(stage.changes) if canvas.view.verbosity > 0 else _FEW_CHANGES
    for change in stage.changes[:most]:
        canvas.hang(canvas.text(" " * 8, ("- ", FAINT)), canvas.text(change.headline))
        _change(canvas, change, " " * 10)
    if (left := len(stage.changes) - most) > 0:
        canvas.line((f"{' ' * 8}and {left} more with -v", FAINT))


def _gained(card: Scorecard, stage: Stage) -> tuple[str, str]:
    """Responses made whole and their running total; points where no response was seen."""
    if card.reconstructable.total:
        return f"+{stage.gain:,}", f"to {_of(card, stage)}"
    return f"+{figures.tenth(sum(change.points for change in stage.changes))}", "points"


def _of(card: Scorecard, stage: Stage) -> str:
    return f"{stage.full:,} of {card.reconstructable.total:,}"


def _change(canvas: Canvas, change: Change, margin: str) -> None:
    """What is missing, what it takes, and what mending it gains."""
    doubt = "   if it resolves" if change.assumed else ""
    facts = f"{change.missing()}   {change.effort}{doubt}"
    canvas.hang(margin, canvas.text((facts, FAINT)))
    links = f"+{change.links:,} links, +{figures.tenth(change.points)} points"
    show = f"agentaudit probes show {change.criteria[0]}" if change.criteria else ""
    ids = figures.listed(change.criteria, 4)
    canvas.hang(margin, canvas.text((f"{ids}   {links}   {show}", FAINT)))


def _rest(canvas: Canvas, card: Scorecard, every: tuple[Stage, ...], shown: int) -> None:
    if left := sum(len(stage.changes) for stage in every[shown:]):
        end = f", to {_of(card, every[-1])}" if card.reconstructable.total else ""
        canvas.line((f"  {left} more {'change' if left == 1 else 'changes'} with -v{end}", FAINT))
    if unknown := card.reconstructable.no_fix_known:
        canvas.line((f"  for {unknown:,} responses no fix is known", FAINT))
