"""The e-mails that are sent: generated from a seed, equal seeds give equal e-mails."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from fpdf import FPDF

CENT = Decimal("0.01")


class Case(StrEnum):
    """What is special about an e-mail."""

    PLAIN = "plain"
    NOT_AN_INVOICE = "not an invoice"
    REMINDER = "reminder"
    SCANNED = "scanned: a PDF without text"
    CUT_OFF = "cut off: not a whole PDF"
    NO_NUMBER = "no invoice number"
    ROUNDING = "one cent too much"
    WRONG_TOTAL = "amounts do not add up"
    ERP_BUSY = "the ERP's database is locked for a moment"
    ERP_DOWN = "the ERP's database stays locked"


RARE = [
    Case.NOT_AN_INVOICE,
    Case.SCANNED,
    Case.ERP_DOWN,
    Case.ROUNDING,
    Case.REMINDER,
    Case.CUT_OFF,
    Case.WRONG_TOTAL,
    Case.ERP_BUSY,
    Case.NO_NUMBER,
]
RARE_EVERY = 4
"""Every fourth e-mail is the next of the rare cases."""


@dataclass(frozen=True)
class Vendor:
    """Who sends invoices, and how they look."""

    name: str
    domain: str
    rate: Decimal
    remark: str = ""
    thousands: str = ""


DOMESTIC, BOOKS, NONE = Decimal(19), Decimal(7), Decimal(0)
REVERSE = "Reverse charge: VAT is owed by the recipient"
NORDLICHT = Vendor("Nordlicht GmbH", "nordlicht.example", DOMESTIC)
NORDLICHT_ABROAD = Vendor("Nordlicht GmbH", "nordlicht.example", NONE, REVERSE)
"""The same vendor since it invoices from its Danish branch."""

VENDORS = [
    NORDLICHT,
    Vendor("Bergmann Papier GmbH", "bergmann-papier.example", DOMESTIC),
    Vendor("Holz und Co KG", "holz-und-co.example", DOMESTIC),
    Vendor("Hafen Druck GmbH", "hafen-druck.example", BOOKS),
    Vendor("Atelier Lumen SARL", "atelier-lumen.example", NONE, REVERSE, ","),
    Vendor("Oulu Sensors Oy", "oulu-sensors.example", NONE, REVERSE),
    Vendor("Kestrel Logistics Ltd", "kestrel-logistics.example", NONE, "Import", ","),
    Vendor("Delta Werkzeuge GmbH", "delta-werkzeuge.example", DOMESTIC),
]
TENANTS = ["muster-maschinenbau", "muster-service"]


@dataclass(frozen=True)
class Mail:
    """What is posted to the intake service, and what is special about it."""

    case: Case
    body: dict[str, str]


def mails(seed: str, count: int, nordlicht_abroad: bool) -> list[Mail]:
    """`count` e-mails; every vendor's turn comes round."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        vendor = VENDORS[(number + number // len(VENDORS)) % len(VENDORS)]
        if vendor is NORDLICHT and nordlicht_abroad:
            vendor = NORDLICHT_ABROAD
        rare, turn = divmod(number, RARE_EVERY)
        case = RARE[rare % len(RARE)] if turn == RARE_EVERY - 1 else Case.PLAIN
        made.append(_mail(chance, seed, number, vendor, case))
    return made


def _mail(chance: random.Random, seed: str, number: int, vendor: Vendor, case: Case) -> Mail:
    invoice = f"{vendor.name[:2].upper()}-2026-{chance.randrange(10_000):04d}"
    subject, text = f"Invoice {invoice}", "Please find our invoice attached."
    if case is Case.REMINDER:
        subject, text = f"Reminder: {invoice} is overdue", "Please pay the attached invoice."
    if case is Case.NOT_AN_INVOICE:
        subject, text = "New opening hours", "We are closed on Fridays from now on."
    body = {
        "message_id": f"<{seed}.{number:04d}@{vendor.domain}>",
        "thread_id": f"thread-{seed}-{number:04d}",
        "tenant": TENANTS[chance.randrange(len(TENANTS))],
        "sender": f"accounts@{vendor.domain}",
        "subject": subject,
        "body": text,
        "filename": f"{invoice}.pdf",
        "pdf_base64": base64.b64encode(_pdf(chance, vendor, invoice, case)).decode(),
    }
    return Mail(case, body)


def _pdf(chance: random.Random, vendor: Vendor, invoice: str, case: Case) -> bytes:
    lines = [] if case is Case.SCANNED else _lines(chance, vendor, invoice, case)
    document = FPDF()
    document.set_creation_date(datetime(2026, 11, 1, tzinfo=UTC))
    document.add_page()
    document.set_font("Helvetica", size=11)
    for line in lines:
        document.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
    if case is Case.SCANNED:
        document.rect(20, 20, 120, 60)
    content = bytes(document.output())
    return content[: len(content) // 3] if case is Case.CUT_OFF else content


def _lines(chance: random.Random, vendor: Vendor, invoice: str, case: Case) -> list[str]:
    net = Decimal(chance.randrange(8_000, 900_000)) * CENT
    vat = (net * vendor.rate / 100).quantize(CENT)
    gross = net + vat
    if case is Case.ROUNDING:
        gross += CENT
    if case is Case.WRONG_TOTAL:
        gross += 100
    issued = date(2026, 11, 2) + timedelta(days=chance.randrange(18))

    def amount(value: Decimal) -> str:
        return f"{value:{vendor.thousands}.2f}"

    lines = [
        f"Vendor: {vendor.name}",
        f"Invoice number: {invoice}",
        f"Date: {issued.isoformat()}",
        "Bill to: Muster Maschinenbau GmbH, Werkstrasse 4, 45127 Essen",
        f"Net amount: {amount(net)}",
        f"VAT {vendor.rate} %: {amount(vat)}",
        f"Total (EUR): {amount(gross)}",
    ]
    if vendor.remark:
        lines.append(f"Remark: {vendor.remark}")
    if case is Case.NO_NUMBER:
        del lines[1]
    return lines
