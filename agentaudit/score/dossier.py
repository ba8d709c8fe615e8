"""One response told from end to end: its steps, and where each of its links leads."""

from typing import Annotated, Literal

from pydantic import Field

from agentaudit.finding import Outcome
from agentaudit.parse.closed import Record

Level = Annotated[int, Field(ge=0, le=4)]


class ShownEvidence(Record):
    """One observed fact, at a place a person can open."""

    source: str = Field(description="The source as configured, e.g. `git:.`.")
    path: str = Field(
        description="File, `trace id/span id`, image digest and path, or registry URI."
    )
    line: int | None = Field(description="Line in the file; null where there is none.")
    attribute: str = Field(description="Attribute name; empty where it is no attribute.")
    excerpt: str = Field(description="At most one line, secrets masked.")


class DossierStep(Record):
    """One span of the response."""

    span_id: str = Field(description="Id of the span.")
    depth: int = Field(description="How deep it is nested below the entry, which is 0.")
    kind: str = Field(description="Kind of the span, e.g. llm, tool, retriever, agent.")
    name: str = Field(description="What it did: agent, model, tool or span name.")
    service: str = Field(description="The service that did it.")
    offset_ms: float | None = Field(
        description="Start, milliseconds after the entry; null unknown."
    )
    duration_ms: float | None = Field(description="Milliseconds it took; null when unknown.")
    failed: bool = Field(description="Whether its status is error.")
    notes: tuple[str, ...] = Field(description="What it recorded, short: tokens, documents, sizes.")


class DossierAnswer(Record):
    """One criterion behind a link."""

    criterion: str = Field(description="Id of the criterion.")
    outcome: Outcome = Field(description="The answer for this response.")
    message: str = Field(description="One sentence.")
    reason: str = Field(description="Reason code; empty for a pass.")


class DossierFact(Record):
    """One thing the response recorded, or should have."""

    what: str = Field(description="E.g. `planner: commit`.")
    recorded: str = Field(description="The value, or how it is lacking: missing, placeholder, ...")
    there: bool = Field(description="Whether it is recorded.")
    where: str = Field(description="Trace id/span id and attribute; empty when nothing has it.")
    leads_to: str = Field(description="Where following it led; empty for a plain fact.")
    resolution: str = Field(
        description="not_looked, broken, resolved or verified; empty for a plain fact."
    )


class DossierLevel(Record):
    """How many criteria of one level this response passes in one dimension."""

    level: Level = Field(description="2 Recorded, 3 Resolves or 4 Proven.")
    passed: int = Field(description="Criteria that pass.")
    asked: int = Field(description="Criteria of the level that apply.")


class DossierLink(Record):
    """What one dimension shows of the context of this response."""

    dimension: str = Field(description="Id of the dimension.")
    title: str = Field(description="Its title.")
    state: Literal["resolved", "broken", "not_assessed", "not_applicable"] = Field(
        description="resolved: every criterion of levels 2 and 3 passes; broken: one fails; "
        "not_assessed: none fails, one could not be looked at; not_applicable: there is no link."
    )
    facts: tuple[DossierFact, ...] = Field(
        description="What the response carries or lacks, where it stands and where it leads."
    )
    answers: tuple[DossierAnswer, ...] = Field(description="Its criteria, in rubric order.")
    levels: tuple[DossierLevel, ...] = Field(
        default=(), description="Its criteria counted by level; levels that ask nothing left out."
    )
    left_out: int = Field(default=0, description="Facts that are not listed, for there are many.")


class Dossier(Record):
    """One response, told end to end."""

    id: str = Field(description="Trace id, with `:span id` where a trace holds several responses.")
    service: str = Field(description="The service that answered.")
    entry: str = Field(description="Name of its entry span.")
    started: str = Field(description="ISO 8601, UTC; empty when not recorded.")
    duration_ms: float | None = Field(description="Milliseconds it took; null when unknown.")
    state: Literal["full", "partial", "none"] = Field(
        description="full: every link resolves; partial: at least one; none: untraceable."
    )
    asked: str = Field(description="What was asked: length and digest unless content is included.")
    answered: str = Field(description="What was answered, likewise.")
    steps: tuple[DossierStep, ...] = Field(description="What happened, in order of start.")
    links: tuple[DossierLink, ...] = Field(description="One per dimension, in rubric order.")
    chosen: Literal["asked", "median"] = Field(
        default="asked",
        description="asked: somebody named it; median: of all responses, by the number of links "
        "that resolve, and of those alike the one with the smallest md5 of its id.",
    )
    content: bool = Field(
        default=False, description="Whether prompts and answers are shown, not their digests."
    )
    left_out: int = Field(default=0, description="Steps that are not listed, for there are many.")
