"""Environment and labels of an image's configuration, safe to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agentaudit.evidence import safe
from agentaudit.expressions import regex

_SHOWN = regex(
    r"(?:[A-Z0-9_]{1,60}_)?VERSION|MODEL[A-Z0-9_]{0,60}|(?:NODE_)?PATH|LANG|LC_[A-Z]{1,20}|TZ|PYTHON[A-Z]{1,40}"
    r"|NVIDIA_(?:REQUIRE_CUDA|VISIBLE_DEVICES|DRIVER_CAPABILITIES)"
    r"|GIT_(?:SHA|COMMIT|REVISION)|OTEL_(?:SERVICE_NAME|RESOURCE_ATTRIBUTES)"
)
"""Variables whose value is shown; of any other only the name and the length."""
_MOST = 500
_LABEL = 1_000
"""Characters of a label that are kept."""


def environment(listed: Iterable[object]) -> dict[str, str]:
    """`NAME=value` strings by name; values as they may be shown, so without secrets."""
    found: dict[str, str] = {}
    for item in list(listed)[:_MOST]:
        name, sign, value = str(item).partition("=")
        if sign:
            shown = safe(value) if _SHOWN.fullmatch(name) else f"({len(value)} characters)"
            found[safe(name, 200)] = shown
    return found


def labels(given: Mapping[object, object]) -> dict[str, str]:
    """Labels with a text value, redacted."""
    return {
        safe(str(name), 200): safe(value, _LABEL)
        for name, value in list(given.items())[:_MOST]
        if isinstance(value, str)
    }
