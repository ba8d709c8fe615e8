from __future__ import annotations

from time import process_time

import pytest

from agentaudit.make_rules import idle_lines, targets

MAKEFILE = (
    "all: test\ntest:\n\tpytest\nimage: login\n"
    "\tdocker build -t r.example/app:$(shell git rev-parse HEAD) .\n"
    "ship:\n\t$(MAKE) image\nlogin:\n\tdocker login\n"
)


@pytest.mark.parametrize(
    ("asked", "idle"),
    [
        ({"ship"}, {3}),
        ({""}, {5, 7, 9}),
        ({"test", "login"}, {5, 7}),
        ({"nothing"}, {3, 5, 7, 9}),
        (set(), {3, 5, 7, 9}),
        (None, set()),
    ],
)
def test_rules_that_nothing_asks_for_are_idle(asked: set[str] | None, idle: set[int]) -> None:
    assert idle_lines(MAKEFILE, asked) == idle


def test_a_pattern_may_be_any_target() -> None:
    text = "build-%:\n\tgo build\n$(NAMES):\n\tgo test\nother:\n\tgo vet\n"
    assert idle_lines(text, {"build-api"}) == {6}


def test_rules_in_a_circle_end() -> None:
    assert idle_lines("a: b\n\tx\nb: a\n\ty\nc:\n\tz\n", {"a"}) == {6}


def test_no_rules_no_idle_lines() -> None:
    assert idle_lines("A = 1\n", {"", "a"}) == frozenset()


def test_options_and_values_are_no_targets() -> None:
    assert targets(' -j 4 -C server "image" TAG=1 --silent') == ["image"]


def test_a_long_makefile_costs_no_more_than_its_lines() -> None:
    rules = "".join(f"t{n}: t{n + 1}\n\tgo build\n" for n in range(40_000))
    began = process_time()
    assert idle_lines(rules, {"t39998"}) == frozenset(range(2, 2 * 39_999, 2))
    assert process_time() - began < 5
