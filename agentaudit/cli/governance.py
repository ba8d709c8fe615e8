"""Waivers, baseline and history: what decides, besides the figures, how an audit ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.cli import messages
from agentaudit.errors import ConfigError, ExitCode, SourceError, UsageError
from agentaudit.evidence import safe

if TYPE_CHECKING:
    from agentaudit.audit import Request
    from agentaudit.cli.flags import Flags
    from agentaudit.cli.origins import Checkout
    from agentaudit.config import Config
    from agentaudit.rubric import Rubric
    from agentaudit.score import DimensionGate, Scorecard
    from agentaudit.score.baseline import Baseline
    from agentaudit.score.provenance import Waiver

SOON = timedelta(days=14)
"""A waiver that ends within this time is worth a warning."""


def waivers(config: Config, rubric: Rubric, checkout: Checkout) -> tuple[Waiver, ...]:
    """Waivers with their state on the day of the audit, in force until the end of their last day.

    Raises ConfigError for a criterion that the rubric does not have.
    """
    from agentaudit.parse.closed import nearest
    from agentaudit.score.provenance import Waiver

    known = {criterion.id for criterion in rubric.criteria}
    found = []
    for number, entry in enumerate(config.settings.waivers):
        place = config.line_of("waivers", number, "criterion")
        if entry.criterion not in known:
            raise ConfigError(
                f"{safe(entry.criterion)!r} is no criterion of rubric {rubric.id}",
                where=place,
                hint=nearest(entry.criterion, known),
            )
        left = date.fromisoformat(entry.until) - config.run.as_of
        if timedelta() <= left < SOON:
            messages.warning(f"the waiver of {entry.criterion} ends in {left.days} days")
        found.append(
            Waiver(
                criterion=entry.criterion,
                reason=safe(entry.reason),
                owner=safe(entry.owner),
                until=entry.until,
                state="in_force" if left >= timedelta() else "expired",
                declared=checkout.declared(place),
            )
        )
    return tuple(found)


def dimensions(config: Config, rubric: Rubric) -> dict[str, DimensionGate]:
    """Conditions on single dimensions. Raises ConfigError for one that the rubric does not have."""
    from agentaudit.parse.closed import nearest
    from agentaudit.score import DimensionGate

    known = {dimension.id for dimension in rubric.dimensions}
    for id in config.settings.gate.dimensions:
        if id not in known:
            raise ConfigError(
                f"{safe(id)!r} is no dimension of rubric {rubric.id}",
                where=config.line_of("gate", "dimensions", id),
                hint=nearest(id, known),
            )
    return {
        id: DimensionGate(asked.fail_under, asked.min_level)
        for id, asked in config.settings.gate.dimensions.items()
    }


class Governed(Struct, frozen=True):
    """What the audit is compared with."""

    path: Path
    baseline: Baseline
    scope: tuple[str, ...]

    def comparable(self, rubric: Rubric, seed: int) -> None:
        """Raises UsageError, with the reason, where comparing would say nothing."""
        base = self.baseline
        asked = f"{rubric.id} {rubric.version}"
        if (rubric.id, rubric.version.partition(".")[0]) != (base.rubric.id, base.rubric.major):
            raise self._refused(
                f"it was made with rubric {base.rubric.id} {base.rubric.version}, "
                f"this audit asks {asked}"
            )
        if seed != base.seed:
            raise self._refused(f"it was made with seed {base.seed}, this audit uses {seed}")
        left_out = sorted(set(base.scope) - set(self.scope))
        narrowed = sorted(entry for entry in set(self.scope) - set(base.scope) if "where " in entry)
        if left_out or narrowed:
            lacks = f"does not read {left_out[0]}" if left_out else f"only reads {narrowed[0]}"
            raise self._refused(f"this audit {lacks}: its scope is smaller")
        if grown := sorted(set(self.scope) - set(base.scope)):
            messages.note(f"not in the scope of {self.path}: {', '.join(grown)}")

    def _refused(self, why: str) -> UsageError:
        return UsageError(
            f"{self.path} is not comparable: {safe(why)}",
            where=f"--baseline {self.path}",
            hint="make both the same, or write a new one: agentaudit baseline write",
        )

    def ratchet(self, card: Scorecard) -> None:
        """Rewrite the file with what is proven to be better; never with anything worse."""
        from agentaudit.cli.output import Destination
        from agentaudit.score.baseline import raised

        proven = {
            d.id: d.level_interval.low if d.level_interval else d.level
            for d in card.dimensions
            if d.level is not None
        }
        targets = {c.id: c.target for d in card.dimensions for c in d.criteria}
        new = raised(self.baseline, taken(card, self.scope), proven, targets)
        settled = {"dimensions", "criteria"}
        if new.model_dump(include=settled) == self.baseline.model_dump(include=settled):
            messages.note(f"{self.path} stays as it is: nothing is proven to be better")
            return
        Destination("baseline", self.path).write(new.text().encode())
        messages.note(f"{self.path} is raised to what this audit proves")


def governed(flags: Flags, scope: tuple[str, ...]) -> Governed | None:
    """The baseline that was named, if any. Raises UsageError."""
    if flags.baseline is None:
        if flags.ratchet:
            raise UsageError("--ratchet needs a baseline to raise", hint="add --baseline FILE")
        return None
    from agentaudit.score.baseline import read

    path = Path(flags.baseline)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror or error}",
            where=f"--baseline {path}",
            hint=f"write it first: agentaudit baseline write -o {path}",
        ) from None
    return Governed(path, read(data, str(path)), scope)


def taken(card: Scorecard, scope: tuple[str, ...]) -> Baseline:
    """The baseline of an audit."""
    from agentaudit.score.baseline import VERSION, Baseline, BaselineRubric, held, places

    run = card.run
    return Baseline(
        baseline_version=VERSION,
        as_of=run.as_of,
        system=run.system,
        rubric=BaselineRubric(
            id=run.rubric.id, version=run.rubric.version, sha256=run.rubric.sha256
        ),
        seed=run.sample.seed,
        scope=tuple(safe(entry) for entry in scope),
        dimensions={d.id: d.level for d in card.dimensions if d.level is not None},
        criteria=held(card.dimensions),
        places=places(card.dimensions),
    )


def compared(asked: Request, before: Governed | None, history: str | None) -> Request:
    """The request with what it is compared with.

    Raises UsageError where the baseline is not comparable, or the history cannot be read.
    """
    from agentaudit.cli.history import earlier
    from agentaudit.cli.output import Destination

    if history is not None:
        Destination("history", Path(history)).prepare()
    points = earlier(history, asked.rubric)
    if before is None:
        return replace(asked, history=points)
    before.comparable(asked.rubric, asked.identity.seed)
    return replace(asked, history=points, gate=replace(asked.gate, baseline=before.baseline))


def recorded(
    card: Scorecard, failures: Sequence[SourceError], before: Governed | None, flags: Flags
) -> list[ExitCode]:
    """Write history and baseline down, where the audit is complete; the codes of what failed."""
    from agentaudit.cli.closing import verdict
    from agentaudit.cli.history import append

    codes = set(verdict(card, failures))
    failed = []
    try:
        if flags.history is not None and codes <= {ExitCode.OK, ExitCode.GATE_FAILED}:
            append(flags.history, card)
        if before is not None and flags.ratchet and codes == {ExitCode.OK}:
            before.ratchet(card)
    except UsageError as error:
        messages.error(error)
        failed.append(error.exit_code)
    return failed
