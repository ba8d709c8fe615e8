"""One response from end to end: what happened, then where each of its links leads."""

from __future__ import annotations

from rich.cells import cell_len

from agentaudit.reports import figures, signs
from agentaudit.reports.signs import BAD, FAINT, GOOD, STRONG, Sign
from agentaudit.reports.terminal.canvas import Canvas
from agentaudit.reports.terminal.timing import Scale
from agentaudit.score.dossier import Dossier, DossierAnswer, DossierFact, DossierLink
from agentaudit.score.scorecard import Scorecard

LINKS = {
    "resolved": signs.MET,
    "broken": signs.NOT_MET,
    "not_assessed": signs.NOT_ASSESSED,
    "not_applicable": signs.NOT_APPLICABLE,
}
_ANSWERS = {"fail": signs.NOT_MET, "unknown": signs.NOT_ASSESSED, "error": signs.NO}
_RESOLUTIONS = {"resolved": signs.MET, "verified": signs.MET, "broken": signs.NOT_MET}
_LABEL = 10


def draw(canvas: Canvas, card: Scorecard, told: Dossier) -> None:
    """Head line, question and answer, steps, links."""
    resolved, total = figures.resolving(told)
    style = GOOD if told.state == "full" else BAD
    canvas.line(
        (told.id, STRONG),
        f"  {told.started or 'start not recorded'}  {figures.duration(told.duration_ms)}",
    )
    words = f"{figures.STATES[told.state]}: {resolved} of {total} links resolve"
    canvas.line(f"{told.service} {told.entry}  ", (words, style))
    canvas.gap()
    canvas.hang("  asked     ", canvas.text(told.asked))
    canvas.hang("  answered  ", canvas.text(told.answered))
    canvas.gap()
    Scale(told.steps, canvas).draw()
    canvas.gap()
    for link in told.links:
        _link(canvas, card, told, link)
    _closing(canvas, card, told)


def _link(canvas: Canvas, card: Scorecard, told: Dossier, link: DossierLink) -> None:
    sign = LINKS[link.state]
    trace = told.id.partition(":")[0]
    bar = "    " if link is told.links[-1] else "  │ "
    word = figures.LINK_STATES[link.state]
    canvas.line("  ", sign, " ", (link.title, STRONG), (f"  {word}", sign.style))
    if link.levels:
        canvas.hang((bar, FAINT), canvas.text((figures.rungs(link), FAINT)), rest=bar)
    for fact in link.facts:
        _fact(canvas, bar, fact, trace)
    for answer in link.answers:
        if mark := _ANSWERS.get(answer.outcome.value):
            _answer(canvas, card, bar, mark, answer)


def _fact(canvas: Canvas, bar: str, fact: DossierFact, trace: str) -> None:
    place = fact.where.replace(f"{trace}/", "span ", 1)
    where = f"  at {place}" if place else ""
    recorded = (fact.recorded, "" if fact.there else BAD)
    head = canvas.text((bar, FAINT), (f"{fact.what}  ", FAINT))
    if cell_len(head.plain) > canvas.width // 2:
        canvas.hang((bar, FAINT), canvas.text((fact.what, FAINT)), rest=bar)
        head = canvas.text((bar, FAINT), "  ")
    canvas.hang(head, canvas.text(recorded, (where, FAINT)), rest=f"{bar}  ")
    if fact.leads_to:
        sign = _RESOLUTIONS.get(fact.resolution, signs.NOT_ASSESSED)
        word = fact.resolution.replace("_", " ")
        lead = canvas.text((bar, FAINT), "  ", sign, (f" {word}  ", sign.style))
        canvas.hang(lead, canvas.text(fact.leads_to), rest=f"{bar}    ")


def _answer(canvas: Canvas, card: Scorecard, bar: str, sign: Sign, answer: DossierAnswer) -> None:
    reason = f" [{answer.reason}]" if answer.reason else ""
    head = canvas.text((bar, FAINT), sign, f" {answer.criterion:<7} ")
    canvas.hang(head, canvas.text(answer.message, (reason, FAINT)), rest=bar + " " * _LABEL)
    if fix := figures.fix_of(card, answer.criterion):
        lines = fix.strip().splitlines() if canvas.view.verbosity > 0 else [figures.headline(fix)]
        for line in lines:
            head = canvas.text((bar, FAINT), " " * _LABEL, ("fix: ", FAINT))
            canvas.hang(head, canvas.text(line), rest=bar + " " * (_LABEL + 5))


def _closing(canvas: Canvas, card: Scorecard, told: Dossier) -> None:
    broken = [link for link in told.links if link.state in {"broken", "not_assessed"}]
    canvas.gap()
    asked, total = figures.asked(card)
    by = f"by {asked} of {total} criteria"
    if not broken:
        unfollowed = figures.unfollowed(told)
        left = f"; {unfollowed} references lead where nothing is configured" if unfollowed else ""
        canvas.hang("  ", canvas.text(f"Every link resolves, {by}{left}."), rest="  ")
        canvas.gap()
        return
    failing = figures.failing(told)
    first = f"   agentaudit probes show {failing[0]}" if failing else ""
    verb = "link does" if len(broken) == 1 else "links do"
    canvas.line((f"  {len(broken)} {verb} not resolve", BAD), f" {by}")
    canvas.line(f"  {', '.join(failing)}{first}")
    canvas.gap()
