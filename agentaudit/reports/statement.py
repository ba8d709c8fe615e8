"""An in-toto statement of predicate type test-result v0.1, to be signed by whoever vouches for it.

Its subjects are the commits that were read and the audit itself; `result` is PASSED only where
every criterion that applies is met. What the predicate has no list for stands in `agentaudit`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from agentaudit.evidence import safe
from agentaudit.reports.notices import notices, told
from agentaudit.reports.view import View
from agentaudit.score.dimension import CriterionScore
from agentaudit.score.scorecard import Scorecard, scorecard_json

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"


def render(card: Scorecard, view: View) -> str:
    """The same whatever the view."""
    groups = {name: _ids(card, name) for name in ("passed", "failed", "not_assessed", "crashed")}
    statement = {
        "_type": STATEMENT,
        "subject": list(_subjects(card)),
        "predicateType": PREDICATE,
        "predicate": {
            "result": _result(card, groups),
            "configuration": list(_configuration(card)),
            "passedTests": groups["passed"],
            "warnedTests": [],
            "failedTests": groups["failed"],
            "agentaudit": _extension(card, groups),
        },
    }
    return json.dumps(statement, indent=2, ensure_ascii=True) + "\n"


def _ids(card: Scorecard, group: str) -> list[str]:
    return [c.id for d in card.dimensions for c in d.criteria if _group(c) == group]


def _group(criterion: CriterionScore) -> str:
    if criterion.counts.error:
        return "crashed"
    if criterion.value is None:
        return "not_applicable"
    if criterion.met:
        return "passed"
    return "failed" if criterion.counts.fail else "not_assessed"


def _result(card: Scorecard, groups: dict[str, list[str]]) -> str:
    if card.errors or card.gate.verdict in {"fail", "no_verdict"}:
        return "FAILED"
    whole = not groups["failed"] and not groups["not_assessed"]
    return "PASSED" if whole and groups["passed"] else "WARNED"


def _subjects(card: Scorecard) -> Iterator[dict[str, Any]]:
    for source in card.run.sources:
        if source.revision:
            name = safe(f"{source.kind}:{source.uri}")
            yield {"name": name, "digest": {"gitCommit": safe(source.revision)}}
    digest = hashlib.sha256(scorecard_json(card)).hexdigest()
    yield {"name": "audit.json", "digest": {"sha256": digest}}


def _configuration(card: Scorecard) -> Iterator[dict[str, Any]]:
    run = card.run
    rubric = safe(f"rubric {run.rubric.id} {run.rubric.version}")
    yield {"name": rubric, **_digest(run.rubric.sha256)}
    if run.config_sha256:
        yield {"name": safe(run.config or "agentaudit.yaml"), **_digest(run.config_sha256)}


def _digest(sha256: str) -> dict[str, Any]:
    return {"digest": {"sha256": safe(sha256)}} if sha256 else {}


def _extension(card: Scorecard, groups: dict[str, list[str]]) -> dict[str, Any]:
    run, reach = card.run, card.reconstructable
    return {
        "tool": safe(run.tool),
        "system": safe(run.system),
        "asOf": safe(run.as_of),
        "gate": card.gate.verdict,
        "reconstructable": {"full": reach.full, "total": reach.total},
        "score": card.score.low,
        "level": card.level,
        "notAssessed": groups["not_assessed"],
        "crashed": groups["crashed"],
        "waivers": [safe(told(waiver), 1000) for waiver in card.waivers],
        "notices": [safe(notice.text, 1000) for notice in notices(card)[:200]],
    }
