"""The headline as a badge: as JSON for shields.io, and as an SVG of our own.

A badge is the report that is read without any other, so it says in its one line what stands in the
way of the figure: no verdict, crashed probes, what was not assessed, an expired waiver.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from agentaudit.evidence import safe
from agentaudit.reports.notices import absent, notices
from agentaudit.reports.view import View
from agentaudit.score.rounding import percent
from agentaudit.score.scorecard import Scorecard

LABEL = "reconstructable"
_COLORS = {"green": "#0b6f74", "yellow": "#8a5300", "red": "#a32a1e", "lightgrey": "#626d78"}
"""Name at shields.io → ours; white text on each has a contrast of at least 5."""
_CHARACTER = 7
"""Pixels for a character, a little more than the widest common font needs on average."""


def shields(card: Scorecard, view: View) -> str:
    """For an `endpoint` badge. It is to be served from where shields.io may fetch it."""
    badge = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": message(card),
        "color": color(card),
        "isError": bool(card.errors) or card.gate.verdict == "no_verdict",
        "cacheSeconds": 3600,
    }
    return json.dumps(badge, ensure_ascii=True) + "\n"


def message(card: Scorecard) -> str:
    """`61 of 100`, and what must be known with it."""
    reach = card.reconstructable
    figure = f"{reach.full:,} of {reach.total:,}" if reach.total else "no response found"
    return "; ".join([figure, *_beside(card)])


def color(card: Scorecard) -> str:
    """Name at shields.io: grey where there is no verdict, red where the gate fails."""
    share = percent(card.reconstructable.low or 0.0)
    if card.errors or card.gate.verdict == "no_verdict" or not card.reconstructable.total:
        return "lightgrey"
    if card.gate.verdict == "fail" or share < 30:
        return "red"
    return "green" if share >= 80 else "yellow"


def _beside(card: Scorecard) -> Iterator[str]:
    if card.errors:
        yield f"{len(card.errors)} crashed"
    if card.gate.verdict == "no_verdict":
        yield "no verdict"
    if card.gate.verdict == "fail":
        yield "gate failed"
    if ended := sum(waiver.state == "expired" for waiver in card.waivers):
        yield f"{ended} expired waiver" + "s" * (ended > 1)
    if held := sum(waiver.state == "in_force" for waiver in card.waivers):
        yield f"{held} waived"
    if kinds := absent(card):
        yield f"no {', '.join(kinds)}"
    unknown = sum(bool(c.counts.unknown) for d in card.dimensions for c in d.criteria)
    if unknown:
        yield f"{unknown} not assessed"


def svg(card: Scorecard, view: View) -> str:
    """Self-contained: no script, style sheet, font or link; the details are its description."""
    text = message(card)
    left, right = (_CHARACTER * len(part) + 12 for part in (LABEL, text))
    details = "\n".join(safe(notice.text) for notice in notices(card)[:50])
    title = escape(safe(f"{LABEL}: {text}"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f"aria-label={quoteattr(safe(f'{LABEL}: {text}'))}>\n"
        f"<title>{title}</title>\n<desc>{escape(_xml(details))}</desc>\n"
        f'<rect width="{left + right}" height="20" rx="3" fill="{_COLORS[color(card)]}"/>\n'
        f'<path d="M3 0h{left - 3}v20h-{left - 3}a3 3 0 0 1-3-3v-14a3 3 0 0 1 3-3z" '
        'fill="#17212b"/>\n'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" '
        'text-anchor="middle">\n'
        f'<text x="{left / 2:g}" y="14">{LABEL}</text>\n'
        f'<text x="{left + right / 2:g}" y="14">{escape(text)}</text>\n</g>\n</svg>\n'
    )


def _xml(text: str) -> str:
    """Line by line, what XML 1.0 can hold."""
    return "".join(c for c in text if c == "\n" or c >= " ")
