"""What we ship for CI, run as shipped: the steps of action.yml and the component, in a simulated
runner."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from agentaudit import __version__
from agentaudit.cli.ending import run as command_line
from tests.cli.system import CONFIG, ROOT, span, within, write

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
SPEC, PIPELINE = yaml.safe_load_all((ROOT / "templates" / "agentaudit.yml").read_text())
EVIL = "::error title=owned::x"


@dataclass
class Runner:
    """A machine that runs jobs: `agentaudit` on PATH, and the files that a runner provides."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bin = self.home / "bin"
        bin.mkdir()
        self.script("agentaudit", f'exec "{sys.executable}" -m agentaudit "$@"')
        for name in ("summary", "output", "path"):
            (self.home / name).write_text("")
        (self.home / "tmp").mkdir()
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("GITHUB", "CI"))},
            "PATH": f"{bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
            "GITHUB_OUTPUT": str(self.home / "output"),
            "GITHUB_PATH": str(self.home / "path"),
            "GITHUB_REPOSITORY": "acme/invoices",
            "GITHUB_EVENT_PATH": str(self.home / "event.json"),
            "RUNNER_TEMP": str(self.home / "tmp"),
        }

    def script(self, name: str, body: str) -> None:
        file = self.home / "bin" / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    def bash(self, text: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
            cwd=folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def read(self, name: str) -> str:
        return (self.home / name).read_text()

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.read("output").splitlines())


def step(id: str, **inputs: str) -> tuple[str, dict[str, str]]:
    """A step of the action: what it runs, and its environment with inputs filled in."""
    (found,) = (s for s in ACTION["runs"]["steps"] if id in {s.get("id"), s["name"]})
    values = {f"inputs.{k}": v["default"] for k, v in ACTION["inputs"].items()}
    values |= {f"inputs.{k.replace('_', '-')}": v for k, v in inputs.items()}
    values["github.action_path"] = str(ROOT)
    assert "${{" not in found["run"], "an expression in a script is an injection"
    env = {}
    for name, text in found["env"].items():
        (key,) = re.fullmatch(r"\$\{\{ (.+) \}\}", text).groups()  # type: ignore[union-attr]
        env[name] = values.get(key, "given")
    return found["run"], env


def audit(runner: Runner, system: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The step of the action that audits."""
    script, env = step("audit", **inputs)
    return runner.bash(script, system, **env)


def obeyed(log: str) -> list[str]:
    """Commands of a log that GitHub would obey."""
    commands: list[str] = []
    token = ""
    for line in map(str.strip, log.splitlines()):
        if token:
            token = "" if line == f"::{token}::" else token
        elif found := re.fullmatch(r"::stop-commands::(\w+)", line):
            token = found[1]
        elif line.startswith("::"):
            commands.append(line)
    assert not token, "commands are obeyed again in the end"
    return commands


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    home = tmp_path / "runner"
    home.mkdir()
    return Runner(home)


@pytest.fixture
def system(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return write(folder, CONFIG)


def test_github_passing(runner: Runner, system: Path) -> None:
    done = audit(runner, system, fail_under="10")
    assert done.returncode == 0, done.stderr
    assert runner.outputs["gate"] == "pass"
    assert runner.outputs["reconstructable"] == "0/1"
    assert runner.outputs["exit-code"] == "0"
    assert int(runner.outputs["score"]) >= 10
    directory = Path(runner.outputs["directory"])
    names = {"audit.json", "audit.sarif", "junit.xml", "summary.md", "comment.md"}
    assert names <= {file.name for file in directory.iterdir()}
    assert Path(runner.outputs["report-path"]).is_file()
    assert runner.read("summary").startswith("## agentaudit: gate passed\n")


def test_github_failing(runner: Runner, system: Path) -> None:
    done = audit(runner, system, min_level="2", args="--fail-under 99")
    assert done.returncode == 1
    assert runner.outputs["gate"] == "fail"
    assert "gate failed" in runner.read("summary")
    first, second, *_ = obeyed(done.stdout)
    assert first.startswith("::error file=agentaudit.yaml,line=1,title=gate fail_under::")
    assert second.startswith("::error file=agentaudit.yaml,line=1,title=gate min_level::")
    assert "Exit 1" in done.stdout or "exit=1" in done.stdout


def test_github_obeys_nothing_that_is_audited(runner: Runner, system: Path) -> None:
    """A hundred services that are named like commands, and a path that is one."""
    rows = [span(f"{n:032x}").replace('"planner"', f'"{EVIL}{n}"') for n in range(1, 101)]
    (system / "traces.jsonl").write_text("\n".join(rows) + "\nnot json " + EVIL + "\n")
    rubric = system / "rubric.yaml"
    rubric.write_text(rubric.read_text().replace("Stamp it.", f'"{EVIL}"'))
    done = audit(runner, system, fail_under="99", args="-v --no-plugins")
    assert done.returncode in {1, 3}
    commands = obeyed(done.stdout)
    assert len(commands) <= 10
    assert not any(command.startswith("::error title=owned") for command in commands)
    assert len(runner.read("summary").encode()) <= 64 * 1024


def test_github_without_an_audit(runner: Runner, system: Path) -> None:
    (system / "agentaudit.yaml").write_text("gaet: {}\n")
    done = audit(runner, system)
    assert done.returncode == 2
    assert "unknown key 'gaet'" in done.stderr
    assert obeyed(done.stdout) == [
        "::error title=agentaudit::no audit was made (exit 2): see the log of this step"
    ]
    assert runner.read("summary").startswith("## agentaudit: no audit was made")
    assert (runner.outputs["gate"], runner.outputs["score"]) == ("no_verdict", "")


def test_arguments_are_words_and_never_run(runner: Runner, system: Path) -> None:
    done = audit(runner, system, args="--seed 0\n$(touch owned) `touch owned`")
    assert done.returncode == 2
    assert not (system / "owned").exists()


def test_an_earlier_audit_of_the_job_does_not_speak_for_this_one(
    runner: Runner, system: Path
) -> None:
    assert audit(runner, system, fail_under="10").returncode == 0
    for name in ("output", "summary"):
        (runner.home / name).write_text("")
    done = audit(runner, system, fail_under="ten")
    assert done.returncode == 2
    assert (runner.outputs["gate"], runner.outputs["score"]) == ("no_verdict", "")
    assert runner.read("summary").startswith("## agentaudit: no audit was made")
    assert len(obeyed(done.stdout)) == 1


@pytest.mark.parametrize("inputs", [{"args": "--help"}, {"path": "--help"}])
def test_no_audit_is_never_green(runner: Runner, system: Path, inputs: dict[str, str]) -> None:
    assert audit(runner, system, **inputs).returncode == 3
    assert (runner.outputs["gate"], runner.outputs["exit-code"]) == ("no_verdict", "3")


def test_nothing_of_the_audited_checkout_is_run(runner: Runner, system: Path) -> None:
    """Python looks for modules in the current directory first, unless it is told not to."""
    for module in ("json", "pathlib", "os", "venv"):
        (system / f"{module}.py").write_text(f"open({str(runner.home / 'owned')!r}, 'w')\n")
    assert audit(runner, system).returncode == 0
    runner.script("gh", "exit 0")
    (runner.home / "event.json").write_text(json.dumps({"pull_request": {"number": 12}}))
    comment, env = step("Comment")
    assert runner.bash(comment, system, **{**env, "DIRECTORY": runner.outputs["directory"]})
    install, env = step("Install agentaudit")
    made = install.splitlines()[0]
    assert runner.bash(made, system, **env).returncode == 0
    assert not (runner.home / "owned").exists()


@pytest.mark.parametrize(("earlier", "method"), [("", "POST"), ("77", "PATCH")])
def test_github_comment(runner: Runner, system: Path, earlier: str, method: str) -> None:
    assert audit(runner, system).returncode == 0
    log = runner.home / "gh.log"
    runner.script(
        "gh", f'case "$*" in *--paginate*) echo "{earlier}" ;; *) echo "$*" >>"{log}" ;; esac'
    )
    (runner.home / "event.json").write_text(json.dumps({"pull_request": {"number": 12}}))
    script, env = step("Comment")
    env["DIRECTORY"] = runner.outputs["directory"]
    done = runner.bash(script, system, **env)
    assert done.returncode == 0, done.stderr
    where = "comments/77" if earlier else "12/comments"
    said = log.read_text()
    assert said.startswith(f"api --method {method} repos/acme/invoices/issues/{where} -F body=@")
    body = Path(said.split("body=@")[1].strip()).read_text()
    assert body.startswith("<!-- agentaudit -->\n")


def test_no_comment_without_pull_request_or_permission(runner: Runner, system: Path) -> None:
    assert audit(runner, system).returncode == 0
    runner.script("gh", "exit 1")
    script, env = step("Comment")
    env["DIRECTORY"] = runner.outputs["directory"]
    (runner.home / "event.json").write_text("{}")
    assert "No pull request" in runner.bash(script, system, **env).stdout
    (runner.home / "event.json").write_text(json.dumps({"pull_request": {"number": 12}}))
    done = runner.bash(script, system, **env)
    assert (done.returncode, len(obeyed(done.stdout))) == (0, 1)


def test_the_action_installs_itself(runner: Runner, system: Path) -> None:
    """The version that runs is the one that is pinned."""
    script, env = step("Install agentaudit")
    assert '"$ACTION_PATH"' in script
    assert env["ACTION_PATH"] == str(ROOT)
    assert 'echo "$RUNNER_TEMP/agentaudit-venv/bin" >>"$GITHUB_PATH"' in script


@pytest.mark.parametrize(
    ("arguments", "code"),
    [("", 0), ("--fail-under 99", 1), ("--seed 0\n--fail-under 99\n", 1), ("$(exit) `id`", 2)],
)
def test_gitlab(runner: Runner, system: Path, arguments: str, code: int) -> None:
    job = PIPELINE["agentaudit"]
    inputs = {k: str(v["default"]) for k, v in SPEC["spec"]["inputs"].items()}
    inputs["args"] = arguments
    filled = json.loads(
        re.sub(
            r"\$\[\[ inputs\.(\w+) \]\]", lambda m: json.dumps(inputs[m[1]])[1:-1], json.dumps(job)
        )
    )
    done = runner.bash("\n".join(filled["script"]), system, **filled["variables"])
    assert done.returncode == code, done.stderr
    if code == 2:
        return
    reports = filled["artifacts"]["reports"]
    assert filled["artifacts"]["when"] == "always"
    issues = json.loads((system / reports["codequality"]).read_text())
    assert {issue["location"]["path"] for issue in issues} == {"agentaudit.yaml"}
    root = ElementTree.parse(system / reports["junit"]).getroot()
    gate = root.find("testsuite[@name='gate']")
    assert gate is not None
    assert gate.get("failures") == str(code)
    assert (system / "agentaudit-report" / "summary.md").is_file()


def test_gitlab_inputs_are_never_part_of_a_script() -> None:
    job = PIPELINE["agentaudit"]
    assert "$[[" not in "".join(job["before_script"] + job["script"])


def test_gitlab_installs_this_version() -> None:
    assert SPEC["spec"]["inputs"]["package"]["default"] == f"agentaudit-rubric=={__version__}"


def test_pre_commit_hooks(runner: Runner, system: Path) -> None:
    hooks = {
        hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    for id in ("agentaudit-config", "agentaudit-repo"):
        done = runner.bash(hooks[id]["entry"], system)
        assert done.returncode == 0, done.stderr
    pattern = re.compile(hooks["agentaudit-config"]["files"])
    assert pattern.search("agentaudit.yaml")
    assert pattern.search("services/.agentaudit.yaml")
    assert not pattern.search("my-agentaudit.yaml.txt")
    (system / "agentaudit.yaml").write_text("waivers: [{criterion: T-01}]\n")
    assert runner.bash(hooks["agentaudit-config"]["entry"], system).returncode == 2
    assert runner.bash(hooks["agentaudit-repo"]["entry"], system).returncode == 0


def test_the_repository_hook_reads_no_trace(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "traces.jsonl").unlink()
    with within(system):
        assert command_line(["scan", "--no-config", "--offline"]) == 0
    assert "source traces" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("config", "code", "said"),
    [
        (CONFIG, 0, "agentaudit.yaml: 2 sources, 0 waivers, 0 dimensions gated\n"),
        ("", 0, "no configuration: 1 sources, 0 waivers, 0 dimensions gated\n"),
        (CONFIG + "gate: {dimensions: {rags: {}}}\n", 2, ""),
        ("rubric: gone.yaml\n", 2, ""),
    ],
)
def test_config_lint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str, code: int, said: str
) -> None:
    with within(write(tmp_path, config)):
        assert command_line(["config", "lint"]) == code
    assert capsys.readouterr().out == said


def test_examples_name_what_there_is(runner: Runner, system: Path) -> None:
    examples = ROOT / "examples" / "ci"
    workflow = yaml.safe_load((examples / "github.yml").read_text())
    (used,) = (s for s in workflow["jobs"]["audit"]["steps"] if "agentaudit@" in s.get("uses", ""))
    assert set(used["with"]) <= set(ACTION["inputs"])
    assert used["uses"].endswith(f"@v{__version__}")
    (include,) = yaml.safe_load((examples / "gitlab.yml").read_text())["include"]
    assert set(include["inputs"]) <= set(SPEC["spec"]["inputs"])
    (repo,) = yaml.safe_load((examples / "pre-commit-config.yaml").read_text())["repos"]
    shipped = {h["id"] for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for hook in repo["hooks"]} == shipped
    assert runner.bash("agentaudit baseline write", system).returncode == 0
    done = runner.bash(f"sh {examples / 'any.sh'}", system)
    assert done.returncode == 0, done.stderr
    assert len(list((system / "agentaudit-report").iterdir())) == 6
