"""What a reader sees, whole: kept as files, rewritten with UPDATE_GOLDEN=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentaudit.reports import View, builtin
from agentaudit.score import GateSettings, Scorecard
from tests.reports.example import card, dossier

GOLDEN = Path(__file__).parent / "golden"
GATE = GateSettings(fail_under=60, min_level=2, min_reconstructable=60)

CASES = {
    "scan-80": ("terminal", View(width=80)),
    "scan-120": ("terminal", View(width=120)),
    "scan-80-ascii": ("terminal", View(width=80, ascii=True)),
    "scan-80-verbose": ("terminal", View(width=80, verbosity=1)),
    "scan-80-color": ("terminal", View(width=80, color=True)),
    "scan-plain": ("plain", View()),
    "scan-plain-verbose": ("plain", View(verbosity=1)),
    "explain-80": ("terminal", View(width=80, explain=True)),
    "explain-120": ("terminal", View(width=120, explain=True)),
    "explain-plain": ("plain", View(explain=True)),
}


def audited() -> Scorecard:
    """The audit that every golden file shows."""
    return card(GATE, dossiers=(dossier(),), population=1_000)


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    format, view = CASES[name]
    drawn = builtin()[format].render(audited(), view).decode()
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(drawn, encoding="utf-8")
    assert drawn == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_lines_fit_and_end_without_blanks(name: str) -> None:
    format, view = CASES[name]
    drawn = builtin()[format].render(audited(), view).decode()
    assert drawn.endswith("\n")
    for line in drawn.splitlines():
        assert line == line.rstrip()
        if format == "terminal" and not view.color:
            assert len(line) <= view.width, line


@pytest.mark.parametrize("name", [name for name, (format, _) in CASES.items() if format == "plain"])
def test_plain_records_are_ascii(name: str) -> None:
    format, view = CASES[name]
    assert builtin()[format].render(audited(), view).isascii()


def test_ascii_signs_say_the_same() -> None:
    drawn = builtin()["terminal"].render(audited(), View(width=80, ascii=True))
    assert drawn.isascii()
    assert len(drawn.splitlines()) == len(
        builtin()["terminal"].render(audited(), View(width=80)).splitlines()
    )


def test_quiet_draws_nothing() -> None:
    for format in ("terminal", "plain"):
        assert builtin()[format].render(audited(), View(verbosity=-1)) == b""


def test_json_is_the_scorecard_whatever_the_view() -> None:
    from agentaudit.score import read, scorecard_json

    drawn = builtin()["json"].render(audited(), View(width=60, ascii=True, verbosity=-1))
    assert drawn == scorecard_json(audited())
    assert read(drawn) == audited()
