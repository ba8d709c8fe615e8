"""The amounts guardrail."""

import pytest

from services.intake.guardrail import Blocked, check_amounts
from services.intake.invoice import Invoice


def invoice(gross: str) -> Invoice:
    return Invoice("Holz und Co KG", "HO-1", "2026-11-02", "EUR", "100.00", "19.00", gross, "")


def test_amounts_that_add_up_pass() -> None:
    assert check_amounts(invoice("119.00")) == invoice("119.00")


def test_a_rounding_cent_is_corrected() -> None:
    assert check_amounts(invoice("119.01")) == invoice("119.00")


def test_a_wrong_total_is_held() -> None:
    with pytest.raises(Blocked, match="differs from gross"):
        check_amounts(invoice("219.00"))
