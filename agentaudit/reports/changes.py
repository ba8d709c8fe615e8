"""Fixes as changes: what one edit mends is told once, and what completes answers only after other
changes is told with them, so that gains are read off change by change and still add up.

`audit.json` lists facts (`fixes`), in the order of the greedy path. Here facts with one text are
one change, and all changes up to the next gain of responses are one stage. What can complete no
response comes last: its place on the path makes no difference to any response.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from agentaudit.reports import figures
from agentaudit.score.scorecard import Fix, Scorecard

Numbered = tuple[int, Fix]
"""A fix with its place in `fixes`."""


class Change(Struct, frozen=True):
    """Fixes that one text tells how to make."""

    fixes: tuple[Numbered, ...]

    @property
    def text(self) -> str:
        return self.fixes[0][1].text

    @property
    def headline(self) -> str:
        return figures.headline(self.text)

    @property
    def criteria(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for _, fix in self.fixes for id in fix.criteria))

    @property
    def relieves(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(r for _, fix in self.fixes for r in fix.relieves))

    @property
    def size(self) -> str:
        """S, M or L: of the largest of its fixes."""
        return min((fix.effort for _, fix in self.fixes), key="LMS".index)

    @property
    def effort(self) -> str:
        """Its size in words."""
        return figures.EFFORT[self.size]

    @property
    def assumed(self) -> bool:
        return any(fix.assumed for _, fix in self.fixes)

    @property
    def links(self) -> int:
        return sum(fix.gain_links for _, fix in self.fixes)

    @property
    def points(self) -> float:
        return sum(fix.gain_points for _, fix in self.fixes)

    def missing(self, most: int = 4) -> str:
        """`env.os, env.os.version missing in erp-gateway, invoice-intake`."""
        facts: dict[str, dict[str, None]] = {}
        places: dict[str, None] = {}
        for _, fix in self.fixes:
            facts.setdefault(fix.cause.reason, {})[fix.cause.fact] = None
            places[fix.cause.place or "the system"] = None
        lacks = [figures.cause(_few(names, most), why) for why, names in facts.items()]
        return f"{'; '.join(lacks)} in {_few(places, most)}"


class Stage(Struct, frozen=True):
    """Changes that end in one gain of responses."""

    changes: tuple[Change, ...]
    last: int
    """Place in `fixes` of the fix that gains."""
    gain: int
    """Responses."""
    full: int
    """Fully reconstructable responses once this stage and all before it are made."""

    @property
    def relieves(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(r for change in self.changes for r in change.relieves))

    @property
    def title(self) -> str:
        count = len(self.changes)
        if count == 1:
            return self.changes[0].headline
        after = "after which more answers are complete" if self.gain else "for links and points"
        return f"{count} changes, {after}"


def _few(names: Iterable[str], most: int) -> str:
    every = list(names)
    return ", ".join(every[:most]) + (" and others" if len(every) > most else "")


def stages(card: Scorecard) -> tuple[Stage, ...]:
    """All fixes of a scorecard; without any response each change is a stage of its own."""
    every = list(enumerate(card.fixes))
    full = card.reconstructable.full
    if not card.reconstructable.total:
        return tuple(Stage((c,), c.fixes[-1][0], 0, full) for c in _changes(every))
    return tuple(_staged(every, full))


def _staged(every: Sequence[Numbered], full: int) -> Iterator[Stage]:
    held: list[Numbered] = []
    aside: list[Numbered] = []
    for number, fix in every:
        silent = not fix.gain_responses and not fix.completes_with
        (aside if silent else held).append((number, fix))
        if fix.gain_responses:
            full += fix.gain_responses
            yield Stage(_changes(held), number, fix.gain_responses, full)
            held = []
    for left in (held, aside):
        if left:
            yield Stage(_changes(left), left[-1][0], 0, full)


def _changes(fixes: Sequence[Numbered]) -> tuple[Change, ...]:
    """By text, in the order of their last fix: what completes a response then stands last."""
    by_text: dict[str, list[Numbered]] = {}
    for number, fix in fixes:
        by_text.setdefault(fix.text, []).append((number, fix))
    grouped = sorted(by_text.values(), key=lambda group: group[-1][0])
    return tuple(Change(tuple(group)) for group in grouped)
