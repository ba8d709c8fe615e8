"""What the agents may do: look up procedures, post to the ERP, write to the ledger."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx

from services.common.telemetry import step
from services.intake.settings import Settings

log = logging.getLogger(__name__)

RETRIES = 3
BACKOFF_SECONDS = 0.1


def schema(name: str, description: str, **properties: str) -> dict[str, Any]:
    """A tool definition whose arguments are all required text."""
    arguments = {
        "type": "object",
        "properties": {key: {"type": "string", "description": v} for key, v in properties.items()},
        "required": list(properties),
    }
    function = {"name": name, "description": description, "parameters": arguments}
    return {"type": "function", "function": function}


SEARCH_PROCEDURES = schema(
    "search_procedures",
    "Find bookkeeping procedures.",
    query="What to look for: vendor and kind of tax",
)
POST_INVOICE = schema(
    "post_invoice",
    "Book the invoice in the ERP.",
    vendor="Vendor name",
    number="Invoice number",
    currency="ISO code",
    net="Net amount",
    vat="VAT amount on the invoice",
    gross="Gross amount",
    tax_code="Tax code from the procedure",
    cost_centre="Cost centre from the procedure",
)
INSERT_INVOICE = schema(
    "insert_invoice",
    "Write the booked invoice to the ledger.",
    number="Invoice number",
    vendor="Vendor name",
    gross="Gross amount",
    document="Document number of the ERP",
)


class Tools:
    """The tools, bound to the services they use."""

    def __init__(self, settings: Settings) -> None:
        self._search = httpx.Client(base_url=settings.search_url, timeout=10)
        self._erp = httpx.Client(base_url=settings.erp_url, timeout=10)
        self._ledger = Path(settings.ledger)
        self._ledger.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(self._ledger) as db:
            db.execute("create table if not exists invoices (number, vendor, gross, document)")

    def search_procedures(self, call_id: str, arguments: str) -> str:
        """Ask the search service."""
        about = _call("search_procedures", "datastore", call_id, arguments)
        with step("TOOL", "search_procedures", arguments, about) as span:
            found = self._search.get("/search", params={"q": json.loads(arguments)["query"]})
            found.raise_for_status()
            span.set_attribute("tool.version", found.headers.get("x-search-version", ""))
            span.set_attributes(_result(found.text))
            return found.text

    def post_invoice(self, call_id: str, arguments: str) -> str:
        """Book in the ERP; a 503 is tried again, at most three times."""
        about = _call("post_invoice", "extension", call_id, arguments)
        with step("TOOL", "post_invoice", arguments, about) as span:
            answer = self._erp.post("/invoices", json=json.loads(arguments))
            for attempt in range(1, RETRIES + 1):
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
                log.warning("ERP answered 503, retry %d of %d", attempt, RETRIES)
                time.sleep(BACKOFF_SECONDS * 2 ** (attempt - 1))
                answer = self._erp.post("/invoices", json=json.loads(arguments))
            span.set_attribute("tool.version", answer.headers.get("x-erp-version", ""))
            answer.raise_for_status()
            span.set_attributes(_result(answer.text))
            return answer.text

    def insert_invoice(self, call_id: str, arguments: str) -> str:
        """Write one row to the ledger."""
        about = _call("insert_invoice", "function", call_id, arguments)
        with step("TOOL", "insert_invoice", arguments, about) as span:
            row = json.loads(arguments)
            with sqlite3.connect(self._ledger) as db:
                db.execute("insert into invoices values (:number, :vendor, :gross, :document)", row)
            result = json.dumps({"inserted": row["number"]})
            span.set_attributes(_result(result))
            return result


def _call(name: str, kind: str, call_id: str, arguments: str) -> dict[str, str]:
    return {
        "gen_ai.tool.type": kind,
        "tool.name": name,
        "gen_ai.tool.call.id": call_id,
        "gen_ai.tool.call.arguments": arguments,
    }


def _result(result: str) -> dict[str, str]:
    return {"gen_ai.tool.call.result": result, "output.value": result}
