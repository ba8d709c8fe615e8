"""Values that say nothing."""

from __future__ import annotations

import re

from agentaudit.expressions import regex

EMPTY = frozenset(
    {"", "unknown", "unset", "undefined", "none", "null", "nil", "n/a", "n.a.", "tbd", "todo"}
    | {"xxx", "-", "--", "?", ".", "..."}
)
"""Lower-cased values that say nothing about anything."""

PLACEHOLDERS = EMPTY | {
    "na",
    "changeme",
    "placeholder",
    "development",
    "dev",
    "local",
    "latest",
    "current",
    "stable",
    "newest",
    "nightly",
    "head",
    "tip",
    "trunk",
    "main",
    "master",
    "default",
    "0.0.0",
}
"""Lower-cased values that name no version: as a version or reference they are not recorded."""

REDACTED = "__REDACTED__"
"""What OpenInference writes where it masks a value."""

_MASK = regex(r"_*redacted_*|[\[<({]+(?:redacted|filtered|masked|hidden)[\])>}]+", re.IGNORECASE)
_LONGEST = 40
"""Characters of the longest mask that is written as a word."""


def masked(text: str) -> bool:
    """Whether a text is nothing but a mask: `__REDACTED__`, `[redacted]`, `***`."""
    text = text.strip()
    if not text.strip("*"):
        return bool(text)
    return len(text) <= _LONGEST and _MASK.fullmatch(text) is not None


def vacant(text: str) -> bool:
    """Whether a text says nothing about anything, or is masked."""
    return text.strip().lower() in EMPTY or masked(text)


VERSIONS = frozenset(
    {
        "image.digest",
        "env.lock.digest",
        "env.config",
        "env.runtime.version",
        "env.os.version",
        "service.version",
        "model.registry",
        "model.adapter.version",
        "prompt.version",
        "git.commit",
        "retrieval.snapshot",
        "tool.version",
        "guardrail.version",
    }
)
"""Keys whose value must name one version: `PLACEHOLDERS` are no values for them."""
