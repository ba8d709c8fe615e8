"""A report: a pure function of the scorecard."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentaudit.score.scorecard import Scorecard


def render(card: Scorecard) -> str:
    """One line: day, score (rounded down), level, reconstructable responses, all responses."""
    line = io.StringIO()
    count = card.reconstructable
    score = math.floor(card.score.low * 10) / 10
    csv.writer(line).writerow([card.run.as_of, score, card.level, count.full, count.total])
    return line.getvalue()
