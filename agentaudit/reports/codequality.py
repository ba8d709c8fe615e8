"""GitLab Code Quality: one issue for each failed criterion and place, and what must be known
besides. GitLab shows an issue as new when the target branch has none with its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

from agentaudit.evidence import safe
from agentaudit.reports import figures
from agentaudit.reports.notices import notices, waived
from agentaudit.reports.spot import Spot, Spots
from agentaudit.reports.view import View
from agentaudit.score.scorecard import Scorecard
from agentaudit.score.shortfall import shortfalls

_SEVERITY = {1: "major", 2: "major", 3: "minor", 4: "info"}
"""By level of the criterion: what comes first weighs most."""
_NOTICED = {"error": "critical", "warning": "minor", "note": "info"}

Issue = dict[str, object]


def render(card: Scorecard, view: View) -> str:
    """The same whatever the view."""
    issues = [*_shortfalls(card), *_notices(card)]
    return json.dumps(issues, indent=2, ensure_ascii=True) + "\n"


def _shortfalls(card: Scorecard) -> Iterator[Issue]:
    spots, excused = Spots(card), waived(card)
    for found in shortfalls(card.dimensions):
        criterion = found.criterion
        waiver = excused.get(criterion.id)
        words = f"{criterion.id} {criterion.title}: {found.finding.message} at {found.place}"
        if waiver:
            words += f" (waived until {waiver.until})"
        yield _issue(
            f"{words}; {figures.tallied(criterion)}",
            criterion.id,
            found.fingerprint,
            "info" if waiver else _SEVERITY[criterion.level],
            spots.of(found),
        )


def _notices(card: Scorecard) -> Iterator[Issue]:
    seen: Counter[str] = Counter()
    for notice in notices(card):
        seen[notice.id] += 1
        told = f"{notice.id}\0{seen[notice.id]}".encode("utf-8", "replace")
        fingerprint = hashlib.sha256(told).hexdigest()[:32]
        name = f"agentaudit/{notice.id.partition('/')[0]}"
        yield _issue(notice.text, name, fingerprint, _NOTICED[notice.level], notice.spot)


def _issue(text: str, name: str, fingerprint: str, severity: str, spot: Spot) -> Issue:
    return {
        "type": "issue",
        "description": safe(" ".join(text.split()), 1000) or name,
        "check_name": safe(name),
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": safe(spot.path), "lines": {"begin": spot.line}},
    }
