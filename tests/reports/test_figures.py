"""Derived figures, each on its own."""

from __future__ import annotations

import pytest

from agentaudit.reports import figures, signs
from agentaudit.score.dimension import (
    CriterionScore,
    DimensionScore,
    Links,
    LowHigh,
    OutcomeCounts,
    ShownApplicability,
)
from agentaudit.score.layout import Applies


def criterion(
    level: int, passed: int = 0, fail: int = 0, unknown: int = 0, error: int = 0
) -> CriterionScore:
    asked = passed + fail + unknown + error
    value = LowHigh(low=passed / asked, high=(asked - fail) / asked) if asked else None
    known = passed + fail
    return CriterionScore(
        id=f"T-{level}",
        level=level,
        subject="component",
        title=f"Title {level}",
        must="It is.",
        probe="a-probe",
        weight=1,
        target=1,
        effort="S",
        relieves=("reuse",),
        met=(passed == asked if known else None) if asked else None,
        counts=OutcomeCounts(
            passed=passed, fail=fail, unknown=unknown, not_applicable=0, error=error
        ),
        value=value,
        interval=None,
        findings=(),
        fix="Do it.",
    )


def dimension(
    level: int | None, *criteria: CriterionScore, high: int | None = None, cap: int = 4
) -> DimensionScore:
    return DimensionScore(
        id="rag",
        title="RAG",
        question="Which?",
        level=level,
        level_high=level if high is None else high,
        level_cap=cap,
        applicability=ShownApplicability(applies=Applies.YES, reason="", evidence=()),
        score=None,
        links=Links(resolved=0, broken=0, not_assessed=0, total=0),
        criteria=criteria,
    )


MET, PARTLY, NOT_MET = signs.MET, signs.PARTLY, signs.NOT_MET
UNSEEN, NONE, NA = signs.NOT_ASSESSED, signs.NO_CRITERION, signs.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("found", "ladder"),
    [
        (dimension(None), (NA, NA, NA, NA)),
        (dimension(0), (NONE, NONE, NONE, NONE)),
        (dimension(1, criterion(1, 2)), (MET, NONE, NONE, NONE)),
        (dimension(0, criterion(1, 1, 1)), (PARTLY, NONE, NONE, NONE)),
        (dimension(0, criterion(1, 0, 2)), (NOT_MET, NONE, NONE, NONE)),
        (dimension(0, criterion(1, 0, 0, 2)), (UNSEEN, NONE, NONE, NONE)),
        (dimension(0, criterion(1, 0, 1, 1)), (NOT_MET, NONE, NONE, NONE)),
        (dimension(0, criterion(1, 0, 0, 0, 1)), (UNSEEN, NONE, NONE, NONE)),
        (dimension(1, criterion(1, 2), criterion(2)), (MET, NA, NONE, NONE)),
        (
            dimension(0, criterion(1, 0, 1), criterion(2, 3), criterion(3, 1, 1)),
            (NOT_MET, MET, PARTLY, NONE),
        ),
        # each criterion is met on its own, but too few responses pass all together
        (dimension(0, criterion(1, 2), criterion(2, 2)), (PARTLY, MET, NONE, NONE)),
    ],
)
def test_ladder(found: DimensionScore, ladder: tuple[signs.Sign, ...]) -> None:
    assert figures.ladder(found) == ladder


@pytest.mark.parametrize(
    ("found", "stop"),
    [
        (dimension(None), None),
        (dimension(4, criterion(4, 1)), None),
        (dimension(0, criterion(2, 0, 1), criterion(1, 0, 1)), ("T-1", "Title 1")),
        (dimension(1, criterion(1, 1), criterion(2, 0, 0, 1)), ("T-2", "Title 2")),
        (dimension(1, criterion(1, 1), cap=1), ("", "no criterion for level 2 yet")),
        (dimension(0, criterion(2, 0, 1), cap=0), ("", "no criterion for level 1 yet")),
        (dimension(0, criterion(1)), ("", "nothing that level 1 asks for applies here")),
        (
            dimension(0, criterion(1, 3), cap=4),
            ("", "too few responses pass all of its criteria together"),
        ),
    ],
)
def test_stops_at(found: DimensionScore, stop: tuple[str, str] | None) -> None:
    at = figures.stops_at(found)
    assert (at and (at.criterion, at.title)) == stop


@pytest.mark.parametrize(
    ("level", "high", "shown"), [(None, None, "n/a"), (2, 2, "2"), (1, 3, "1–3"), (0, 0, "0")]
)
def test_levels(level: int | None, high: int | None, shown: str) -> None:
    assert figures.levels(dimension(level, high=high)) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(5.19, "5.1"), (5.0, "5"), (0.0, "0"), (99.99, "99.9"), (0.3, "0.3")]
)
def test_tenth_rounds_down(number: float, shown: str) -> None:
    assert figures.tenth(number) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(None, "-"), (0.9999, "99"), (0.29, "29"), (1.0, "100"), (0.57, "57")]
)
def test_share_rounds_down(share: float | None, shown: str) -> None:
    assert figures.share(share) == shown


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Do it.", "Do it"),
        ("Do it.\n    export X=1", "Do it"),
        ("Commit an alert, e.g. a\nrule:\n```\nx\n```", "Commit an alert, e.g. a rule"),
        ("Pin `python:3.12` now. Then go.", "Pin `python:3.12` now"),
        ("Make it so: now.", "Make it so: now"),
        ("Hand it over: `X=1`.", "Hand it over"),
        ("Keep it (an action does: `labels: x`).", "Keep it"),
        ("Keep it (`f()` does).", "Keep it (`f()` does)"),
        ("", ""),
        ("no end", "no end"),
    ],
)
def test_headline(text: str, first: str) -> None:
    assert figures.headline(text) == first


@pytest.mark.parametrize(
    ("fact", "reason", "said"),
    [
        ("git.commit", "missing", "git.commit missing"),
        ("attack results", "results_not_kept", "attack results not kept"),
        ("model id", "model_alias_mutable", "model alias mutable"),
        ("model id, git.commit", "model_alias_mutable", "model id, git.commit model alias mutable"),
        ("tracing", "", "tracing"),
    ],
)
def test_a_cause_repeats_no_word(fact: str, reason: str, said: str) -> None:
    assert figures.cause(fact, reason) == said
