"""Markdown: the summary of a CI job, and a comment on a change.

Outside text stands in code spans, where no link, image, mention or markup is live; our own words
and those of the rubric are escaped. Both end before the limit of their reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.reports import figures, signs
from agentaudit.reports.changes import Change, stages
from agentaudit.reports.marked import code, escaped, fitted, table
from agentaudit.reports.notices import Notice, notices, waived
from agentaudit.reports.view import View
from agentaudit.score.rounding import whole
from agentaudit.score.scorecard import Condition, Scorecard
from agentaudit.score.shortfall import shortfalls

MARKER = "<!-- agentaudit -->"
"""By which the comment of an earlier run is found again."""
_SUMMARY = 64 * 1024
_COMMENT = 60_000
_MOST_FIXES = 3
_VERDICTS = {
    "none": "no gate is set",
    "pass": "gate passed",
    "fail": "gate failed",
    "no_verdict": "no verdict",
}


def render(card: Scorecard, view: View) -> str:
    """A job summary of at most 64 KB; the same whatever the view."""
    return fitted(_parts(card, brief=False), _SUMMARY)


def comment(card: Scorecard, view: View) -> str:
    """The same, shorter, for a pull request."""
    return fitted([MARKER, *_parts(card, brief=True)], _COMMENT)


def _parts(card: Scorecard, *, brief: bool) -> Iterator[str]:
    yield from _head(card)
    yield from _gate(card)
    yield from _notices("Not to be overlooked", [n for n in notices(card) if n.level == "error"])
    yield _dimensions(card)
    yield from _fixes(card)
    yield from _notices("Not looked at", [n for n in notices(card) if n.level == "warning"])
    yield from _waivers(card)
    if not brief:
        yield from _failing(card)
        yield from _notices("Notes", [n for n in notices(card) if n.level == "note"])
    yield from _method(card)


def _head(card: Scorecard) -> Iterator[str]:
    reach = card.reconstructable
    yield f"## agentaudit: {_VERDICTS[card.gate.verdict]}"
    if reach.total:
        words = f"**{reach.full:,} of {reach.total:,}** responses are fully reconstructable"
        if reach.interval:
            low, high = figures.share(reach.interval.low), figures.share(reach.interval.high)
            words += f" (95 %: {low} to {high} in 100)"
        resolved, total = figures.average_links(card)
        words += f"; on average {resolved} of {total} links resolve"
    else:
        words = "**No response was found**"
    score = figures.span(card.score.low, card.score.high)
    asked, planned = figures.asked(card)
    weakest = figures.listed([escaped(figures.title(card, id)) for id in card.weakest], 3)
    yield (
        f"{words}. Score {score} of 100, level {card.level}; weakest: {weakest or 'none'}. "
        f"By {asked} of {planned} criteria; {figures.share(card.coverage)} % of what they ask "
        "could be looked at."
    )


def _gate(card: Scorecard) -> Iterator[str]:
    if card.gate.conditions:
        yield "### Gate"
        yield table(
            ("", "condition", "actual", "required", "what it means"),
            [_condition(found) for found in card.gate.conditions],
        )


def _condition(found: Condition) -> tuple[str, ...]:
    sign = {"pass": signs.YES, "fail": signs.NO}.get(found.verdict, signs.UNSURE)
    actual = "not assessed" if found.actual is None else figures.tenth(found.actual)
    if found.actual is None and found.required is None:
        actual = ""
    if found.interval:
        ends = (figures.tenth(found.interval.low), figures.tenth(found.interval.high))
        actual += f" ({ends[0]} to {ends[1]})"
    required = "" if found.required is None else f"{found.required:g}"
    return (sign.glyph, code(found.name), actual, required, code(found.message))


def _dimensions(card: Scorecard) -> str:
    rows = []
    for dimension in card.dimensions:
        stop = figures.stops_at(dimension)
        ladder = " ".join(sign.glyph for sign in figures.ladder(dimension))
        score = dimension.score
        rows.append(
            (
                escaped(dimension.title),
                f"{figures.levels(dimension)} {ladder}",
                figures.span(score.low, score.high) if score else "-",
                f"{dimension.links.resolved:,} of {dimension.links.total:,}",
                escaped(f"{stop.criterion} {stop.title}".strip()) if stop else "",
            )
        )
    head = ("dimension", "level", "score", "links that resolve", "stops at")
    return "### Dimensions\n\n" + table(head, rows)


def _fixes(card: Scorecard) -> Iterator[str]:
    found = stages(card)[:_MOST_FIXES]
    if not found:
        return
    yield "### Next fixes"
    total = card.reconstructable.total
    rows = [
        f"{number}. **+{stage.gain:,}** to {stage.full:,} of {total:,}: "
        f"{escaped(stage.title)} ({'; '.join(_change(c) for c in stage.changes[:_MOST_FIXES])})"
        for number, stage in enumerate(found, 1)
    ]
    yield "\n".join(rows)


def _change(change: Change) -> str:
    named = code(change.missing())
    return f"{named}, {escaped(figures.listed(change.criteria, 5))}, {change.effort}"


def _notices(title: str, found: list[Notice]) -> Iterator[str]:
    if found:
        yield f"### {title}"
        yield "\n".join(f"- {code(notice.text)}" for notice in found)


def _waivers(card: Scorecard) -> Iterator[str]:
    if card.waivers:
        yield "### Waivers"
        yield table(
            ("criterion", "state", "until", "owner", "reason"),
            [
                (
                    code(waiver.criterion),
                    "in force" if waiver.state == "in_force" else "**expired**",
                    escaped(waiver.until),
                    code(waiver.owner),
                    code(waiver.reason),
                )
                for waiver in card.waivers
            ],
        )


def _failing(card: Scorecard) -> Iterator[str]:
    excused = waived(card)
    rows = [
        (
            escaped(found.criterion.id) + (" (waived)" if found.criterion.id in excused else ""),
            escaped(found.criterion.title),
            figures.tallied(found.criterion),
            code(found.place),
            code(found.finding.message),
        )
        for found in shortfalls(card.dimensions)
    ]
    if rows:
        yield "### Not met"
        yield table(("criterion", "asks", "counts", "where", "for example"), rows)


def _method(card: Scorecard) -> Iterator[str]:
    run = card.run
    sources = ", ".join(code(f"{s.kind} {s.uri}") for s in run.sources) or "nothing"
    sample = run.sample
    of = "an unknown number" if sample.population is None else f"{sample.population:,}"
    yield (
        f"{escaped(run.tool)}, {code(run.system)} as of {escaped(run.as_of)}, rubric "
        f"{escaped(f'{run.rubric.id} {run.rubric.version}')}; read: {sources}; {sample.size:,} of "
        f"{of} responses, seed {sample.seed}. Score low {whole(card.score.low)} is proven, what "
        "could not be looked at counts as not there."
    )
