"""Hiding never helps (DESIGN.md §5.4), over generated responses and the example's own evidence.

Each law says how many of its cases really took something away: one that never does is no law.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from agentaudit.finding import Answer, Outcome
from agentaudit.score.standing import Standing
from tests.laws.hiding import Hidden
from tests.laws.worlds import (
    BARE,
    HIDINGS,
    NO_TRACES,
    WHOLE,
    Hiding,
    Scene,
    System,
    Told,
    World,
    hidden,
    single,
    world,
)
from tests.score.worlds import Tape, assert_not_raised, figures

Systems = tuple[System, System]
GOOD = {Outcome.PASS, Outcome.NOT_APPLICABLE}
FEW = (Hiding((), (), False), *HIDINGS[:3])
"""Where it is not about what is hidden: nothing, or what these leave."""
tapes = st.binary(min_size=24, max_size=24).map(Tape)


class Seen:
    """How many of the cases took something away, and what came of it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, before: Standing, after: Standing) -> None:
        """Count one case."""
        old, new = figures(before), figures(after)
        self.counts["cases"] += 1
        self.counts["with a full response"] += before.reach.full > 0
        self.counts["with a level"] += any(
            level for name, level in old.items() if name.startswith("level of")
        )
        self.counts["lower"] += any(new.get(name, 0) < old[name] for name in old)

    def demand(self, **least: float) -> None:
        """At least these shares of all cases, in per cent."""
        cases = settings().max_examples
        print(f"\n{dict(self.counts)}")
        for name, share in least.items():
            assert self.counts[name.replace("_", " ")] * 100 >= share * cases, (name, self.counts)


def better(before: Told, after: Told) -> dict[str, str]:
    """Answers that hiding made better: none may be there."""
    return {
        id: f"{before.outcomes[id]} -> {now}"
        for id, now in after.outcomes.items()
        if now in GOOD and before.outcomes[id] not in GOOD
    }


def compared(
    seen: Seen, place: World, scene: Scene, old: Sequence[Hidden], new: Sequence[Hidden]
) -> None:
    """Score the world before and after."""
    before, after = place.told(place.system.whole, old), place.told(scene, new)
    seen.counts["changed answers"] += any(
        a.outcomes != b.outcomes for a, b in zip(before, after, strict=True)
    )
    standings = place.system.whole.standing(before), scene.standing(after)
    seen.note(*standings)
    assert_not_raised(*standings)


def test_hiding_a_fact_raises_nothing(systems: Systems) -> None:
    """Every carrier of one fact goes: from a service, a response, or all responses."""
    seen = Seen()

    @given(tapes)
    def law(tape: Tape) -> None:
        place = world(systems, tape)
        hiding = single(place.first, tape)
        compared(seen, place, place.system.whole, place.before(hiding), hidden(place, hiding, tape))

    law()
    seen.demand(changed_answers=15, lower=10, with_a_full_response=20)


def test_hiding_several_facts_raises_nothing(systems: Systems) -> None:
    """The same with several facts, or all of them, where some may be missing already."""
    seen = Seen()

    @given(tapes)
    def law(tape: Tape) -> None:
        place, hiding = world(systems, tape), HIDINGS[tape.take(len(HIDINGS))]
        compared(seen, place, place.system.whole, place.before(hiding), hidden(place, hiding, tape))

    law()
    seen.demand(changed_answers=60, lower=60, with_a_full_response=10)


def test_answers_turned_into_doubt_raise_nothing(systems: Systems) -> None:
    """Any answer, about responses, components or the system, becomes UNKNOWN or ERROR."""
    seen = Seen()

    @given(tapes, st.integers(min_value=0, max_value=2**32))
    def law(tape: Tape, seed: int) -> None:
        place, hiding = world(systems, tape), FEW[tape.take(len(FEW))]
        chance = Random(seed)
        odds = chance.choice((0.02, 0.3, 0.9))

        def doubted(_: str, answer: Answer) -> Answer:
            unsure = chance.choice((Outcome.UNKNOWN, Outcome.ERROR))
            return BARE[unsure] if chance.random() < odds else answer

        scene = place.system.whole
        told = place.told(scene, place.before(hiding))
        before, after = scene.standing(told), scene.standing(told, doubted)
        seen.note(before, after)
        assert_not_raised(before, after)

    law()
    seen.demand(lower=70, with_a_full_response=10)


def test_taking_a_kind_of_source_away_raises_nothing(systems: Systems) -> None:
    """No repository, one without history, no traces, no log record, none of the others."""
    seen, kinds = Seen(), Counter[str]()

    @given(tapes)
    def law(tape: Tape) -> None:
        place, hiding = world(systems, tape), FEW[tape.take(len(FEW))]
        others = [name for name in place.system.scenes if name != WHOLE]
        kind = others[tape.take(len(others))]
        kinds[kind] += 1
        missing = place.before(hiding)
        if kind != NO_TRACES:
            compared(seen, place, place.system.scenes[kind], missing, missing)
            return
        before = place.system.whole.standing(place.told(place.system.whole, missing))
        after = place.system.scenes[kind].standing(())
        seen.note(before, after)
        assert_not_raised(before, after)

    law()
    seen.demand(changed_answers=30, lower=30, with_a_full_response=10)
    assert kinds.keys() == {k for s in systems for k in s.scenes} - {WHOLE}


def test_hiding_makes_no_answer_better(systems: Systems) -> None:
    """One response: FAIL, UNKNOWN or ERROR never becomes PASS or NOT_APPLICABLE."""
    seen = Seen()

    @given(tapes)
    def law(tape: Tape) -> None:
        system = systems[tape.take(4) == 3]
        number = tape.take(len(system.stories))
        story, way = system.stories[number], tape.take(3)
        hiding = single(story, tape) if way == 0 else HIDINGS[tape.take(len(HIDINGS))]
        old, new = hiding.of(story)
        scene = system.whole
        if way == 2:
            others = [name for name in system.scenes if name not in {WHOLE, NO_TRACES}]
            scene, new = system.scenes[others[tape.take(len(others))]], old
        before, after = system.whole.told(number, old), scene.told(number, new)
        seen.counts["changed answers"] += before.outcomes != after.outcomes
        assert not better(before, after), (story.name, sorted(new - old))
        assert Outcome.ERROR not in after.outcomes.values()

    law()
    seen.demand(changed_answers=40)
