"""From flags and configuration to one request."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from agentaudit.cli.flags import Flags
from agentaudit.cli.opening import as_of_ns, configured, opened
from agentaudit.cli.request import UNNAMED, command_line, request
from agentaudit.errors import ConfigError
from agentaudit.rubric import load
from tests.cli.system import CONFIG, within, write

MODELS = """\
model_map:
  planner:
    - {uri: "models:/planner/6", until: 2026-10-31}
    - {uri: "models:/planner/7", from: 2026-11-01}
services:
  planner: {component: services/planner, container: false}
  legacy: {agentic: false}
prompts: {git: "prompts/{name}.md"}
gate: {fail_under: 60}
"""


def flags(**given: Any) -> Flags:
    """Flags as typer would give them."""
    hints = Flags.__annotations__
    empty = {name: [] if "list" in hints[name] else None for name in Flags.__struct_fields__}
    closed = dict.fromkeys(
        (
            "exit_zero",
            "offline",
            "host",
            "no_plugins",
            "include_content",
            "print",
            "quiet",
            "ascii",
            "debug",
        ),
        False,
    )
    return Flags(**{**empty, **closed, "verbose": 0, "color": "auto", **given})


def test_the_command_line_names_what_changes_the_audit_only() -> None:
    asked = flags(
        traces=["otlp:a b/*.jsonl"],
        seed=3,
        as_of="2026-11-21",
        offline=True,
        output=["x.json"],
        format="json",
        fail_under=10.0,
        verbose=2,
        color="never",
    )
    assert command_line(("scan",), asked) == (
        "agentaudit scan --traces 'otlp:a b/*.jsonl' --seed 3 --as-of 2026-11-21 --offline"
    )
    assert command_line(("scan",), flags()) == "agentaudit scan"
    assert command_line(("explain", "4bf9"), flags()) == "agentaudit explain 4bf9"


def test_what_the_configuration_declares(tmp_path: Path) -> None:
    write(tmp_path, CONFIG + MODELS)
    given = flags(as_of="2026-11-21", min_level=2)
    config = configured(tmp_path, given)
    asked = request(("scan",), config, given, lambda phase, done: None)
    assert asked.identity.system == "demo"
    assert asked.identity.as_of == date(2026, 11, 21)
    assert asked.identity.rubric_sha256 == asked.rubric.sha256 != ""
    assert (asked.gate.fail_under, asked.gate.min_level) == (60, 2)
    assert asked.gate.excluded_services == {"legacy"}
    assert asked.services["planner"].component == "services/planner"
    assert asked.services["planner"].container is False
    assert asked.declared.prompts == "prompts/{name}.md"
    old, new = asked.declared.models["planner"]
    assert (old.uri, new.uri) == ("models:/planner/6", "models:/planner/7")
    assert old.until_ns == new.from_ns
    assert str(new.evidence.location).startswith("agentaudit.yaml:")


def test_a_system_without_a_name_is_not_called_like_its_directory(tmp_path: Path) -> None:
    config = configured(write(tmp_path), flags())
    asked = request(("scan",), config, flags(rubric=None), lambda phase, done: None)
    assert asked.identity.system == UNNAMED


def test_explain_leaves_configured_conditions_aside(tmp_path: Path) -> None:
    config = configured(write(tmp_path, CONFIG + MODELS), flags(min_level=1))
    asked = request(("explain", "4bf9"), config, flags(min_level=1), lambda p, d: None, gated=False)
    assert (asked.gate.fail_under, asked.gate.min_level) == (None, 1)


def test_the_end_of_the_day() -> None:
    assert as_of_ns(date(1970, 1, 1)) == 86_400_000_000_000 - 1
    assert as_of_ns(date(2026, 11, 21)) == 1_795_305_600_000_000_000 - 1


def _open(folder: Path, **given: Any) -> tuple[list[str], list[str]]:
    """What opened, by name, and what did not, as `where: message`."""
    asked = flags(**given)
    with within(folder):
        config = configured(Path(), asked)
        with opened(config, load("rubric.yaml"), plugins=False) as sources:
            names = [s.name for s in (sources.repo, sources.traces) if s is not None]
            return names, [f"{error.where}: {error}" for error in sources.failures]


def test_every_source_is_tried(tmp_path: Path) -> None:
    write(tmp_path)
    names, failures = _open(
        tmp_path,
        repo=["gone", ".", "lost.bundle"],
        traces=["otlp:gone.jsonl", "otlp:traces.jsonl", "otlp:lost/*.jsonl"],
    )
    assert names == ["git:.", "otlp:traces.jsonl"]
    assert [text.partition(": ")[0] for text in failures] == ["flag --repo"] * 2 + [
        "flag --traces"
    ] * 2
    for text, uri in zip(failures, ("gone", "lost.bundle", "gone.jsonl", "lost/"), strict=True):
        assert uri in text


def test_all_sources_may_fail(tmp_path: Path) -> None:
    names, failures = _open(write(tmp_path), repo=["gone"], traces=["otlp:gone.jsonl"])
    assert names == []
    assert len(failures) == 2


def test_a_kind_of_source_to_come_is_refused_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no registry source is implemented in this version"):
        _open(write(tmp_path), registry=["mlflow:http://127.0.0.1:5000"])


def test_an_image_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    _, (failure,) = _open(write(tmp_path), image=["oci:app:1"])
    assert failure.startswith("flag --image: oci:app:1: app is no directory")


def test_flags_are_immutable() -> None:
    changed = replace(flags(), seed=5)
    assert changed.seed == 5


def test_attributes_that_only_the_rubric_asks_for_are_read(tmp_path: Path) -> None:
    write(tmp_path, CONFIG)
    rubric = tmp_path / "rubric.yaml"
    shape = "{kind: span_attribute, require: [demo.ticket]}"
    rubric.write_text(rubric.read_text().replace("inference-code-commit-recorded", shape))
    trace = tmp_path / "traces.jsonl"
    ticket = '{"key": "demo.ticket", "value": {"stringValue": "T-1"}}, {"key": "gen_ai.op'
    trace.write_text(trace.read_text().replace('{"key": "gen_ai.op', ticket, 1))
    with within(tmp_path):
        config = configured(Path(), flags())
        with opened(config, load("rubric.yaml"), plugins=False) as sources:
            assert sources.traces is not None
            [response] = sources.traces.responses()
    assert response.entry.fact("demo.ticket").text == "T-1"
