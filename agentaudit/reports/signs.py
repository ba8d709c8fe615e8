"""The signs reports draw with: each differs in shape, not only in colour, and has an ASCII twin."""

from __future__ import annotations

from msgspec import Struct

GOOD, FAIR, BAD, FAINT, STRONG, PLAIN = "cyan", "yellow", "red", "bright_black", "bold", ""
"""Styles; nothing else is coloured."""


class Sign(Struct, frozen=True):
    """One state, drawn."""

    glyph: str
    ascii: str
    style: str
    word: str
    """What the legend calls it."""


MET = Sign("●", "+", GOOD, "met")
PARTLY = Sign("◐", "~", FAIR, "partly")
NOT_MET = Sign("○", "x", BAD, "not met")
NOT_ASSESSED = Sign("·", ".", FAINT, "not assessed")
NOT_APPLICABLE = Sign("–", "-", FAINT, "not applicable")
NO_CRITERION = Sign("_", "_", FAINT, "no criterion")
LEGEND = (MET, PARTLY, NOT_MET, NOT_ASSESSED, NOT_APPLICABLE)

FULL = Sign("█", "#", GOOD, "full")
PART = Sign("▒", "=", FAIR, "in part")
NONE = Sign("░", ".", BAD, "untraceable")

YES = Sign("✓", "+", GOOD, "ok")
NO = Sign("✗", "x", BAD, "failed")
UNSURE = Sign("?", "?", FAIR, "not assessed")

_TWINS = str.maketrans(
    {
        sign.glyph: sign.ascii
        for sign in (*LEGEND, FULL, PART, NONE, YES, NO)
        if not sign.glyph.isascii()
    }
    | {"━": "=", "│": "|", "…": "...", "–": "-", "—": "-", "−": "-", "×": "x", "≥": ">=", "≤": "<="}
    | {"→": "->", "“": '"', "”": '"', "’": "'", "‘": "'", "·": "."}
)


def to_ascii(text: str) -> str:
    """The same in ASCII: our own signs by their twins, anything else by a visible escape."""
    if text.isascii():
        return text
    return text.translate(_TWINS).encode("ascii", "backslashreplace").decode("ascii")
