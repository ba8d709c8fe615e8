"""Figures every report shows, derived from the scorecard in one place, so that reports agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import floor

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.reports import signs
from agentaudit.reports.signs import Sign
from agentaudit.score.dimension import CriterionScore, DimensionScore, ShownFinding
from agentaudit.score.dossier import Dossier, DossierLink, ShownEvidence
from agentaudit.score.rounding import percent, whole
from agentaudit.score.scorecard import Condition, Fix, Scorecard

LEVELS = ("Absent", "Exists", "Recorded", "Resolves", "Proven")
EFFORT = {"S": "an hour", "M": "a day", "L": "more than a day"}
SUBJECTS = {
    "response": "responses",
    "component": "components",
    "image": "images",
    "model": "models",
    "system": "systems",
}


def asked(card: Scorecard) -> tuple[int, int]:
    """By how many of the rubric's criteria."""
    rubric = card.run.rubric
    return rubric.criteria_total - rubric.criteria_planned, rubric.criteria_total


def unfollowed(told: Dossier) -> int:
    """References of a response that nothing configured could follow, each once."""
    return len(
        {
            (fact.recorded, fact.where)
            for link in told.links
            for fact in link.facts
            if fact.resolution == "not_looked"
        }
    )


def share(low: float | None) -> str:
    """A share from 0 to 1 in whole per cent, rounded down; `-` where there is none."""
    return "-" if low is None else str(percent(low))


def tenth(number: float) -> str:
    """One decimal, rounded down; whole numbers without."""
    cut = floor(number * 10 + 1e-9) / 10
    return str(int(cut)) if cut == int(cut) else f"{cut:.1f}"


def average_links(card: Scorecard) -> tuple[str, str]:
    """Links that resolve, and links there are, per response."""
    links, total = card.reconstructable.links, card.reconstructable.total or 1
    return tenth(links.resolved / total), tenth(links.total / total)


def unrecognised(card: Scorecard) -> int:
    """Traces without any recognised step, over all sources."""
    return sum(source.unrecognised for source in card.run.sources)


def traces(card: Scorecard) -> int:
    """Traces read, over all sources."""
    return sum(source.traces for source in card.run.sources)


def span(low: float, high: float) -> str:
    """Whole points from low to high; one number where they are the same."""
    first, last = whole(low), whole(high)
    return str(first) if first == last else f"{first}–{last}"


def levels(dimension: DimensionScore) -> str:
    """`2`, or `2–3` where UNKNOWN could still become PASS; `n/a` where it does not apply."""
    low, high = dimension.level, dimension.level_high
    if low is None:
        return "n/a"
    return str(low) if high is None or high == low else f"{low}–{high}"


def ladder(dimension: DimensionScore) -> tuple[Sign, ...]:
    """One sign per level, 1 to 4."""
    return tuple(_rung(dimension, level) for level in range(1, 5))


def _rung(dimension: DimensionScore, level: int) -> Sign:
    if dimension.level is None:
        return signs.NOT_APPLICABLE
    rows = [c for c in dimension.criteria if c.level == level]
    if not rows:
        return signs.NO_CRITERION
    counted = [c for c in rows if c.value is not None]
    if not counted:
        return signs.NOT_APPLICABLE
    if level <= dimension.level:
        return signs.MET
    if level > dimension.level + 1 and all(c.met for c in counted):
        return signs.MET
    if any(c.counts.passed for c in counted):
        return signs.PARTLY
    return signs.NOT_MET if any(c.counts.fail for c in counted) else signs.NOT_ASSESSED


class Stop(Struct, frozen=True):
    """What keeps a dimension from its next level."""

    criterion: str
    """Id; empty where no single criterion does."""
    title: str


def stops_at(dimension: DimensionScore) -> Stop | None:
    """The first criterion that is not met above its level; None at the top."""
    if dimension.level is None or dimension.level >= 4:
        return None
    above = [c for c in dimension.criteria if c.level > dimension.level and c.value is not None]
    unmet = [c for c in above if not c.met and c.level <= dimension.level_cap]
    if unmet:
        first = min(unmet, key=lambda c: c.level)
        return Stop(first.id, first.title)
    if dimension.level >= dimension.level_cap:
        return Stop("", f"no criterion for level {dimension.level_cap + 1} yet")
    following = dimension.level + 1
    if not above and dimension.applicability.applies == "unknown":
        return Stop("", "not known to apply")
    if not any(c.level == following for c in above):
        return Stop("", f"nothing that level {following} asks for applies here")
    return Stop("", "too few responses pass all of its criteria together")


def state(criterion: CriterionScore) -> Sign:
    """How a criterion is drawn."""
    if criterion.value is None:
        return signs.NOT_APPLICABLE
    if criterion.met:
        return signs.MET
    if criterion.counts.passed:
        return signs.PARTLY
    return signs.NOT_MET if criterion.counts.fail else signs.NOT_ASSESSED


WORST_FIRST = ("fail", "error", "unknown")
"""Outcomes worth an example."""


def examples(criterion: CriterionScore, most: int = 5) -> list[ShownFinding]:
    """Answers that are no pass, failures first."""
    bad = [f for f in criterion.findings if f.outcome.value in WORST_FIRST]
    return sorted(bad, key=lambda f: WORST_FIRST.index(f.outcome.value))[:most]


def title(card: Scorecard, dimension: str) -> str:
    """Title of a dimension by id."""
    return next((d.title for d in card.dimensions if d.id == dimension), dimension)


class Step(Struct, frozen=True):
    """A fix, with what is reached once it and all before it are made."""

    fix: Fix
    full: int


def path(card: Scorecard) -> Iterator[Step]:
    """Fixes with their running total of fully reconstructable responses."""
    full = card.reconstructable.full
    for fix in card.fixes:
        full += fix.gain_responses
        yield Step(fix, full)


def cause(fact: str, reason: str) -> str:
    """A cause in words: `git.commit missing`. A reason that begins with a word of the fact goes on
    from there: `attack results`, `results_not_kept` → `attack results not kept`."""
    why, said = reason.split("_"), fact.split(" ")
    if why[0] in said and "," not in fact:
        said = said[: said.index(why[0])]
    return " ".join([*said, *why]).strip()


_SENTENCE = regex(r"(.+?)(?:\.(?=\s*\n|\s+[^a-z\s]|\s*\Z)|:(?=\s*\n|\s*\Z|\s+`)|\Z)", re.DOTALL)


def headline(text: str) -> str:
    """First sentence of a text that may go on with a snippet, without an aside that it cuts."""
    found = _SENTENCE.match(text)
    first = " ".join(found[1].split()) if found else ""
    whole, aside, rest = first.rpartition("(")
    return whole.rstrip() if aside and ")" not in rest else first


def listed(names: Sequence[str], most: int) -> str:
    """Names joined by commas, cut after `most`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def place(evidence: ShownEvidence) -> str:
    """Where a person can open it: source, path and line, attribute."""
    line = "" if evidence.line is None else f":{evidence.line}"
    return " ".join(p for p in (evidence.source, evidence.path + line, evidence.attribute) if p)


def tallied(criterion: CriterionScore) -> str:
    """Counts of a criterion in words: `61 of 100 responses pass, 12 unknown`."""
    counts = criterion.counts
    total = counts.passed + counts.fail + counts.unknown + counts.error
    if not total:
        return "not applicable"
    words = [f"{counts.passed:,} of {total:,} {SUBJECTS[criterion.subject]} pass"]
    for count, name in (
        (counts.fail, "fail"),
        (counts.unknown, "unknown"),
        (counts.error, "crashed"),
        (counts.not_applicable, "not applicable"),
    ):
        if count:
            words.append(f"{count:,} {name}")
    return ", ".join(words)


def comparison(condition: Condition) -> str:
    """`61 (to 72) (95 %: 51 to 69), needs 80`; empty where there is no number."""
    if condition.actual is None:
        return "" if condition.required is None else f"not assessed, needs {condition.required:g}"
    shown = tenth(condition.actual)
    if condition.high is not None and condition.high != condition.actual:
        shown += f" (to {tenth(condition.high)})"
    if condition.interval is not None:
        shown += f" (95 %: {tenth(condition.interval.low)} to {tenth(condition.interval.high)})"
    return shown if condition.required is None else f"{shown}, needs {condition.required:g}"


STATES = {
    "full": "fully reconstructable",
    "partial": "reconstructable in part",
    "none": "untraceable",
}


LINK_STATES = {
    "resolved": "resolves",
    "broken": "broken",
    "not_assessed": "not assessed",
    "not_applicable": "not applicable",
}


def rungs(link: DossierLink) -> str:
    """E.g. `level 2 Recorded 5 of 5, level 3 Resolves 1 of 2`."""
    return ", ".join(
        f"level {each.level} {LEVELS[each.level]} {each.passed} of {each.asked}"
        for each in link.levels
    )


def resolving(told: Dossier) -> tuple[int, int]:
    """Links of a response that resolve, and links it has."""
    states = [link.state for link in told.links if link.state != "not_applicable"]
    return states.count("resolved"), len(states)


def failing(told: Dossier) -> list[str]:
    """Criteria of a response that fail, in rubric order."""
    return [a.criterion for link in told.links for a in link.answers if a.outcome == "fail"]


def duration(milliseconds: float | None) -> str:
    """Seconds with two decimals."""
    return "not recorded" if milliseconds is None else f"{milliseconds / 1000:.2f} s"


def fix_of(card: Scorecard, criterion: str) -> str:
    """What to do about a criterion."""
    found = (c.fix for d in card.dimensions for c in d.criteria if c.id == criterion)
    return next(found, "")
