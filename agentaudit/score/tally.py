"""Answers, folded: a sum that is exact and merges in any order.

Responses with the same answers and the same causes share one entry in a counter, so that full
reconstructions, links, levels ("all criteria together") and what a fix would gain stay exact while
memory grows with the number of different cases, not of responses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentaudit.evidence import safe
from agentaudit.finding import Answer, Cause, Outcome
from agentaudit.rubric import Rubric
from agentaudit.score.examples import Examples, place_in_order
from agentaudit.score.layout import BORROWED, Column, Layout

_NOT_ASKED = Answer(Outcome.UNKNOWN, "not asked of this response", (), "not_asked")
_WORST_FIRST = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.UNKNOWN,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)
_MENDABLE = frozenset({Outcome.FAIL, Outcome.UNKNOWN})


class Entry(NamedTuple):
    """Where responses come in: one row of `by_entry`."""

    service: str
    span: str


class Cell(NamedTuple):
    """An answer without its words: what the arithmetic counts."""

    column: int
    outcome: Outcome
    causes: tuple[Cause, ...]
    """What must all be mended to turn it into a pass; empty when nothing known would."""


_Cell = tuple[int, Outcome, tuple[Cause, ...]]
"""The same unnamed: what nearly every answer only looks its number up by."""


class Silence(NamedTuple):
    """Why nobody could be asked."""

    reason: str
    message: str
    causes: tuple[Cause, ...]


class Tally:
    """Answers of all subjects seen so far."""

    def __init__(self, rubric: Rubric) -> None:
        self.layout = Layout(rubric)
        self.cells: list[Cell] = []
        self.entries: list[Entry] = []
        self.signatures: Counter[tuple[int, tuple[int, ...]]] = Counter()
        """(number of entry, numbers of cells) → responses."""
        self.subjects: Counter[int] = Counter()
        """Number of cell → components, images, models or systems."""
        self.silences: dict[int, Silence] = {}
        self.examples = Examples()
        self._cell_numbers: dict[_Cell, int] = {}
        self._entry_numbers: dict[Entry, int] = {}

    def response(
        self,
        id: str,
        entry: str,
        service: str,
        answers: Mapping[str, Answer],
        borrowed: Mapping[str, Iterable[Answer]] | None = None,
    ) -> None:
        """Count one response: its own answers by criterion id, and those it borrows from the
        images and models it used (several of one criterion count as the worst of them).

        A criterion about responses that has no answer here was not asked, which is UNKNOWN.
        Raises ValueError for an answer to a criterion that is not about that kind of subject.
        """
        cells, answered = [], 0
        digest = place_in_order(id)
        for column in self.layout.own:
            answer = answers.get(column.criterion.id)
            answered += answer is not None
            answer = answer or _NOT_ASKED
            cells.append(self._number(column, answer))
            self.examples.keep(column, digest, id, answer)
        if answered != len(answers):
            wrong = sorted(answers.keys() - {c.criterion.id for c in self.layout.own})
            raise ValueError(f"not asked of responses: {', '.join(wrong)}")
        if borrowed:
            cells.extend(self._borrow(borrowed))
        number = self._entry(Entry(safe(service), safe(entry)))
        self.signatures[(number, tuple(cells))] += 1

    def subject(self, criterion_id: str, subject: str, answer: Answer, count: int = 1) -> None:
        """Count one answer about a component, image, model or the system, or `count` alike.

        Raises ValueError for a criterion about responses, KeyError for an unknown one.
        """
        column = self.layout.by_id[criterion_id]
        if column.own:
            raise ValueError(f"{criterion_id} is asked of responses")
        self.subjects[self._number(column, answer)] += count
        self.examples.keep(column, place_in_order(subject), subject, answer)

    def unasked(
        self, criterion_id: str, reason: str, causes: Iterable[Cause] = (), message: str = ""
    ) -> None:
        """Say why a criterion had no subject: a source is absent or holds nothing.

        It counts as one UNKNOWN subject, unless subjects turn up in this or a merged tally.
        """
        column = self.layout.by_id[criterion_id]
        found = _causes(column, causes)
        words = message or f"no subject to ask: {reason.replace('_', ' ')}"
        self._silence(column.index, Silence(reason, safe(words), found))

    def merge(self, other: Tally) -> None:
        """Add another tally of the same rubric; exact, and in any order the same.

        Raises ValueError when the rubrics differ.
        """
        same = other.layout.rubric is self.layout.rubric
        if not same and other.layout.by_id != self.layout.by_id:
            raise ValueError("tallies of different rubrics cannot be merged")
        cells = [self._intern(cell) for cell in other.cells]
        entries = [self._entry(entry) for entry in other.entries]
        for (entry, numbers), count in other.signatures.items():
            self.signatures[(entries[entry], tuple(cells[n] for n in numbers))] += count
        for number, count in other.subjects.items():
            self.subjects[cells[number]] += count
        for index, silence in other.silences.items():
            self._silence(index, silence)
        self.examples.merge(other.examples)

    def _borrow(self, borrowed: Mapping[str, Iterable[Answer]]) -> list[int]:
        columns = sorted((self.layout.by_id[id] for id in borrowed), key=lambda c: c.index)
        if wrong := [c.criterion.id for c in columns if c.criterion.subject not in BORROWED]:
            raise ValueError(f"not about images or models: {', '.join(wrong)}")
        pairs = [(column, tuple(borrowed[column.criterion.id])) for column in columns]
        return [self._intern(worst(column, answers)) for column, answers in pairs if answers]

    def _number(self, column: Column, answer: Answer) -> int:
        return self._intern(cell(column, answer))

    def _intern(self, cell: _Cell) -> int:
        number = self._cell_numbers.get(cell)
        if number is None:
            number = self._cell_numbers[cell] = len(self.cells)
            self.cells.append(Cell(*cell))
        return number

    def _entry(self, entry: Entry) -> int:
        number = self._entry_numbers.get(entry)
        if number is None:
            number = self._entry_numbers[entry] = len(self.entries)
            self.entries.append(entry)
        return number

    def _silence(self, index: int, silence: Silence) -> None:
        self.silences[index] = min(silence, self.silences.get(index, silence))


def cell(column: Column, answer: Answer) -> _Cell:
    """What counts of an answer."""
    mendable = answer.causes and answer.outcome in _MENDABLE
    return column.index, answer.outcome, _causes(column, answer.causes) if mendable else ()


def worst(column: Column, answers: Sequence[Answer]) -> _Cell:
    """One cell for several images or models: the worst outcome, mended when all are."""
    if len(answers) == 1:
        return cell(column, answers[0])
    cells = [Cell(*cell(column, answer)) for answer in answers]
    outcome = min((cell.outcome for cell in cells), key=_WORST_FIRST.index)
    bad = [cell for cell in cells if _WORST_FIRST.index(cell.outcome) < 3]
    if not all(cell.causes for cell in bad):
        return column.index, outcome, ()
    causes = sorted({cause for cell in bad for cause in cell.causes})
    return column.index, outcome, tuple(causes)


def _causes(column: Column, causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """A cause that names no fact is this criterion's own: never the same as another's."""
    named = (
        cause if cause.fact else Cause(column.criterion.id, cause.place, cause.reason)
        for cause in causes
    )
    return tuple(sorted(set(named)))
