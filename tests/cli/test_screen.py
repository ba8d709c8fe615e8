"""Which colour, width and signs standard output gets."""

from __future__ import annotations

import pytest

from agentaudit.cli.screen import Screen


def _screen(
    env: dict[str, str], *, tty: bool, color: str = "auto", encoding: str = "utf-8"
) -> Screen:
    return Screen.of(env, tty=tty, encoding=encoding, columns=100 if tty else 0, color=color)


@pytest.mark.parametrize(
    ("env", "tty", "flag", "colored"),
    [
        ({}, True, "auto", True),
        ({}, False, "auto", False),
        ({"NO_COLOR": "1"}, True, "auto", False),
        ({"NO_COLOR": ""}, True, "auto", True),
        ({"NO_COLOR": "1"}, True, "always", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, "auto", False),
        ({"FORCE_COLOR": "1"}, False, "auto", True),
        ({"FORCE_COLOR": "3"}, False, "auto", True),
        ({"FORCE_COLOR": "0"}, True, "auto", False),
        ({"FORCE_COLOR": "false"}, True, "auto", False),
        ({"FORCE_COLOR": ""}, True, "auto", True),
        ({"FORCE_COLOR": "1"}, True, "never", False),
        ({"TERM": "dumb"}, True, "auto", False),
        ({}, False, "always", True),
        ({}, True, "never", False),
    ],
)
def test_color(env: dict[str, str], tty: bool, flag: str, colored: bool) -> None:
    assert _screen(env, tty=tty, color=flag).color is colored


def test_colour_asked_for_counts_as_a_person_looking() -> None:
    assert _screen({"FORCE_COLOR": "1"}, tty=False).terminal
    assert not _screen({}, tty=False).terminal
    assert _screen({"NO_COLOR": "1"}, tty=True).terminal


@pytest.mark.parametrize(
    ("env", "tty", "width"),
    [
        ({}, True, 100),
        ({}, False, 80),
        ({"COLUMNS": "90"}, True, 90),
        ({"COLUMNS": "500"}, True, 120),
        ({"COLUMNS": "20"}, True, 60),
        ({"COLUMNS": "wide"}, True, 100),
        ({"COLUMNS": "0"}, False, 80),
    ],
)
def test_width(env: dict[str, str], tty: bool, width: int) -> None:
    assert _screen(env, tty=tty).width == width


@pytest.mark.parametrize(
    ("encoding", "ascii"), [("utf-8", False), ("UTF8", False), ("ascii", True), ("latin-1", True)]
)
def test_signs_follow_the_encoding(encoding: str, ascii: bool) -> None:
    assert _screen({}, tty=True, encoding=encoding).ascii is ascii
