"""The amounts guardrail: nothing is booked whose amounts do not add up.

It knows amounts, not tax law: a wrong tax code passes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from services.common.settings import ROOT
from services.common.telemetry import step
from services.intake.invoice import Invoice

NAME, VERSION = "amounts", "2"
LIMITS = json.loads((ROOT / "guardrails" / NAME / f"{VERSION}.json").read_text())


class Blocked(Exception):
    """The invoice is held for a person; nothing was booked."""


def check_amounts(invoice: Invoice) -> Invoice:
    """Pass the invoice, correct its gross amount by a rounding cent, or block it."""
    about = {"guardrail.name": NAME, "guardrail.version": VERSION}
    with step("GUARDRAIL", NAME, invoice.text(), about) as span:
        verdict, allowed, reason = _judge(invoice)
        span.set_attributes(
            {
                "guardrail.verdict": verdict,
                "guardrail.reason": reason,
                "output.value": allowed.text(),
            }
        )
    if verdict == "block":
        raise Blocked(reason)
    return allowed


def _judge(invoice: Invoice) -> tuple[str, Invoice, str]:
    if Decimal(invoice.gross) > Decimal(LIMITS["max_gross"]):
        return "block", invoice, f"gross {invoice.gross} is over {LIMITS['max_gross']}"
    if invoice.difference == 0:
        return "pass", invoice, "net + VAT = gross"
    if abs(invoice.difference) <= Decimal(LIMITS["rounding"]):
        gross = str(Decimal(invoice.net) + Decimal(invoice.vat))
        return "modify", replace(invoice, gross=gross), f"rounding {invoice.difference}"
    return "block", invoice, f"net + VAT differs from gross by {invoice.difference}"
