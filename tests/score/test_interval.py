"""The Wilson interval, against roots of the equation that defines it, and where it is shown."""

from __future__ import annotations

from math import isclose

import pytest

from agentaudit.score import Population, score
from agentaudit.score.interval import wilson
from tests.score.worlds import (
    RUN,
    Asked,
    World,
    criterion,
    dimension,
    failing,
    passing,
    rubric,
)

ROOTS = (
    # Roots of (k/n − p)² = z²·p·(1 − p)/n with z² = 3.841459, found by bisection.
    (0, 10, 0.0, 0.277533),
    (1, 10, 0.017876, 0.404150),
    (5, 10, 0.236593, 0.763407),
    (10, 10, 0.722467, 1.0),
    (1, 1, 0.206549, 1.0),
    (0, 1, 0.0, 0.793451),
    (244, 400, 0.561371, 0.656536),
    (1, 100, 0.001767, 0.054486),
    (95, 100, 0.888250, 0.978456),
)


@pytest.mark.parametrize(("successes", "trials", "low", "high"), ROOTS)
def test_wilson(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert isclose(found.low, low, abs_tol=1e-6)
    assert isclose(found.high, high, abs_tol=1e-6)


def test_nothing_tried_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("trials", [1, 7, 30, 1000])
def test_the_interval_holds_the_share_and_is_symmetric(trials: int) -> None:
    for successes in range(0, trials + 1, max(1, trials // 10)):
        low, high = wilson(successes, trials)
        assert 0 <= low <= successes / trials <= high <= 1
        mirrored = wilson(trials - successes, trials)
        assert isclose(low, 1 - mirrored.high, abs_tol=1e-12)


RUBRIC = rubric(dimension("prompts", criterion("P-2", 2), criterion("P-1", 1, "component")))
ROWS = [passing()] * 61 + [failing("x")] * 39
SYSTEM = World(
    RUBRIC,
    tuple(Asked(str(n), {"P-2": answer}) for n, answer in enumerate(ROWS)),
    (("P-1", "app", passing()),),
)


@pytest.mark.parametrize(
    ("population", "shown"), [(100, False), (None, True), (128_412, True), (101, True)]
)
def test_shown_only_when_not_everything_was_read(population: int | None, shown: bool) -> None:
    card = score(
        RUBRIC,
        SYSTEM.tally(),
        applicability={},
        run=RUN,
        population=Population(100, population),
    )
    found = card.reconstructable.interval
    assert (found is not None) is shown
    if found is not None:
        assert (found.low, found.high, found.method, found.n) == (0.512, 0.6998, "wilson", 100)
    of_responses, of_components = card.dimensions[0].criteria
    assert of_responses.interval == found
    assert of_components.interval is None
