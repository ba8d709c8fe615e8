"""`agentaudit report`: an audit drawn again from its JSON alone."""

from __future__ import annotations

import io
import json
import math
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from agentaudit.cli import report
from tests.cli.system import CONFIG, TRACE, command, write


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    """A directory with nothing but an audit.json and what the scan wrote beside it."""
    system = tmp_path / "system"
    system.mkdir()
    write(system, CONFIG + "gate: {fail_under: 100}\n")
    files = ("-o", "audit.json", "-o", "audit.html", "-o", "audit.txt")
    assert command(system, "scan", "--as-of", "2026-11-21", *files) == 1
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in ("audit.json", "audit.html", "audit.txt"):
        shutil.move(system / name, kept / name)
    shutil.rmtree(system)
    return kept


def test_every_format_is_what_the_scan_wrote(audit: Path) -> None:
    again = ("-o", "again.html", "-o", "again.txt", "-o", "again.json")
    assert command(audit, "report", "audit.json", *again) == 0
    for suffix in ("html", "txt", "json"):
        assert (audit / f"again.{suffix}").read_bytes() == (audit / f"audit.{suffix}").read_bytes()


def test_a_failed_gate_is_shown_and_is_no_failure_of_drawing(
    audit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(audit, "report", "audit.json", "--format", "plain") == 0
    said = capsys.readouterr().out
    assert "gate fail fail_under" in said
    assert said.splitlines()[-1].endswith("exit=0")


def test_standard_input(
    audit: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (audit / "audit.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert command(audit, "report", "-", "--format", "json") == 0
    assert capsys.readouterr().out.encode() == data


def test_print_unfolds(audit: Path) -> None:
    assert command(audit, "report", "audit.json", "-o", "print.html", "--print") == 0
    page = (audit / "print.html").read_text()
    assert page.count("<details") == page.count(" open><summary") + page.count(" open>\n")
    assert page.count(" open>") > (audit / "audit.html").read_text().count(" open>") == 0


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("absent.json", None, "cannot read absent.json: No such file"),
        (".", None, "cannot read .: Is a directory"),
        ("empty.json", b"", "not an audit.json of format 1.0"),
        ("other.json", b'{"a": 1}', "not an audit.json of format 1.0"),
        ("binary.json", b"\xff\x00", "not an audit.json of format 1.0"),
    ],
)
def test_what_is_no_audit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes | None, said: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert command(tmp_path, "report", name, "-o", "x.html") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("score", "low"), math.nan, "score.low"),
        (("score", "high"), math.inf, "score.high"),
        (("score", "high"), 1e308, "a figure is larger than any audit has"),
        (("reconstructable", "links", "total"), 10**400, "a figure is larger"),
        (("reconstructable", "full"), 10**12, "full, partial and none are not all responses"),
        (("level",), 10**12, "level: Input should be less than or equal to 4"),
        (("dimensions", 0, "criteria", 0, "level"), 0, "dimensions.0.criteria.0.level"),
        (("schema_version",), "2.0", "schema_version"),
        (("fixes",), [{}] * 201, "fixes"),
    ],
)
def test_figures_that_no_audit_has(
    audit: Path,
    capsys: pytest.CaptureFixture[str],
    path: tuple[str | int, ...],
    value: object,
    said: str,
) -> None:
    card: Any = json.loads((audit / "audit.json").read_text())
    place = card
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    (audit / "edited.json").write_text(json.dumps(card))
    assert command(audit, "report", "edited.json", "-o", "x.html") == 2
    assert said in capsys.readouterr().err
    assert not (audit / "x.html").exists()


def test_the_audit_is_not_written_over(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (audit / "audit.json").read_bytes()
    assert command(audit, "report", "audit.json", "-o", "html:./audit.json") == 2
    assert "is not written over" in capsys.readouterr().err
    assert (audit / "audit.json").read_bytes() == before


def test_a_file_beyond_all_measure_is_refused(
    audit: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "LARGEST", 100)
    assert command(audit, "report", "audit.json") == 2
    assert "larger than any audit.json" in capsys.readouterr().err


def test_one_response_is_drawn_as_one_response(tmp_path: Path) -> None:
    write(tmp_path, CONFIG)
    assert command(tmp_path, "explain", TRACE[:8], "-o", "e.json", "-o", "e.html") == 0
    assert command(tmp_path, "report", "e.json", "-o", "again.html", "-o", "again.txt") == 0
    page = (tmp_path / "e.html").read_text()
    assert (tmp_path / "again.html").read_text() == page
    assert "links behind this answer" in page
    assert "waffle" not in page.partition("</style>")[2]
    assert (tmp_path / "again.txt").read_text().startswith(f"response {TRACE}")
    assert "Contains prompts and answers" not in page


def test_content_is_stamped(tmp_path: Path) -> None:
    write(tmp_path, CONFIG)
    content = ("--include-content", "-o", "e.html", "-o", "e.json")
    assert command(tmp_path, "scan", *content) == 0
    page = (tmp_path / "e.html").read_text()
    assert "Contains prompts and answers" in page.partition('<dl class="kpis">')[0]
    assert command(tmp_path, "report", "e.json", "-o", "again.html") == 0
    assert (tmp_path / "again.html").read_text() == page
