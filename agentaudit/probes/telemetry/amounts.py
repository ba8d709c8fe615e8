"""Numbers that facts hold, whatever type the store gave them, and what is too small to be true."""

from __future__ import annotations

import math
from typing import Any

from msgspec.structs import replace

from agentaudit.span import Fact, Recorded

MEBIBYTE = 1 << 20
"""Bytes: no process, and no model on a GPU, needs less."""
EARLIEST_NS = 1_420_070_400_000_000_000
"""2015-01-01T00:00:00Z in Unix nanoseconds: a time before it comes from a clock that is not set."""


def number(value: Any) -> float | None:
    """A finite number, also one written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def amount(fact: Fact) -> float | None:
    """The value as a finite number; None when it is not recorded or is no number."""
    return number(fact.value) if fact else None


def at_least(fact: Fact, least: float) -> Fact:
    """The fact, unless its value is no number, or too small to have been measured.

    Zero stands for not measured; anything else below `least` cannot be.
    """
    value = amount(fact)
    if not fact or (value is not None and value >= least):
        return fact
    return replace(fact, state=Recorded.MALFORMED if value != 0 else Recorded.PLACEHOLDER)
