"""Every figure is rounded down: 99.99 % is never shown as 100 %."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from math import floor

PLACES = 4


def down(value: Fraction | float) -> float:
    """The value with four decimals, rounded down exactly."""
    numerator, denominator = value.as_integer_ratio()
    scale: int = 10**PLACES
    return (numerator * scale // denominator) / scale


def whole(value: float) -> int:
    """A score for display: whole points, rounded down."""
    return floor(value)


def percent(share: float) -> int:
    """A share from 0 to 1 for display: whole per cent, rounded down without binary error."""
    return int((Decimal(repr(share)) * 100).to_integral_value(ROUND_FLOOR))
