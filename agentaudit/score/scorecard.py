"""The result of an audit: the one object that every report is a function of.

Its JSON is `audit.json`; its JSON Schema is published by `agentaudit schema`.
"""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from agentaudit.errors import UsageError
from agentaudit.parse.closed import Record, fault
from agentaudit.rubric import Effort, Relief
from agentaudit.score.dimension import DimensionScore, Interval, Links, LowHigh
from agentaudit.score.dossier import Dossier, Level
from agentaudit.score.fix import SHOWN
from agentaudit.score.provenance import ErrorRecord, HistoryPoint, RunRecord, Waiver

SCHEMA_VERSION = "1.0"
LARGEST = 2**53
"""No figure is larger: every reader of JSON still has it exactly."""


class EntryReach(Record):
    """Responses that came in through one entry of one service."""

    service: str = Field(description="Name of the service; empty in the row that sums up the rest.")
    entry: str = Field(description="Name of the entry span.")
    full: int = Field(description="Fully reconstructable.")
    partial: int = Field(description="In part: at least one link resolves.")
    none: int = Field(description="Untraceable: no link resolves.")
    total: int = Field(description="All of them.")
    weakest: tuple[str, ...] = Field(
        description="Dimensions whose links resolve least often here; empty when all resolve."
    )


class Reconstructable(Record):
    """For how many responses the complete context can be shown."""

    full: int = Field(description="Responses of which every link resolves.")
    partial: int = Field(description="At least one link resolves, not all.")
    none: int = Field(description="No link resolves: untraceable.")
    total: int = Field(description="All responses read.")
    low: float | None = Field(description="full / total, 0 to 1; null without responses.")
    high: float | None = Field(description="The same with UNKNOWN read as PASS.")
    interval: Interval | None = Field(
        description="Sampling error of low; null when all responses were read."
    )
    links: Links = Field(description="Links of all responses.")
    by_entry: tuple[EntryReach, ...] = Field(
        description="By service and entry span, least reconstructable first, at most 50 rows and "
        "one for the rest."
    )
    no_fix_known: int = Field(
        description="Responses, not full, that the fixes together do not complete."
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.full + self.partial + self.none != self.total:
            raise ValueError("full, partial and none are not all responses")
        return self


class ShownCause(Record):
    """One missing fact at one place."""

    fact: str = Field(description="The fact or practice; a criterion's id where it names none.")
    place: str = Field(description="Service or component; empty for the system.")
    reason: str = Field(description="Reason code, e.g. missing, broken, not_configured.")


class Fix(Record):
    """One cause to mend. Gains follow the order of the list: each counts what it adds to those
    before it, so they add up."""

    cause: ShownCause = Field(description="What is missing, where.")
    criteria: tuple[str, ...] = Field(description="Ids of the criteria that it fails.")
    gain_responses: int = Field(description="Responses that become full.")
    gain_links: int = Field(description="Links that resolve.")
    gain_points: float = Field(description="Points of the score, 0 to 100.")
    effort: Effort = Field(description="S: an hour, M: a day, L: longer.")
    text: str = Field(description="What to do.")
    relieves: tuple[Relief, ...] = Field(description="What it makes easier.")
    assumed: bool = Field(description="Whether the gain assumes that what is recorded resolves.")
    completes_with: tuple[ShownCause, ...] = Field(
        description="Where it completes no response by itself: what, besides the fixes before it, "
        "the nearest response still lacks."
    )


class Condition(Record):
    """One condition of the gate."""

    name: str = Field(description="What is asked, e.g. fail_under.")
    verdict: Literal["pass", "fail", "not_assessed"] = Field(
        description="not_assessed: there is no number to compare, or it cannot be relied on."
    )
    actual: float | None = Field(description="The figure; null when there is none.")
    required: float | None = Field(description="What it must at least be; null where it is no sum.")
    low: float | None = Field(description="The figure with UNKNOWN counted as failed.")
    high: float | None = Field(description="The figure with UNKNOWN counted as passed.")
    interval: Interval | None = Field(description="Sampling error, in the unit of the figure.")
    message: str = Field(description="What it means, and what to do.")


class Gate(Record):
    """Whether the audit meets what was asked of it."""

    verdict: Literal["none", "pass", "fail", "no_verdict"] = Field(
        description="none: no condition was set; no_verdict: a condition cannot be decided."
    )
    conditions: tuple[Condition, ...] = Field(description="Each condition with its own verdict.")
    notes: tuple[str, ...] = Field(description="What a reader of the verdict must know.")


class Scorecard(Record):
    """The audit of one system."""

    schema_version: str = Field(
        pattern=r"^1\.\d+$", description="Version of this format; minor versions only add."
    )
    run: RunRecord = Field(description="How the audit was made.")
    score: LowHigh = Field(description="Mean of the applicable dimensions, 0 to 100.")
    coverage: float = Field(
        description="Share of applicable (criterion, subject) pairs that got PASS or FAIL."
    )
    level: Level = Field(description="Level of the weakest applicable dimension, 0 to 4.")
    level_high: Level = Field(description="The same with UNKNOWN read as PASS.")
    provisional: bool = Field(description="Whether levels rest on fewer than 30 responses.")
    weakest: tuple[str, ...] = Field(description="Dimensions at that level, lowest score first.")
    reconstructable: Reconstructable = Field(description="The headline.")
    dimensions: tuple[DimensionScore, ...] = Field(description="In rubric order.")
    fixes: tuple[Fix, ...] = Field(
        max_length=SHOWN,
        description="What to mend, best first, at most 200; gains add up along the list.",
    )
    gate: Gate = Field(description="The verdict.")
    dossiers: tuple[Dossier, ...] = Field(description="Responses told end to end.")
    waivers: tuple[Waiver, ...] = Field(description="Criteria that level gates leave out.")
    errors: tuple[ErrorRecord, ...] = Field(description="Probes that crashed.")
    history: tuple[HistoryPoint, ...] = Field(description="Earlier audits, oldest first.")


def scorecard_json(scorecard: Scorecard) -> bytes:
    """`audit.json`: UTF-8, fields in the order of the schema, equal for equal scorecards."""
    return scorecard.model_dump_json(indent=2, by_alias=True).encode() + b"\n"


def read(data: bytes) -> Scorecard:
    """A scorecard from `audit.json`. Raises UsageError for anything else."""
    try:
        card = Scorecard.model_validate_json(data)
    except ValidationError as error:
        raise _foreign(fault(error, "the file")) from None
    for number in _numbers(card.model_dump()):
        if abs(number) > LARGEST:
            raise _foreign("a figure is larger than any audit has")
    return card


def _numbers(data: Any) -> Iterator[float]:
    if isinstance(data, int | float):
        yield data
    elif isinstance(data, dict | list | tuple):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _numbers(value)


def _foreign(why: str) -> UsageError:
    return UsageError(
        f"not an audit.json of format {SCHEMA_VERSION}: {why}",
        hint="write it again with: agentaudit scan -o audit.json",
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of `audit.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:agentaudit:audit:{SCHEMA_VERSION}",
        **Scorecard.model_json_schema(by_alias=True, mode="serialization"),
    }
