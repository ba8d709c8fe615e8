"""A small system on disk and ways to run the command on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from agentaudit.cli.ending import run

ROOT = Path(__file__).resolve().parents[2]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NANOSECOND = 1_795_219_200_000_000_000

RUBRIC = """\
id: tiny
version: "1.0"
title: A tiny rubric
dimensions:
  - id: environment
    title: Environment
    question: Where did it run?
    criteria:
      - id: T-01
        level: 1
        subject: component
        title: A runbook is committed
        must: A runbook is committed.
        probe: {kind: file_present, any_of: [RUNBOOK.md], subject: component}
        fix: "Write one:\\n`touch RUNBOOK.md`"
        effort: S
        relieves: [handover]
  - id: inference_code
    title: Inference code
    question: Which code ran?
    criteria:
      - id: T-02
        level: 2
        subject: response
        title: The commit is recorded
        must: The commit is recorded.
        probe: inference-code-commit-recorded
        fix: Stamp it.
        effort: S
        relieves: [debugging]
    planned:
      - {id: T-03, level: 3, subject: response, must: It resolves.}
"""


def span(trace: str = TRACE, name: str = "chat gpt-4o") -> str:
    """One line of OTLP JSON: one response of one model call."""
    attributes = [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
    ]
    service = [{"key": "service.name", "value": {"stringValue": "planner"}}]
    found = {
        "traceId": trace,
        "spanId": "00f067aa0ba902b7",
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(NANOSECOND),
        "endTimeUnixNano": str(NANOSECOND + 1_500_000_000),
        "attributes": attributes,
    }
    scope = {"scope": {"name": "demo"}, "spans": [found]}
    return json.dumps(
        {"resourceSpans": [{"resource": {"attributes": service}, "scopeSpans": [scope]}]}
    )


def write(folder: Path, config: str = "") -> Path:
    """A directory with a component, a tiny rubric, one trace and, if any, a configuration."""
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "planner"\ndependencies = ["openai==1.0"]\n'
    )
    (folder / "RUNBOOK.md").write_text("Turn it off and on again.\n")
    (folder / "rubric.yaml").write_text(RUBRIC)
    (folder / "traces.jsonl").write_text(span() + "\n")
    if config:
        (folder / "agentaudit.yaml").write_text(config)
    return folder


CONFIG = """\
system: demo
rubric: rubric.yaml
sources:
  traces: ["otlp:traces.jsonl"]
"""


@contextmanager
def within(folder: Path) -> Iterator[None]:
    """Work in a directory for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def command(folder: Path, *arguments: str) -> int:
    """Run in this process; the exit code."""
    with within(folder):
        return run(arguments)


def process(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run as a process of its own, standard output being a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "agentaudit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        check=False,
        timeout=60,
    )
