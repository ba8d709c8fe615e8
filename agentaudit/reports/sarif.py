"""SARIF 2.1.0: one result for each failed criterion and place, for code hosts and editors.

Results follow what GitHub reads (required fields, at most 1,024 characters, whole regions, relative
URIs) and are the same after code moved. What failed nowhere in a file, what crashed, what was not
looked at and what is waived stands in the notifications of the run, so that no viewer takes silence
for success. A rubric has no page on the web, so there is no `helpUri`: `help` holds the whole fix.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agentaudit.evidence import safe
from agentaudit.expressions import regex
from agentaudit.reports import figures
from agentaudit.reports.notices import Notice, notices, waived
from agentaudit.reports.spot import Spot, Spots
from agentaudit.reports.view import View
from agentaudit.score.dimension import CriterionScore, DimensionScore
from agentaudit.score.exits import exit_codes
from agentaudit.score.scorecard import Scorecard
from agentaudit.score.shortfall import Shortfall, shortfalls

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LONGEST = 1024
_MOST_RESULTS = 5000
_MOST_NOTICES = 1000
_LEVELS = {1: "warning", 2: "warning", 3: "warning", 4: "note"}
"""By level of the criterion; never `error`, which would be a second gate beside ours."""
_CONFIGURED = ("gate", "waiver", "absent", "unasked")
_ACTIVE = regex(r"\](?=\()|\{(?=\d)")


def render(card: Scorecard, view: View) -> str:
    """The same whatever the view."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(card)]}
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _run(card: Scorecard) -> dict[str, Any]:
    rules = [(d, c) for d in card.dimensions for c in d.criteria]
    numbers = {criterion.id: number for number, (_, criterion) in enumerate(rules)}
    spots, excused = Spots(card), waived(card)
    failing = [s for s in shortfalls(card.dimensions) if s.criterion.id not in excused]
    return {
        "tool": {"driver": _driver(card, rules)},
        "automationDetails": {"id": f"agentaudit/{_text(card.run.system)}/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(card, numbers)],
        "results": [_result(s, spots.of(s), numbers) for s in failing[:_MOST_RESULTS]],
        "properties": _properties(card),
    }


def _driver(card: Scorecard, rules: list[tuple[DimensionScore, CriterionScore]]) -> dict[str, Any]:
    name, _, version = card.run.tool.partition(" ")
    return {
        "name": _text(name),
        "version": _text(version) or "0",
        "rules": [_rule(dimension, criterion) for dimension, criterion in rules],
    }


def _rule(dimension: DimensionScore, criterion: CriterionScore) -> dict[str, Any]:
    level = _LEVELS[criterion.level]
    return {
        "id": criterion.id,
        "name": _text(criterion.title),
        "shortDescription": {"text": _text(criterion.title)},
        "fullDescription": {"text": _text(criterion.must)},
        "defaultConfiguration": {"level": level},
        "help": {"text": _text(criterion.fix, 8000), "markdown": _help(criterion)},
        "properties": {
            "precision": "very-high",
            "problem.severity": "recommendation" if level == "note" else level,
            "tags": [dimension.id, f"level-{criterion.level}", *criterion.relieves][:10],
        },
    }


def _help(criterion: CriterionScore) -> str:
    lines = [safe(line, 400) for line in criterion.fix.splitlines()]
    snippet = "\n".join(f"    {line}" for line in lines)
    effort = figures.EFFORT[criterion.effort]
    more = f"Why, and how it is asked: `agentaudit probes show {criterion.id}`"
    return f"**What to do** ({effort})\n\n{snippet}\n\n{more}\n"


def _result(found: Shortfall, spot: Spot, numbers: dict[str, int]) -> dict[str, Any]:
    criterion = found.criterion
    return {
        "ruleId": criterion.id,
        "ruleIndex": numbers[criterion.id],
        "level": _LEVELS[criterion.level],
        "message": {"text": _message(found)},
        "locations": [_location(spot, list(_logical(found)))],
        "partialFingerprints": {
            "primaryLocationLineHash": found.fingerprint,
            "agentaudit/v1": found.fingerprint,
        },
        "properties": {"reason": _text(found.finding.reason), "subject": _text(found.subject)},
    }


def _message(found: Shortfall) -> str:
    """The first sentence says what is wrong; hosts show no more of it in lists."""
    criterion = found.criterion
    more = figures.tallied(criterion)
    what = _text(found.finding.message, 500).rstrip(".")
    return _text(f"{what}. Asked for: {criterion.title}; {more}. Seen at {found.place}.")


def _logical(found: Shortfall) -> Iterator[dict[str, str]]:
    """What a file and line cannot say: the trace, registry entry or component."""
    if found.evidence and not found.file:
        name = figures.place(found.evidence)
        yield {"fullyQualifiedName": _text(name), "kind": "resource"}
    if found.subject:
        yield {"fullyQualifiedName": _text(found.subject), "kind": "module"}


def _location(spot: Spot, logical: list[dict[str, str]]) -> dict[str, Any]:
    region = {"startLine": spot.line, "startColumn": 1, "endLine": spot.line, "endColumn": 2}
    physical = {"artifactLocation": {"uri": spot.uri}, "region": region}
    named = {"logicalLocations": logical} if logical else {}
    return {"physicalLocation": physical, **named}


def _invocation(card: Scorecard, numbers: dict[str, int]) -> dict[str, Any]:
    codes = exit_codes(card)
    found = [(n, _notification(n, numbers)) for n in notices(card)[:_MOST_NOTICES]]
    return {
        "executionSuccessful": not card.errors and card.gate.verdict != "no_verdict",
        "exitCode": int(type(codes[0]).worst(codes)),
        "commandLine": _text(card.run.command),
        "toolConfigurationNotifications": [
            shown for notice, shown in found if notice.id.startswith(_CONFIGURED)
        ],
        "toolExecutionNotifications": [
            shown for notice, shown in found if not notice.id.startswith(_CONFIGURED)
        ],
    }


def _notification(notice: Notice, numbers: dict[str, int]) -> dict[str, Any]:
    about = numbers.get(notice.criterion)
    rule = {"id": notice.criterion, "index": about} if about is not None else None
    return {
        "descriptor": {"id": _text(notice.id)},
        "level": notice.level,
        "message": {"text": _text(notice.text)},
        "locations": [_location(notice.spot, [])],
        **({"associatedRule": rule} if rule else {}),
    }


def _properties(card: Scorecard) -> dict[str, Any]:
    run, reach = card.run, card.reconstructable
    return {
        "asOf": _text(run.as_of),
        "rubric": _text(f"{run.rubric.id} {run.rubric.version}"),
        "rubricSha256": _text(run.rubric.sha256),
        "score": card.score.low,
        "level": card.level,
        "reconstructable": {"full": reach.full, "total": reach.total},
        "gate": card.gate.verdict,
        "waived": sorted(waived(card)),
    }


def _text(text: str, limit: int = _LONGEST) -> str:
    """Text that no viewer takes for a link or a placeholder."""
    plain = safe(" ".join(text.split()), limit - 8)
    return _ACTIVE.sub(lambda found: found[0] + " ", plain)[:limit]
