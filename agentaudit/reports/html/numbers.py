"""Figures of the report: each is computed from one path into `audit.json`, and names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from agentaudit.evidence import clean
from agentaudit.reports.figures import tenth
from agentaudit.score.rounding import percent, whole
from agentaudit.score.scorecard import Scorecard

FORMS: dict[str, Callable[[Any], str]] = {
    "count": lambda value: f"{value:,}",
    "percent": lambda value: str(percent(value)),
    "whole": lambda value: str(whole(value)),
    "tenth": tenth,
    "clock": lambda value: _clock(value),
    "given": lambda value: f"{value:g}",
    "plain": str,
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


class Numbers:
    """Looks figures up in the JSON form of a scorecard.

    An expression is one path (`reconstructable.full`), or several joined by `+`, `-` or `/` and
    taken from left to right. A list is indexed (`fixes.0`); `[:n]` goes over its first n items and
    `[*]` over all; what follows is summed; `[a,b]` sums fields of one object. `#` after a list is
    its length. `derived` holds counts of things that stand one by one in the JSON.
    """

    def __init__(self, card: Scorecard, derived: Mapping[str, Any]) -> None:
        self._data = card.model_dump(mode="json", by_alias=True) | {"derived": derived}

    def text(self, expression: str, form: str = "count") -> str:
        """The figure, without its path."""
        return FORMS[form](self.value(expression))

    def figure(self, expression: str, form: str = "count") -> Markup:
        """The figure with its path: `<data value=path>61</data>`."""
        shown = self.text(expression, form)
        return Markup('<data value="{}">{}</data>').format(expression, shown)

    def value(self, expression: str) -> Any:
        """The number behind an expression. Raises KeyError for a path that leads nowhere."""
        first, *rest = expression.split(" ")
        total = self._path(first)
        for sign, path in zip(rest[::2], rest[1::2], strict=True):
            other = self._path(path)
            total = (
                total + other if sign == "+" else total - other if sign == "-" else total / other
            )
        return total

    def _path(self, path: str) -> Any:
        return _walk(self._data, path.split("."))


def _walk(value: Any, parts: list[str]) -> Any:
    for number, part in enumerate(parts):
        if part == "#":
            return len(value)
        if "," in part:
            return sum(value[name] for name in part[1:-1].split(","))
        if part.startswith("["):
            items = value if part == "[*]" else value[: int(part[2:-1])]
            return sum(_walk(item, parts[number + 1 :]) for item in items)
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _clock(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.2f} s"
    return f"{tenth(milliseconds) if milliseconds < 10 else whole(milliseconds)} ms"


def day(text: str, words: int = 3) -> Markup:
    """An ISO date or instant as a reader says it: `<time>20 November 2026</time>`, or only its
    first words."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return Markup("{}").format(clean(text, 20))
    said = (str(found.day), _MONTHS[found.month - 1], str(found.year))
    moment = Markup('<time datetime="{}">{}</time>')
    return moment.format(text[:10], " ".join(said[:words]))


def short_day(text: str) -> str:
    """`20 Nov`, for an axis; the text itself where it is no date."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return clean(text, 8)
    return f"{found.day} {_MONTHS[found.month - 1][:3]}"


def period(first: str, last: str) -> Markup:
    """From one day to another, saying month and year once where they are the same."""
    if first[:10] == last[:10]:
        return Markup("on {}").format(day(first))
    words = 1 if first[:7] == last[:7] else 2 if first[:4] == last[:4] else 3
    return Markup("from {} to {}").format(day(first, words), day(last))
