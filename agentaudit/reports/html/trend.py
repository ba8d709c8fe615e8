"""The trend: fully reconstructable responses, in per cent, over the audits so far."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from agentaudit.reports.html.numbers import Numbers, short_day
from agentaudit.score.scorecard import Scorecard

_WIDE, _HIGH, _LEFT, _RIGHT, _TOP, _FOOT = 440.0, 200.0, 42.0, 56.0, 18.0, 30.0
_MOST = 12
"""Audits drawn: the last ones."""
_CROWD = 7
"""Days that stand side by side."""


class _Point(NamedTuple):
    label: str
    expression: str
    share: float


def _points(card: Scorecard, numbers: Numbers) -> list[_Point]:
    known = [
        (past.as_of, f"history.{number}.full / history.{number}.total")
        for number, past in enumerate(card.history)
        if past.total
    ]
    if card.reconstructable.total:
        known.append((card.run.as_of, "reconstructable.full / reconstructable.total"))
    return [_Point(when, path, numbers.value(path)) for when, path in known[-_MOST:]]


def trend(card: Scorecard, numbers: Numbers) -> Markup:
    """A line with every value written at its point; nothing below two audits."""
    points = _points(card, numbers)
    if len(points) < 2:
        return Markup("")
    path = " ".join(f"{_x(n, len(points)):.1f},{_y(p.share):.1f}" for n, p in enumerate(points))
    grid = Markup("").join(_grid(share) for share in (0.0, 0.5, 1.0))
    marks = Markup("").join(_mark(points, n, numbers) for n in range(len(points)))
    return Markup(
        '<svg viewBox="0 0 {:g} {:g}" class="trend" role="img" aria-labelledby="tt">'
        '<title id="tt">Fully reconstructable responses in per cent, by audit</title>'
        '{}{}<polyline class="t-line" points="{}"/>{}</svg>'
    ).format(_WIDE, _HIGH, grid, _gate(card), path, marks)


def _x(number: int, count: int) -> float:
    return _LEFT + (_WIDE - _LEFT - _RIGHT) * number / (count - 1)


def _y(share: float) -> float:
    return _TOP + (_HIGH - _TOP - _FOOT) * (1 - share)


def _grid(share: float) -> Markup:
    return Markup(
        '<line class="t-grid" x1="{0:g}" x2="{1:g}" y1="{2:.1f}" y2="{2:.1f}"/>'
        '<text class="t-ax" x="{3:g}" y="{4:.1f}" text-anchor="end">{5:.0%}</text>'
    ).format(_LEFT, _WIDE - _RIGHT, _y(share), _LEFT - 6, _y(share) + 4, share)


def _gate(card: Scorecard) -> Markup:
    for number, condition in enumerate(card.gate.conditions):
        if condition.name == "min_reconstructable" and condition.required is not None:
            y = _y(min(max(condition.required / 100, 0.0), 1.0))
            return Markup(
                '<line class="t-gate" x1="{0:g}" x2="{1:g}" y1="{2:.1f}" y2="{2:.1f}"/>'
                '<text class="t-gl" x="{1:g}" y="{3:.1f}" dx="5" '
                'data-value="gate.conditions.{4}.required">gate {5:g}</text>'
            ).format(_LEFT, _WIDE - _RIGHT, y, y + 14, number, condition.required)
    return Markup("")


def _day(points: list[_Point], number: int, x: float) -> Markup:
    """The day of an audit; of many every second one, counted from the last."""
    if len(points) > _CROWD and (len(points) - 1 - number) % 2:
        return Markup("")
    when = points[number].label
    return Markup(
        '<text class="t-ax" x="{:.1f}" y="{:g}" text-anchor="middle" data-day="{}">{}</text>'
    ).format(x, _HIGH - 8, when, short_day(when))


def _mark(points: list[_Point], number: int, numbers: Numbers) -> Markup:
    point, last = points[number], number == len(points) - 1
    x, y = _x(number, len(points)), _y(point.share)
    return Markup(
        '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>'
        '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="middle" data-value="{}">{}</text>'
        "{}"
    ).format(
        *("t-dot t-last" if last else "t-dot", x, y, 5 if last else 3),
        *("t-val t-vl" if last else "t-val", x, y - 10, point.expression),
        numbers.text(point.expression, "percent"),
        _day(points, number, x),
    )
