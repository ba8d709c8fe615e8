"""What no audit can see: part of the long view."""

from __future__ import annotations

from agentaudit.reports.method import UNDETECTABLE
from agentaudit.reports.signs import FAINT, STRONG
from agentaudit.reports.terminal.canvas import Canvas


def draw(canvas: Canvas) -> None:
    """One paragraph for each way of hiding."""
    canvas.line(("  What no audit can see", STRONG))
    for words in UNDETECTABLE.values():
        canvas.hang("  ", canvas.text((words, FAINT)))
    canvas.gap()
