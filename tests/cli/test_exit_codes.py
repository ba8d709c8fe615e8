"""Every exit code by its real cause, and what is said about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentaudit.errors import ExitCode
from agentaudit.probe import Probe
from tests.cli.system import CONFIG, command, span, write

BROKEN_PROBE = "inference-code-commit-recorded"


@pytest.fixture
def system(tmp_path: Path) -> Path:
    return write(tmp_path, CONFIG)


def crash(**_: Any) -> None:
    raise KeyError("run_id")


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> None:
    from agentaudit.cli import opening

    real = opening.probes

    def probes(*, plugins: bool) -> dict[str, Probe]:
        found = real(plugins=plugins)
        good = found[BROKEN_PROBE]
        bad = Probe(good.id, crash, good.fix, (), good.needs, "acme 1.0")
        return {**found, BROKEN_PROBE: bad}

    monkeypatch.setattr("agentaudit.cli.request.probes", probes)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 0),
        (("--fail-under", "10"), 0),
        (("--fail-under", "99"), 1),
        (("--min-level", "2"), 1),
        (("--min-reconstructable", "1"), 1),
        (("--fail-under", "99", "--exit-zero"), 0),
        (("--fail-under", "101"), 2),
        (("--nope",), 2),
        (("--min-level", "two"), 2),
        (("--color", "blue"), 2),
        (("--as-of", "tomorrow"), 2),
        (("--where", "novalue"), 2),
        (("--image", "docker://acme/app@sha256:0"), 2),
        (("--registry", "mlflow:http://127.0.0.1:1"), 2),
        (("--traces", "phoenix:http://127.0.0.1:1"), 2),
        (("--rubric", "agentic-mlopps"), 2),
        (("--format", "jsn"), 2),
        (("--traces", "otlp:gone.jsonl"), 3),
        (("--repo", "gone"), 3),
        (("--require-source", "images"), 3),
        (("--traces", "otlp:gone.jsonl", "--exit-zero"), 3),
        (("--traces", "otlp:gone.jsonl", "--fail-under", "99"), 3),
    ],
)
def test_scan(system: Path, arguments: tuple[str, ...], code: int) -> None:
    assert command(system, "scan", *arguments) == code


@pytest.mark.usefixtures("crashing")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 4),
        (("--fail-under", "99"), 4),
        (("--traces", "otlp:gone.jsonl", "--traces", "otlp:traces.jsonl"), 4),
        (("--exit-zero",), 4),
        (("--format", "jsn"), 2),
    ],
)
def test_a_crashing_probe_is_4(
    system: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int
) -> None:
    assert command(system, "scan", *arguments) == code
    if code == 4:
        out = capsys.readouterr().out
        assert "error T-02" in out
        assert "KeyError: 'run_id'" in out
        assert "dimension environment level=1" in out  # the rest of the audit is intact


def test_precedence() -> None:
    codes = list(ExitCode)
    for code in (2, 4, 3, 1, 0):
        assert ExitCode.worst(codes) == code
        codes.remove(ExitCode(code))


def test_an_empty_directory_is_3(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert command(tmp_path, "scan", "empty") == 3


def test_a_missing_directory_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(tmp_path, "scan", "gone") == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: gone does not exist",
        "  --> PATH",
        "hint: name the directory of the system to audit",
    ]


def test_a_declared_trace_file_that_is_gone_is_named_with_its_line(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "traces.jsonl").unlink()
    assert command(system, "scan", "-o", "audit.json") == 3
    said = capsys.readouterr()
    assert "  --> agentaudit.yaml:4" in said.err
    assert "otlp:traces.jsonl" in said.err
    assert said.out.splitlines()[-1].endswith("written=audit.json exit=3")
    audit = json.loads((system / "audit.json").read_text())
    assert audit["gate"]["verdict"] == "no_verdict"
    assert audit["dimensions"][0]["criteria"][0]["met"] is True  # the repository was still asked


def test_one_source_that_fails_does_not_stop_the_others(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = ("--traces", "otlp:gone.jsonl", "--traces", "otlp:traces.jsonl")
    assert command(system, "scan", *sources, "--repo", "gone", "--repo", ".") == 3
    said = capsys.readouterr()
    assert said.err.count("error:") == 2
    assert "reconstructable full=0 total=1" in said.out


def test_unknown_key_names_the_nearest(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "agentaudit.yaml").write_text("sytem: demo\n")
    assert command(system, "scan") == 2
    err = capsys.readouterr().err
    assert "'sytem'" in err
    assert "agentaudit.yaml:1" in err
    assert "system" in err.splitlines()[-1]


def test_offline_refuses_a_url(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://example.invalid/repo.git"
    assert command(system, "scan", "--repo", url, "--offline") == 3
    assert f"error: {url} is behind a URL, and the run is offline" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [(), ("--debug",)])
def test_a_bug_of_ours_is_4(
    system: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("our own \x1b[31mfault")

    monkeypatch.setattr("agentaudit.audit.audit", broken)
    assert command(system, "scan", *arguments) == 4
    err = capsys.readouterr().err
    assert err.startswith("error: internal: RuntimeError: our own \\u001b[31mfault\n")
    assert ("Traceback" in err) is bool(arguments)
    assert "please report this" in err


def test_control_c_is_130_and_leaves_no_file(
    system: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = sorted(system.iterdir())
    monkeypatch.setattr("agentaudit.audit.audit", interrupted)
    assert command(system, "scan", "-o", "audit.json") == 130
    assert sorted(system.iterdir()) == before
    assert "Traceback" not in capsys.readouterr().err


def test_control_c_while_a_file_is_written_leaves_none(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (system / "audit.json").write_text("the old one")
    before = sorted(system.iterdir())
    monkeypatch.setattr(Path, "replace", interrupted)
    assert command(system, "scan", "-o", "audit.json") == 130
    assert sorted(system.iterdir()) == before
    assert (system / "audit.json").read_text() == "the old one"


def test_explain(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = "4bf92f3577b34da6a3ce929d0e0e4737"
    (system / "traces.jsonl").write_text(f"{span()}\n{span(other)}\n")
    assert command(system, "explain", other) == 0
    assert capsys.readouterr().out.startswith(f"response {other} ")
    assert command(system, "explain", "4bf9") == 2
    assert "2 traces start with '4bf9'" in capsys.readouterr().err
    assert command(system, "explain", "5bf9") == 2
    assert f"hint: nearest: {other[:-1]}6" in capsys.readouterr().err


def test_explain_applies_a_gate_only_where_a_flag_sets_it(system: Path) -> None:
    (system / "agentaudit.yaml").write_text(CONFIG + "gate: {fail_under: 99}\n")
    assert command(system, "scan") == 1
    assert command(system, "explain", "4bf9") == 0
    assert command(system, "explain", "4bf9", "--fail-under", "99") == 1


def test_explain_without_its_source_is_3(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "traces.jsonl").unlink()
    assert command(system, "explain", "4bf9") == 3
    assert "agentaudit.yaml:4" in capsys.readouterr().err


def test_explain_shows_no_content_unless_asked(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "Which invoice?"
    line = span().replace(
        '"gen_ai.request.model", "value": {"stringValue": "gpt-4o"}}',
        '"gen_ai.request.model", "value": {"stringValue": "gpt-4o"}}, '
        '{"key": "input.value", "value": {"stringValue": "' + secret + '"}}',
    )
    (system / "traces.jsonl").write_text(line + "\n")
    assert command(system, "explain", "4bf9") == 0
    assert secret not in capsys.readouterr().out
    assert command(system, "explain", "4bf9", "--include-content") == 0
    assert secret in capsys.readouterr().out


def test_a_component_that_no_repository_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its service would else be asked about as if it had not been declared."""
    write(tmp_path, f"{CONFIG}services:\n  planner: {{component: servces/planner}}\n")
    planner = tmp_path / "services" / "planner"
    planner.mkdir(parents=True)
    (planner / "pyproject.toml").write_text('[project]\nname = "p"\ndependencies = ["openai"]\n')
    (planner / "Dockerfile").write_text("FROM python:3.12.4\nCOPY . .\n")
    assert command(tmp_path, "scan") == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "no component 'servces/planner'" in said
    assert "agentaudit.yaml:6" in said
    assert "did you mean 'services/planner'?" in said
    write(tmp_path, f"{CONFIG}services:\n  planner: {{component: services/planner}}\n")
    assert command(tmp_path, "scan") == ExitCode.OK
