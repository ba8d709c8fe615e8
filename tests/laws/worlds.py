"""A system under audit with a small population of responses, scored by the real audit.

What a response answers depends on nothing but itself and the sources, so answers are kept per story
and what is hidden in it; folding them, asking about components and the system, deciding which
dimensions apply and the arithmetic run anew for every world, as in a scan.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any

from agentaudit.audit import Request, Sources
from agentaudit.audit.observed import Observed
from agentaudit.audit.run import Run
from agentaudit.finding import Answer, Outcome
from agentaudit.lineage.subjects import Named
from agentaudit.rubric import Criterion
from agentaudit.score.examples import Examples
from agentaudit.score.standing import Standing, settle
from agentaudit.score.tally import Tally
from agentaudit.subject import ImageSubject
from agentaudit.survey import Share
from tests.laws.hiding import ALL_FACTS, NOTHING, Hidden
from tests.laws.stories import Story
from tests.score.worlds import Tape, figures

WHOLE, NO_TRACES = "everything", "no traces"
"""Names of scenes: all sources there are, and all but the traces."""
BARE = {outcome: Answer(outcome, outcome.value) for outcome in Outcome}
"""Answers without their words, which no law is about."""

Figures = Mapping[str, Fraction]
Change = Callable[[str, Answer], Answer]
"""Criterion id and answer → the answer instead."""


@dataclass(eq=False)
class Told:
    """What asking about one response gave."""

    outcomes: Mapping[str, Outcome]
    observed: Observed

    @cached_property
    def gist(self) -> tuple[Any, ...]:
        """All that scoring looks at."""
        seen = self.observed
        shares = sorted((key, s.carrying, s.total) for key, s in seen.survey.shares.items())
        shown = (seen.retrieval is None, seen.own_model is None, seen.calls > 0)
        images = tuple(seen.images.named()), tuple((n.places, c) for n, c in _missing(seen))
        return (*self.outcomes.values(), *shares, *shown, images)


def _missing(seen: Observed) -> list[tuple[Named, int]]:
    return list(seen.images.unidentified())


class Asking(Run):
    """The real run; what components answer is kept, and every answer may be changed."""

    kept: dict[tuple[str, str], Answer]
    change: Change | None = None

    def ask(self, criterion: Criterion, **subject: Any) -> Answer:
        lasting = "response" not in subject and "traces" not in self._needs(criterion)
        asked = subject.get("component") or subject.get("image")
        key = (criterion.id, _image(asked) if "image" in subject else asked.id if asked else "")
        answer = self.kept.get(key) if lasting else None
        if answer is None:
            answer = BARE[super().ask(criterion, **subject).outcome]
            if lasting:
                self.kept[key] = answer
        return self.change(criterion.id, answer) if self.change else answer

    def _needs(self, criterion: Criterion) -> frozenset[str]:
        return self.request.probes[criterion.id].needs

    def anew(self, told: Sequence[Told]) -> Asking:
        """The same run when nothing was asked yet but what `told` observed."""
        run = copy.copy(self)
        run.observed = _together(self.observed, told)
        return run


def _together(empty: Observed, told: Sequence[Told]) -> Observed:
    survey = copy.copy(empty.survey)
    survey.shares = {}
    found = Observed(survey)
    for each in told:
        survey.responses += each.observed.survey.responses
        for key, share in each.observed.survey.shares.items():
            sum = survey.shares.setdefault(key, Share())
            sum.carrying += share.carrying
            sum.total += share.total
        found.calls += each.observed.calls
        found.images.merge(each.observed.images)
        found.retrieval = found.retrieval or each.observed.retrieval
        found.own_model = found.own_model or each.observed.own_model
    return found


def _image(asked: ImageSubject) -> str:
    """All that the outcome of a question about an image can depend on, as text."""
    looked = (asked.target, asked.code, asked.packages)
    found = (f"{each.resolution} {each.reason} {each.detail}" for each in looked)
    return "\n".join((asked.name, asked.place, *found))


class Untold(Examples):
    """Keeps no example: no figure depends on them, and choosing them takes time."""

    def keep(self, *_: object) -> None:
        """Forget it."""


class Scene:
    """A system as some of its sources show it."""

    def __init__(self, request: Request, sources: Sources, stories: Sequence[Story]) -> None:
        self.stories = tuple(stories)
        self.request, self.sources = request, sources
        self._run = Asking(request, sources)
        self._run.kept = {}
        self._told: dict[tuple[int, Hidden], Told] = {}
        self._gists: dict[tuple[Any, ...], int] = {}
        self._figures: dict[tuple[int, ...], Figures] = {}

    def told(self, number: int, hidden: Hidden = NOTHING) -> Told:
        """What a story answers without what is hidden."""
        key = (number, hidden)
        if key not in self._told:
            self._told[key] = self.asked(self.stories[number], hidden)
        return self._told[key]

    def asked(self, story: Story, hidden: Hidden = NOTHING) -> Told:
        """The same of any story."""
        run = self._run.anew(())
        answers = run.answers(story.told(hidden))
        return Told({id: answer.outcome for id, answer in answers.items()}, run.observed)

    def figures(self, told: Sequence[Told]) -> Figures:
        """What must not rise, with these responses; each different case is scored once."""
        gists = (self._gists.setdefault(each.gist, len(self._gists)) for each in told)
        key = tuple(sorted(gists))
        if key not in self._figures:
            self._figures[key] = figures(self.standing(told))
        return self._figures[key]

    def standing(self, told: Sequence[Told], change: Change | None = None) -> Standing:
        """Where the system stands with these responses; `change` may change every answer."""
        run = self._run.anew(told)
        run.tally, run.change = self._tally(), change
        for number, each in enumerate(told):
            answers = {id: BARE[outcome] for id, outcome in each.outcomes.items()}
            if change:
                answers = {id: change(id, answer) for id, answer in answers.items()}
            run.tally.response(f"{number}", "entry", "service", answers)
        if not told:
            run.responses(())
        run.repositories()
        return settle(run.tally, run.observed.applicability(run.sources, run.components))

    def _tally(self) -> Tally:
        """An empty one; how the rubric is laid out never changes."""
        empty = self._run.tally
        tally = copy.deepcopy(empty, {id(empty.layout): empty.layout})
        tally.examples = Untold()
        return tally


@dataclass
class System:
    """A system and how it looks when a kind of source is missing."""

    name: str
    scenes: dict[str, Scene]

    @property
    def whole(self) -> Scene:
        return self.scenes[WHOLE]

    @property
    def stories(self) -> tuple[Story, ...]:
        return self.whole.stories

    def story(self, name: str) -> Story:
        """The story of that name, and of the response that its trace begins with."""
        return next(s for s in self.stories if s.name.startswith(f"{name}, planner POST"))


@dataclass(frozen=True)
class Hiding:
    """Facts that are missing from the start, and facts that are then hidden too."""

    earlier: tuple[str, ...]
    now: tuple[str, ...]
    precise: bool

    def of(self, story: Story, *, service: str = "") -> tuple[Hidden, Hidden]:
        """What is missing in a story before and after; only in one service if it is named."""
        held = story.carriers(precise=self.precise)
        before = frozenset(c for fact in self.earlier for c in held.get(fact, ()))
        new = frozenset(c for fact in self.now for c in held.get(fact, ()))
        return before, before | {c for c in new if service in ("", c.service)}


def _hiding(seed: int) -> Hiding:
    chance = Random(seed)
    facts = chance.sample(ALL_FACTS, len(ALL_FACTS))
    earlier = chance.choice((0, 0, 1, 3, 12))
    now = chance.choice((2, 3, 5, 12, len(facts)))
    return Hiding(tuple(facts[:earlier]), tuple(facts[earlier : earlier + now]), bool(seed % 2))


HIDINGS = tuple(map(_hiding, range(24)))
"""Several facts at once. So many, and no more, that what they leave of a story is asked once."""


def single(story: Story, tape: Tape) -> Hiding:
    """One fact that the story carries."""
    precise = bool(tape.take(2))
    facts = tuple(story.carriers(precise=precise))
    return Hiding((), (facts[tape.take(len(facts))],), precise)


@dataclass(frozen=True)
class World:
    """A system, and the stories that are its responses."""

    system: System
    chosen: tuple[int, ...]

    @property
    def first(self) -> Story:
        return self.system.stories[self.chosen[0]]

    def before(self, hiding: Hiding) -> list[Hidden]:
        """What is missing from the start, for each response."""
        return [hiding.of(self.system.stories[n])[0] for n in self.chosen]

    def shown(self, before: Sequence[Hidden], after: Sequence[Hidden]) -> list[str]:
        """What is hidden where, for a law that does not hold."""
        return [
            f"{self.system.stories[n].name}: {sorted(more - less)} after {sorted(less)}"
            for n, less, more in zip(self.chosen, before, after, strict=True)
        ]

    def told(self, scene: Scene, hidden: Sequence[Hidden]) -> list[Told]:
        """What each response answers."""
        return [scene.told(n, less) for n, less in zip(self.chosen, hidden, strict=True)]


def world(systems: Sequence[System], tape: Tape) -> World:
    """One to six responses of at most three stories; one world in four is of the example."""
    system = systems[tape.take(4) == 3]
    some = [tape.take(len(system.stories)) for _ in range(1 + tape.take(3))]
    more = [some[tape.take(len(some))] for _ in range(tape.take(4))]
    return World(system, (*some, *more))


def hidden(world: World, hiding: Hiding, tape: Tape) -> list[Hidden]:
    """What is missing afterwards: hidden in one response or in all, in one service or in all."""
    one, alone = tape.take(3) == 2, tape.take(3) == 2
    service = ""
    if alone:
        services = world.first.services
        service = services[tape.take(len(services))]
    before = world.before(hiding)
    after = [hiding.of(world.system.stories[n], service=service)[1] for n in world.chosen]
    return [after[0], *before[1:]] if one else after
