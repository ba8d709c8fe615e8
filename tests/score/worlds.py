"""Made-up systems: a rubric, the answers of its subjects, and which dimensions apply.

A world is decoded from bytes, so that hypothesis makes and shrinks it fast; zeros mean passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.finding import Answer, Cause, Outcome
from agentaudit.rubric import Criterion, Dimension, Rubric
from agentaudit.score import Applicability, Applies, Population, Run, Scorecard, Tally, score
from agentaudit.score.standing import Standing, settle

RUN = Run("agentaudit 0.1.0", "2026-11-21", "agentaudit scan")
SIZE = 140
"""Bytes that decode into a world of ordinary size."""

_SUBJECTS = ("response", "response", "response", "component", "model", "system")
_DIMENSIONS = ("environment", "prompts", "rag")
_LESS = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE, Outcome.ERROR)
_MOODS = (
    (*(Outcome.PASS,) * 60, *_LESS),
    (*(Outcome.PASS,) * 12, Outcome.NOT_APPLICABLE, *_LESS),
    (*(Outcome.PASS,) * 5, *(Outcome.FAIL,) * 3, *_LESS),
)
"""How good a system is: nearly perfect, good, mixed."""
_TIMES = (1, 1, 1, 1, 2, 3, 19, 20)
_CAUSES = tuple(Cause(fact, place) for fact in ("commit", "prompt", "") for place in ("a", "b"))


class Tape:
    """Bytes read one at a time; zeros behind the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.mood = _MOODS[self.take(3)]

    def take(self, size: int) -> int:
        """A number below `size`."""
        self.at += 1
        return self.data[self.at - 1] % size if self.at <= len(self.data) else 0


class Asked(Struct, frozen=True):
    """A response and its answers."""

    id: str
    answers: Mapping[str, Answer]
    borrowed: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    entry: str = "answer"
    service: str = "planner"


class World(Struct, frozen=True):
    """A system under audit."""

    rubric: Rubric
    responses: tuple[Asked, ...] = ()
    subjects: tuple[tuple[str, str, Answer], ...] = ()
    """(criterion, subject, answer)."""
    silences: tuple[tuple[str, str, tuple[Cause, ...]], ...] = ()
    applicability: Mapping[str, Applicability] = field(default_factory=dict)

    def tally(self) -> Tally:
        """Everything, in one go."""
        return fold(self, self.responses, self.subjects, self.silences)

    def standing(self) -> Standing:
        return self.settled(self.tally())

    def settled(self, tally: Tally) -> Standing:
        """Where it stands by a tally of its own."""
        return settle(tally, self.applicability)

    def scorecard(self) -> Scorecard:
        return scorecard(self, self.tally())

    def mapped(self, change: Callable[[str, Answer], Answer]) -> World:
        """The same world with every answer changed; `change` gets the criterion's id."""
        return replace(
            self,
            responses=tuple(
                replace(
                    asked,
                    answers={id: change(id, answer) for id, answer in asked.answers.items()},
                    borrowed={
                        id: tuple(change(id, answer) for answer in answers)
                        for id, answers in asked.borrowed.items()
                    },
                )
                for asked in self.responses
            ),
            subjects=tuple((id, name, change(id, answer)) for id, name, answer in self.subjects),
        )


def fold(
    world: World,
    responses: Iterable[Asked] = (),
    subjects: Iterable[tuple[str, str, Answer]] = (),
    silences: Iterable[tuple[str, str, tuple[Cause, ...]]] = (),
) -> Tally:
    """A tally of a part of a world, in the given order."""
    tally = Tally(world.rubric)
    for asked in responses:
        tally.response(asked.id, asked.entry, asked.service, asked.answers, asked.borrowed)
    for id, subject, answer in subjects:
        tally.subject(id, subject, answer)
    for id, reason, causes in silences:
        tally.unasked(id, reason, causes)
    return tally


def scorecard(world: World, tally: Tally) -> Scorecard:
    """The scorecard of a tally of the whole world."""
    return score(
        world.rubric,
        tally,
        applicability=world.applicability,
        run=RUN,
        population=Population(len(world.responses), len(world.responses)),
    )


def world(data: bytes) -> World:
    """Decode a world."""
    tape = Tape(data)
    rubric = _rubric(tape)
    own = [c.id for c in rubric.criteria if c.subject == "response"]
    lent = [c.id for c in rubric.criteria if c.subject == "model"]
    responses = []
    for number in range(tape.take(5)):
        answers = {id: _answer(tape) for id in own if tape.take(32) < 31}
        borrowed = {
            id: tuple(_answer(tape) for _ in range(1 + tape.take(2))) for id in lent if tape.take(2)
        }
        entry, service = f"entry {tape.take(2)}", f"service {tape.take(2)}"
        first = Asked(f"{number}", answers, borrowed, entry, service)
        times = range(_TIMES[tape.take(len(_TIMES))])
        responses += [replace(first, id=f"{number}-{time}") for time in times]
    subjects, silences = _others(tape, rubric)
    if not responses:
        silences += [(id, "not_configured", (Cause("traces"),)) for id in own]
    applies: dict[str, Applicability] = {
        d.id: Applicability(tuple(Applies)[tape.take(8) % 3 if tape.take(4) == 3 else 0], "said so")
        for d in rubric.dimensions
    }
    return World(rubric, tuple(responses), tuple(subjects), tuple(silences), applies)


def _others(
    tape: Tape, rubric: Rubric
) -> tuple[list[tuple[str, str, Answer]], list[tuple[str, str, tuple[Cause, ...]]]]:
    subjects: list[tuple[str, str, Answer]] = []
    silences: list[tuple[str, str, tuple[Cause, ...]]] = []
    for criterion in rubric.criteria:
        if criterion.subject != "response":
            size = 1 if criterion.subject == "system" else (1, 2, 3, 0)[tape.take(4)]
            subjects += [(criterion.id, f"s{n}", _answer(tape)) for n in range(size)]
            if not size and tape.take(4):
                silences.append((criterion.id, "not_configured", (Cause("repo"),)))
    return subjects, silences


def _answer(tape: Tape) -> Answer:
    outcome = tape.mood[tape.take(len(tape.mood))]
    if outcome not in {Outcome.FAIL, Outcome.UNKNOWN}:
        return Answer(outcome, outcome.value)
    chosen = tape.take(64)
    causes = tuple(cause for bit, cause in enumerate(_CAUSES) if chosen >> bit & 1)
    return Answer(outcome, outcome.value, (), ("missing", "broken")[tape.take(2)], causes)


def _rubric(tape: Tape) -> Rubric:
    dimensions = []
    for number in range(1 + tape.take(3)):
        criteria = [
            criterion(
                f"X{number}-{index:02}",
                1 + (index + (tape.take(4) == 3)) % 4,
                _SUBJECTS[tape.take(len(_SUBJECTS))],
                (1.0, 1.0, 2.5, 0.1)[tape.take(4)],
            )
            for index in range(tape.take(6))
        ]
        dimensions.append(dimension(_DIMENSIONS[number], *criteria))
    return rubric(*dimensions)


def figures(standing: Standing) -> dict[str, Fraction]:
    """Everything that hiding or failing must never raise."""
    reach = standing.reach
    held = {
        "score": standing.score.low,
        "level": Fraction(standing.level),
        "full": Fraction(reach.full),
        "share": reach.share if reach.total else Fraction(0),
    }
    for number, dimension in enumerate(standing.dimensions):
        if dimension is not None:
            held[f"level of {number}"] = Fraction(dimension.level)
    return held


def assert_not_raised(before: Standing, after: Standing) -> None:
    assert not raised(figures(before), figures(after))


def raised(old: Mapping[str, Fraction], new: Mapping[str, Fraction]) -> dict[str, tuple[str, str]]:
    """Figures that are higher afterwards; KeyError for a dimension that no longer counts."""
    return {name: (str(old[name]), str(new[name])) for name in old if new[name] > old[name]}


def criterion(id: str, level: int, subject: str = "response", weight: float = 1.0) -> Criterion:
    """A criterion of which only what is counted matters."""
    return Criterion.model_validate(
        {
            "id": id,
            "level": level,
            "subject": subject,
            "title": f"title of {id}",
            "must": f"{id} must hold",
            "probe": id.lower(),
            "fix": f"mend {id}",
            "effort": "SML"[level % 3],
            "relieves": ("debugging",),
            "weight": weight,
        }
    )


def dimension(id: str, *criteria: Criterion) -> Dimension:
    return Dimension.model_validate(
        {"id": id, "title": id, "question": f"{id}?", "criteria": criteria}
    )


def rubric(*dimensions: Dimension) -> Rubric:
    return Rubric(id="made-up", version="1.0", title="Made up", dimensions=dimensions)


def passing() -> Answer:
    return Answer(Outcome.PASS, "there")


def failing(*causes: Cause | str, reason: str = "missing") -> Answer:
    return Answer(Outcome.FAIL, "not there", (), reason, _named(causes))


def doubtful(*causes: Cause | str, reason: str = "not_looked") -> Answer:
    return Answer(Outcome.UNKNOWN, "could not look", (), reason, _named(causes))


def excused() -> Answer:
    return Answer(Outcome.NOT_APPLICABLE, "makes no sense here")


def crashed() -> Answer:
    return Answer(Outcome.ERROR, "boom", (), "crashed")


def _named(causes: Sequence[Cause | str]) -> tuple[Cause, ...]:
    return tuple(cause if isinstance(cause, Cause) else Cause(cause) for cause in causes)
