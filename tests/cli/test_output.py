"""Files and standard output: which format, whole or not at all, and what the last line says."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from agentaudit.cli.output import Destination
from agentaudit.cli.stage import destination
from agentaudit.errors import UsageError
from agentaudit.reports import builtin
from tests.cli.system import CONFIG, TRACE, command, write


@pytest.fixture
def system(tmp_path: Path) -> Path:
    return write(tmp_path, CONFIG)


@pytest.mark.parametrize(
    ("text", "report", "path"),
    [
        ("audit.json", "json", "audit.json"),
        ("out/audit.json", "json", "out/audit.json"),
        ("audit.txt", "plain", "audit.txt"),
        ("terminal:audit.log", "terminal", "audit.log"),
        ("json:audit", "json", "audit"),
        ("plain:a:b", "plain", "a:b"),
        ("./json:b.json", "json", "json:b.json"),
        ("out/x.sarif", "sarif", "out/x.sarif"),
        ("junit.xml", "junit", "junit.xml"),
        ("x.junit.xml", "junit", "x.junit.xml"),
        ("badge.json", "shields", "badge.json"),
        ("mybadge.json", "json", "mybadge.json"),
        ("comment:c.md", "comment", "c.md"),
        ("json:/dev/null", "json", "/dev/null"),
    ],
)
def test_destination(text: str, report: str, path: str) -> None:
    assert destination(text, builtin()) == Destination(report, Path(path))


@pytest.mark.parametrize(
    "text", ["audit.pdf", "audit", "pdf:audit.json", ".json", "x.jsonl", "json", "x.xml"]
)
def test_a_format_nobody_writes_names_the_known_ones(text: str) -> None:
    with pytest.raises(UsageError, match=r"json \(\.json\), .*, plain \(\.txt\), .*, terminal"):
        destination(text, builtin())


def test_several_files_of_one_audit(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ("-o", "audit.json", "-o", "audit.txt", "-o", "terminal:audit.log")
    assert command(system, "scan", *files, "--format", "json") == 0
    said = capsys.readouterr()
    data = (system / "audit.json").read_text()
    assert said.out == data
    assert json.loads(data)["run"]["system"] == "demo"
    assert (system / "audit.txt").read_text().startswith("agentaudit ")
    assert "Fully reconstructable" in (system / "audit.log").read_text()
    assert "Wrote audit.json (" in said.err


@pytest.mark.parametrize(
    ("arguments", "ending"),
    [
        ((), "No gate set; add --fail-under N to use this in CI."),
        (("--fail-under", "10"), "Gate passed."),
        (("--fail-under", "99"), "Gate failed: fail_under. Exit 1; audit.json is written."),
        (
            ("--traces", "otlp:gone"),
            "No verdict: source flag --traces. Exit 3; audit.json is written.",
        ),
    ],
)
@pytest.mark.parametrize("quiet", [False, True])
def test_the_last_line(
    system: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    ending: str,
    quiet: bool,
) -> None:
    more = ("-q",) if quiet else ()
    command(system, "scan", "--format", "terminal", "-o", "audit.json", *arguments, *more)
    text = capsys.readouterr().out
    assert " ".join(text[text.index("  Score ") :].split()).endswith(ending)
    assert (system / "audit.json").is_file()
    assert not quiet or text.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("gone/audit.json", "the directory gone does not exist"),
        ("RUNBOOK.md/audit.json", "the directory RUNBOOK.md does not exist"),
        ("folder.json", "it is a directory"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_audit(
    system: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    why: str,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the audit began")

    (system / "folder.json").mkdir()
    monkeypatch.setattr("agentaudit.audit.audit", never)
    assert command(system, "scan", "-o", file) == 2
    assert f"error: cannot write {file}: {why}" in capsys.readouterr().err


def test_an_unwritable_directory(
    system: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert command(system, "scan", "-o", "audit.json") == 2
    assert "the directory . is not writable" in capsys.readouterr().err


def test_a_file_that_fails_later_costs_no_other_result(
    system: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Destination.write

    def full(self: Destination, data: bytes) -> None:
        if self.path.name == "full.json":
            raise UsageError(
                "cannot write full.json: No space left on device", where="-o full.json"
            )
        real(self, data)

    monkeypatch.setattr(Destination, "write", full)
    assert command(system, "scan", "-o", "full.json", "-o", "audit.txt") == 2
    said = capsys.readouterr()
    assert (system / "audit.txt").is_file()
    assert said.out.splitlines()[-1].endswith("written=audit.txt exit=2")
    assert "No space left on device" in said.err


def test_one_file_twice_is_refused(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(system, "scan", "-o", "audit.json", "-o", "plain:./audit.json") == 2
    assert "audit.json is named twice" in capsys.readouterr().err


def test_one_file_by_two_names_is_refused(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "sub").mkdir()
    (system / "link.html").symlink_to("audit.json")
    for other in ("sub/../audit.json", "link.html"):
        assert command(system, "scan", "-o", "audit.json", "-o", other) == 2
        assert f"{other} is named twice" in capsys.readouterr().err
    assert not (system / "audit.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "--baseline", "kept.json", "-o", "json:kept.json"),
        ("scan", "--history", "kept.json", "-o", "json:kept.json"),
        ("scan", "--rubric", "rubric.yaml", "-o", "json:rubric.yaml"),
        ("explain", TRACE, "-o", "json:traces.jsonl"),
        ("baseline", "write", "-o", "traces.jsonl"),
    ],
)
def test_nothing_that_a_run_reads_is_written_over(
    system: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    kept = ("baseline", "write", "-o", "kept.json")
    assert "--baseline" not in arguments or command(system, *kept) == 0
    before = {file.name: file.read_bytes() for file in system.iterdir()}
    assert command(system, *arguments) == 2
    assert "is read by this run and is not written over" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in system.iterdir()} == before


def test_a_file_is_replaced_with_its_links_and_readable(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    Destination("json", link).write(b"new")
    assert real.read_text() == "new"
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) & 0o444
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.json", "real.json"]


def test_a_device_is_written_to_not_replaced() -> None:
    Destination("json", Path(os.devnull)).write(b"data")
    assert not Path(os.devnull).is_file()
