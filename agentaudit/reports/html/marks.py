"""Small drawings: shape carries the meaning, colour only repeats it."""

from __future__ import annotations

from markupsafe import Markup

_TICK = (
    '<circle cx="8" cy="8" r="6.5" class="g-met"/>'
    '<path d="M4.6 8.2l2.4 2.5 4.5-5.1" class="g-tick"/>'
)
_HALF = (
    '<circle cx="8" cy="8" r="6.5" class="g-part-o"/>'
    '<path d="M8 1.5a6.5 6.5 0 0 0 0 13z" class="g-part"/>'
)
_CROSS = (
    '<circle cx="8" cy="8" r="6.5" class="g-miss-o"/>'
    '<path d="M5.3 5.3L10.7 10.7M10.7 5.3L5.3 10.7" class="g-miss"/>'
)
_RING = '<circle cx="8" cy="8" r="6.5" class="g-na-o"/>'
_DASH = '<path d="M4 8h8" class="g-na"/>'
_BARRED = (
    '<rect x="1.5" y="1.5" width="13" height="13" rx="3" class="g-na-r"/>'
    '<path d="M4.8 8h6.4" class="g-na"/>'
)
_BOLT = (
    '<path d="M8 1.6L14.6 14H1.4z" class="g-miss-o"/><path d="M8 6v4M8 11.9v.2" class="g-miss"/>'
)
_SHAPES = {
    "met": _TICK,
    "part": _HALF,
    "miss": _CROSS,
    "unknown": _RING,
    "na": _DASH,
    "waived": _BARRED,
    "crash": _BOLT,
}
WORDS = {
    "met": "Met",
    "part": "Partly met",
    "miss": "Not met",
    "unknown": "Not assessed",
    "na": "Not applicable",
    "waived": "Waived",
    "crash": "Crashed",
}
OUTCOMES = {
    "pass": "met",
    "fail": "miss",
    "unknown": "unknown",
    "not_applicable": "na",
    "error": "crash",
}
LINKS = {"resolved": "met", "broken": "miss", "not_assessed": "unknown", "not_applicable": "na"}
VERDICTS = {"pass": "met", "fail": "miss", "not_assessed": "unknown"}


_DOTS = {
    "f": '<circle cx="12" cy="12" r="9.5" class="w-f"/>',
    "p": (
        '<circle cx="12" cy="12" r="8.75" class="w-p"/>'
        '<circle cx="12" cy="12" r="3.4" class="w-pi"/>'
    ),
    "n": '<path d="M6.5 6.5l11 11m0 -11l-11 11" class="w-b"/>',
}
"""Fully reconstructable, in part, untraceable: disc, target, cross."""


def sheet() -> Markup:
    """Every drawing once; `glyph` and `dot` refer to them."""
    symbols = [
        *((f"g-{name}", 16, drawing) for name, drawing in _SHAPES.items()),
        *((f"w-{name}", 24, drawing) for name, drawing in _DOTS.items()),
    ]
    drawn = (
        Markup('<symbol id="{0}" viewBox="0 0 {1} {1}">{2}</symbol>').format(
            name,
            size,
            Markup(drawing),  # a constant of this file
        )
        for name, size, drawing in symbols
    )
    return Markup('<svg width="0" height="0" class="vh" aria-hidden="true">{}</svg>').format(
        Markup("").join(drawn)
    )


_COMMON = 16
"""Pixels; other sizes have a class of their own."""


def glyph(state: str, size: int = _COMMON) -> Markup:
    """One state, drawn; what it means stands beside it as text."""
    kind = "gl" if size == _COMMON else f"gl gl{size}"
    drawn = Markup('<svg class="{}" aria-hidden="true"><use href="#g-{}"/></svg>')
    return drawn.format(kind, state)


def dot(kind: str, size: int = 18) -> Markup:
    """One kind of response, for a legend."""
    return Markup(
        '<svg width="{0}" height="{0}" aria-hidden="true"><use href="#w-{1}"/></svg>'
    ).format(size, kind)
