"""Waivers as the configuration writes them: for how long, and each criterion once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from agentaudit.config.search import Document
from agentaudit.config.settings import WaiverEntry
from agentaudit.errors import ConfigError

LONGEST = timedelta(days=180)
"""How far ahead a waiver may end."""


def accept(entries: Sequence[WaiverEntry], document: Document, as_of: date) -> None:
    """Raises ConfigError for a waiver that ends too far ahead, and for a second one of a
    criterion."""
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        ahead = date.fromisoformat(entry.until) - as_of
        if ahead > LONGEST:
            raise ConfigError(
                f"the waiver of {entry.criterion} ends {ahead.days} days ahead: at most "
                f"{LONGEST.days} are accepted",
                where=document.line_of("waivers", number, "until"),
                hint=f"end it by {(as_of + LONGEST).isoformat()} and renew it then",
            )
        if entry.criterion in seen:
            raise ConfigError(
                f"{entry.criterion} is waived twice",
                where=document.line_of("waivers", number, "criterion"),
                hint="keep one of the two",
            )
        seen.add(entry.criterion)
