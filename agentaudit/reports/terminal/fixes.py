"""What to mend next, and what each step gains."""

from __future__ import annotations

from agentaudit.reports import figures
from agentaudit.reports.figures import Step
from agentaudit.reports.signs import FAINT, GOOD, STRONG
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.score.scorecard import Fix, Scorecard

_FEW = 5


def draw(canvas: Canvas, card: Scorecard) -> None:
    """The first fixes, or all with -v, with their running total."""
    steps = list(figures.path(card))
    if not steps:
        return
    canvas.line(("  Next fixes", STRONG))
    shown = steps if canvas.view.verbosity > 0 else steps[:_FEW]
    for step in shown:
        _step(canvas, card, step)
    _rest(canvas, card, steps, len(steps) - len(shown))
    canvas.gap()


def _step(canvas: Canvas, card: Scorecard, step: Step) -> None:
    fix = step.fix
    gain = f"+{fix.gain_responses:,}"
    total = f"to {step.full:,} of {card.reconstructable.total:,}"
    head = canvas.text("  ", (f"{gain:<5}", GOOD), f" {total:<14}  ")
    canvas.hang(head, canvas.text(figures.headline(fix.text)))
    links = f"+{fix.gain_links:,} links, +{figures.tenth(fix.gain_points)} points"
    missing = figures.cause(fix.cause.fact, fix.cause.reason)
    effort = figures.EFFORT[fix.effort]
    facts = f"{missing} in {_place(fix.cause.place)}   {effort}"
    canvas.hang(" " * 8, canvas.text((facts, FAINT)))
    if note := _conditions(fix):
        canvas.hang(" " * 8, canvas.text((note, FAINT)))
    ids = figures.listed(fix.criteria, 4)
    show = f"agentaudit probes show {fix.criteria[0]}" if fix.criteria else ""
    canvas.hang(" " * 8, canvas.text((f"{ids}   {links}   {show}", FAINT)))


def _conditions(fix: Fix) -> str:
    """What the gain depends on."""
    notes = ["if it resolves"] if fix.assumed else []
    if fix.completes_with:
        here = fix.cause.place
        others = [
            c.fact if c.place == here else f"{c.fact} in {_place(c.place)}"
            for c in fix.completes_with
        ]
        notes.append(f"completes a response only with {figures.listed(others, 3)}")
    return "; ".join(notes)


def _place(place: str) -> str:
    return place or "the system"


def _rest(canvas: Canvas, card: Scorecard, steps: list[Step], left: int) -> None:
    if left:
        end = f"{steps[-1].full:,} of {card.reconstructable.total:,}"
        canvas.line((f"  {left} more {'fix' if left == 1 else 'fixes'} with -v, to {end}", FAINT))
    if unknown := card.reconstructable.no_fix_known:
        canvas.line((f"  for {unknown:,} responses no fix is known", FAINT))
