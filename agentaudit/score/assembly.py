"""From a tally to the scorecard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from agentaudit.evidence import safe
from agentaudit.rubric import Rubric
from agentaudit.score.asked import Evidenced, GateSettings, Obstacle
from agentaudit.score.baseline import places
from agentaudit.score.dimension import DimensionScore
from agentaudit.score.dossier import Dossier
from agentaudit.score.fix import path
from agentaudit.score.gate import judge
from agentaudit.score.headline import advice, fixes, reconstructable
from agentaudit.score.interval import wilson
from agentaudit.score.layout import Applicability
from agentaudit.score.ledgers import Origins, source_records
from agentaudit.score.provenance import HistoryPoint, RubricRecord, RunRecord, Sample, Waiver
from agentaudit.score.rounding import down
from agentaudit.score.scorecard import SCHEMA_VERSION, Fix, Scorecard
from agentaudit.score.shown import Sheet, dimension_score, errors, low_high
from agentaudit.score.standing import PROVISIONAL, Standing, settle
from agentaudit.score.tally import Tally
from agentaudit.source import Ledger


class Run(Struct, frozen=True):
    """How the audit was made."""

    tool: str
    """Name and version."""
    as_of: str
    """ISO 8601 date."""
    command: str
    config_sha256: str = ""
    rubric_sha256: str = ""
    """With overrides of its limits; empty: the digest of the rubric itself."""
    system: str = ""
    config: str = ""
    """The configuration, from the root of the checkout; empty without one."""
    origins: Origins = field(default_factory=dict)
    """Where each source is declared."""


class Population(Struct, frozen=True):
    """Which responses were read."""

    size: int
    """Responses read."""
    population: int | None
    """Responses there are; None when the store cannot say, which counts as more."""
    seed: int = 0

    @property
    def sampled(self) -> bool:
        return self.population is None or self.size < self.population


class _Audit(Struct, frozen=True):
    """Everything a scorecard is made from."""

    tally: Tally
    applicability: Mapping[str, Applicability]
    run: Run
    population: Population
    conditions: GateSettings
    ledgers: Sequence[Ledger]
    waivers: tuple[Waiver, ...]
    obstacles: Sequence[Obstacle]

    def scorecard(self, dossiers: Iterable[Dossier], history: Iterable[HistoryPoint]) -> Scorecard:
        tally, layout = self.tally, self.tally.layout
        standing = settle(tally, self.applicability)
        sheet = Sheet(tally, standing, self.applicability, self.population.sampled)
        dimensions = tuple(dimension_score(sheet, n) for n in range(len(layout.dimensions)))
        steps = path(tally, standing)
        next_fixes = fixes(layout, steps)
        return Scorecard(
            schema_version=SCHEMA_VERSION,
            run=self._run(),
            score=low_high(standing.score),
            coverage=down(standing.coverage),
            level=standing.level,
            level_high=standing.level_high,
            provisional=standing.reach.total < PROVISIONAL,
            weakest=tuple(layout.dimensions[number] for number in standing.weakest),
            reconstructable=reconstructable(layout, standing, steps, self.population.sampled),
            dimensions=dimensions,
            fixes=next_fixes,
            gate=judge(self.conditions, self._evidenced(standing, dimensions, next_fixes)),
            dossiers=tuple(dossiers),
            waivers=self.waivers,
            errors=errors(tally),
            history=tuple(history),
        )

    def _run(self) -> RunRecord:
        rubric, run = self.tally.layout.rubric, self.run
        return RunRecord(
            tool=run.tool,
            system=safe(run.system),
            as_of=run.as_of,
            command=safe(run.command),
            config_sha256=run.config_sha256,
            rubric=RubricRecord(
                id=rubric.id,
                version=rubric.version,
                sha256=run.rubric_sha256 or rubric.sha256,
                criteria_total=len(rubric.criteria) + len(rubric.planned),
                criteria_planned=len(rubric.planned),
            ),
            config=safe(run.config),
            sources=source_records(self.ledgers, run.origins),
            sample=Sample(
                size=self.population.size,
                population=self.population.population,
                seed=self.population.seed,
            ),
        )

    def _evidenced(
        self, standing: Standing, dimensions: Sequence[DimensionScore], next_fixes: Sequence[Fix]
    ) -> Evidenced:
        reach, sampled, waived = standing.reach, self.population.sampled, self._waived
        return Evidenced(
            layout=self.tally.layout,
            standing=standing,
            unwaived=settle(self.tally, self.applicability, waived) if waived else standing,
            ledgers=self.ledgers,
            waivers=self.waivers,
            errors=errors(self.tally),
            interval=wilson(reach.full, reach.total) if sampled else None,
            seed=self.population.seed,
            obstacles=self.obstacles,
            advice=advice(next_fixes),
            sampled=sampled,
            waived=waived,
            places=places(dimensions),
        )

    @property
    def _waived(self) -> frozenset[int]:
        """Columns that a waiver in force covers: left out of what levels and the baseline ask."""
        ids = {waiver.criterion for waiver in self.waivers if waiver.state == "in_force"}
        by_id = self.tally.layout.by_id
        return frozenset(by_id[id].index for id in ids if id in by_id)


def score(
    rubric: Rubric,
    tally: Tally,
    *,
    applicability: Mapping[str, Applicability],
    run: Run,
    population: Population,
    conditions: GateSettings | None = None,
    ledgers: Sequence[Ledger] = (),
    dossiers: Iterable[Dossier] = (),
    waivers: Iterable[Waiver] = (),
    history: Iterable[HistoryPoint] = (),
    obstacles: Sequence[Obstacle] = (),
) -> Scorecard:
    """The scorecard of a tally: a pure function, the same whatever the order of answers.

    A dimension that `applicability` does not name applies. Raises ValueError when the tally was
    made with another rubric.
    """
    if tally.layout.rubric is not rubric and tally.layout.rubric != rubric:
        raise ValueError("the tally was made with another rubric")
    held = tuple(sorted(waivers, key=lambda waiver: (waiver.criterion, waiver.until)))
    settings = conditions or GateSettings()
    return _Audit(
        tally, applicability, run, population, settings, ledgers, held, obstacles
    ).scorecard(dossiers, history)
