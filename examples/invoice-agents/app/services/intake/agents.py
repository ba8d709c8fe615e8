"""The four agents: triage sorts, reader reads, bookkeeper books, archivist keeps."""

from __future__ import annotations

import io
import json
from typing import Any

from pypdf import PdfReader

from services.common.telemetry import step
from services.intake.guardrail import Blocked, check_amounts
from services.intake.invoice import Email, Invoice, UnreadableInvoice
from services.intake.model import Model
from services.intake.online_eval import rate_extraction
from services.intake.prompts import prompt
from services.intake.tools import INSERT_INVOICE, POST_INVOICE, SEARCH_PROCEDURES, Tools

COMPANY = "Muster Maschinenbau GmbH"
DESK = "invoice-desk"
"""The agent that every step outside the four belongs to: it decides who works next."""


class InvoiceDesk:
    """Handles one e-mail after the other."""

    def __init__(self, model: Model, tools: Tools) -> None:
        self._model = model
        self._tools = tools

    def handle(self, email: Email) -> dict[str, Any]:
        """Decide, read, check, book and keep; returns what was done."""
        with step("CHAIN", "handle_email", email.summary(), {"agent.name": DESK}) as span:
            outcome = self._handle(email)
            span.set_attribute("output.value", json.dumps(outcome, ensure_ascii=False))
            return outcome

    def _handle(self, email: Email) -> dict[str, Any]:
        if self.triage(email) != "invoice":
            return {"status": "forwarded", "to": "accounts@muster.example"}
        text = read_pdf(email)
        read = self.reader(text)
        rate_extraction(read, text)
        try:
            invoice = check_amounts(Invoice.parse(read))
        except Blocked as held:
            return {"status": "held", "reason": str(held)}
        booking = self.bookkeeper(invoice)
        self.archivist(invoice, booking)
        return {"status": "booked", "invoice": invoice.number, "booking": json.loads(booking)}

    def triage(self, email: Email) -> str:
        """What kind of e-mail it is."""
        mail = f"From: {email.sender}\nSubject: {email.subject}\n\n{email.body}"
        with step("AGENT", "triage", mail) as span:
            answer = self._model.answer(prompt("triage", company=COMPANY), mail)
            span.set_attribute("output.value", answer)
            return str(json.loads(answer)["route"])

    def reader(self, text: str) -> str:
        """The invoice's fields, as JSON."""
        with step("AGENT", "reader", text) as span:
            answer = self._model.answer(prompt("reader", company=COMPANY), text)
            span.set_attribute("output.value", answer)
            return answer

    def bookkeeper(self, invoice: Invoice) -> str:
        """Book the invoice as the procedures say; returns the ERP's document as JSON."""
        with step("AGENT", "bookkeeper", invoice.text()) as span:
            answer = self._model.work(
                prompt("bookkeeper", company=COMPANY, year=invoice.date[:4]),
                invoice.text(),
                {
                    "search_procedures": self._tools.search_procedures,
                    "post_invoice": self._tools.post_invoice,
                },
                [SEARCH_PROCEDURES, POST_INVOICE],
            )
            span.set_attribute("output.value", answer)
            return answer

    def archivist(self, invoice: Invoice, booking: str) -> str:
        """Keep the booked invoice in the ledger."""
        question = f"{invoice.text()}\n{booking}"
        with step("AGENT", "archivist", question) as span:
            answer = self._model.work(
                prompt("archivist", company=COMPANY),
                question,
                {"insert_invoice": self._tools.insert_invoice},
                [INSERT_INVOICE],
            )
            span.set_attribute("output.value", answer)
            return answer


def read_pdf(email: Email) -> str:
    """The text of the attached PDF."""
    attachment = {"filename": email.filename, "pdf": email.summary()["pdf"]}
    with step("TOOL", "read_pdf", attachment, {"tool.name": "read_pdf"}) as span:
        pages = PdfReader(io.BytesIO(email.pdf)).pages
        text = "\n".join(page.extract_text() for page in pages).strip()
        if not text:
            raise UnreadableInvoice(f"{email.filename}: {len(pages)} page(s), no text")
        span.set_attribute("output.value", text)
        return text
