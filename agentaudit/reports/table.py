"""CSV: one row for each criterion, for spreadsheets and scripts.

A cell that a spreadsheet would run as a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io

from agentaudit.evidence import safe
from agentaudit.reports import figures
from agentaudit.reports.notices import absent
from agentaudit.reports.view import View
from agentaudit.score.dimension import CriterionScore, DimensionScore
from agentaudit.score.provenance import Waiver
from agentaudit.score.scorecard import Scorecard

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Row = dict[str, object]


def render(card: Scorecard, view: View) -> str:
    """The same whatever the view. Lines end as RFC 4180 asks."""
    held = {waiver.criterion: waiver for waiver in card.waivers}
    rows = [
        {**_criterion(dimension, criterion), **_waiver(held.get(criterion.id)), **_run(card)}
        for dimension in card.dimensions
        for criterion in dimension.criteria
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue()


def _criterion(dimension: DimensionScore, criterion: CriterionScore) -> Row:
    counts, value, error = criterion.counts, criterion.value, criterion.interval
    first = next(iter(figures.examples(criterion, 1)), None)
    place = figures.place(first.evidence[0]) if first and first.evidence else ""
    return {
        "dimension": dimension.id,
        "criterion": criterion.id,
        "level": criterion.level,
        "title": criterion.title,
        "subject": criterion.subject,
        "state": "crashed" if counts.error else figures.state(criterion).word,
        "pass": counts.passed,
        "fail": counts.fail,
        "unknown": counts.unknown,
        "error": counts.error,
        "not_applicable": counts.not_applicable,
        "target": criterion.target,
        "low": value.low if value else "",
        "high": value.high if value else "",
        "interval_low": error.low if error else "",
        "interval_high": error.high if error else "",
        "reason": first.reason if first else "",
        "message": first.message if first else "",
        "place": place,
        "effort": criterion.effort,
        "fix": figures.headline(criterion.fix),
    }


def _waiver(waiver: Waiver | None) -> Row:
    return {
        "waiver": waiver.state if waiver else "",
        "waived_until": waiver.until if waiver else "",
        "waiver_owner": waiver.owner if waiver else "",
        "waiver_reason": waiver.reason if waiver else "",
    }


def _run(card: Scorecard) -> Row:
    run = card.run
    failing = [c.name for c in card.gate.conditions if c.verdict != "pass"]
    return {
        "gate": card.gate.verdict,
        "gate_failing": "; ".join(failing),
        "sources_read": "; ".join(sorted({source.kind for source in run.sources})),
        "sources_absent": "; ".join(absent(card)),
        "as_of": run.as_of,
        "rubric": f"{run.rubric.id} {run.rubric.version}",
    }


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = safe(" ".join(value.split()), 1000)
    return f"'{text}" if text.startswith(_FORMULA) else text
