"""What an audit found, small enough to commit and to read in a diff: what must not get worse."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field, ValidationError

from agentaudit.errors import UsageError
from agentaudit.parse.closed import Record, fault
from agentaudit.score.dimension import CriterionScore, DimensionScore
from agentaudit.score.shortfall import shortfalls

VERSION = "1.0"


class BaselineRubric(Record):
    """The rubric that was asked."""

    id: str
    version: str
    sha256: str

    @property
    def major(self) -> str:
        """Scores of different major versions are not comparable."""
        return self.version.partition(".")[0]


class Held(Record):
    """One criterion."""

    met: bool
    passed: int
    of: int
    """Subjects it applied to."""
    low: float
    """Lower end of the sampling error of its share, 0 to 1; the share when all were read."""
    high: float

    @property
    def share(self) -> str:
        return f"{self.passed:,} of {self.of:,}"


class Baseline(Record):
    """An audit to compare with."""

    baseline_version: str = Field(pattern=r"^1\.\d+$")
    as_of: str
    system: str
    rubric: BaselineRubric
    seed: int
    scope: tuple[str, ...]
    """What was declared to be audited, each with its kind."""
    dimensions: dict[str, int]
    """Level of each dimension that applied."""
    criteria: dict[str, Held]
    """Those that applied to anything."""
    places: dict[str, str]
    """Where criteria failed: fingerprint → criterion and place."""

    def text(self) -> str:
        """As JSON with one line for each thing that can change by itself."""
        lines = []
        for name, value in self.model_dump(mode="json").items():
            spread = name in {"scope", "dimensions", "criteria", "places"}
            shown = _spread(value) if spread else json.dumps(value, ensure_ascii=True)
            lines.append(f'  "{name}": {shown}')
        return "{\n" + ",\n".join(lines) + "\n}\n"


def _spread(value: Mapping[str, Any] | list[Any]) -> str:
    if isinstance(value, list):
        rows, ends = [json.dumps(item, ensure_ascii=True) for item in value], "[]"
    else:
        dumped = sorted(value.items())
        rows, ends = (
            [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=True)}" for k, v in dumped],
            "{}",
        )
    inside = ",\n".join(f"    {row}" for row in rows)
    return f"{ends[0]}\n{inside}\n  {ends[1]}" if rows else ends


def read(data: bytes, where: str) -> Baseline:
    """A baseline from its file. Raises UsageError for anything else."""
    try:
        return Baseline.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(
            f"not a baseline of format {VERSION}: {fault(error, 'the file')}",
            where=where,
            hint="write it again with: agentaudit baseline write",
        ) from None


def held(dimensions: Iterable[DimensionScore]) -> dict[str, Held]:
    """Every criterion that applies to anything."""
    return {
        criterion.id: _held(criterion)
        for dimension in dimensions
        for criterion in dimension.criteria
        if criterion.value is not None
    }


def places(dimensions: Iterable[DimensionScore]) -> dict[str, str]:
    """Where criteria fail: fingerprint → criterion and place."""
    return {s.fingerprint: f"{s.criterion.id} {s.place}" for s in shortfalls(dimensions)}


def _held(criterion: CriterionScore) -> Held:
    counts = criterion.counts
    of = counts.passed + counts.fail + counts.unknown + counts.error
    share = criterion.value.low if criterion.value else 0.0
    error = criterion.interval
    return Held(
        met=bool(criterion.met),
        passed=counts.passed,
        of=of,
        low=error.low if error else share,
        high=error.high if error else share,
    )


def raised(
    old: Baseline, new: Baseline, proven: Mapping[str, int], targets: Mapping[str, float]
) -> Baseline:
    """The old baseline with what the new audit proves to be better, and nothing that is worse.

    `proven` are levels, and `targets` the shares that criteria must reach; of a sample, what counts
    is the lower end of its sampling error.
    """
    levels = {id: max(level, old.dimensions.get(id, 0)) for id, level in proven.items()}
    return new.model_copy(
        update={
            "dimensions": {**old.dimensions, **levels},
            "criteria": {**old.criteria, **dict(_better(old, new, targets))},
        }
    )


def _better(
    old: Baseline, new: Baseline, targets: Mapping[str, float]
) -> Iterator[tuple[str, Held]]:
    for id, found in new.criteria.items():
        before = old.criteria.get(id)
        proven = found.low >= targets[id]
        if before is None:
            yield id, found.model_copy(update={"met": proven})
        elif found.low > before.low or (proven and not before.met):
            yield id, found.model_copy(update={"met": before.met or proven})
