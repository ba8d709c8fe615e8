"""Facts that must be a digest or a version, judged by their shape."""

from __future__ import annotations

import re

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.span import Fact, Recorded

_DIGEST = regex(r"(?:[a-z][a-z0-9]{1,15}[:-])?[0-9a-f]{32,128}", re.IGNORECASE)
"""32 digits are the shortest digest that nobody types by hand."""


def as_digest(fact: Fact) -> Fact:
    """The fact; malformed unless it is hexadecimal, with or without its algorithm."""
    return fact if not fact or _DIGEST.fullmatch(fact.text.strip()) else _malformed(fact)


def as_version(fact: Fact) -> Fact:
    """The fact; malformed unless it holds a digit."""
    return fact if not fact or any(map(str.isdigit, fact.text)) else _malformed(fact)


def _malformed(fact: Fact) -> Fact:
    return replace(fact, state=Recorded.MALFORMED)
