"""Numbers that facts hold, whatever type the store gave them."""

from __future__ import annotations

import math
from dataclasses import replace

from agentaudit.span import Fact, Recorded


def amount(fact: Fact) -> float | None:
    """The value as a finite number; None when it is not recorded or is no number."""
    try:
        value = float(fact.text) if fact else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def at_least(fact: Fact, least: float) -> Fact:
    """The fact, unless its value is no number, or too small to have been measured."""
    value = amount(fact)
    if value is None:
        return replace(fact, state=Recorded.MALFORMED) if fact else fact
    return fact if value >= least else replace(fact, state=Recorded.PLACEHOLDER)
