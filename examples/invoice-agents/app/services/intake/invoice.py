"""What the system knows about an e-mail and about an invoice."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any


class UnreadableInvoice(ValueError):
    """The attachment has no text that could be read."""


class IncompleteInvoice(ValueError):
    """A field that booking needs was not found in the document."""


@dataclass(frozen=True)
class Email:
    """One e-mail, as the mail gateway posts it."""

    message_id: str
    thread_id: str
    tenant: str
    sender: str
    subject: str
    body: str
    filename: str
    pdf: bytes

    @classmethod
    def parse(cls, sent: dict[str, Any]) -> Email:
        """Read the gateway's JSON."""
        content = base64.b64decode(sent.pop("pdf_base64"))
        return cls(**sent, pdf=content)

    def summary(self) -> dict[str, str]:
        """The e-mail without the bytes of its attachment."""
        facts = asdict(self)
        facts["pdf"] = "sha256:" + hashlib.sha256(self.pdf).hexdigest()
        return facts


@dataclass(frozen=True)
class Invoice:
    """The fields that booking needs; amounts are decimal text."""

    vendor: str
    number: str
    date: str
    currency: str
    net: str
    vat: str
    gross: str
    note: str

    @classmethod
    def parse(cls, answer: str) -> Invoice:
        """Read the reader's answer."""
        found = json.loads(answer)
        missing = [name for name in cls.__dataclass_fields__ if found.get(name) is None]
        if missing:
            raise IncompleteInvoice(f"not found in the document: {', '.join(missing)}")
        return cls(**found)

    def text(self) -> str:
        """The same fields in the same spelling as the reader's answer."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def difference(self) -> Decimal:
        """How far net and VAT are from the gross amount."""
        return Decimal(self.gross) - Decimal(self.net) - Decimal(self.vat)
