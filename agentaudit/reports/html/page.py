"""What the template asks of a scorecard: everything that takes more than a look-up."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any, NamedTuple

from agentaudit.evidence import clean
from agentaudit.reports import figures, signs
from agentaudit.reports.changes import Change, stages
from agentaudit.reports.html.numbers import Numbers
from agentaudit.reports.html.records import Records
from agentaudit.reports.notices import absent
from agentaudit.reports.view import View
from agentaudit.rubric import Relief
from agentaudit.score.dimension import CriterionScore, DimensionScore
from agentaudit.score.dossier import Dossier, DossierFact, DossierLink, ShownEvidence
from agentaudit.score.provenance import SourceRecord
from agentaudit.score.scorecard import Scorecard, scorecard_json

FIXES = 8
"""Stages at first sight; the others unfold."""
STEPS = 16
"""Steps of a response at first sight; the others unfold."""
FACTS = 5
"""Facts of a link at first sight; the others unfold."""
BRIEF = 100
"""Longest text on page 1 that comes from outside, in characters."""
RELIEFS: dict[Relief, str] = {
    "debugging": "Debugging",
    "maintenance": "Maintenance",
    "onboarding": "Onboarding",
    "handover": "Handover",
    "reuse": "Reuse",
}
_STATES = {
    signs.MET: "met",
    signs.PARTLY: "part",
    signs.NOT_MET: "miss",
    signs.NOT_ASSESSED: "unknown",
    signs.NOT_APPLICABLE: "na",
    signs.NO_CRITERION: "none",
}


class Cost(NamedTuple):
    """How many unmet criteria make one kind of work harder."""

    relief: Relief
    title: str
    unmet: int
    asked: int


class Page:
    """One scorecard, as the template sees it."""

    fixes_shown, steps_shown, facts_shown = FIXES, STEPS, FACTS
    levels = figures.LEVELS
    effort = figures.EFFORT
    reliefs = RELIEFS
    states = figures.STATES
    link_states = figures.LINK_STATES

    def __init__(self, card: Scorecard, view: View, most: int) -> None:
        self.card = card
        self.open = view.printable
        self.records = Records(card, most)
        self.stages = stages(card)
        self._kinds = Counter(name.partition(":")[0] for name in _sources(card))
        self.waived = {w.criterion for w in card.waivers if w.state == "in_force"}
        self.numbers = Numbers(card, self._derived())

    @property
    def expired(self) -> list[str]:
        """Criteria whose waiver is over."""
        return [w.criterion for w in self.card.waivers if w.state == "expired"]

    @property
    def absent(self) -> list[str]:
        """Kinds of source that nobody declared."""
        return absent(self.card)

    def _derived(self) -> dict[str, Any]:
        """Counts that stand in the JSON only as the things counted."""
        card = self.card
        return {
            "unmet_by_relief": {cost.relief: cost.unmet for cost in self.costs},
            "asked_by_relief": {cost.relief: cost.asked for cost in self.costs},
            "told": [_told(told) for told in card.dossiers],
            "waived": len(self.waived),
            "conditions_failing": sum(c.verdict != "pass" for c in card.gate.conditions),
            "stages": [len(stage.changes) for stage in self.stages],
            "stages_left": max(0, len(self.stages) - FIXES),
            "examples_left_out": self.records.left_out,
        }

    @property
    def system(self) -> str:
        return clean(self.card.run.system, BRIEF)

    @property
    def told(self) -> bool:
        """Whether this is one response that somebody asked for, not an audit."""
        return any(told.chosen == "asked" for told in self.card.dossiers)

    @property
    def content(self) -> bool:
        """Whether prompts and answers are shown."""
        return any(told.content for told in self.card.dossiers)

    @property
    def traced(self) -> bool:
        """Whether any trace source was read."""
        return any(source.kind == "traces" for source in self.card.run.sources)

    @property
    def window(self) -> tuple[str, str] | None:
        """First and last day of the traces, ISO 8601."""
        windows = [source.window for source in self.card.run.sources if source.window]
        if not windows:
            return None
        return min(w.first for w in windows), max(w.last for w in windows)

    @property
    def sampled(self) -> bool:
        """Whether some responses were not read."""
        return self.card.run.sample.size != self.card.run.sample.population

    @property
    def beyond(self) -> bool:
        """Whether some responses are completed only by fixes that are not listed."""
        reach = self.card.reconstructable
        return bool(self.stages) and self.stages[-1].full + reach.no_fix_known < reach.total

    @property
    def digest(self) -> str:
        """Of the JSON that this page shows."""
        return sha256(scorecard_json(self.card)).hexdigest()

    @property
    def command(self) -> str:
        """What makes the same audit again: the day is part of it."""
        run = self.card.run
        fixed = "--as-of" in run.command.split()
        return run.command if fixed else f"{run.command} --as-of {run.as_of}"

    @property
    def costs(self) -> list[Cost]:
        """What the gaps make harder, the worst first."""
        asked = [c for d in self.card.dimensions for c in d.criteria if c.value is not None]
        found = [
            Cost(
                relief,
                title,
                sum(relief in c.relieves and not c.met for c in asked),
                sum(relief in c.relieves for c in asked),
            )
            for relief, title in RELIEFS.items()
        ]
        return sorted((cost for cost in found if cost.asked), key=lambda cost: -cost.unmet)

    def title(self, dimension: str) -> str:
        return figures.title(self.card, dimension)

    def weakest(self, most: int = 3) -> str:
        """Titles of the weakest dimensions."""
        names = [clean(self.title(id), BRIEF) for id in self.card.weakest]
        more = " and others" if len(names) > most else ""
        return ", ".join(names[:most]) + more if names else "none"

    def state(self, criterion: CriterionScore) -> str:
        """How a criterion is drawn; a waiver changes the sign, never a figure."""
        if criterion.counts.error and not criterion.met:
            return "crash"
        if criterion.id in self.waived and not criterion.met:
            return "waived"
        return _STATES[figures.state(criterion)]

    def rungs(self, dimension: DimensionScore) -> list[str]:
        """Paint of the four steps of a dimension's ladder."""
        reached = dimension.level or 0
        states = [_STATES[sign] for sign in figures.ladder(dimension)]
        return ["on" if level < reached else state for level, state in enumerate(states)]

    def stop(self, dimension: DimensionScore) -> str:
        """What keeps a dimension from its next level."""
        found = figures.stops_at(dimension)
        return f"{found.criterion} {found.title}".strip() if found else ""

    def at(self, dimension: DimensionScore, level: int) -> list[CriterionScore]:
        return [c for c in dimension.criteria if c.level == level]

    def planned(self, dimension: DimensionScore, level: int) -> list[str]:
        return [p.id for p in dimension.planned if p.level == level]

    @property
    def following(self) -> list[Change]:
        """The two changes to make next."""
        return [change for stage in self.stages for change in stage.changes][:2]

    def brief(self, change: Change) -> str:
        """For page 1, which a long text must not push off the paper; cut after a whole word."""
        said = clean(change.headline, BRIEF)
        if len(change.headline) <= BRIEF:
            return said
        return said.rpartition(" ")[0].rstrip(",;:") + " …"

    def example(self, change: Change) -> ShownEvidence | None:
        """A place where the change is missing: a line of a file where there is one."""
        reasons = {fix.cause.reason for _, fix in change.fixes}
        found = [
            evidence
            for d in self.card.dimensions
            for c in d.criteria
            if c.id in change.criteria
            for finding in figures.examples(c)
            if finding.reason in reasons
            for evidence in finding.evidence[:1]
        ]
        return next((e for e in found if e.line is not None), None)

    def place(self, evidence: ShownEvidence) -> str:
        """Where a person can open it; the source is named where there are several of its kind."""
        kind = evidence.source.partition(":")[0]
        if self._kinds[kind] > 1:
            return figures.place(evidence)
        return figures.place(evidence.model_copy(update={"source": ""}))

    def facts(self, link: DossierLink) -> list[DossierFact]:
        """What keeps a link from resolving first; else what is there; else as told."""
        good = link.state in {"resolved", "not_applicable"}
        return sorted(link.facts, key=lambda fact: -_trouble(fact) if good else _trouble(fact))

    def unfollowed(self, told: Dossier) -> int:
        return figures.unfollowed(told)

    def read(self, source: SourceRecord) -> bool:
        return source.read > 0 and not source.unread

    def doubted(self, dimension: DimensionScore) -> list[CriterionScore]:
        """Criteria of which something could not be looked at."""
        return [c for c in dimension.criteria if c.counts.unknown or c.counts.error]

    def index(self, dimension: DimensionScore, criterion: CriterionScore) -> int:
        return dimension.criteria.index(criterion)

    @property
    def blind(self) -> bool:
        """Whether anything could not be looked at."""
        return any(
            d.applicability.applies.value == "unknown" or self.doubted(d)
            for d in self.card.dimensions
        )

    def why(self, criterion: CriterionScore) -> str:
        """Why something could not be looked at, for one subject."""
        silent = ("unknown", "error")
        found = (f.message for f in criterion.findings if f.outcome.value in silent)
        return next(found, "")


def _sources(card: Scorecard) -> set[str]:
    return {
        evidence.source
        for d in card.dimensions
        for c in d.criteria
        for finding in c.findings
        for evidence in finding.evidence
    }


def _told(told: Dossier) -> dict[str, int]:
    resolved, links = figures.resolving(told)
    return {"resolved": resolved, "links": links, "unfollowed": figures.unfollowed(told)}


def _trouble(fact: DossierFact) -> int:
    if not fact.there or fact.resolution == "broken":
        return 0
    return 1 if fact.resolution == "not_looked" else 2
