"""What a team adds itself: a probe, a question in a rubric, names of attributes, services."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.system import CONFIG, ROOT, command, span, write

Capture = pytest.CaptureFixture[bytes]
PROBE = '''"""Whether the planner greets."""

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.response import Response


@probe(
    "telemetry-greeting-recorded",
    fix="Greet.",
    examples=[Example(Outcome.FAIL, {"response": {"spans": [{"name": "chat m"}]}})],
)
def greeting_recorded(response: Response) -> Answer:
    """Does some span of the response greet?"""
    for span in response.spans:
        if "hello" in span.name:
            return passed("a span greets", span.evidence())
    return failed("no span greets", response.entry.evidence(), fact="greeting")
'''
ROW = """\
      - id: LOG-77
        level: 1
        subject: response
        title: Somebody greets
        must: Some span greets.
        probe: telemetry-greeting-recorded
        fix: Greet.
        effort: S
        relieves: [onboarding]
"""


def test_a_new_probe_is_one_file_and_one_rubric_row(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    shutil.copytree(
        ROOT / "agentaudit", installed / "agentaudit", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "rubrics", installed / "rubrics")
    before = digests(installed)
    new = installed / "agentaudit" / "probes" / "telemetry" / "greeting_recorded.py"
    new.write_text(PROBE)
    rubric = installed / "rubrics" / "agentic-mlops.yaml"
    head, marker, tail = rubric.read_text().partition("  - id: telemetry\n")
    section, criteria, rest = tail.partition("    criteria:\n")
    rubric.write_text(head + marker + section + criteria + ROW + rest)
    changed = {path for path, held in digests(installed).items() if before.get(path) != held}
    assert changed == {new, rubric}

    system = tmp_path / "system"
    system.mkdir()
    write(system, "sources: {traces: ['otlp:traces.jsonl']}\n")
    (system / "traces.jsonl").write_text(f"{span('1' * 32)}\n{span('2' * 32, name='chat hello')}\n")
    card = json.loads(copied(installed, system, "scan", "--format", "json"))
    found = {c["id"]: c for d in card["dimensions"] for c in d["criteria"]}["LOG-77"]
    assert (found["counts"]["pass"], found["counts"]["fail"]) == (1, 1)
    assert found["findings"][0]["evidence"]
    assert b"telemetry-greeting-recorded" in copied(installed, system, "probes", "list")
    assert b"Greet." in copied(installed, system, "probes", "show", "telemetry-greeting-recorded")
    assert b"LOG-77" in copied(installed, system, "scan", "-v", "--format", "plain")


def digests(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.suffix != ".pyc"
            and path.is_file()}  # fmt: skip


def copied(installed: Path, folder: Path, *arguments: str) -> bytes:
    """Run the copy, which must be what is imported."""
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); import agentaudit.cli as c\n"
        f"assert c.__file__.startswith({str(installed)!r}), c.__file__\n"
        "c.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def audited(folder: Path, capture: Capture, *arguments: str, code: int = 0) -> Any:
    assert command(folder, "scan", "--format", "json", *arguments) == code
    return json.loads(capture.readouterr().out)


def carrying(line: str, **attributes: str) -> str:
    document = json.loads(line)
    held = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    held += [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    return json.dumps(document)


def test_an_attribute_that_no_convention_knows_is_read_for_a_rubric(
    tmp_path: Path, capsysbinary: Capture
) -> None:
    write(tmp_path, CONFIG)
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(
        rubric.read_text().replace(
            "probe: inference-code-commit-recorded",
            "probe: {kind: span_attribute, spans: [LLM], require: [acme.cost_centre]}",
        )
    )
    with_it = carrying(span("1" * 32), **{"acme.cost_centre": "4711"})
    (tmp_path / "traces.jsonl").write_text(f"{with_it}\n{span('2' * 32)}\n")
    card = audited(tmp_path, capsysbinary)
    counts = card["dimensions"][1]["criteria"][0]["counts"]
    assert (counts["pass"], counts["fail"], counts["unknown"]) == (1, 1, 0)


def test_an_alias_from_the_configuration_is_tried(tmp_path: Path, capsysbinary: Capture) -> None:
    write(tmp_path, CONFIG + "attributes: {git.commit: [acme.sha]}\n")
    line = carrying(span(), **{"acme.sha": "4b825dc642cb6eb9a060e54bf8d69288fbee4904"})
    (tmp_path / "traces.jsonl").write_text(line + "\n")
    assert audited(tmp_path, capsysbinary)["reconstructable"]["full"] == 1
    (tmp_path / "agentaudit.yaml").write_text(CONFIG)
    assert audited(tmp_path, capsysbinary)["reconstructable"]["full"] == 0


def test_a_service_that_is_declared_not_agentic_stops_no_gate(
    tmp_path: Path, capsysbinary: Capture
) -> None:
    write(tmp_path, CONFIG)
    other = [
        span(f"{number:032x}", name="work").replace("gen_ai.", "x.").replace("planner", "cron")
        for number in range(1, 11)
    ]
    both = span("ab" * 16).replace("planner", "cron")
    (tmp_path / "traces.jsonl").write_text("\n".join([*other, both]) + "\n")
    gate = ("--min-reconstructable", "0")
    assert audited(tmp_path, capsysbinary, *gate, code=3)["gate"]["verdict"] == "no_verdict"
    (tmp_path / "agentaudit.yaml").write_text(CONFIG + "services: {cron: {agentic: false}}\n")
    card = audited(tmp_path, capsysbinary, *gate)
    assert card["gate"]["verdict"] == "pass"
    assert card["run"]["sources"][-1]["unrecognised"] == 10
