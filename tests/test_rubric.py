"""Loading rubrics: built-in and by path, and how precisely a wrong one is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agentaudit import rubric
from agentaudit.errors import ExitCode, RubricError
from agentaudit.finding import Answer
from agentaudit.probe import Probe, passed, probe
from agentaudit.response import Response

GOOD = """\
id: team
version: "1.0"
title: Team rubric
dimensions:
  - id: environment
    title: Environment
    question: Which?
    criteria:
      - id: T-01
        level: 1
        subject: system
        title: A runbook is there
        must: A runbook is committed.
        probe: {kind: file_present, any_of: [RUNBOOK.md]}
        fix: Write one.
        effort: S
        relieves: [handover]
      - id: T-02
        level: 2
        subject: response
        title: The commit is recorded
        must: Every service records its commit.
        probe: code-commit-recorded
        fix: Record it.
        effort: M
        relieves: [debugging, reuse]
        limits: {days: 180}
    planned:
      - {id: T-03, level: 2, subject: system, must: More.}
"""


@probe("code-commit-recorded", fix="Record it.")
def commit(response: Response) -> Answer:
    """Is the commit recorded?"""
    return passed("it is")


PROBES: dict[str, Probe] = {commit.id: commit}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "team.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def refused(path: Path, old: str, new: str) -> RubricError:
    """The error for the good rubric with one thing changed; the folder of the file cut off."""
    assert GOOD.count(old) >= 1
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        rubric.resolve(rubric.load(str(path)), PROBES)
    caught.value.where = caught.value.where.rpartition("/")[2]
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint
    return caught.value


def test_a_rubric_loads_whole(file: Path) -> None:
    found = rubric.load(str(file))
    assert [c.id for c in found.criteria] == ["T-01", "T-02"]
    assert [p.id for p in found.planned] == ["T-03"]
    assert found.criteria[1].limits == {"days": 180.0}
    assert [c.target for c in found.criteria] == [1.0, 0.95]
    assert found.where("T-02").endswith("team.yaml:18")
    assert found.sha256 == rubric.digest(file) == hashlib.sha256(GOOD.encode()).hexdigest()


def test_resolve_finds_probes_and_compiles_shapes(file: Path) -> None:
    used = rubric.resolve(rubric.load(str(file)), PROBES)
    assert used["T-02"] is commit
    assert (used["T-01"].id, used["T-01"].fix) == ("t-01-shape", "Write one.")


def test_shapes_name_the_attributes_that_readers_must_keep(file: Path) -> None:
    shape = "{kind: span_attribute, where: {gen_ai.tool.name: x}, require: [acme.x, prompt.name]}"
    file.write_text(GOOD.replace("code-commit-recorded", shape), encoding="utf-8")
    assert rubric.load(str(file)).attributes == {"acme.x", "gen_ai.tool.name"}


@pytest.mark.parametrize(
    ("old", "new", "message", "line", "hint"),
    [
        ("effort: S", "efort: S", "unknown key 'efort'", 16, "did you mean 'effort'?"),
        ("title: Team", "titel: Team", "unknown key 'titel'", 3, "did you mean 'title'?"),
        ("        effort: S\n", "", "key 'effort' is missing", 9, "add `effort:`"),
        ("effort: S", "effort: huge", "effort: 'huge' is not a known word", 16, "known: L, M, S"),
        ("level: 1", "level: 5", "level: must be less than or equal to 4, not 5", 10, "is 4"),
        ("level: 1", "level: 0", "level: must be greater than or equal to 1", 10, "is 1"),
        ("level: 1", 'level: "1"', "level: must be a whole number, not '1'", 10, "without quotes"),
        ('"1.0"', "1.0", "version: must be text, not 1.0", 2, 'in quotes: "1.0"'),
        ('"1.0"', '"v1"', "version: must match pattern", 2, "change it"),
        ("id: team", "id: a b", "id: must match pattern", 1, "change it"),
        ("id: environment", "id: enviroment", "'enviroment' is not", 5, "mean 'environment'?"),
        ("T-02", "T-01", "criterion 'T-01' appears twice", 18, "first in line 9"),
        ("T-03", "T-01", "planned criterion 'T-01' appears twice", 29, "first in line 9"),
        ("[handover]", "[handovr]", "'handovr' is not a known word", 17, "mean 'handover'?"),
        ("[handover]", "[]", "relieves: must have at least one entry", 17, "add one"),
        ("commit-recorded", "comit-recorded", "asks for probe", 18, "'code-commit-recorded'"),
        ("subject: system", "subject: image", "counts by image", 9, "write `subject: system`"),
        ("limits: {days: 180}", "limits: {days: x}", "limits.days", 27, "without quotes"),
        ("fix: Write one.", "weight: 0\n        fix: x", "weight: must be", 15, "above 0"),
        ("id: team", "id: &a team", "anchors", 1, "well-formed"),
        ("id: team", "id: team\nid: b", "'id' appears twice", 2, "well-formed"),
        ("title: Team", 'title: "\\e[2JTeam', "end of stream", 30, "well-formed"),
        ("Team rubric", '"Team \\e[2J rubric"', "control or invisible", 3, "retype"),
        ("Team rubric", "Team \u202e rubric", "control or invisible", 3, "retype"),
        ("file_present", "file_presnt", "unknown kind 'file_presnt'", 14, "'file_present'"),
        ("any_of", "anyof", "unknown key 'anyof'", 14, "did you mean 'any_of'?"),
    ],
)
def test_a_wrong_rubric_is_refused_precisely(
    file: Path, old: str, new: str, message: str, line: int, hint: str
) -> None:
    error = refused(file, old, new)
    assert message in str(error)
    assert error.where == f"team.yaml:{line}"
    assert hint in error.hint


def test_a_dimension_cannot_appear_twice(file: Path) -> None:
    again = "  - {id: environment, title: Again, question: Which?}\n"
    file.write_text(GOOD + again, encoding="utf-8")
    with pytest.raises(RubricError, match="dimension 'environment' appears twice") as caught:
        rubric.load(str(file))
    assert caught.value.where.endswith("team.yaml:30")


def test_names_and_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="no rubric is named 'agentic-mlopss'") as caught:
        rubric.load("agentic-mlopss")
    assert caught.value.hint
    with pytest.raises(RubricError, match="no such rubric file"):
        rubric.load(str(tmp_path / "no.yaml"))
    (tmp_path / "odd.yml").write_bytes(b"\xff")
    with pytest.raises(RubricError, match="not UTF-8"):
        rubric.load(str(tmp_path / "odd.yml"))
    (tmp_path / "list.yml").write_text("[1]", encoding="utf-8")
    with pytest.raises(RubricError, match="must be a mapping, not a list"):
        rubric.load(str(tmp_path / "list.yml"))


def test_every_built_in_rubric_loads() -> None:
    for name in rubric.names():
        found = rubric.load(name)
        assert found.where(found.criteria[0].id).startswith(f"{name}.yaml:")
        assert found.sha256 == rubric.digest(rubric.find(name))


def test_lint_advises(file: Path) -> None:
    advice = rubric.lint(rubric.load(str(file)), PROBES)
    assert [line.split()[1] for line in advice] == list(rubric.DIMENSIONS[1:])
    text = GOOD.replace("A runbook is there", "one two three four five six seven eight nine")
    text = text.replace("is committed.", "is committed. And read.").replace("Write one.", "''")
    file.write_text(text, encoding="utf-8")
    found = [line.rpartition("/")[2] for line in rubric.lint(rubric.load(str(file)), PROBES)]
    assert found[7:] == [
        "team.yaml:9 T-01: fix is empty",
        "team.yaml:9 T-01: title has more than eight words",
        "team.yaml:9 T-01: must is not one sentence that ends in a full stop",
    ]
    with pytest.raises(RubricError):
        rubric.lint(rubric.load(str(file)), {})
