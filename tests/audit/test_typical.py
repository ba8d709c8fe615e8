"""The typical response is the median by links that resolve, whatever the order of arrival."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from agentaudit.audit import typical
from agentaudit.audit.typical import Typical
from agentaudit.finding import Answer
from agentaudit.probe import failed, passed
from agentaudit.score import Applicability, Applies
from agentaudit.score.dossier import Dossier, DossierLink
from agentaudit.score.examples import place_in_order
from agentaudit.score.responses import LinkState, link_states
from tests.reports import example

RUBRIC = example.rubric()
OWN = [c for c in RUBRIC.criteria if c.subject == "response"]
DOUBTFUL = frozenset({"rag", "fine_tuning"})
NO_RAG = {"rag": Applicability(Applies.NO, "none is declared or shown")}

Made = tuple[str, dict[str, Answer]]


def _responses(count: int, seed: int) -> list[Made]:
    draw = random.Random(seed)
    return [
        (
            f"{number:032x}",
            {c.id: passed("there") if draw.random() < 0.7 else failed("not there") for c in OWN},
        )
        for number in range(count)
    ]


def _told(id: str, answers: dict[str, Answer]) -> Dossier:
    states = link_states(RUBRIC, answers)
    plain = example.dossier()
    links = tuple(
        link.model_copy(
            update={
                "state": states[link.dimension].value
                if link.dimension in states
                else "not_applicable"
            }
        )
        for link in plain.links
    )
    return plain.model_copy(update={"id": id, "links": links})


def _chosen(made: Sequence[Made], applicability: dict[str, Applicability]) -> Dossier:
    found = Typical(RUBRIC, DOUBTFUL)
    for id, answers in made:
        found.offer(id, answers, lambda id=id, answers=answers: _told(id, answers))  # type: ignore[misc]  # bound now
    told = found.chosen(applicability)
    assert told
    return told


def _resolved(answers: dict[str, Answer], applicability: dict[str, Applicability]) -> int:
    states = link_states(RUBRIC, answers, applicability=applicability)
    return list(states.values()).count(LinkState.RESOLVED)


@pytest.mark.parametrize("count", [1, 2, 3, 50, 301])
@pytest.mark.parametrize("applicability", [{}, NO_RAG])
def test_it_is_the_median_and_ties_go_by_hash(
    count: int, applicability: dict[str, Applicability]
) -> None:
    made = _responses(count, count)
    counts = sorted(_resolved(answers, applicability) for _, answers in made)
    median = counts[(count - 1) // 2]
    alike = [id for id, answers in made if _resolved(answers, applicability) == median]
    assert _chosen(made, applicability).id == min(alike, key=place_in_order)


def test_order_does_not_matter() -> None:
    made = _responses(120, 1)
    shuffled = random.Random(2).sample(made, len(made))
    assert _chosen(made, {}) == _chosen(shuffled, {})


def test_a_dimension_that_does_not_apply_has_no_link() -> None:
    told = _chosen(_responses(40, 3), NO_RAG)
    states = {link.dimension: link.state for link in told.links}
    assert states["rag"] == "not_applicable"
    good = list(states.values()).count("resolved")
    applying = sum(state != "not_applicable" for state in states.values())
    assert told.state == ("none" if not good else "full" if good == applying else "partial")
    assert told.chosen == "median"


def test_few_are_told_and_fewer_kept() -> None:
    found, asked = Typical(RUBRIC, DOUBTFUL), []

    def tell(id: str, answers: dict[str, Answer]) -> Dossier:
        asked.append(id)
        return _told(id, answers)

    for id, answers in _responses(3_000, 4):
        found.offer(id, answers, lambda id=id, answers=answers: tell(id, answers))  # type: ignore[misc]  # bound now
    assert len(found._told) <= 7 * 4
    assert len(asked) < 300


def test_known_shapes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typical, "_KNOWN_SHAPES", 3)
    made = _responses(80, 5)
    counts = sorted(_resolved(answers, {}) for _, answers in made)
    states = [link.state for link in _chosen(made, {}).links]
    assert states.count("resolved") == counts[39]


def test_a_long_response_is_cut_and_says_so() -> None:
    plain = example.dossier()
    long = plain.model_copy(
        update={
            "steps": plain.steps * 50,
            "links": tuple(_longer(link) for link in plain.links),
        }
    )
    found = Typical(RUBRIC, DOUBTFUL)
    found.offer(long.id, _responses(1, 6)[0][1], lambda: long)
    told = found.chosen({})
    assert told
    assert len(told.steps) == typical.MOST_STEPS
    assert told.left_out == len(long.steps) - typical.MOST_STEPS
    for before, after in zip(long.links, told.links, strict=True):
        assert len(after.facts) + after.left_out == len(before.facts)
        assert len(after.facts) <= typical.MOST_FACTS


def _longer(link: DossierLink) -> DossierLink:
    return link.model_copy(update={"facts": link.facts * 60})


def test_nothing_was_read() -> None:
    assert Typical(RUBRIC, DOUBTFUL).chosen({}) is None
