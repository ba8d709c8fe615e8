"""The table of dimensions, and the weakest link."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from agentaudit.reports import figures, signs
from agentaudit.reports.signs import BAD, FAINT, STRONG
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.score.dimension import DimensionScore
from agentaudit.score.scorecard import Scorecard

_LADDER, _LEVEL, _CAP, _SCORE = 7, 5, 5, 6
"""Widths of the columns after the title."""


def draw(canvas: Canvas, card: Scorecard) -> None:
    """Table, legend, weakest link, and what does not apply."""
    room = max([9, *(cell_len(d.title) for d in card.dimensions)])
    _row(canvas, room, *(canvas.text((h, FAINT)) for h in _HEADS))
    for dimension in card.dimensions:
        _dimension(canvas, room, dimension)
    _legend(canvas, card)
    _weakest(canvas, card)
    for dimension in card.dimensions:
        _applicability(canvas, dimension)
    canvas.gap()


_HEADS = ("Dimension", "Level", "", "", "Score", "Stops at")


def _row(canvas: Canvas, room: int, *cells: Text) -> None:
    widths = (room + 1, _LADDER, _LEVEL, _CAP, _SCORE + 1)
    made = Text("  ")
    for cell, width in zip(cells, widths, strict=False):
        made += cell
        made.append(" " * max(1, width + 1 - cell_len(cell.plain)))
    last = cells[len(widths)]
    left = canvas.width - cell_len(made.plain)
    made += canvas.text((canvas.cut(last.plain, left), FAINT))
    canvas.add(made)


def _dimension(canvas: Canvas, room: int, dimension: DimensionScore) -> None:
    rungs: list[str | signs.Sign] = []
    for sign in figures.ladder(dimension):
        rungs += [sign, " "]
    weak = dimension.level is not None and dimension.level < 2
    cap = f"max {dimension.level_cap}" if dimension.level_cap < 4 else ""
    score = figures.span(dimension.score.low, dimension.score.high) if dimension.score else "-"
    stop = figures.stops_at(dimension)
    _row(
        canvas,
        room,
        canvas.text(dimension.title),
        canvas.text(*rungs[:-1]),
        canvas.text((figures.levels(dimension), f"{STRONG} {BAD}" if weak else STRONG)),
        canvas.text((cap if dimension.level is not None else "", FAINT)),
        canvas.text(score),
        canvas.text(f"{stop.criterion} {stop.title}".strip() if stop else ""),
    )


def _legend(canvas: Canvas, card: Scorecard) -> None:
    drawn = {sign for d in card.dimensions for sign in figures.ladder(d)}
    shown = [*signs.LEGEND, *({signs.NO_CRITERION} & drawn)]
    parts: list[str | signs.Sign | tuple[str, str]] = ["  "]
    for sign in shown:
        parts += [sign, (f" {sign.word}  ", FAINT)]
    canvas.line(*parts)


def _weakest(canvas: Canvas, card: Scorecard) -> None:
    names = figures.listed([figures.title(card, id) for id in card.weakest], 3)
    level = f"level {card.level}"
    if card.level_high != card.level:
        level += f"–{card.level_high}"
    canvas.gap()
    canvas.line(
        (f"  Weakest link  {names or 'none'}", STRONG),
        f"  {level} {figures.LEVELS[card.level]}",
        (", provisional: fewer than 30 responses" if card.provisional else "", FAINT),
    )
    for crash in card.errors:
        canvas.line(
            (f"  {crash.criterion} crashed for {crash.count:,}: {crash.message}", BAD),
            (f" ({crash.probe})", FAINT),
        )
    for waiver in card.waivers:
        held = "waived until" if waiver.state == "in_force" else "waiver expired on"
        canvas.line(
            f"  {waiver.criterion} {held} {waiver.until} by {waiver.owner}: ",
            (waiver.reason, FAINT),
        )


def _applicability(canvas: Canvas, dimension: DimensionScore) -> None:
    found = dimension.applicability
    if found.applies == "yes":
        return
    words = "not applicable" if found.applies == "no" else "not known to apply, so it counts"
    body: list[str | tuple[str, str]] = [f"{dimension.title}: {words}: {found.reason}"]
    if found.evidence:
        body.append((f" --> {figures.place(found.evidence[0])}", FAINT))
    canvas.hang("  ", canvas.text(*body))
