"""What runs many promises, and gives back those that failed to whoever asks: an error that nobody
asks for ends there."""

from __future__ import annotations

import re

from agentaudit.blocks import Block
from agentaudit.expressions import regex

_POOL = regex(r"PromisePool(?:\.(?!handleError\b)\w{1,30}){0,6}\.process")
"""Without `handleError`, which is told of each error."""
_ERRORS = regex(r"\berrors\b")
_SETTLED = regex(r"\bPromise\.allSettled\(\s{0,40}[\w.?]{1,80}\.map\(\s{0,40}$")
_REASONS = regex(r"\b(?:reason|rejected|PromiseRejectedResult)\b")
_BEFORE = 300


def keeps_errors(text: str, function: Block) -> bool:
    """Whether a function is run by one of them, and nothing in its file asks what failed."""
    if _POOL.fullmatch(function.given):
        return not _ERRORS.search(text)
    if not function.given.endswith(".map") or _REASONS.search(text):
        return False
    if function.name:
        handed = rf"\bPromise\.allSettled\(\s{{0,40}}{re.escape(function.name)}\s{{0,40}}\)"
        return re.search(handed, text) is not None
    return _SETTLED.search(text[max(0, function.start - _BEFORE) : function.start]) is not None
