"""Plain columns for the commands that list things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of left-aligned columns, two blanks apart; outside text in them is made visible."""
    from agentaudit.evidence import clean  # compiles patterns: not at start-up

    cells = [[clean(cell, 2000) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()
