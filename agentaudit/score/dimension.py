"""Dimensions and criteria as the scorecard shows them."""

from pydantic import AliasChoices, Field

from agentaudit.finding import Outcome
from agentaudit.parse.closed import Record
from agentaudit.rubric import Effort, Relief, Subject
from agentaudit.rubric import Level as CriterionLevel
from agentaudit.score.dossier import Level, ShownEvidence
from agentaudit.score.layout import Applies


class LowHigh(Record):
    """A figure with UNKNOWN counted as failed, and as passed; rounded down to four decimals."""

    low: float = Field(description="UNKNOWN and ERROR counted as failed: what is proven.")
    high: float = Field(description="UNKNOWN and ERROR counted as passed: what is possible.")


class Interval(Record):
    """Sampling error."""

    low: float = Field(description="Lower end, 95 %.")
    high: float = Field(description="Upper end, 95 %.")
    method: str = Field(description="How it was computed: wilson.")
    n: int = Field(description="Responses it rests on.")


class LevelInterval(Record):
    """Sampling error of a level."""

    low: Level = Field(description="The level at the lower ends of the shares it rests on.")
    high: Level = Field(description="The level at their upper ends.")


class Links(Record):
    """Links of responses, counted."""

    resolved: int = Field(description="All criteria of levels 2 and 3 of the dimension pass.")
    broken: int = Field(description="At least one fails.")
    not_assessed: int = Field(description="None fails, at least one could not be looked at.")
    total: int = Field(description="All links.")


class OutcomeCounts(Record):
    """Subjects by outcome; they add up to all subjects of the criterion."""

    passed: int = Field(
        validation_alias=AliasChoices("pass", "passed"),
        serialization_alias="pass",
        description="It is there.",
    )
    fail: int = Field(description="We looked, and it is not there.")
    unknown: int = Field(description="We could not look.")
    not_applicable: int = Field(description="The question makes no sense; not counted.")
    error: int = Field(description="The probe crashed.")


class ShownFinding(Record):
    """An example of an answer."""

    outcome: Outcome = Field(description="The answer.")
    subject: str = Field(
        description="Trace id of a response, `repo:path` of a component; empty for the system."
    )
    message: str = Field(description="One sentence.")
    reason: str = Field(description="Reason code; empty for a pass.")
    evidence: tuple[ShownEvidence, ...] = Field(description="Places to open.")


class CriterionScore(Record):
    """One criterion and its answers."""

    id: str = Field(description="Stable id.")
    level: CriterionLevel = Field(description="1 Exists, 2 Recorded, 3 Resolves, 4 Proven.")
    subject: Subject = Field(description="What is counted.")
    title: str = Field(description="At most eight words.")
    must: str = Field(description="The whole sentence, true when met.")
    probe: str = Field(description="Id of the probe that answers it.")
    weight: float = Field(description="Weight in its dimension.")
    target: float = Field(description="Share of subjects that must pass.")
    effort: Effort = Field(description="S: an hour, M: a day, L: longer.")
    relieves: tuple[Relief, ...] = Field(description="What it makes easier.")
    met: bool | None = Field(
        description="Whether the proven share reaches the target; null when it does not apply or "
        "nothing was looked at."
    )
    counts: OutcomeCounts = Field(description="All subjects by outcome.")
    value: LowHigh | None = Field(
        description="Share of passes, 0 to 1; null where it does not apply to anything."
    )
    interval: Interval | None = Field(
        description="Sampling error of the share; null when everything was read."
    )
    findings: tuple[ShownFinding, ...] = Field(
        description="At most five examples per outcome and reason, smallest md5 of subject first."
    )
    fix: str = Field(description="What to do.")


class ShownPlanned(Record):
    """A criterion that no probe can answer yet: nobody looked."""

    id: str = Field(description="Stable id.")
    level: CriterionLevel = Field(description="1 Exists, 2 Recorded, 3 Resolves, 4 Proven.")
    subject: Subject = Field(description="What would be counted.")
    must: str = Field(description="The whole sentence, true when met.")


class ShownApplicability(Record):
    """Whether a dimension applies, and how that is known."""

    applies: Applies = Field(
        description="no only when every kind of source that could show it was read and showed "
        "nothing; unknown counts."
    )
    reason: str = Field(description="One sentence.")
    evidence: tuple[ShownEvidence, ...] = Field(description="Places to open.")


class DimensionScore(Record):
    """One dimension."""

    id: str = Field(description="Stable id.")
    title: str = Field(description="Its title.")
    question: str = Field(description="What it asks.")
    level: Level | None = Field(description="0 to 4; null when it does not apply.")
    level_high: Level | None = Field(description="The level with UNKNOWN read as PASS.")
    level_interval: LevelInterval | None = Field(
        default=None,
        description="Sampling error of the level; null when it does not apply or all responses "
        "were read.",
    )
    level_cap: Level = Field(
        description="Highest level the rubric has criteria for, without a gap."
    )
    applicability: ShownApplicability = Field(description="Whether it applies.")
    score: LowHigh | None = Field(
        description="0 to 100; null when it does not apply or the rubric has no criterion for it."
    )
    links: Links = Field(description="Links of responses in this dimension.")
    criteria: tuple[CriterionScore, ...] = Field(description="Its criteria, in rubric order.")
    planned: tuple[ShownPlanned, ...] = Field(
        default=(), description="Its criteria that no probe can answer yet, in rubric order."
    )
