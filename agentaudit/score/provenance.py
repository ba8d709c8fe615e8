"""What an audit was made of: tool, rubric, sources, sample."""

from typing import Literal

from pydantic import Field

from agentaudit.parse.closed import Record
from agentaudit.score.dossier import Level


class RubricRecord(Record):
    """The rubric that was asked."""

    id: str = Field(description="Name of the rubric.")
    version: str = Field(description="Its version, major.minor.")
    sha256: str = Field(description="Digest of its file, limits and overrides included.")
    criteria_total: int = Field(
        description="All its criteria, planned ones included: the M of 'by N of M criteria'."
    )
    criteria_planned: int = Field(
        description="Criteria that no probe can answer yet: M minus N of 'by N of M criteria'."
    )


class Window(Record):
    """Time from the first to the last span."""

    first: str = Field(description="Start of the oldest span, ISO 8601, UTC.")
    last: str = Field(description="Start of the newest span, ISO 8601, UTC.")


class UnreadPlace(Record):
    """A line or file that could not be read."""

    place: str = Field(description="File and line.")
    why: str = Field(description="What is wrong with it.")


class ServiceTraces(Record):
    """How many traces of one service were recognised."""

    service: str = Field(description="Name of the service.")
    recognised: int = Field(description="Traces with at least one recognised agentic span.")
    unrecognised: int = Field(description="Traces without any: they are no responses.")


class SourceRecord(Record):
    """One source, as configured, and what reading it gave."""

    kind: str = Field(description="git, traces, images or registry.")
    uri: str = Field(description="The source as configured.")
    role: str = Field(description="The role it was opened with, as declared; empty if undeclared.")
    read: int = Field(description="Lines of a file source, files of a repository.")
    unread: int = Field(description="Lines or files that could not be read.")
    unrecognised: int = Field(description="Traces without any recognised agentic span.")
    window: Window | None = Field(description="Time its spans cover; null without spans.")
    traces: int = Field(description="Traces read.")
    responses: int = Field(description="Responses found in them.")
    spans: int = Field(description="Spans read.")
    records: int = Field(description="Log records read.")
    evaluator_only: int = Field(description="Traces of evaluators alone: they are no responses.")
    unread_places: tuple[UnreadPlace, ...] = Field(description="The first that were not read.")
    services: tuple[ServiceTraces, ...] = Field(
        description="Services with unrecognised traces, most first, at most 50."
    )
    notes: tuple[str, ...] = Field(description="What limits this source, e.g. shallow history.")
    declared: str = Field(
        default="",
        description="Where it is declared: file and line from the root of the checkout, or a flag.",
    )
    root: str | None = Field(
        default=None,
        description="Its directory from the root of the checkout; null when its files are not in "
        "there.",
    )
    revision: str = Field(default="", description="Commit that was read; empty without one.")


class Sample(Record):
    """Which responses were read."""

    size: int = Field(description="Responses read.")
    population: int | None = Field(
        description="Responses there are; null when the store cannot say."
    )
    seed: int = Field(description="Seed of the sample.")


class RunRecord(Record):
    """How the audit was made; enough to repeat it."""

    tool: str = Field(description="Name and version of the tool.")
    system: str = Field(description="Name of the audited system.")
    as_of: str = Field(description="The day the audit stands for: the only date in it. ISO 8601.")
    command: str = Field(description="The command line.")
    config_sha256: str = Field(description="Digest of the configuration; empty without one.")
    config: str = Field(
        default="",
        description="The configuration, from the root of the checkout; empty without one.",
    )
    rubric: RubricRecord = Field(description="Its questions.")
    sources: tuple[SourceRecord, ...] = Field(description="Everything that was read.")
    sample: Sample = Field(description="How many responses were read, of how many.")


class HistoryPoint(Record):
    """An earlier audit, for the trend."""

    as_of: str = Field(description="The day it stands for. ISO 8601.")
    full: int = Field(description="Responses that were fully reconstructable.")
    total: int = Field(description="Responses that were read.")
    score: float = Field(description="Its low score, 0 to 100.")
    level: Level = Field(description="Its level, 0 to 4.")
    rubric: str = Field(default="", description="Rubric and version it was asked.")


class ErrorRecord(Record):
    """A probe that crashed: the verdict is incomplete."""

    criterion: str = Field(description="Id of the criterion.")
    probe: str = Field(description="Id of the probe.")
    count: int = Field(description="Subjects for which it crashed.")
    message: str = Field(description="What it said, for one of them.")


class Waiver(Record):
    """A criterion that gates on levels leave out for a while; no figure changes by it."""

    criterion: str = Field(description="Id of the criterion.")
    reason: str = Field(description="Why it is accepted for now.")
    owner: str = Field(description="Who answers for it.")
    until: str = Field(description="Last day it holds. ISO 8601.")
    state: Literal["in_force", "expired"] = Field(description="As of the day of the audit.")
    declared: str = Field(
        default="", description="Where it is written: file and line from the root of the checkout."
    )
