"""Charts as SVG: geometry in attributes and paint in classes, which the policy allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, pi, sin
from typing import NamedTuple

from markupsafe import Markup

from agentaudit.evidence import clean
from agentaudit.reports.html.numbers import Numbers
from agentaudit.score.dossier import DossierStep
from agentaudit.score.scorecard import Scorecard

_NOTHING = Markup("")


def _joined(parts: Iterable[Markup]) -> Markup:
    return _NOTHING.join(parts)


class Dots(NamedTuple):
    """How many of 100 dots are of each kind; they add up to 100."""

    full: int
    partial: int
    none: int


def dots(card: Scorecard) -> Dots:
    """Full is rounded down and untraceable is never rounded away: the field does not flatter."""
    reach = card.reconstructable
    full = 100 * reach.full // reach.total
    none = max(100 * reach.none // reach.total, 1 if reach.none else 0)
    none = min(none if reach.partial else 100 - full, 100 - full)
    return Dots(full, 100 - full - none, none)


def field(card: Scorecard) -> Markup:
    """One hundred dots."""
    drawn = dots(card)
    kinds = "f" * drawn.full + "p" * drawn.partial + "n" * drawn.none
    use = Markup('<use href="#w-{}" x="{}" y="{}" width="24" height="24"/>')
    marks = (
        use.format(kind, number % 10 * 26 + 1, number // 10 * 26 + 1)
        for number, kind in enumerate(kinds)
    )
    return Markup(
        '<svg viewBox="0 0 260 260" class="waffle" role="img" aria-labelledby="wt"><title id="wt">'
        "One hundred dots, in the shares of the counts that follow</title>{}</svg>"
    ).format(_joined(marks))


def bar(parts: Sequence[tuple[float, str]], whole: float, kind: str = "hbar") -> Markup:
    """A bar of parts laid end to end on a track of length `whole`."""
    drawn, start = [Markup('<rect width="100" height="8" class="h-track"/>')], 0.0
    for length, paint in parts:
        width = 100 * length / whole if whole else 0.0
        if width > 0:
            rect = Markup('<rect x="{:.2f}" width="{:.2f}" height="8" class="{}"/>')
            drawn.append(rect.format(start, width, paint))
        start += width
    return Markup(
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" class="{}" aria-hidden="true" '
        'focusable="false">{}</svg>'
    ).format(kind, _joined(drawn))


def rungs(paints: Sequence[str]) -> Markup:
    """Four steps of a ladder."""
    rect = Markup('<rect x="{}" width="23.5" height="10" rx="2" class="lb-{}"/>')
    drawn = (rect.format(number * 25.5, paint) for number, paint in enumerate(paints))
    return Markup(
        '<svg viewBox="0 0 100 10" class="lbar" preserveAspectRatio="none" aria-hidden="true" '
        'focusable="false">{}</svg>'
    ).format(_joined(drawn))


def timing(step: DossierStep, whole: float) -> Markup:
    """When a step ran, on the time scale of its response."""
    rect = _NOTHING
    if step.offset_ms is not None and step.duration_ms is not None and whole:
        start = min(max(100 * step.offset_ms / whole, 0.0), 99.5)
        width = min(max(100 * step.duration_ms / whole, 0.5), 100 - start)
        kind = "bad" if step.failed else _TRADES.get(step.kind, "other")
        rect = Markup('<rect x="{:.2f}" y="1" width="{:.2f}" height="8" class="sp-{}"/>').format(
            start, width, kind
        )
    return Markup(
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" class="spbar" aria-hidden="true" '
        'focusable="false">{}</svg>'
    ).format(rect)


_TRADES = {"llm": "llm", "embedding": "llm", "agent": "agent", "chain": "agent", "tool": "tool"}
_TRADES |= {"retriever": "rag", "reranker": "rag", "guardrail": "guard"}


def length(steps: Sequence[DossierStep]) -> float:
    """Milliseconds from the entry to the last end."""
    ends = ((s.offset_ms or 0.0) + s.duration_ms for s in steps if s.duration_ms is not None)
    return max(ends, default=0.0)


class _Radar:
    """Score of every dimension on its own axis, 0 to 100."""

    wide, high, radius = 470.0, 372.0, 122.0

    def __init__(self, card: Scorecard, numbers: Numbers) -> None:
        self._dimensions = card.dimensions
        self._numbers = numbers

    def at(self, number: int, share: float) -> tuple[float, float]:
        angle = 2 * pi * number / len(self._dimensions)
        reach = self.radius * share
        return self.wide / 2 + reach * sin(angle), self.high / 2 - reach * cos(angle)

    def around(self, shares: Iterable[float], paint: str) -> Markup:
        points = " ".join("{:.1f},{:.1f}".format(*self.at(n, s)) for n, s in enumerate(shares))
        return Markup('<polygon class="{}" points="{}"/>').format(paint, points)

    def grid(self) -> Markup:
        count = len(self._dimensions)
        rings = [
            self.around([share] * count, "r-ring r-out" if share == 1 else "r-ring")
            for share in (1, 0.75, 0.5, 0.25)
        ]
        line = Markup('<line class="r-ax" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
        centre = (self.wide / 2, self.high / 2)
        axes = [line.format(*centre, *self.at(number, 1)) for number in range(count)]
        return _joined([*rings, *axes])

    def shape(self, end: str) -> list[float]:
        return [(getattr(d.score, end) / 100 if d.score else 0.0) for d in self._dimensions]

    def label(self, number: int) -> Markup:
        known = self._dimensions[number]
        sideways = sin(2 * pi * number / len(self._dimensions))
        anchor = "middle" if abs(sideways) < 0.3 else "start" if sideways > 0 else "end"
        x = self.at(number, 1.13 if anchor != "middle" else 1)[0]
        y = self.at(number, 1.17)[1] - (6 if anchor == "middle" and number == 0 else 0)
        lines = _two_lines(known.title)
        first = y - 7 * (len(lines) - 1)
        spans = [
            Markup('<tspan x="{:.1f}" y="{:.1f}">{}</tspan>').format(x, first + 14 * row, line)
            for row, line in enumerate(lines)
        ]
        spans.append(self._value(number, x, first + 14 * len(lines)))
        return Markup('<text class="r-lab" text-anchor="{}">{}</text>').format(
            anchor, _joined(spans)
        )

    def _value(self, number: int, x: float, y: float) -> Markup:
        if self._dimensions[number].score is None:
            span = Markup('<tspan class="r-sub" x="{:.1f}" y="{:.1f}">not applicable</tspan>')
            return span.format(x, y)
        path = f"dimensions.{number}.score.low"
        span = Markup('<tspan class="r-sub" x="{:.1f}" y="{:.1f}" data-value="{}">{}</tspan>')
        return span.format(x, y, path, self._numbers.text(path, "whole"))

    def dot(self, number: int) -> Markup:
        known = self._dimensions[number]
        low = known.level is not None and known.level < 2
        x, y = self.at(number, known.score.low / 100 if known.score else 0)
        paint = "r-dot r-na" if known.score is None else "r-dot r-low" if low else "r-dot"
        return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="4.5"/>').format(paint, x, y)


def _two_lines(title: str) -> list[str]:
    title = clean(title)
    words = title.split()
    if len(title) <= 15 or len(words) < 2:
        return [title[:28]]
    cuts = range(1, len(words))
    cut = min(cuts, key=lambda n: max(len(" ".join(words[:n])), len(" ".join(words[n:]))))
    return [" ".join(words[:cut])[:28], " ".join(words[cut:])[:28]]


def radar(card: Scorecard, numbers: Numbers) -> Markup:
    """Scores of all dimensions; nothing where there are fewer than three."""
    count = len(card.dimensions)
    if count < 3:
        return _NOTHING
    drawn = _Radar(card, numbers)
    parts = [drawn.grid()]
    if any(d.score and d.score.high > d.score.low for d in card.dimensions):
        parts.append(drawn.around(drawn.shape("high"), "r-high"))
    parts.append(drawn.around(drawn.shape("low"), "r-now"))
    parts += [drawn.dot(number) for number in range(count)]
    parts += [drawn.label(number) for number in range(count)]
    return Markup(
        '<svg viewBox="0 0 {:g} {:g}" class="radar" role="img" aria-labelledby="rt">'
        '<title id="rt">Score of each dimension; the table beside it holds the values</title>'
        "{}</svg>"
    ).format(drawn.wide, drawn.high, _joined(parts))
