"""For whom a report is drawn."""

from __future__ import annotations

from msgspec import Struct

WIDEST = 120
NARROWEST = 60


class View(Struct, frozen=True):
    """How wide, in which signs, and how much. Reports for machines look at none of it."""

    width: int = WIDEST
    """Columns, between `NARROWEST` and `WIDEST`."""
    color: bool = False
    ascii: bool = False
    verbosity: int = 0
    """-1: the gate only; 0: the audit; 1: every criterion with examples."""
    explain: bool = False
    """Tell the responses of the scorecard one by one, not the audit."""
    printable: bool = False
    """Unfold everything that a reader on a screen unfolds one by one."""
