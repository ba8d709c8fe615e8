"""What the documentation says is what the product does."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from agentaudit import config, rubric, testing
from agentaudit.cli.flags import Flags
from agentaudit.errors import ExitCode
from agentaudit.probe import Probe
from agentaudit.probes import builtin
from tests.cli.system import process
from tests.generated import CATALOGUE, README, ROOT, catalogue, filled

TEXT = README.read_text(encoding="utf-8")
STALE = "stale: run UPDATE_GOLDEN=1 pytest tests/test_docs.py"


def code(language: str, after: str) -> str:
    """The first fenced block of a language behind a heading or phrase."""
    found = re.search(rf"```{language}\n(.*?)```", TEXT.partition(after)[2], re.DOTALL)
    assert after in TEXT
    assert found, f"no {language} block behind {after!r}"
    return found[1]


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def kept(file: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text, STALE


def test_generated_blocks_of_the_readme() -> None:
    kept(README, filled(TEXT))


def test_catalogue_of_the_rubric() -> None:
    kept(CATALOGUE, catalogue())


def test_excerpts_are_eighty_columns_wide() -> None:
    shown = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert len(shown) >= 2
    assert max(len(line) for block in shown for line in block.splitlines()) <= 80


def test_the_response_shown_is_the_one_that_is_asked_for() -> None:
    asked = re.search(r"agentaudit explain ([0-9a-f]{8})$", TEXT, re.MULTILINE)
    assert asked
    assert code("text", "<!-- generated: explain -->").startswith(asked[1])


def test_exit_codes_are_those_of_the_command() -> None:
    rows = re.findall(r"^\| (\d+) \| ", section("Gates and exit codes"), re.MULTILINE)
    assert [int(row) for row in rows] == [*(code.value for code in ExitCode), 130]
    order = re.search(r"the order `([\d >]+)`", section("Gates and exit codes"))
    assert order
    ranked = [ExitCode(int(digit)) for digit in order[1].split(" > ")]
    for place, highest in enumerate(ranked):
        assert ExitCode.worst(ranked[place:]) is highest


def test_every_flag_is_known() -> None:
    known = {f"--{name.replace('_', '-')}" for name in Flags.__struct_fields__}
    known |= {"--help", "--version", "--origin", "--config"}
    theirs = {"--frozen", "--build-arg"}
    assert set(re.findall(r"(?<![\w-])--[a-z-]+[a-z]", TEXT)) <= known | theirs


def test_the_configuration_shown_is_valid(tmp_path: Path) -> None:
    (tmp_path / "agentaudit.yaml").write_text(code("yaml", "## On your own system"))
    found = config.load(tmp_path)
    assert found.settings.system == "planner"
    assert found.settings.gate.min_reconstructable == 60


def test_the_probe_shown_passes_its_examples() -> None:
    space: dict[str, object] = {"__name__": "shown"}
    exec(compile(code("python", "## Extending"), "README.md", "exec"), space)
    (shown,) = (found for found in space.values() if isinstance(found, Probe))
    outcomes = [shown.ask(testing.build(each.given)).outcome for each in shown.examples]
    assert outcomes == [each.outcome for each in shown.examples]
    assert len(outcomes) == 2


def test_the_rubric_shown_is_sound(tmp_path: Path) -> None:
    file = tmp_path / "team.yaml"
    file.write_text(code("yaml", "## Extending"))
    assert rubric.lint(rubric.load(str(file)), builtin())
    done = process(tmp_path, "rubric", "lint", "team.yaml")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", TEXT))
def test_links_lead_somewhere(path: str) -> None:
    assert (ROOT / path).exists(), path


def test_our_own_score_explains_every_open_criterion() -> None:
    done = process(ROOT, "scan", ".", "--format", "json", "--no-plugins")
    assert done.returncode == 0, done.stderr
    audit = json.loads(done.stdout)
    told = section("Our own score")
    assert f"gives {int(audit['score']['low'])} of 100" in told
    first = [c for d in audit["dimensions"] for c in d["criteria"] if c["level"] == 1]
    assert len(first) >= 8
    for criterion in first:
        explained = f"**{criterion['id']}**" in told
        assert explained or criterion["met"], criterion["id"]
    for id in re.findall(r"`([A-Z]+-\d+)`", told.partition("It meets")[2].partition(".")[0]):
        assert next(c for c in first if c["id"] == id)["met"], f"{id} is no longer met"


def test_ci_runs_the_gate_that_the_readme_names() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "--fail-under" not in script, "the gate stands in pyproject.toml"
    settings = config.load(ROOT).settings
    assert settings.gate.fail_under
    assert f"`fail_under = {settings.gate.fail_under:g}`" in section("Our own score")
