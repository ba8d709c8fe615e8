"""The headline: for how many responses the complete context can be shown, and what gains most."""

from __future__ import annotations

from collections.abc import Sequence

from agentaudit.evidence import safe
from agentaudit.finding import Cause
from agentaudit.score.fix import SHOWN, Step, unmended
from agentaudit.score.layout import Layout
from agentaudit.score.responses import Reach
from agentaudit.score.rounding import down
from agentaudit.score.scorecard import EntryReach, Fix, Reconstructable, ShownCause
from agentaudit.score.shown import links, share_interval
from agentaudit.score.standing import Standing
from agentaudit.score.tally import Entry

SHOWN_ENTRIES = 50


_SOURCE_KEYS = {"repo": "repos"}


def reconstructable(
    layout: Layout, standing: Standing, steps: Sequence[Step], sampled: bool
) -> Reconstructable:
    """The count of responses, with its sampling error where only some were read."""
    reach = standing.reach
    total = reach.total
    return Reconstructable(
        full=reach.full,
        partial=reach.partial,
        none=reach.none,
        total=total,
        low=down(reach.share) if total else None,
        high=down(reach.share_high) if total else None,
        interval=share_interval(reach.full, total, sampled),
        links=links(reach),
        by_entry=_by_entry(layout, standing.entries),
        no_fix_known=unmended(standing, steps),
    )


def fixes(layout: Layout, steps: Sequence[Step]) -> tuple[Fix, ...]:
    """The first steps of the path, in words."""
    return tuple(_fix(layout, step) for step in steps[:SHOWN])


def advice(found: Sequence[Fix]) -> str:
    """The best next fix, in one line; empty when there is none."""
    if not found:
        return ""
    cause = found[0].cause
    place = f" of {cause.place}" if cause.place else ""
    return f"{cause.fact}{place} ({cause.reason.replace('_', ' ')}), see {found[0].criteria[0]}"


def _by_entry(layout: Layout, entries: dict[Entry, Reach]) -> tuple[EntryReach, ...]:
    ordered = sorted(entries.items(), key=lambda item: (item[1].share, -item[1].total, item[0]))
    rows = [_row(layout, *pair) for pair in ordered[:SHOWN_ENTRIES]]
    if rest := ordered[SHOWN_ENTRIES:]:
        sum_of_rest = Reach()
        for _, reach in rest:
            sum_of_rest.sum(reach)
        rows.append(_row(layout, Entry("", f"{len(rest)} more entries"), sum_of_rest))
    return tuple(rows)


def _row(layout: Layout, entry: Entry, reach: Reach) -> EntryReach:
    return EntryReach(
        service=entry.service,
        entry=entry.span,
        full=reach.full,
        partial=reach.partial,
        none=reach.none,
        total=reach.total,
        weakest=tuple(layout.dimensions[number] for number in reach.weakest()),
    )


def _fix(layout: Layout, step: Step) -> Fix:
    failing = [layout.columns[number].criterion for number in step.columns]
    first = min(failing, key=lambda criterion: criterion.level)
    blind = _blind(step.cause)
    relieved = {relief for criterion in failing for relief in criterion.relieves}
    return Fix(
        cause=_cause(step.cause),
        criteria=tuple(criterion.id for criterion in failing),
        gain_responses=step.gain.responses,
        gain_links=step.gain.links,
        gain_points=down(step.gain.points),
        effort="S" if blind else first.effort,
        text=blind or first.fix,
        relieves=tuple(sorted(relieved)),
        assumed=step.assumed,
        completes_with=tuple(_cause(cause) for cause in step.completes_with),
    )


def _blind(cause: Cause) -> str:
    """What to do where nothing is known to be missing: we were not shown where to look, or found
    nobody to ask. Empty for any other cause."""
    if cause.reason == "not_configured":
        key = _SOURCE_KEYS.get(cause.fact, cause.fact)
        return safe(
            f"Say where to find the {cause.fact}, under `sources: {key}:` in agentaudit.yaml."
        )
    if cause.reason == "no_subject":
        key = _SOURCE_KEYS.get(cause.fact, cause.fact)
        return safe(
            f"Name the right place under `sources: {key}:`: nothing to ask about was there."
        )
    if cause.reason == "not_examined":
        return (
            "Let the audit read the layers of the image.\n"
            "Name a registry or archive that holds them under `sources: images:`, or raise "
            "`--max-image-bytes` and `--max-image-files`."
        )
    if cause.reason == "none_recognised":
        return "Scan the directory whose manifest declares the model or agent library."
    return ""


def _cause(cause: Cause) -> ShownCause:
    return ShownCause(fact=safe(cause.fact), place=cause.place, reason=safe(cause.reason))
