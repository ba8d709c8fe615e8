"""What the laws rest on: stories answer as in a scan, the complete and the bare as they must."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from agentaudit.audit.run import Run
from agentaudit.finding import Outcome
from agentaudit.messages.transcript import INSTRUCTIONS
from agentaudit.semconv import KEYS
from agentaudit.sources.traces.assemble import Trace
from tests import dialects
from tests.laws.hiding import Hidden, poorer
from tests.laws.stories import Story
from tests.laws.worlds import HIDINGS, WHOLE, System

DIALECT = pytest.mark.parametrize("dialect", dialects.DIALECTS)
Systems = tuple[System, System]
GOOD = {Outcome.PASS, Outcome.NOT_APPLICABLE}
STRUCTURE = {"LOG-05", "LOG-06", "LOG-11", "LOG-12", "COD-09", "RAG-08"}
"""What spans without any attribute but markers pass: failures, times, that retrieval is seen."""


def test_a_story_answers_as_in_a_scan(systems: Systems) -> None:
    for system in systems:
        for name, scene in system.scenes.items():
            if scene.sources.traces is None:
                continue
            run, told = (
                Run(scene.request, scene.sources),
                {s.id: n for n, s in enumerate(scene.stories)},
            )
            for response in scene.sources.traces.responses():
                if response.id in told:
                    answers = run.answers(response)
                    outcomes = {id: answer.outcome for id, answer in answers.items()}
                    assert outcomes == scene.told(told[response.id]).outcomes, (name, response.id)


def test_there_are_stories_of_all_sorts(systems: Systems) -> None:
    made_up, example = systems
    assert len(made_up.stories) > 90
    assert len(example.stories) > 15
    for system in systems:
        told = [system.whole.told(n) for n in range(len(system.stories))]
        kinds = {outcome for each in told for outcome in each.outcomes.values()}
        assert kinds >= {Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
        # Nothing keeps the code of services that ran without a container, as the example's do.
        apart = set() if system is made_up else {"COD-08"}
        asked = [{v for k, v in each.outcomes.items() if k not in apart} for each in told]
        assert any(each <= GOOD for each in asked)
        assert any(len(story.services) > 1 for story in system.stories)
        for scene in system.scenes.values():
            assert [s.id for s in scene.stories] in ([], [s.id for s in system.stories])


@DIALECT
def test_a_complete_response_passes(dialect: str, systems: Systems) -> None:
    scene = systems[0].scenes[WHOLE]
    found = scene.asked(systems[0].story(f"{dialect} complete")).outcomes
    assert {id: said for id, said in found.items() if said not in GOOD} == {}


@DIALECT
def test_bare_spans_pass_only_what_structure_shows(dialect: str, systems: Systems) -> None:
    scene = systems[0].scenes[WHOLE]
    found = scene.asked(systems[0].story(f"{dialect} bare")).outcomes
    assert {id for id, said in found.items() if said in GOOD} == STRUCTURE


@DIALECT
def test_hiding_in_one_span_takes_no_question_away(dialect: str, systems: Systems) -> None:
    system = systems[0]
    story = system.story(f"{dialect} complete")
    before = system.whole.asked(story).outcomes
    for number, span in enumerate(story.trace.spans):
        for fact, hidden in story.carriers(precise=False).items():
            less = _in_one(story, number, hidden)
            if less.trace.spans[number] is not span:
                after = system.whole.asked(less).outcomes
                gone = {id for id in after if after[id] is Outcome.NOT_APPLICABLE != before[id]}
                assert not gone, (span.name, fact)


def _in_one(story: Story, number: int, hidden: Hidden) -> Story:
    """The story with something hidden in one span only."""
    spans = [*story.trace.spans]
    spans[number] = poorer(Trace(story.id, [spans[number]], []), hidden).spans[0]
    trace = Trace(story.trace.trace_id, spans, story.trace.logs)
    return Story(story.id, story.name, trace, story.context, story.series)


def test_ways_of_hiding_differ() -> None:
    assert len(set(HIDINGS)) == len(HIDINGS)
    assert {len(h.now) for h in HIDINGS} >= {2, 3, 5, 12}
    assert any(h.earlier for h in HIDINGS)
    assert all(a.precise != b.precise for a, b in pairwise(HIDINGS))


def test_a_fact_left_out_brings_up_no_other_value() -> None:
    """Names that say one thing only are tried before those that other facts go with."""
    readers = Counter(text for key in KEYS for text in {name.text for name in key.names})
    for key in KEYS:
        names = [name for name in key.names if name.text != INSTRUCTIONS]  # joins the others
        shared = [readers[name.text] > 1 or bool(name.inside) for name in names]
        assert shared == sorted(shared), key.id
