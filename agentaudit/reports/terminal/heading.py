"""What was audited, what was read, and the headline."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.reports import figures, signs
from agentaudit.reports.notices import absent
from agentaudit.reports.signs import FAINT, STRONG
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.score.provenance import SourceRecord
from agentaudit.score.scorecard import Reconstructable, Scorecard

_FEW = 3
"""Rows of a list that the default view shows before it says how many more there are."""


def draw(canvas: Canvas, card: Scorecard) -> None:
    """From the first line to the figures beside the headline."""
    _title(canvas, card)
    for source in card.run.sources:
        _source(canvas, source)
    if kinds := absent(card):
        words = "not read: what only they could show is not assessed"
        head = canvas.text("  ", signs.NOT_ASSESSED, " ")
        canvas.hang(head, canvas.text(", ".join(kinds), (f"  {words}", FAINT)))
    canvas.gap()
    _headline(canvas, card)
    _beside(canvas, card)
    _entries(canvas, card)
    canvas.gap()


def _title(canvas: Canvas, card: Scorecard) -> None:
    run = card.run
    canvas.line((run.tool, STRONG), f"  {run.system}  as of {run.as_of}")
    digest = f"  sha256 {run.rubric.sha256[:12]}" if run.rubric.sha256 else ""
    canvas.line((f"rubric {run.rubric.id} {run.rubric.version}{digest}", FAINT))
    canvas.gap()


def _source(canvas: Canvas, source: SourceRecord) -> None:
    good = source.read > 0 and not source.unread
    nothing = signs.NOT_ASSESSED if source.kind == "images" else signs.NO
    sign = signs.YES if good else signs.UNSURE if source.read else nothing
    head = canvas.text("  ", sign, f" {source.kind:<9} ")
    role = f" (role {source.role})" if source.role else ""
    canvas.hang(head, canvas.text(source.uri, f"{role}  ", ("; ".join(_read(source)), FAINT)))
    for note in _remarks(source, canvas.view.verbosity > 0):
        canvas.hang(" " * 14, canvas.text((note, FAINT)))


def _read(source: SourceRecord) -> Iterator[str]:
    if source.kind == "images" and not source.read:
        yield "opened, no layer read"
        return
    things = "lines" if source.kind == "traces" else "files"
    yield f"{source.read:,} {things} read"
    yield f"{source.unread:,} unread"
    if source.kind == "traces":
        yield f"{source.responses:,} responses in {source.traces:,} traces"
        yield f"{source.unrecognised:,} unrecognised"
        if source.evaluator_only:
            yield f"{source.evaluator_only:,} of evaluators alone"
    if source.window:
        yield f"{source.window.first} to {source.window.last}"


def _remarks(source: SourceRecord, every: bool) -> Iterator[str]:
    yield from source.notes
    most = len(source.unread_places) if every else _FEW
    for place in source.unread_places[:most]:
        yield f"unread: {place.place} ({place.why})"
    if (left := source.unread - most) > 0 and source.unread_places[most:]:
        yield f"unread: {left:,} more"
    most = len(source.services) if every else _FEW
    for service in source.services[:most]:
        total = service.recognised + service.unrecognised
        yield f"unrecognised: {service.unrecognised:,} of {total:,} traces of {service.service}"
    if left := len(source.services[most:]):
        yield f"unrecognised: in {left} more services"


def _headline(canvas: Canvas, card: Scorecard) -> None:
    reach = card.reconstructable
    if not reach.total:
        canvas.line(("  Fully reconstructable  0 of 0 responses", STRONG), "  none was found")
        return
    figure = f"  Fully reconstructable  {reach.full:,} of {reach.total:,} responses"
    share = "" if reach.total == 100 else f"  {figures.share(reach.low)} in 100"
    canvas.line((figure, STRONG), share, _error(reach))
    _bar(canvas, reach)
    parts = ((reach.full, signs.FULL), (reach.partial, signs.PART), (reach.none, signs.NONE))
    canvas.line("  ", "   ".join(f"{count:,} {sign.word}" for count, sign in parts))
    resolved, total = figures.average_links(card)
    links = reach.links
    canvas.line(
        f"  on average {resolved} of {total} links resolve",
        (f"   {links.broken:,} broken, {links.not_assessed:,} not assessed", FAINT),
    )


def _error(reach: Reconstructable) -> str:
    found = reach.interval
    if found is None:
        return ""
    return f"   95% {figures.share(found.low)} to {figures.share(found.high)}, n = {found.n:,}"


def _bar(canvas: Canvas, reach: Reconstructable) -> None:
    room = min(100, canvas.width - 4)
    full = reach.full * room // reach.total
    none = reach.none * room // reach.total or bool(reach.none)
    none = min(none, room - full)
    if not reach.partial:
        none = room - full
    sizes = ((signs.FULL, full), (signs.PART, room - full - none), (signs.NONE, none))
    ascii = canvas.view.ascii
    canvas.line("  ", *(((s.ascii if ascii else s.glyph) * size, s.style) for s, size in sizes))


def _beside(canvas: Canvas, card: Scorecard) -> None:
    """What must be read with the headline."""
    reach, sample = card.reconstructable, card.run.sample
    if reach.high is not None and reach.high != reach.low:
        canvas.line(f"  up to {figures.share(reach.high)} in 100 if what was not assessed resolves")
    if missed := figures.unrecognised(card):
        of = figures.traces(card)
        canvas.line((f"  {missed:,} of {of:,} traces not recognised and not counted", signs.FAIR))
    if sample.population != sample.size:
        of_all = "an unknown number" if sample.population is None else f"{sample.population:,}"
        canvas.line(f"  sample of {sample.size:,} of {of_all} responses, seed {sample.seed}")
    asked, total = figures.asked(card)
    share = figures.share(card.coverage)
    canvas.line(f"  by {asked} of {total} criteria; {share} % of what they ask could be looked at")
    for past in card.history[-_FEW:]:
        canvas.line((f"  before: {past.as_of}  {past.full:,} of {past.total:,}", FAINT))


def _entries(canvas: Canvas, card: Scorecard) -> None:
    rows = card.reconstructable.by_entry
    shown = rows if canvas.view.verbosity > 0 else rows[:_FEW]
    for row in shown:
        name = f"{row.service} {row.entry}".strip() or "all others"
        weak = figures.listed([figures.title(card, id) for id in row.weakest], 2)
        canvas.line(
            f"  {row.full:,} of {row.total:,}  {name}",
            (f"  weakest: {weak}" if weak else "", FAINT),
        )
    if left := len(rows) - len(shown):
        canvas.line((f"  {left} more entries with -v", FAINT))
