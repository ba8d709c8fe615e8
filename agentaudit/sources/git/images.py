"""References to container images, and the variables in them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentaudit.expressions import regex
from agentaudit.source import ImageUse, Place

_DIGEST = regex(r"@(sha256:[0-9a-f]{64})$")
_VARIABLE = regex(
    r"\$\$|\\\$|\$(?:([A-Za-z_]\w{0,100})|\{([A-Za-z_]\w{0,100})(?:(:?[-+?])([^{}$]{0,300}))?\})"
)


def use(reference: str, place: Place, unresolved: bool = False) -> ImageUse:
    """Take a reference apart; the registry's port is not a tag."""
    digest = _DIGEST.search(reference)
    rest = reference[: digest.start()] if digest else reference
    last = rest.rpartition("/")[2]
    tag = last.partition(":")[2]
    return ImageUse(reference, place, tag, digest[1] if digest else "", unresolved)


def repository(reference: str) -> str:
    """The reference without tag and digest."""
    rest = reference.partition("@")[0]
    start, slash, last = rest.rpartition("/")
    return f"{start}{slash}{last.partition(':')[0]}"


def short_name(reference: str) -> str:
    """The last part of the repository name: what people call the image."""
    return repository(reference).rpartition("/")[2].lower()


def expand(text: str, values: Mapping[str, str | None]) -> tuple[str, bool]:
    """Fill in variables; also whether one is left for which there is neither value nor default."""
    unresolved = False

    def one(found: re.Match[str]) -> str:
        nonlocal unresolved
        if found[0] in ("$$", r"\$"):
            return "$"
        value, operator, word = values.get(found[1] or found[2]), found[3] or "", found[4] or ""
        given = value is not None and not (operator.startswith(":") and not value)
        if operator.endswith("+"):
            return word if given else ""
        if given:
            return value or ""
        if operator.endswith("-"):
            return word
        unresolved = True
        return found[0]

    return _VARIABLE.sub(one, text), unresolved
