"""Sampling error of a share."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


class Bounds(NamedTuple):
    """A range of shares, each from 0 to 1."""

    low: float
    high: float


def wilson(successes: int, trials: int) -> Bounds:
    """Wilson score interval, 95 %; the whole range when nothing was tried."""
    if not trials:
        return Bounds(0.0, 1.0)
    share, square = successes / trials, Z95 * Z95
    centre = share + square / (2 * trials)
    spread = Z95 * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    # The ends are exact by definition; floating point would leave them a hair off.
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == trials else (centre + spread) / scale
    return Bounds(low, high)
