"""Waivers, baseline, ratchet and history, from the command line to the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.system import CONFIG, command, span, write

DAY = ("--as-of", "2026-11-21")
WAIVER = """\
gate: {dimensions: {environment: {min_level: 1}}}
waivers:
  - criterion: T-01
    reason: the runbook is written in December
    owner: ops
    until: 2026-12-01
"""


@pytest.fixture
def system(tmp_path: Path) -> Path:
    return write(tmp_path, CONFIG)


def scanned(
    folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a scan."""
    capsys.readouterr()
    code = command(folder, "scan", *DAY, *arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_baseline_is_written_compared_and_lost(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(system, "baseline", "write", *DAY) == 0
    assert capsys.readouterr().out == "Wrote baseline.json: 2 criteria, 2 levels\n"
    base = json.loads((system / "baseline.json").read_text())
    assert base["scope"] == ["path .", "repos .", "traces otlp:traces.jsonl"]
    assert base["criteria"]["T-01"]["met"] is True
    code, out, _ = scanned(system, capsys, "--baseline", "baseline.json")
    assert (code, "gate pass baseline no level lost" in out) == (0, True)
    (system / "RUNBOOK.md").unlink()
    code, out, _ = scanned(system, capsys, "--baseline", "baseline.json")
    assert code == 1
    assert "gate fail baseline T-01" in out or 'gate fail "baseline T-01"' in out
    assert "met on 2026-11-21 (1 of 1 passed), 0 of 1 now" in out


REFUSED = (
    (("--seed", "3"), "seed 0, this audit uses 3"),
    (("--traces", "otlp:other.jsonl"), "does not read traces otlp:traces.jsonl"),
    (("--where", "tenant.id=acme"), "only reads where tenant.id=acme"),
    (("--rubric", "two.yaml"), "rubric tiny 1.0, this audit asks tiny 2.0"),
)


@pytest.mark.parametrize(("arguments", "why"), REFUSED, ids=[row[0][0] for row in REFUSED])
def test_what_is_not_comparable_is_refused_before_the_audit(
    system: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    why: str,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the audit began")

    (system / "other.jsonl").write_text(span())
    two = (system / "rubric.yaml").read_text().replace('version: "1.0"', 'version: "2.0"')
    (system / "two.yaml").write_text(two)
    assert command(system, "baseline", "write", *DAY) == 0
    monkeypatch.setattr("agentaudit.audit.audit", never)
    code, _, err = scanned(system, capsys, "--baseline", "baseline.json", *arguments)
    assert code == 2
    assert f"baseline.json is not comparable: {'this audit' if 'traces' in why else ''}" in err
    assert why in err
    assert "agentaudit baseline write" in err


def test_a_part_of_the_system_is_a_smaller_scope(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / ".git").mkdir()
    assert command(system, "baseline", "write", *DAY) == 0
    (system / "part").mkdir()
    assert command(system, "scan", "part", "--baseline", "baseline.json", *DAY) == 2
    assert "does not read path ." in capsys.readouterr().err


def test_a_larger_scope_is_compared_and_said(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(system, "baseline", "write", *DAY) == 0
    (system / "more.jsonl").write_text(span("5" * 32))
    both = ("--traces", "otlp:traces.jsonl", "--traces", "otlp:more.jsonl")
    code, _, err = scanned(system, capsys, "--baseline", "baseline.json", *both)
    assert code == 0
    assert "not in the scope of baseline.json: traces otlp:more.jsonl" in err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot read base.json"),
        ("{}", "not a baseline of format 1.0: baseline_version"),
        ("[", "not a baseline of format 1.0: the file"),
    ],
)
def test_a_file_that_is_no_baseline(
    system: Path, capsys: pytest.CaptureFixture[str], content: str | None, why: str
) -> None:
    if content is not None:
        (system / "base.json").write_text(content)
    code, _, err = scanned(system, capsys, "--baseline", "base.json")
    assert (code, why in err) == (2, True)


def test_a_ratchet_needs_a_baseline_and_only_rises(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scanned(system, capsys, "--ratchet")[0] == 2
    runbook = system / "RUNBOOK.md"
    text = runbook.read_text()
    runbook.unlink()
    command(system, "baseline", "write", *DAY)
    before = (system / "baseline.json").read_text()
    ratchet = ("--baseline", "baseline.json", "--ratchet")
    code, _, err = scanned(system, capsys, *ratchet)
    assert (code, "stays as it is" in err) == (0, True)
    assert (system / "baseline.json").read_text() == before
    runbook.write_text(text)
    code, _, err = scanned(system, capsys, *ratchet)
    assert (code, "is raised" in err) == (0, True)
    assert json.loads((system / "baseline.json").read_text())["criteria"]["T-01"]["met"]
    raised = (system / "baseline.json").read_text()
    runbook.unlink()
    assert scanned(system, capsys, *ratchet)[0] == 1
    assert (system / "baseline.json").read_text() == raised


def test_no_baseline_of_an_incomplete_audit(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(system, "baseline", "write", "--traces", "otlp:gone.jsonl") == 3
    said = capsys.readouterr().err
    assert "gone.jsonl" in said
    assert "baseline.json is not written: the audit is incomplete" in said
    assert not (system / "baseline.json").exists()
    assert command(system, "baseline", "write", "-o", "a.json", "-o", "b.json") == 2


def test_a_waiver_in_force_and_then_expired(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    system = write(tmp_path, CONFIG + WAIVER)
    (system / "RUNBOOK.md").unlink()
    code, out, err = scanned(system, capsys, "-o", "audit.json")
    assert code == 0
    assert "waiver T-01" in out
    assert "state=in_force" in out
    assert "ends in 10 days" in err
    card = json.loads((system / "audit.json").read_text())
    assert card["waivers"][0]["declared"] == "agentaudit.yaml:7"
    assert "levels and baseline leave out waived criteria: T-01" in card["gate"]["notes"]
    assert command(system, "scan", "--as-of", "2026-12-01") == 0
    capsys.readouterr()
    assert command(system, "scan", "--as-of", "2026-12-02") == 1
    assert "the waiver of T-01 ended on 2026-12-01" in capsys.readouterr().out
    code, out, _ = scanned(system, capsys, "--no-waivers")
    assert code == 1
    assert "waiver T-01" not in out
    assert "1 declared waivers are ignored" in out


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (WAIVER.replace("T-01", "T-1"), "'T-1' is no criterion of rubric tiny"),
        (WAIVER + WAIVER.partition("waivers:\n")[2], "T-01 is waived twice"),
        (WAIVER.replace("until: 2026-12-01", "until: 2027-06-01"), "ends 192 days ahead"),
        ("gate: {dimensions: {rags: {min_level: 1}}}\n", "'rags' is no dimension of rubric tiny"),
    ],
)
def test_a_wrong_waiver_or_gate_is_a_configuration_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str, why: str
) -> None:
    code, _, err = scanned(write(tmp_path, CONFIG + config), capsys)
    assert (code, why in err, "--> agentaudit.yaml:" in err) == (2, True, True)


def test_history_grows_by_a_line_and_feeds_the_trend(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in ("2026-11-19", "2026-11-20"):
        assert command(system, "scan", "--history", "h.jsonl", "--as-of", day) == 0
    lines = (system / "h.jsonl").read_text().splitlines()
    assert [json.loads(line)["as_of"] for line in lines] == ["2026-11-19", "2026-11-20"]
    (system / "h.jsonl").write_text("\n".join(lines))
    code, out, _ = scanned(system, capsys, "--history", "h.jsonl", "-o", "audit.json")
    assert code == 0
    assert out.count("\nbefore as_of=") == 2
    points = json.loads((system / "audit.json").read_text())["history"]
    assert [point["as_of"] for point in points] == ["2026-11-19", "2026-11-20"]
    assert len((system / "h.jsonl").read_text().splitlines()) == 3


def test_audits_by_another_rubric_are_no_trend(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    point = {"as_of": "2026-11-01", "full": 1, "total": 2, "score": 3.0, "level": 0}
    rows = [point | {"rubric": rubric} for rubric in ("tiny 1.9", "tiny 2.0", "other 1.0")]
    (system / "h.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, out, err = scanned(system, capsys, "--history", "h.jsonl")
    assert (code, out.count("\nbefore as_of=")) == (0, 1)
    assert "h.jsonl: 2 audits by another rubric are left out" in err


def test_a_history_that_cannot_be_read_or_written(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "h.jsonl").write_text('{"as_of": 1}\n')
    code, _, err = scanned(system, capsys, "--history", "h.jsonl")
    assert (code, "--> h.jsonl:1" in err) == (2, True)
    code, _, err = scanned(system, capsys, "--history", "gone/h.jsonl")
    assert (code, "the directory gone does not exist" in err) == (2, True)


def test_no_line_for_an_audit_without_verdict(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, _ = scanned(system, capsys, "--history", "h.jsonl", "--traces", "otlp:gone.jsonl")
    assert code == 3
    assert not (system / "h.jsonl").exists()
