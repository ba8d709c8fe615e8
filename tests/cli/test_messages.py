"""What is said on standard error."""

from __future__ import annotations

import io
import sys

import pytest

from agentaudit.cli import messages
from agentaudit.cli.progress import Progress
from agentaudit.errors import ConfigError


class Screen(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("agentaudit.cli.progress.time.monotonic", lambda: now[0])
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return now


def test_three_lines(capsys: pytest.CaptureFixture[str]) -> None:
    messages.error(ConfigError("unknown key 'trase'", where="agentaudit.yaml:14", hint="traces?"))
    assert capsys.readouterr().err == (
        "error: unknown key 'trase'\n  --> agentaudit.yaml:14\nhint: traces?\n"
    )


def test_hostile_words_stay_on_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    messages.error(ConfigError("\x1b[2J\nerror: other\u202e", hint="sk-abcdefghijklmnopqrstuvwx"))
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "error: \\u001b[2J error: other\\u202e"
    assert said[1].startswith("hint: [redacted:openai:")


def test_nobody_listening_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    gone = Gone()
    monkeypatch.setattr(sys, "stderr", gone)
    messages.warning("hello", hint="there")
    assert gone.getvalue() == ""


def test_progress_in_a_terminal_overwrites_its_line(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with Progress() as progress:
        progress("responses", 1)
        assert screen.getvalue() == ""
        clock[0] = 0.2
        progress("responses", 1_200)
        assert screen.getvalue() == "\r\x1b[2Kresponses  1,200"
        progress("responses", 1_201)
    assert screen.getvalue() == "\r\x1b[2Kresponses  1,200\r\x1b[2K"


def test_progress_in_ci_is_one_line_in_thirty_seconds(
    monkeypatch: pytest.MonkeyPatch, clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    with Progress() as progress:
        for seconds in range(0, 65, 5):
            clock[0] = float(seconds)
            progress("responses", seconds)
    assert capsys.readouterr().err.splitlines() == [
        "still reading: responses 30",
        "still reading: responses 60",
    ]


@pytest.mark.parametrize("quiet", [False, True])
def test_no_progress_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch,
    clock: list[float],
    capsys: pytest.CaptureFixture[str],
    quiet: bool,
) -> None:
    if quiet:
        monkeypatch.setenv("CI", "true")
    with Progress(quiet=quiet) as progress:
        clock[0] = 100.0
        progress("responses", 1)
    assert capsys.readouterr().err == ""
