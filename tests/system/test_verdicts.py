"""Each exit code by its real cause, in processes of their own, and which of two causes wins."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.cli.system import CONFIG, ROOT, process, span, write
from tests.test_plugins import install

CRASHING = """
from agentaudit.probe import Probe

def answer(response):
    '''Is it there?'''
    raise KeyError("run_id")

probe = Probe("acme-crashing", answer, "Mend it.", (), frozenset({"response"}))
"""
CRITERION = """
      - id: T-09
        level: 2
        subject: response
        title: Acme knows
        must: Acme knows.
        probe: acme-crashing
        fix: Tell acme.
        effort: S
        relieves: [debugging]
    planned:"""
CRASH, BROKEN, GATE, GONE, BAD_FLAG = "crash", "broken", "gate", "gone", "flag"
ORDER = ((BAD_FLAG, 2), (BROKEN, 2), (CRASH, 4), (GONE, 3), (GATE, 1))


@pytest.fixture
def system(tmp_path: Path) -> Path:
    folder = tmp_path / "system"
    folder.mkdir()
    return write(folder, CONFIG)


def run(
    folder: Path, *arguments: str, plugins: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    path = str(ROOT) if plugins is None else f"{ROOT}{os.pathsep}{plugins}"
    return process(folder, *arguments, env={"PYTHONPATH": path, **(env or {})})


def crashing(folder: Path) -> Path:
    """Install a probe that crashes and a criterion that asks it."""
    plugins = folder.parent / "plugins"
    plugins.mkdir(exist_ok=True)
    install(plugins, "acme", {"agentaudit.probes": {"acme-crashing": "acme:probe"}}, CRASHING)
    rubric = folder / "rubric.yaml"
    rubric.write_text(rubric.read_text().replace("\n    planned:", CRITERION))
    return plugins


def broken(folder: Path) -> Path:
    plugins = folder.parent / "plugins"
    plugins.mkdir(exist_ok=True)
    install(plugins, "bad", {"agentaudit.probes": {"bad": "bad:probe"}}, "raise OSError('no')")
    return plugins


def outputs(done: subprocess.CompletedProcess[bytes], file: Path) -> Any:
    """The audit that was still written, and that the last line says so."""
    said = done.stdout.decode() + done.stderr.decode()
    assert f"written={file.name}" in said
    assert f"exit={done.returncode}" in said
    return json.loads(file.read_text())


def test_complete_is_0(system: Path) -> None:
    assert run(system, "scan").returncode == 0
    assert run(system, "scan", "--fail-under", "1").returncode == 0


def test_an_empty_directory_is_3_with_and_without_a_gate(tmp_path: Path) -> None:
    for arguments in ((), ("--fail-under", "0"), ("--exit-zero",)):
        done = run(tmp_path, "scan", *arguments)
        assert done.returncode == 3
        assert b"nothing to audit" in done.stdout + done.stderr
    (tmp_path / "notes.txt").write_text("hello")
    assert run(tmp_path, "scan").returncode == 3


def test_a_failed_gate_is_1(system: Path) -> None:
    done = run(system, "scan", "--fail-under", "99", "-o", "a.json")
    assert done.returncode == 1
    assert outputs(done, system / "a.json")["gate"]["verdict"] == "fail"


def test_a_declared_trace_file_that_does_not_exist_is_3_with_its_line(system: Path) -> None:
    (system / "traces.jsonl").unlink()
    done = run(system, "scan", "-o", "a.json")
    assert done.returncode == 3
    assert b"trace source otlp:traces.jsonl does not exist" in done.stderr
    assert b"  --> agentaudit.yaml:4\n" in done.stderr
    card = outputs(done, system / "a.json")
    assert card["gate"]["verdict"] == "no_verdict"
    assert card["dimensions"][0]["criteria"][0]["met"] is True


def test_evidence_that_cannot_be_read_is_3(system: Path) -> None:
    """A file without permission, where the user is not one that may read everything; damaged
    bytes and a directory without traces otherwise."""
    traces = system / "traces.jsonl"
    traces.chmod(0)
    if not os.access(traces, os.R_OK):
        done = run(system, "scan")
        assert done.returncode == 3
        assert b"check its permissions" in done.stderr
    traces.chmod(0o600)
    traces.write_bytes(b"\x1f\x8b\x08\x00 not gzip")
    assert run(system, "scan").returncode == 3
    traces.unlink()
    traces.mkdir()
    done = run(system, "scan")
    assert done.returncode == 3
    assert b"agentaudit.yaml:4" in done.stderr


def test_a_source_without_any_response_is_3(system: Path) -> None:
    line = span().replace("chat gpt-4o", "work").replace("gen_ai.", "other.")
    (system / "traces.jsonl").write_text(line + "\n")
    assert run(system, "scan").returncode == 3


@pytest.mark.parametrize("bad", [1, 2, 5])
def test_more_than_one_percent_unread_lines_and_a_gate_is_3(system: Path, bad: int) -> None:
    good = [span(f"{number:032x}") for number in range(1, 199)]
    (system / "traces.jsonl").write_text("\n".join([*good, *["{broken"] * bad]) + "\n")
    assert run(system, "scan").returncode == 0
    done = run(system, "scan", "--fail-under", "1", "-o", "a.json")
    share = bad / (len(good) + bad)
    assert done.returncode == (3 if share > 0.01 else 0), share
    assert outputs(done, system / "a.json")["run"]["sources"][-1]["unread"] == bad


def test_an_unknown_key_is_2_with_the_nearest_name(system: Path) -> None:
    (system / "agentaudit.yaml").write_text("gate:\n  fail_undr: 3\n")
    done = run(system, "scan", "-o", "a.json")
    assert done.returncode == 2
    assert b"--> agentaudit.yaml:2" in done.stderr
    assert b"did you mean 'fail_under'?" in done.stderr
    assert not (system / "a.json").exists()


def test_a_bad_flag_is_2(system: Path) -> None:
    done = run(system, "scan", "--fail-undr", "3")
    assert done.returncode == 2
    assert b"--fail-under" in done.stderr


def test_a_broken_rubric_is_2(system: Path) -> None:
    rubric = system / "rubric.yaml"
    rubric.write_text(rubric.read_text().replace("level: 2", "level: 7"))
    done = run(system, "scan")
    assert done.returncode == 2
    assert b"rubric.yaml:" in done.stderr


def test_a_broken_plugin_is_2_and_can_be_left_out(system: Path) -> None:
    plugins = broken(system)
    done = run(system, "scan", plugins=plugins)
    assert done.returncode == 2
    assert b"cannot load probe 'bad' from bad 1.0: OSError: no" in done.stderr
    assert b"--no-plugins" in done.stderr
    assert run(system, "scan", "--no-plugins", plugins=plugins).returncode == 0


def test_a_crashing_probe_is_4_with_the_rest_intact_and_every_file_written(system: Path) -> None:
    whole = json.loads(run(system, "scan", "--format", "json").stdout)
    done = run(
        system,
        *("scan", "-o", "a.json", "-o", "json:b.txt", "-o", "plain:c.txt"),
        plugins=crashing(system),
    )
    assert done.returncode == 4
    card = json.loads((system / "a.json").read_text())
    assert (system / "b.txt").read_bytes() == (system / "a.json").read_bytes()
    assert b"T-09" in (system / "c.txt").read_bytes()
    (crash,) = card["errors"]
    assert (crash["criterion"], crash["count"]) == ("T-09", 1)
    assert "KeyError: 'run_id'" in crash["message"]
    before = {c["id"]: c for d in whole["dimensions"] for c in d["criteria"]}
    after = {c["id"]: c for d in card["dimensions"] for c in d["criteria"]}
    assert after.pop("T-09")["counts"]["error"] == 1
    assert after == before


@pytest.mark.parametrize(("first", "second"), list(combinations(range(len(ORDER)), 2)))
def test_precedence(system: Path, first: int, second: int) -> None:
    """2 > 4 > 3 > 1 > 0, by real combinations of two causes."""
    causes = {ORDER[first][0], ORDER[second][0]}
    plugins = None
    arguments = ["scan"]
    if CRASH in causes:
        plugins = crashing(system)
    if BROKEN in causes:
        plugins = broken(system)
    if GATE in causes:
        arguments += ["--fail-under", "99"]
    if GONE in causes:  # the other source still gives the crashing probe a response to ask about
        arguments += ["--traces", "otlp:gone.jsonl", "--traces", "otlp:traces.jsonl"]
    if BAD_FLAG in causes:
        arguments += ["--min-level", "9"]
    done = run(system, *arguments, plugins=plugins)
    assert done.returncode == ORDER[first][1], done.stderr.decode()
