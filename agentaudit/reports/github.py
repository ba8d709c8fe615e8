"""GitHub annotations: workflow commands, at most nine and one that says how many more there are.

GitHub drops what is beyond ten of a kind in a step without a word, so we stop before it does.
"""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.evidence import safe
from agentaudit.reports import figures
from agentaudit.reports.notices import notices, waived
from agentaudit.reports.spot import Spot, Spots
from agentaudit.reports.view import View
from agentaudit.score.scorecard import Scorecard
from agentaudit.score.shortfall import shortfalls

MOST = 9
_BODY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(card: Scorecard, view: View) -> str:
    """The same whatever the view: errors, then warnings, then where criteria fail."""
    rows = list(_rows(card))
    lines = [_command(*row) for row in rows[:MOST]]
    if more := len(rows) - MOST:
        text = f"and {more} more: see the job summary" if more > 0 else ""
        lines += [f"::notice title=agentaudit::{text}"] if text else []
    return "".join(f"{line}\n" for line in lines)


def _rows(card: Scorecard) -> Iterator[tuple[str, str, str, Spot]]:
    found = notices(card)
    spots, excused = Spots(card), waived(card)
    for notice in found:
        if notice.level == "error":
            yield "error", notice.id.replace("/", " "), notice.text, notice.spot
    for notice in found:
        if notice.level == "warning":
            yield "warning", notice.id.replace("/", " "), notice.text, notice.spot
    for shortfall in shortfalls(card.dimensions):
        criterion = shortfall.criterion
        if criterion.id not in excused:
            text = f"{shortfall.finding.message} at {shortfall.place}; {figures.tallied(criterion)}"
            title = f"{criterion.id} {criterion.title}"
            yield "warning", title, text, spots.of(shortfall)
    for notice in found:
        if notice.level == "note":
            yield "notice", notice.id.replace("/", " "), notice.text, notice.spot


def _command(kind: str, title: str, text: str, spot: Spot) -> str:
    file, named = (safe(part).translate(_PROPERTY) for part in (spot.path, title))
    body = safe(" ".join(text.split()), 1000).translate(_BODY)
    return f"::{kind} file={file},line={spot.line},title={named}::{body}"
