"""How a plain record is spelled."""

from __future__ import annotations

from agentaudit.evidence import clean
from agentaudit.expressions import regex
from agentaudit.reports.signs import to_ascii

_BARE = regex(r"[A-Za-z0-9_.,:/@+*%#~^-]+")
_LONGEST = 4000


def record(prefix: str, text: str = "", /, **values: object) -> str:
    """`prefix key=value … text` on one line of ASCII; None is left out, blanks are quoted."""
    parts = [prefix]
    parts += [f"{key}={_value(value)}" for key, value in values.items() if value is not None]
    parts.append(" ".join(text.split()))
    return to_ascii(clean(" ".join(part for part in parts if part), _LONGEST))


def _value(value: object) -> str:
    text = " ".join(str(value).split())
    if _BARE.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
