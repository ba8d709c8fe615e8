"""The steps of a response as a tree with bars on one time scale."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from agentaudit.reports import figures
from agentaudit.reports.signs import BAD, FAINT, GOOD
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.score.dossier import DossierStep

_CLOCK = 13
"""Columns of a duration and the blank before it."""


class Scale:
    """Draws every step between the first start and the last end."""

    def __init__(self, steps: Sequence[DossierStep], canvas: Canvas) -> None:
        self._steps, self._canvas = steps, canvas
        timed = [s for s in steps if s.offset_ms is not None and s.duration_ms is not None]
        self._first = min((s.offset_ms or 0.0 for s in timed), default=0.0)
        ends = ((s.offset_ms or 0.0) + (s.duration_ms or 0.0) for s in timed)
        self._length = max(max(ends, default=0.0) - self._first, 1e-9)
        self._names = 40 if canvas.wide else 30
        self._room = max(10, canvas.width - 2 - self._names - _CLOCK)

    def draw(self) -> None:
        """One line a step, and one for what it noted."""
        for step in self._steps:
            self._step(step)

    def _step(self, step: DossierStep) -> None:
        canvas = self._canvas
        indent = "  " * min(step.depth, 8)
        kind = "" if step.kind.lower() in {"", "other"} else f"{step.kind.lower()} "
        name = canvas.cut(f"{indent}{kind}{step.name}", self._names - 1)
        before, length = self._bar(step)
        after = self._room - before - length
        clock = figures.duration(step.duration_ms)
        canvas.line(
            f"  {name}{' ' * (self._names - cell_len(name))}{' ' * before}",
            ("━" * length, BAD if step.failed else GOOD),
            f"{' ' * after} {clock}",
        )
        notes = (*(("failed",) if step.failed else ()), *step.notes)
        if notes:
            canvas.hang(f"  {indent}  ", canvas.text((", ".join(notes), FAINT)))

    def _bar(self, step: DossierStep) -> tuple[int, int]:
        """Columns before the bar, and of the bar; none where the time was not recorded."""
        if step.offset_ms is None or step.duration_ms is None:
            return 0, 0
        start = (step.offset_ms - self._first) / self._length
        before = min(self._room - 1, max(0, int(start * self._room)))
        length = max(1, round(step.duration_ms / self._length * self._room))
        return before, min(length, self._room - before)
