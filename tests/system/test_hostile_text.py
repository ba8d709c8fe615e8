"""Secrets, control characters and markup, planted everywhere, reach no output of any command."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.system import command
from tests.system import evil

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("evil") / "system"
    _, ids = evil.write(folder)
    return folder, ids


def harmless(capture: Capture, *, color: bool = False) -> tuple[str, str]:
    """What a command wrote to standard output and error, both without harm."""
    said = capture.readouterr()
    evil.assert_harmless(said.out, color=color)
    evil.assert_harmless(said.err, color=color)
    return said.out.decode(), said.err.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("-v", "--format", "plain"),
        ("-v", "--color", "always"),
        ("-v", "--format", "terminal", "--ascii"),
        ("--format", "json"),
        ("--debug", "-q"),
    ],
)
def test_scan(
    system: tuple[Path, list[str]],
    arguments: tuple[str, ...],
    capsysbinary: Capture,
    tmp_path: Path,
) -> None:
    folder, ids = system
    file = tmp_path / "audit.json"
    assert command(folder, "scan", *arguments, "-o", str(file)) == 0
    out, _ = harmless(capsysbinary, color="--color" in arguments)
    evil.assert_harmless(file.read_bytes())
    assert f"total={len(ids)}" in out or "plain" not in arguments
    if "-v" in arguments:
        assert "[redacted:github:" in out  # it was read, and masked
        assert "\\u001b" in out
        assert "[bold red]MARK" in out


@pytest.mark.parametrize("number", range(len(evil.PLANTED)))
def test_explain(
    system: tuple[Path, list[str]], number: int, capsysbinary: Capture, tmp_path: Path
) -> None:
    folder, ids = system
    file = tmp_path / "told.json"
    shown = ("--include-content", "-v", "--color", "always", "-o", str(file))
    assert command(folder, "explain", ids[number], *shown) == 0
    out, _ = harmless(capsysbinary, color=True)
    evil.assert_harmless(file.read_bytes())
    assert "[redacted:" in out
    assert "\\u001b]0;owned\\u0007" in file.read_text().replace("\\\\", "\\")
    assert command(folder, "explain", ids[number], "-v") == 0
    out, _ = harmless(capsysbinary)
    assert "Weather in Paris" not in out


GITHUB = evil.secret("github")
NASTY = f"zz\x1b[2J\u202e{GITHUB}[bold red]MARK[/]"


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (2, ("explain", NASTY)),
        (2, ("scan", NASTY)),
        (2, ("scan", f"--{NASTY}")),
        (2, (NASTY,)),
        (2, ("scan", "--as-of", NASTY)),
        (2, ("scan", "--since", NASTY)),
        (2, ("scan", "--sample", NASTY)),
        (2, ("scan", "--fail-under", NASTY)),
        (2, ("scan", "--color", NASTY)),
        (2, ("scan", "--format", NASTY)),
        (2, ("scan", "--rubric", NASTY)),
        (2, ("scan", "--rubric", f"{NASTY}.yaml")),
        (2, ("scan", "--where", NASTY)),
        (2, ("scan", "-o", f"{NASTY}/x.json")),
        (2, ("scan", "--traces", f"otlp:{NASTY}")),
        (2, ("scan", "--repo", NASTY)),
        (3, ("scan", "--traces", "otlp:\x1b[2J\u202e[bold red]MARK[/]")),
        (3, ("scan", "--repo", "\x1b[2J\u202e[bold red]MARK[/]")),
        (3, ("scan", "--require-source", NASTY)),
        (3, ("scan", "--where", f"session.id={NASTY}")),
        (2, ("rubric", "show", NASTY)),
        (2, ("probes", "show", NASTY)),
    ],
)
def test_arguments(
    system: tuple[Path, list[str]],
    code: int,
    arguments: tuple[str, ...],
    capsysbinary: Capture,
) -> None:
    assert command(system[0], *arguments) == code
    harmless(capsysbinary)
    if code == 3:
        assert command(system[0], *arguments, "--format", "json") == code
        harmless(capsysbinary)
    assert command(system[0], *arguments, "--debug") == (2 if arguments[0] in NOT_SCANS else code)
    harmless(capsysbinary)


NOT_SCANS = {"rubric", "probes"}


def test_config_show(system: tuple[Path, list[str]], capsysbinary: Capture) -> None:
    assert command(system[0], "config", "show", "--origin") == 0
    out, _ = harmless(capsysbinary)
    assert "[bold red]MARK[/bold red] [redacted:email:" in out


@pytest.mark.parametrize(
    "text",
    [
        'system: "\\x1b[2J"',
        'system: "a\\u202eb"',
        f"system: {GITHUB}",
        f"sytem: {GITHUB}",
        f"{GITHUB}: 1",
        '"\\x1b[2J": 1',
        f"responses: {{entry: '{GITHUB}'}}",
        f"services: {{'{GITHUB}': {{}}}}",
        f"services: {{a: {{agentic: '{GITHUB}'}}}}",
        f"attributes: {{prompt.name: ['{GITHUB}']}}",
        f"attributes: {{'{GITHUB}': [a]}}",
        f"sources: {{traces: ['otlp:https://alice:correcthorse@host/{GITHUB}']}}",
        f"model_map: {{a: {{uri: '{GITHUB}', from: '{GITHUB}'}}}}",
        f"gate: {{fail_under: '{GITHUB}'}}",
        f"system: [{GITHUB}",
        f"\x00{GITHUB}",
        f"system: &x {GITHUB}",
        f"system: !!python/object/apply:os.system ['{GITHUB}']",
    ],
)
def test_a_configuration_that_is_refused_is_not_repeated(
    tmp_path: Path, text: str, capsysbinary: Capture
) -> None:
    (tmp_path / "agentaudit.yaml").write_text(text + "\n", encoding="utf-8")
    assert command(tmp_path, "scan", "--debug") == 2
    _, err = harmless(capsysbinary)
    assert "agentaudit.yaml" in err
    assert "internal" not in err


@pytest.mark.parametrize("field", ["uri", "where"])
def test_a_secret_from_the_environment_is_filled_in_and_never_shown(
    tmp_path: Path, field: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture
) -> None:
    hidden = "tr0ub4dor-and-nothing-a-pattern-would-know"
    monkeypatch.setenv("TEAM_SECRET", hidden)
    shutil.copy(Path(__file__).parents[1] / "fixtures/traces/otlp-traceloop.jsonl", tmp_path)
    (tmp_path / hidden).mkdir()
    (tmp_path / "otlp-traceloop.jsonl").rename(tmp_path / hidden / "t.jsonl")
    (tmp_path / hidden / "broken.jsonl").write_text('{"resourceSpans":[{\n')
    uris = {
        "uri": "sources: {traces: ['otlp:${env:TEAM_SECRET}/*.jsonl']}\n",
        "where": "sources: {repos: ['${env:TEAM_SECRET}'], traces: ['otlp:${env:TEAM_SECRET}']}\n",
    }
    (tmp_path / "agentaudit.yaml").write_text(uris[field])
    for arguments in (
        ("scan", "-v", "--format", "plain"),
        ("scan", "--format", "json"),
        ("scan", "-v", "--color", "always"),
        ("explain", "0af7651916cd43dd8448eb211c80319c", "--include-content", "--format", "json"),
        ("explain", "ffff"),
        ("config", "show", "--origin"),
    ):
        command(tmp_path, *arguments)
        said = capsysbinary.readouterr()
        assert hidden.encode() not in said.out, arguments
        assert hidden.encode() not in said.err, arguments
    (tmp_path / hidden / "t.jsonl").unlink()
    (tmp_path / hidden / "broken.jsonl").unlink()
    assert command(tmp_path, "scan", "--debug") == 3
    said = capsysbinary.readouterr()
    assert hidden.encode() not in said.out + said.err
    assert b"${env:TEAM_SECRET}" in said.err


def test_a_file_whose_name_is_no_text_is_no_harm(tmp_path: Path, capsysbinary: Capture) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname='a'\ndependencies=['openai']\n")
    raw = os.fsencode(tmp_path) + b"/bad\xff\x9b\x1b[2J.d"
    os.mkdir(raw)
    with open(raw + b"/pyproject.toml", "wb") as file:
        file.write(b"[project]\nname='b'\ndependencies=['anthropic']\n")
    for form in ("plain", "json", "terminal"):
        assert command(tmp_path, "scan", "-v", "--format", form) == 0
        harmless(capsysbinary)
