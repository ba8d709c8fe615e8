"""The books: the ERP's database of documents."""

from __future__ import annotations

import logging
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.common import telemetry
from services.erp.settings import Settings

INPUT_VAT = {"V19": Decimal("0.19"), "V7": Decimal("0.07"), "RC19": Decimal(0), "I0": Decimal(0)}
"""Share of the net amount that is claimed back, for each tax code."""

log = logging.getLogger(__name__)

LOCK_SECONDS = 0.05
TABLE = """create table if not exists documents (
    number integer primary key, vendor, invoice, net, tax_code, input_vat, cost_centre)"""


class Books:
    """Documents are only ever added."""

    def __init__(self, settings: Settings) -> None:
        self._database = Path(settings.erp_database)
        self._database.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(self._database) as db:
            db.execute(TABLE)

    def book(self, order: dict[str, str]) -> dict[str, Any]:
        """Write one document and return it."""
        with telemetry.step("CHAIN", "book_document", order) as span:
            share = INPUT_VAT[order["tax_code"]]
            input_vat = str((Decimal(order["net"]) * share).quantize(Decimal("0.01")))
            with sqlite3.connect(self._database, timeout=LOCK_SECONDS) as db:
                number = db.execute(
                    "insert into documents (vendor, invoice, net, tax_code, input_vat, cost_centre)"
                    " values (:vendor, :number, :net, :tax_code, :input_vat, :cost_centre)",
                    {**order, "input_vat": input_vat},
                ).lastrowid
            document = {
                "document": f"ERP-{number:06d}",
                "invoice": order["number"],
                "tax_code": order["tax_code"],
                "cost_centre": order["cost_centre"],
                "input_vat": input_vat,
            }
            log.info("booked %s as %s", order["number"], document["document"])
            span.set_attribute("output.value", telemetry.text(document))
            return document
