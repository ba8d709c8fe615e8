"""The recorded traces of four dialects, through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.system import command
from tests.scanning import repository

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "traces").glob("*.jsonl"))
SETTING = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
Capture = pytest.CaptureFixture[bytes]


def audited(folder: Path, fixture: Path, capture: Capture) -> Any:
    assert command(folder, "scan", "--traces", f"otlp:{fixture}", "--format", "json") in {0, 3}
    return json.loads(capture.readouterr().out)


def findings(card: Any) -> list[tuple[str, Any]]:
    return [(c["id"], f) for d in card["dimensions"] for c in d["criteria"] for f in c["findings"]]


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A repository, so that commits and files are looked for."""
    repository(tmp_path, {"pyproject.toml": "[project]\nname='a'\ndependencies=['openai']\n"})
    return tmp_path


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: str(path.stem))
def test_it_is_read(system: Path, fixture: Path, capsysbinary: Capture) -> None:
    card = audited(system, fixture, capsysbinary)
    source = card["run"]["sources"][-1]
    assert source["read"] == len(fixture.read_text().splitlines())
    assert source["unread"] == 0
    assert source["spans"] > 0
    alone = fixture.stem == "otlp-official-json-file-exporter"
    assert card["reconstructable"]["total"] == (1 if alone else 20)
    assert source["unrecognised"] == 0
    assert not card["errors"]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: str(path.stem))
def test_the_commit_and_the_image_that_were_made_up_never_resolve(
    system: Path, fixture: Path, capsysbinary: Capture
) -> None:
    card = audited(system, fixture, capsysbinary)
    for id, finding in findings(card):
        if id in {"COD-03", "COD-04", "COD-05", "ENV-05"}:
            assert finding["outcome"] != "pass", (id, finding)
    trace = json.loads(fixture.read_text().splitlines()[0])["resourceSpans"][0]["scopeSpans"][0]
    id = trace["spans"][0]["traceId"]
    told = ("explain", id, "--traces", f"otlp:{fixture}", "--format", "json")
    assert command(system, *told) == 0
    (dossier,) = json.loads(capsysbinary.readouterr().out)["dossiers"]
    facts = [fact for link in dossier["links"] for fact in link["facts"]]
    referring = [f for f in facts if f["what"].endswith((": commit", ": image"))]
    assert referring
    for fact in referring:
        assert fact["resolution"] in {"", "broken", "not_looked"}, fact
        if fact["resolution"] == "":
            assert not fact["there"]
            assert fact["recorded"] in {"missing", "malformed", "placeholder"}


def test_without_content_the_prompts_fail_and_say_what_to_set(
    system: Path, capsysbinary: Capture
) -> None:
    fixture = next(path for path in FIXTURES if path.stem == "otlp-otel-nocontent")
    card = audited(system, fixture, capsysbinary)
    (prompts,) = [d for d in card["dimensions"] if d["id"] == "prompts"]
    failed = {
        c["id"]: (c, f)
        for c in prompts["criteria"]
        for f in c["findings"]
        if f["outcome"] == "fail" and f["reason"] == "content_not_captured"
    }
    assert {"PRM-03", "PRM-04", "PRM-08"} & failed.keys()
    for criterion, finding in failed.values():
        assert SETTING in finding["message"] + criterion["fix"]
    content = next(path for path in FIXTURES if path.stem == "otlp-otel-content")
    reasons = {f["reason"] for _, f in findings(audited(system, content, capsysbinary))}
    assert "content_not_captured" not in reasons


def test_explain_says_it_too(system: Path, capsysbinary: Capture) -> None:
    fixture = next(path for path in FIXTURES if path.stem == "otlp-otel-nocontent")
    first = json.loads(fixture.read_text().splitlines()[0])
    id = first["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
    told = ("explain", id, "--traces", f"otlp:{fixture}", "-v", "--format", "plain")
    assert command(system, *told) == 0
    out = capsysbinary.readouterr().out.decode()
    assert "content_not_captured" in out
    assert SETTING in out
