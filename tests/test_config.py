"""agentaudit.yaml: every key typed and documented, every value knows where it came from."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from agentaudit import config
from agentaudit.config import Overrides
from agentaudit.config.moments import day, moment
from agentaudit.errors import AuditError, ConfigError, ExitCode, UsageError

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
WHOLE = """\
system: invoice-agents
rubric: agentic-mlops
sources:
  repos: [., history.bundle]
  images: ["docker://registry.example/invoice@sha256:abc", {uri: "oci:build/oci", keys: [a.pub]}]
  registry: ["mlflow:http://127.0.0.1:5000"]
  traces:
    - "otlp:traces/*.jsonl.gz"
    - uri: "langfuse:https://${env:LF_PUBLIC}:${env:LF_SECRET}@cloud.example"
      role: read-only-team
      where: {tenant.id: acme}
      retention_days: 90
services: {planner: {component: services/planner, container: true}, health: {agentic: false}}
attributes: {prompt.name: [app.prompt]}
model_map:
  planner: {uri: "models:/planner-llm/7", from: 2026-11-01}
  writer:
    - {uri: "models:/writer/1", until: 2026-11-01}
    - {uri: "models:/writer/2", from: 2026-11-02T00:00:00+01:00}
prompts: {git: "prompts/{name}/{version}.md"}
responses: {entry: "handle_invoice"}
sampling: {head: 1.0}
gate: {fail_under: 60, min_level: 2, min_reconstructable: 80, compare: interval,
  dimensions: {rag: {min_level: 1, fail_under: 40}}}
waivers:
  - criterion: RAG-06
    reason: the new index service lands in December
    owner: ops
    until: 2026-12-31
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A git repository with a sub-directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "svc").mkdir()
    return tmp_path


def load(path: Path, environ: dict[str, str] | None = None, **flags: Any) -> config.Config:
    return config.load(path, Overrides(**flags), environ or {}, TODAY)


def write(folder: Path, text: str, name: str = "agentaudit.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def refused(kind: type[AuditError], path: Path, **more: Any) -> AuditError:
    with pytest.raises(kind) as caught:
        load(path, **more)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint
    return caught.value


def test_without_a_file_everything_is_default(here: Path) -> None:
    found = load(here)
    assert found.settings.rubric == "agentic-mlops"
    assert [(s.uri, s.base, s.place) for s in found.repos] == [(".", here, "default")]
    assert (found.images, found.registry, found.traces) == ((), (), ())
    assert (found.sha256, found.warnings, found.line_of("gate")) == ("", (), "")
    assert found.run == config.Run(as_of=TODAY)
    assert set(found.origins.values()) == {"default"}


def test_every_key_is_read(here: Path) -> None:
    found = load(write(here, WHOLE))
    settings = found.settings
    assert settings.system == "invoice-agents"
    assert [s.uri for s in found.repos] == [".", "history.bundle"]
    assert [s.uri for s in found.images][1] == "oci:build/oci"
    assert [s.place for s in found.traces] == ["agentaudit.yaml:8", "agentaudit.yaml:9"]
    assert {s.base for s in (*found.repos, *found.images, *found.registry, *found.traces)} == {here}
    last = found.traces[1]
    assert (last.role, dict(last.where), last.retention_days) == (
        "read-only-team",
        {"tenant.id": "acme"},
        90,
    )
    assert [s.remote for s in found.traces] == [False, True]
    assert settings.services["planner"].container is True
    assert settings.services["health"].agentic is False
    assert settings.attributes == {"prompt.name": ("app.prompt",)}
    (planner,) = settings.models("planner")
    assert (planner.from_ns, planner.until_ns) == (moment("2026-11-01"), 2**63 - 1)
    first, second = settings.models("writer")
    assert (first.from_ns, first.until_ns) == (0, moment("2026-11-02"))
    assert second.from_ns == moment("2026-11-01T23:00:00Z")
    assert settings.prompts.git == "prompts/{name}/{version}.md"
    assert settings.responses.entry == "handle_invoice"
    assert settings.sampling.head == 1.0
    assert settings.gate.model_dump() == {
        "fail_under": 60,
        "min_level": 2,
        "min_reconstructable": 80,
        "compare": "interval",
        "dimensions": {"rag": {"fail_under": 40, "min_level": 1}},
    }
    (waiver,) = settings.waivers
    assert (waiver.criterion, waiver.owner, waiver.until) == ("RAG-06", "ops", "2026-12-31")
    assert found.sha256 == hashlib.sha256(WHOLE.encode()).hexdigest()
    assert found.line_of("sources", "traces", 1, "role") == "agentaudit.yaml:10"
    assert found.line_of("model_map", "planner", "uri") == "agentaudit.yaml:16"


def test_flag_beats_environment_beats_file_beats_default(here: Path) -> None:
    write(here, "rubric: from-file\ngate: {min_level: 2}\n")
    environ = {"AGENTAUDIT_RUBRIC": "from-environment", "AGENTAUDIT_SEED": "7"}
    assert load(here).settings.rubric == "from-file"
    assert load(here, environ).settings.rubric == "from-environment"
    found = load(here, environ, rubric="from-flag", fail_under=0.0, seed=0)
    assert found.settings.rubric == "from-flag"
    assert found.settings.gate.model_dump() == {
        "fail_under": 0,
        "min_level": 2,
        "min_reconstructable": None,
        "compare": "point",
        "dimensions": {},
    }
    origins = found.origins
    assert origins["rubric"] == "flag --rubric"
    assert origins["gate.fail_under"] == "flag --fail-under"
    assert origins["gate.min_level"] == "agentaudit.yaml:2"
    assert origins["gate.min_reconstructable"] == "default"
    assert (found.run.seed, origins["seed"]) == (0, "flag --seed")
    found = load(here, environ)
    assert (found.run.seed, found.origins["seed"]) == (7, "environment AGENTAUDIT_SEED")


def test_source_flags_replace_the_files_sources_of_that_kind(here: Path) -> None:
    found = load(write(here, WHOLE), traces=("otlp:a", "otlp:b"))
    assert [(s.uri, s.base, s.place) for s in found.traces] == [
        ("otlp:a", Path(), "flag --traces"),
        ("otlp:b", Path(), "flag --traces"),
    ]
    assert len(found.repos) == 2
    assert found.origins["sources.traces[1]"] == "flag --traces"


def test_keys_are_those_of_the_flag_else_of_each_image(here: Path) -> None:
    found = load(write(here, WHOLE))
    assert [s.keys for s in found.images] == [(), (here / "a.pub",)]
    row = next(row for row in found.rows() if row.key == "sources.images[1]")
    assert row.value == "oci:build/oci keys=a.pub"
    given = load(here, image_keys=("keys/a.pub", "b.pub"))
    assert [s.keys for s in given.images] == [(Path("keys/a.pub"), Path("b.pub"))] * 2
    assert [s.keys for s in load(here, images=("oci:other",)).images] == [()]
    (here / "agentaudit.yaml").unlink()
    error = refused(UsageError, here, image_keys=("b.pub",))
    assert str(error) == "--image-key is given, and no image is"


def test_every_row_shows_key_value_and_origin(here: Path) -> None:
    rows = {row.key: (row.value, row.origin) for row in load(write(here, WHOLE)).rows()}
    assert rows["system"] == ("invoice-agents", "agentaudit.yaml:1")
    assert rows["services.planner.container"] == ("true", "agentaudit.yaml:13")
    assert rows["services.planner.agentic"] == ("true", "default")
    assert rows["attributes.prompt.name[0]"] == ("app.prompt", "agentaudit.yaml:14")
    assert rows["model_map.writer[1].from"] == (
        "2026-11-02T00:00:00+01:00",
        "agentaudit.yaml:19",
    )
    assert rows["sources.traces[1]"] == (
        "langfuse:https://${env:LF_PUBLIC}:${env:LF_SECRET}@cloud.example "
        "role=read-only-team tenant.id=acme retention_days=90",
        "agentaudit.yaml:9",
    )
    assert rows["since"] == ("not set", "default")
    assert rows["as_of"] == ("2026-11-21", "default")
    assert rows["offline"] == ("false", "default")


@pytest.mark.parametrize("name", ["agentaudit.yaml", ".agentaudit.yaml"])
def test_the_search_goes_up_to_the_git_root_and_no_further(here: Path, name: str) -> None:
    assert load(write(here, "system: up", name) / "svc").settings.system == "up"
    assert load(here / "svc").line_of("system") == f"../{name}:1"
    assert load(here / "svc").repos[0].base == here / "svc"
    write(here / "svc", "system: near", name)
    assert load(here / "svc").settings.system == "near"
    inner = here / "svc" / "other"
    (inner / ".git").mkdir(parents=True)
    assert load(inner).settings.system == ""


def test_outside_git_only_the_directory_itself_is_searched(tmp_path: Path) -> None:
    inner = tmp_path / "svc"
    inner.mkdir()
    write(tmp_path, "system: stray")
    assert load(inner).settings.system == ""
    assert load(tmp_path).settings.system == "stray"


def test_pyproject_comes_last_and_knows_its_lines(here: Path) -> None:
    text = """\
[project]
name = "x"
[tool.agentaudit]
system = "toml"
gate.fail_under = 50
[tool.agentaudit.model_map.planner]
uri = "models:/planner/7"
from = 2026-11-01
[tool.other]
system = "other"
"""
    found = load(write(here, text, "pyproject.toml"))
    assert found.settings.system == "toml"
    assert found.settings.models("planner")[0].from_ns == moment("2026-11-01")
    origins = found.origins
    assert origins["system"] == "pyproject.toml:4"
    assert origins["gate.fail_under"] == "pyproject.toml:5"
    assert origins["model_map.planner.from"] == "pyproject.toml:8"
    error = refused(ConfigError, write(here, text.replace("uri", "url"), "pyproject.toml"))
    assert error.where == "pyproject.toml:7"
    assert error.hint == "did you mean 'uri'?"


def test_of_two_in_one_directory_the_yaml_wins_with_a_warning(here: Path) -> None:
    write(here, "[tool.agentaudit]\nsystem = 'toml'", "pyproject.toml")
    write(here, "system: hidden", ".agentaudit.yaml")
    found = load(write(here, "system: plain"))
    assert found.settings.system == "plain"
    assert found.warnings == (
        "agentaudit.yaml is used, .agentaudit.yaml beside it is ignored",
        "agentaudit.yaml is used, pyproject.toml beside it is ignored",
    )


def test_a_broken_pyproject_matters_only_where_it_mentions_us(here: Path) -> None:
    found = load(write(here, "a = [", "pyproject.toml"))
    assert found.settings.system == ""
    assert found.warnings[0].startswith("pyproject.toml cannot be read: ")
    error = refused(ConfigError, write(here, "[tool.agentaudit]\na = ]", "pyproject.toml"))
    assert error.where == "pyproject.toml:2"


@pytest.mark.parametrize(
    ("old", "new", "message", "line", "hint"),
    [
        ("  traces:", "  trase:", "unknown key 'trase' in agentaudit.yaml", 7, "mean 'traces'?"),
        ("gate: {", "gaet: {", "unknown key 'gaet'", 23, "did you mean 'gate'?"),
        ("fail_under:", "fail_unter:", "unknown key 'fail_unter'", 23, "'fail_under'?"),
        ("role: read", "rolle: read", "unknown key 'rolle'", 10, "did you mean 'role'?"),
        ("from: 2026-11-01}", "form: 2026-11-01}", "unknown key 'form'", 16, "'from'?"),
        ("prompt.name:", "prompt.nam:", "'prompt.nam' is none of our keys", 14, "'prompt.name'?"),
        ("fail_under: 60", "fail_under: 160", "gate.fail_under: must be", 23, "highest is 100"),
        ("min_level: 2", "min_level: 5", "gate.min_level: must be", 23, "highest is 4"),
        ("head: 1.0", "head: -1", "sampling.head: must be", 22, "lowest is 0"),
        ("head: 1.0", "head: '1'", "must be a number, not '1'", 22, "without quotes"),
        ("container: true", "container: yes", "must be true or false", 13, "true or false"),
        ("compare: interval", "compare: intervall", "is not a known word", 23, "'interval'?"),
        ("min_level: 1,", "min_level: 9,", "rag.min_level: must be", 24, "highest is 4"),
        ("    owner: ops\n", "", "key 'owner' is missing", 26, "add `owner:`"),
        ("the new index service lands", "soon,", "reason: must have at least 20", 27, "change"),
        ("until: 2026-12-31", "until: 2027-12-31", "ends 405 days ahead", 29, "2027-05-20"),
        ("until: 2026-12-31", "until: never", "neither a day nor an instant", 29, "2026-11-20"),
        ("owner: ops", "owner: ''", "owner: must have at least 1", 28, "change it"),
        ("from: 2026-11-01}", "from: 2026-13-01}", "not in the calendar", 16, "2026-11-20"),
        ("from: 2026-11-01}", "from: soon}", "neither a day nor an instant", 16, "2026-11-20"),
        ("{version}", "{vrsion}", "may hold {version}", 20, "prompts/{name}/{version}.md"),
        ("prompts/{name}", "../{name}", "leads out of the repository", 20, "relative"),
        ("${env:LF_PUBLIC}", "${LF_PUBLIC}", "that is not known", 9, "${env:NAME}"),
        ('["mlflow:http://127.0.0.1:5000"]', "mlflow:x", "must be a list", 6, "[a, b]"),
        ("[., history.bundle]", "[., '']", "is empty", 4, "leave the entry out"),
        ("retention_days: 90", "retention_days: 0", "retention_days: must be", 12, "lowest is 1"),
        ("system: invoice-agents", "system: 7", "must be text, not 7", 1, 'quotes: "7"'),
        ("system: invoice-agents", "system: a\nsystem: b", "'system' appears twice", 2, "mend"),
        ("system: invoice-agents", "system: &a x", "anchors", 1, "mend that line"),
        ("system: invoice-agents", 'system: "\\e[2J"', "control or invisible", 1, "retype"),
        ("system: invoice-agents", "system: a: b", "not allowed in this context", 1, "mend"),
    ],
)
def test_a_wrong_file_is_refused_precisely(
    here: Path, old: str, new: str, message: str, line: int, hint: str
) -> None:
    assert old in WHOLE
    error = refused(ConfigError, write(here, WHOLE.replace(old, new, 1)))
    assert message in str(error)
    assert error.where == f"agentaudit.yaml:{line}"
    assert hint in error.hint
    assert not str(error)[0].isupper()
    assert not str(error).endswith(".")


@pytest.mark.parametrize("text", ["[1, 2]", "just words", "3"])
def test_a_file_that_is_no_mapping(here: Path, text: str) -> None:
    error = refused(ConfigError, write(here, text))
    assert str(error).startswith("agentaudit.yaml: must be a mapping")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_is_all_default(here: Path, text: str) -> None:
    assert load(write(here, text)).settings == config.Settings()


def test_bytes_that_are_no_text(here: Path) -> None:
    (here / "agentaudit.yaml").write_bytes(b"system: a\nrubric: \xff\n")
    assert refused(ConfigError, here).where == "agentaudit.yaml:2"


def test_a_pipe_named_like_the_file_is_not_opened(here: Path) -> None:
    os.mkfifo(here / "agentaudit.yaml")
    assert load(here).settings.system == ""


SECRET = "sk-abcdefghijklmnopqrstuvwx"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"sources:\n  traces: ['langfuse:https://pk:{SECRET}@h']", 2),
        (f"sources:\n  traces:\n  - {{uri: 'x:y', where: {{token: {SECRET}}}}}", 3),
        (f"system: {SECRET}", 1),
        (f"services: {{{SECRET}: {{}}}}", 1),
        (f"trase: {SECRET}", 1),
    ],
)
def test_a_literal_secret_is_refused_and_not_repeated(here: Path, text: str, line: int) -> None:
    error = refused(ConfigError, write(here, text))
    assert "looks like a key or password" in str(error)
    assert error.where == f"agentaudit.yaml:{line}"
    assert SECRET not in f"{error}{error.where}{error.hint}"


def test_a_secret_in_a_flag_is_refused_and_not_repeated(here: Path) -> None:
    error = refused(UsageError, here, traces=(f"langfuse:https://pk:{SECRET}@h",))
    assert str(error).startswith("--traces holds what looks like a key")
    assert SECRET not in f"{error}{error.where}{error.hint}"


def test_secrets_come_from_the_environment_only_when_opened(here: Path) -> None:
    store = load(write(here, WHOLE)).traces[1]
    assert "${env:LF_SECRET}" in store.uri
    opened = store.opened({"LF_PUBLIC": "pk", "LF_SECRET": SECRET})
    assert opened == f"langfuse:https://pk:{SECRET}@cloud.example"
    with pytest.raises(ConfigError, match="environment variable LF_SECRET is not set") as caught:
        store.opened({"LF_PUBLIC": "pk"})
    assert caught.value.where == "agentaudit.yaml:9"


@pytest.mark.parametrize(
    ("flags", "said", "where"),
    [
        ({"since": "yesterday"}, "neither a day nor an instant", "flag --since"),
        ({"until": "2026-02-30"}, "not in the calendar", "flag --until"),
        ({"as_of": "1"}, "neither a day nor an instant", "flag --as-of"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "--since is after --until", ""),
        ({"where": ("tenant",)}, "--where 'tenant' is not KEY=VALUE", ""),
        ({"sample": "0"}, "'0' is no sample size", "flag --sample"),
        ({"sample": "many"}, "'many' is no sample size", "flag --sample"),
        ({"fail_under": 101.0}, "--fail-under: 101.0 is not between 0 and 100", ""),
        ({"fail_under": float("nan")}, "--fail-under: nan is not between", ""),
        ({"min_level": 5}, "--min-level: 5 is not between 0 and 4", ""),
        ({"min_reconstructable": -1.0}, "--min-reconstructable: -1.0", ""),
        ({"repos": (" ",)}, "--repo is empty", ""),
        ({"environ": {"AGENTAUDIT_SEED": "x"}}, "'x' is no seed", "environment AGENTAUDIT_SEED"),
        ({"environ": {"AGENTAUDIT_OFFLINE": "x"}}, "neither 1 nor 0", "AGENTAUDIT_OFFLINE"),
    ],
)
def test_wrong_flags_are_refused_precisely(
    here: Path, flags: dict[str, Any], said: str, where: str
) -> None:
    error = refused(UsageError, here, **flags)
    assert said in str(error)
    assert where in error.where


def test_flags_of_one_run(here: Path) -> None:
    run = load(
        here,
        {"AGENTAUDIT_OFFLINE": "1", "AGENTAUDIT_SAMPLE": "500", "AGENTAUDIT_AS_OF": "2026-11-20"},
        since="2026-11-01",
        until="2026-11-20",
        where=("tenant.id=acme", "a=b=c"),
        require_source=("traces",),
    ).run
    assert run.since_ns == moment("2026-11-01")
    assert run.until_ns == moment("2026-11-21") - 1
    assert run.where == (("tenant.id", "acme"), ("a", "b=c"))
    assert (run.sample, run.as_of, run.offline) == (500, date(2026, 11, 20), True)
    assert run.require_sources == ("traces",)
    assert load(here, sample="all").run.sample == "all"


@pytest.mark.parametrize(
    ("text", "end", "seconds"),
    [
        ("1970-01-01", False, 0),
        ("1970-01-02T00:00", False, 86_400),
        ("1970-01-01 00:00:01Z", True, 1),
        ("1970-01-01T01:00:00+01:00", False, 0),
        ("1969-12-31", False, -86_400),
    ],
)
def test_moments(text: str, end: bool, seconds: int) -> None:
    assert moment(text, end=end) == seconds * 1_000_000_000


def test_a_day_ends_with_its_last_nanosecond() -> None:
    assert moment("1970-01-01", end=True) == 86_400 * 1_000_000_000 - 1
    assert moment("9999-12-30", end=True) > 0
    assert day("2026-11-20T23:30:00-01:00") == date(2026, 11, 21)
    for odd in (
        "2026",
        "20261120",
        "2026-W47-5",
        "2026-11-20T",
        "2026-11-20T25:00",
        "",
        "٢٠٢٦-١١-٢٠",
    ):
        with pytest.raises(ValueError, match=r"\S"):
            moment(odd)


def test_a_rubric_path_in_the_file_starts_at_the_file(here: Path) -> None:
    write(here, "rubric: rubrics/team.yaml")
    assert load(here / "svc").rubric_path == str(here / "rubrics" / "team.yaml")
    assert load(here / "svc", rubric="x.yaml").rubric_path == "x.yaml"
    assert load(write(here, "rubric: other")).rubric_path == "other"


def documented(node: Any, path: str = "") -> list[str]:
    """Keys of a JSON Schema without a description."""
    missing = []
    if isinstance(node, dict):
        for name, below in node.get("properties", {}).items():
            if not below.get("description") and "$ref" not in below:
                missing.append(f"{path}.{name}")
        for key, below in node.items():
            missing += documented(below, f"{path}/{key}")
    elif isinstance(node, list):
        missing = [each for below in node for each in documented(below, path)]
    return missing


def test_the_schema_describes_every_key_and_agrees_with_the_reader() -> None:
    schema = config.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert documented(schema) == []
    assert all(each["description"] for each in schema["$defs"].values())
    accepts = jsonschema.Draft202012Validator(schema).is_valid
    plain = yaml.load(WHOLE, yaml.BaseLoader)
    plain["services"]["planner"]["container"] = True
    plain["services"]["health"]["agentic"] = False
    plain["sources"]["traces"][1]["retention_days"] = 90
    plain["sampling"]["head"] = 1.0
    plain["gate"] = {"fail_under": 60, "min_level": 2, "min_reconstructable": 80}
    plain["gate"] |= {"compare": "interval", "dimensions": {"rag": {"min_level": 1}}}
    assert accepts(plain)
    assert not accepts(plain | {"trase": []})
    assert not accepts(plain | {"waivers": [{"criterion": "RAG-2"}]})
    assert not accepts(plain | {"gate": {"fail_under": 101}})


def test_every_flag_and_variable_is_one_of_ours() -> None:
    assert set(config.FLAGS) == set(Overrides.__struct_fields__)
    assert set(config.ENVIRONMENT.values()) <= set(config.FLAGS)


def test_settings_load_without_git_or_rich() -> None:
    code = (
        "import sys, agentaudit.config;"
        "print(sorted({'git', 'rich', 'typer', 'httpx'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
