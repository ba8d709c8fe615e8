"""Criteria and dimensions in the words of the rubric, with counts and examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from agentaudit.evidence import Evidence, safe
from agentaudit.finding import Finding, Outcome
from agentaudit.score.dimension import (
    CriterionScore,
    DimensionScore,
    Interval,
    LevelInterval,
    Links,
    LowHigh,
    OutcomeCounts,
    ShownApplicability,
    ShownFinding,
    ShownPlanned,
)
from agentaudit.score.dossier import ShownEvidence
from agentaudit.score.interval import wilson
from agentaudit.score.layout import Applicability, Applies, Column
from agentaudit.score.provenance import ErrorRecord
from agentaudit.score.responses import DOUBTED, FAILED, PASSED, Reach
from agentaudit.score.rounding import down
from agentaudit.score.standing import DimensionStanding, Standing
from agentaudit.score.tally import Silence, Tally
from agentaudit.score.value import Counts, Range

ALWAYS = Applicability(Applies.YES, "asked of every agentic system")
_NOBODY = Silence("no_subject", "no subject to ask", ())


class Sheet(Struct, frozen=True):
    """Everything the figures are shown from."""

    tally: Tally
    standing: Standing
    applicability: Mapping[str, Applicability]
    sampled: bool

    def applies(self, number: int) -> Applicability:
        return self.applicability.get(self.tally.layout.dimensions[number], ALWAYS)


def dimension_score(sheet: Sheet, number: int) -> DimensionScore:
    """One dimension with its criteria."""
    known = sheet.tally.layout.rubric.dimensions[number]
    held = sheet.standing.dimensions[number]
    columns = sheet.tally.layout.of(number)
    applies = sheet.applies(number)
    points = held and held.value and Range(100 * held.value.low, 100 * held.value.high)
    return DimensionScore(
        id=known.id,
        title=known.title,
        question=known.question,
        level=held.level if held else None,
        level_high=held.level_high if held else None,
        level_interval=_level_interval(held) if sheet.sampled else None,
        level_cap=len(sheet.tally.layout.rungs[number]),
        applicability=ShownApplicability(
            applies=applies.applies,
            reason=safe(applies.reason),
            evidence=shown_evidence(applies.evidence),
        ),
        score=low_high(points) if points else None,
        links=links(sheet.standing.reach, number),
        criteria=tuple(_criterion(sheet, column) for column in columns),
        planned=tuple(
            ShownPlanned(id=p.id, level=p.level, subject=p.subject, must=p.must)
            for p in known.planned
        ),
    )


def _level_interval(held: DimensionStanding | None) -> LevelInterval | None:
    return LevelInterval(low=held.level_lower, high=held.level_upper) if held else None


def low_high(found: Range) -> LowHigh:
    """A figure, rounded down."""
    return LowHigh(low=down(found.low), high=down(found.high))


def links(reach: Reach, dimension: int | None = None) -> Links:
    """Links of one dimension, or of all."""
    resolved, doubted, broken = (reach.state(r, dimension) for r in (PASSED, DOUBTED, FAILED))
    return Links(
        resolved=resolved,
        broken=broken,
        not_assessed=doubted,
        total=resolved + doubted + broken,
    )


def share_interval(successes: int, trials: int, sampled: bool) -> Interval | None:
    """Sampling error of a share; None when everything was read, or nothing."""
    if not sampled or not trials:
        return None
    low, high = wilson(successes, trials)
    return Interval(low=down(low), high=down(high), method="wilson", n=trials)


def shown_evidence(evidence: Iterable[Evidence]) -> tuple[ShownEvidence, ...]:
    """Evidence as the scorecard keeps it."""
    return tuple(
        ShownEvidence(
            source=item.location.source,
            path=item.location.path,
            line=item.location.line,
            attribute=item.location.attribute,
            excerpt=item.excerpt,
        )
        for item in evidence
    )


def errors(tally: Tally) -> tuple[ErrorRecord, ...]:
    """Criteria whose probe crashed, applicable or not, in rubric order."""
    crashes = [0] * len(tally.layout.columns)
    for number, count in tally.subjects.items():
        crashes[tally.cells[number].column] += count * _crashed(tally, number)
    for (_, numbers), count in tally.signatures.items():
        for number in numbers:
            crashes[tally.cells[number].column] += count * _crashed(tally, number)
    return tuple(
        _error(tally, column, crashes[column.index])
        for column in tally.layout.columns
        if crashes[column.index]
    )


def _crashed(tally: Tally, number: int) -> bool:
    return tally.cells[number].outcome is Outcome.ERROR


def _error(tally: Tally, column: Column, count: int) -> ErrorRecord:
    examples = tally.examples.of(column.index)
    said = (finding.message for finding in examples if finding.outcome is Outcome.ERROR)
    return ErrorRecord(
        criterion=column.criterion.id,
        probe=column.criterion.probe_id,
        count=count,
        message=next(said, "the probe crashed"),
    )


def _criterion(sheet: Sheet, column: Column) -> CriterionScore:
    known, counts = column.criterion, sheet.standing.counts[column.index]
    applicable = counts.applicable
    trials = applicable if column.own and sheet.standing.reach.total else 0
    return CriterionScore(
        id=known.id,
        level=known.level,
        subject=known.subject,
        title=known.title,
        must=known.must,
        probe=known.probe_id,
        weight=known.weight,
        target=known.target,
        effort=known.effort,
        relieves=known.relieves,
        met=_met(column, counts),
        counts=OutcomeCounts(
            passed=counts.passed,
            fail=counts.failed,
            unknown=counts.unknown,
            not_applicable=counts.not_applicable,
            error=counts.error,
        ),
        value=low_high(Range(counts.low, counts.high)) if applicable else None,
        interval=share_interval(counts.passed, trials, sheet.sampled),
        findings=_findings(sheet, column),
        fix=known.fix,
    )


def _met(column: Column, counts: Counts) -> bool | None:
    if not counts.passed + counts.failed:
        return None
    return counts.low >= column.target


def _findings(sheet: Sheet, column: Column) -> tuple[ShownFinding, ...]:
    tally, asked = sheet.tally, sheet.tally.examples.of(column.index)
    if not sheet.standing.counting[column.dimension]:
        applies = sheet.applies(column.dimension)
        return (_finding(_excused(column, applies)),)
    if asked:
        return tuple(_finding(finding) for finding in asked)
    silence = tally.silences.get(column.index, _NOBODY)
    return (
        _finding(
            Finding(column.criterion.probe_id, "", Outcome.UNKNOWN, silence.message, silence.reason)
        ),
    )


def _excused(column: Column, applies: Applicability) -> Finding:
    return Finding(
        column.criterion.probe_id,
        "",
        Outcome.NOT_APPLICABLE,
        applies.reason,
        "dimension_not_applicable",
        applies.evidence,
    )


def _finding(finding: Finding) -> ShownFinding:
    return ShownFinding(
        outcome=finding.outcome,
        subject=finding.subject,
        message=finding.message,
        reason=safe(finding.reason),
        evidence=shown_evidence(finding.evidence),
    )
