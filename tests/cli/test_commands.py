"""The commands that list and print, and the help."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

import agentaudit
from agentaudit.cli.ending import run
from tests.cli.system import CONFIG, ROOT, command, write

FLAGS = (
    *(
        "--repo",
        "--image",
        "--image-key",
        "--registry",
        "--traces",
        "--since",
        "--until",
        "--where",
        "--rubric",
    ),
    *("--sample", "--seed", "--as-of", "--output", "--format", "--fail-under", "--min-level"),
    *("--min-reconstructable", "--require-source", "--exit-zero", "--offline", "--no-plugins"),
    *("--include-content", "--print", "--quiet", "--verbose", "--ascii", "--color", "--debug"),
)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments) == 0
    return capsys.readouterr().out


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert printed(capsys, "--version") == f"agentaudit {agentaudit.__version__}\n"
    assert project["version"] == agentaudit.__version__


def test_help_has_two_examples(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--help")
    for name in ("scan", "explain", "rubric", "probes", "config", "schema"):
        assert re.search(rf"^  {name} ", text, re.MULTILINE)
    examples = text.partition("Examples:\n")[2].splitlines()
    assert [line.split()[:2] for line in examples] == [
        ["agentaudit", "scan"],
        ["agentaudit", "explain"],
    ]


@pytest.mark.parametrize("name", ["scan", "explain"])
def test_flags(capsys: pytest.CaptureFixture[str], name: str) -> None:
    text = printed(capsys, name, "--help")
    for flag in FLAGS:
        assert re.search(rf"(^  |, ){flag}\b", text, re.MULTILINE), flag
    for flag in ("--baseline", "--ratchet", "--no-waivers", "--history"):
        assert (flag in text) is (name == "scan")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scann",), "no such command 'scann'"),
        (("scan", "--fail-undr", "3"), "no such option: --fail-undr"),
        (("scan", "a", "b"), "got unexpected extra argument"),
        (("explain",), "missing argument 'TRACE'"),
        (("rubric", "nope"), "no such command 'nope'"),
        (("scan", "--color", "blue"), "invalid value for '--color'"),
        (("image", "a", "--max-image-bytes", "-1"), "invalid value for '--max-image-bytes'"),
    ],
)
def test_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"error: {said}")
    known = "" if arguments[0] == "scann" else f" {arguments[0]}"
    assert lines[-1] == f"hint: agentaudit{known} --help"


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    said = capsys.readouterr()
    assert "Commands:" in said.out + said.err


def test_schema_of_the_audit_accepts_a_scan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = json.loads(printed(capsys, "schema"))
    jsonschema.Draft202012Validator.check_schema(published)
    assert command(write(tmp_path, CONFIG), "scan", "--format", "json") == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), published)


def test_schema_of_the_configuration_accepts_one(capsys: pytest.CaptureFixture[str]) -> None:
    published = json.loads(printed(capsys, "schema", "--config"))
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate({"system": "demo", "gate": {"min_level": 2}}, published)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"sytem": "demo"}, published)


def test_config_show_names_origins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, CONFIG)
    text = printed(capsys, "config", "show", str(tmp_path), "--origin")
    rows = {row.split()[0]: row.split()[1:] for row in text.splitlines()}
    assert rows["system"] == ["demo", "agentaudit.yaml:1"]
    assert rows["rubric"] == ["rubric.yaml", "agentaudit.yaml:2"]
    assert rows["gate.fail_under"] == ["not", "set", "default"]
    assert "agentaudit.yaml" not in printed(capsys, "config", "show", str(tmp_path))


def test_rubric_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path) / "rubric.yaml"
    assert "agentic-mlops" in printed(capsys, "rubric", "list")
    assert printed(capsys, "rubric", "show", str(file)) == file.read_text()
    linted = printed(capsys, "rubric", "lint", str(file))
    assert linted.startswith("rubric tiny 1.0: 2 criteria, 1 planned, ")
    file.write_text(file.read_text().replace("inference-code-commit-recorded", "nope"))
    assert run(["rubric", "lint", str(file)]) == 2
    said = capsys.readouterr().err
    assert "asks for probe 'nope', which is not installed" in said
    assert f"  --> {file}:" in said


def test_a_hostile_rubric_prints_no_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path) / "rubric.yaml"
    file.write_text(file.read_text() + "# \x9b2J \u202e\n")
    run(["rubric", "show", str(file)])
    said = capsys.readouterr()
    assert not re.search("[\x1b\x9b\u202e]", said.out + said.err)


def test_probes_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path) / "rubric.yaml"
    rows = [
        row.split() for row in printed(capsys, "probes", "list", "--rubric", str(file)).splitlines()
    ]
    assert rows[0] == ["probe", "dimension", "subject", "needs", "package", "criteria"]
    by_id = {row[0]: row[1:] for row in rows[1:]}
    assert by_id["inference-code-commit-recorded"] == [
        *("inference_code", "response", "traces", "agentaudit", "T-02")
    ]
    assert by_id["t-01-shape"][-1] == "T-01"
    assert by_id["environment-lock-complete"][:2] == ["environment", "component"]


@pytest.mark.parametrize("id", ["inference-code-commit-recorded", "T-02", "t-02"])
def test_probes_show(tmp_path: Path, capsys: pytest.CaptureFixture[str], id: str) -> None:
    file = write(tmp_path) / "rubric.yaml"
    text = printed(capsys, "probes", "show", id, "--rubric", str(file))
    assert text.startswith("inference-code-commit-recorded  (agentaudit)\n  ")
    assert text.splitlines()[1].endswith("?")
    for part in ("\nwhy\n", "\nfix\n", "\nexample 1  pass", "settles      T-02"):
        assert part in text


def test_a_wrong_probe_names_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path) / "rubric.yaml"
    assert run(["probes", "show", "inference-code-comit", "--rubric", str(file)]) == 2
    assert "did you mean inference-code-commit-" in capsys.readouterr().err
