"""Input made to execute, to crash or to fill the memory costs a finding or a clear error."""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import dialects
from tests.cli.system import ROOT, process, span
from tests.sources.git.conftest import Lab, lab
from tests.sources.git.test_hostile import trapped

__all__ = ["lab", "trapped"]

Trapped = tuple[Lab, Path, str]
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(97 + n)}: &{chr(97 + n)} [{', '.join(['*' + chr(96 + n)] * 9)}]\n" for n in range(1, 12)
)
DEEP = "[" * 50_000 + "]" * 50_000
SECONDS = 60


def run(folder: Path, *arguments: str, megabytes: int = 600) -> subprocess.CompletedProcess[bytes]:
    """Run within a limit of memory and time: a crash or a hang fails the test, not pytest."""
    limit = megabytes << 20
    return subprocess.run(
        [sys.executable, "-m", "agentaudit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )


def audited(folder: Path, *arguments: str) -> Any:
    done = run(folder, "scan", "--format", "json", *arguments)
    assert done.returncode in {0, 3}, done.stderr.decode()[-2000:]
    card = json.loads(done.stdout)
    assert not card["errors"], card["errors"]
    return card


def component(folder: Path, files: Mapping[str, str]) -> None:
    (folder / "pyproject.toml").write_text("[project]\nname='a'\ndependencies=['openai']\n")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_nothing_of_a_repository_full_of_traps_is_executed(trapped: Trapped) -> None:
    """The repository of the git source's own tests, through every command that opens it."""
    folder, marks, sha = trapped[0].path, trapped[1], trapped[2]
    steps = dialects.gen_ai()
    documents = dialects.trace(1, steps, dialects.resource(sha))
    text = "".join(json.dumps(document) + "\n" for document in documents)
    (folder / "t.jsonl").write_text(text)
    traces = ("--traces", "otlp:t.jsonl")
    card = audited(folder, *traces)
    assert card["reconstructable"]["total"] == 1
    id = re.findall(r'"traceId": "([0-9a-f]{32})', text)[0]
    for arguments in (
        ("scan", str(folder), *traces, "-v"),
        ("scan", ".", "--repo", ".git", *traces),
        ("explain", id, "--include-content", *traces),
        ("explain", "ffff", *traces),
        ("config", "show"),
    ):
        assert run(folder, *arguments).returncode in {0, 2, 3}
    assert [mark.name for mark in marks.iterdir()] == []


@pytest.mark.strace
def test_a_scan_executes_nothing_but_git(trapped: Trapped, tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None and not os.environ.get("CI"):
        pytest.skip("strace is not installed; CI requires it")
    assert strace, "CI needs strace"
    folder, marks, sha = trapped[0].path, trapped[1], trapped[2]
    documents = dialects.trace(1, dialects.mlflow(), dialects.resource(sha))
    (folder / "t.jsonl").write_text("".join(json.dumps(d) + "\n" for d in documents))
    log = tmp_path / "strace.log"
    done = subprocess.run(
        [strace, "-f", "-qq", "-e", "trace=execve,execveat", "-o", str(log), sys.executable, "-m",
         "agentaudit", "scan", ".", "--traces", "otlp:t.jsonl"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    executed = re.findall(r'execve(?:at)?\((?:[^"]*, )?"([^"]*)".*\) = 0', log.read_text())
    assert Path(executed[0]).name.startswith("python")
    assert executed[1:], "git was not seen: the trace shows nothing"
    assert {Path(name).name for name in executed[1:]} == {"git"}
    assert {Path(name).resolve() for name in executed[1:]} <= _git_programs()
    assert not list(marks.iterdir())


def _git_programs() -> set[Path]:
    """git itself, and its parts where it keeps them."""
    git = Path(str(shutil.which("git"))).resolve()
    home = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    return {git, (Path(home.stdout.strip()) / "git").resolve()}


def test_modules_in_the_scanned_directory_are_not_imported(tmp_path: Path) -> None:
    component(tmp_path, {})
    names = ("typer", "rich", "yaml", "orjson", "pydantic", "json", "zstandard", "click", "re",
             "packaging", "sitecustomize", "usercustomize")  # fmt: skip
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('x')\n")
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics" / "agentic-mlops.yaml").write_text("id: other\n")
    (tmp_path / "t.jsonl").write_text(span() + "\n")
    for arguments in (("scan", "--traces", "otlp:t.jsonl"), ("--help",), ("probes", "list")):
        assert run(tmp_path, *arguments).returncode == 0
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", [BOMB, DEEP, "{a: " * 50_000, f"a: {DEEP}", "? " * 50_000])
@pytest.mark.parametrize("name", ["agentaudit.yaml", "rubric.yaml"])
def test_a_bomb_in_what_must_be_read_is_2(tmp_path: Path, name: str, text: str) -> None:
    component(tmp_path, {name: text})
    arguments = ("--rubric", "rubric.yaml") if name == "rubric.yaml" else ()
    done = run(tmp_path, "scan", *arguments, megabytes=300)
    assert done.returncode == 2, done.stderr.decode()
    assert f"--> {name}".encode() in done.stderr


PARSED = {
    "compose.yaml": "services: ",
    ".github/workflows/ci.yml": "jobs: ",
    "package.json": "",
    "k8s/deploy.yaml": "kind: Deployment\nspec: ",
    "ops/alerts.yml": "groups: ",
    "pdm.lock": "",
    "dvc.yaml": "stages: ",
    "evals/cases.jsonl": "",
}
"""File → how it begins, so that its parser goes on."""


@pytest.mark.parametrize("text", [BOMB, DEEP, "{a: " * 50_000, '{"a":' * 50_000])
def test_bombs_in_files_of_the_repository_cost_those_files(tmp_path: Path, text: str) -> None:
    bombs = {name: f"{start}{text}" for name, start in PARSED.items()}
    component(tmp_path, {**bombs, "svc/pyproject.toml": "[project]\nname='b'\n"})
    (tmp_path / "svc" / "compose.yaml").write_text(text)
    card = audited(tmp_path)
    unread = {place["place"] for place in card["run"]["sources"][0]["unread_places"]}
    assert {
        "compose.yaml",
        ".github/workflows/ci.yml",
        "package.json",
        "svc/compose.yaml",
    } <= unread
    assert card["dimensions"][0]["criteria"][0]["counts"]["fail"] >= 1  # manifests were understood


NESTED_TEXT = "[" * 900 + "]" * 900
OBJECT = '{"a":' * 700 + "1" + "}" * 700


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        *(("gen_ai", text) for text in (NESTED_TEXT, DEEP, '{"a":' * 50_000)),
        *((dialect, OBJECT) for dialect in dialects.DIALECTS),
    ],
    ids=lambda held: held if len(held) < 20 else str(len(held)),
)
def test_json_within_attributes_nested_as_deep_as_may_be(
    tmp_path: Path, dialect: str, text: str
) -> None:
    """Every text of a complete response replaced, and every JSON in it made deeper."""
    steps = dialects.DIALECTS[dialect]()
    for step in steps:
        for name, held in step.attributes.items():
            if isinstance(held, str) and held.startswith(("[", "{")):
                inner = json.loads(held)
                deep = json.dumps(inner)[:-1] + (", " if inner else "")
                key = '"deep": ' if held.startswith("{") else ""
                step.attributes[name] = f"{deep}{key}{text}{held[-1]}"
            elif "kind" not in name.lower() and "operation" not in name and "Type" not in name:
                step.attributes[name] = text
    documents = [*dialects.trace(1, steps, dialects.resource("ab" * 20))]
    component(tmp_path, {"t.jsonl": "".join(json.dumps(d) + "\n" for d in documents)})
    card = audited(tmp_path, "--traces", "otlp:t.jsonl")
    assert card["reconstructable"]["total"] == 1
    id = documents[0]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
    told = ("explain", id, "--include-content", "--traces", "otlp:t.jsonl")
    assert run(tmp_path, *told).returncode == 0


def test_values_nested_in_otlp_itself(tmp_path: Path) -> None:
    deep = '{"arrayValue":{"values":[' * 50_000 + "]}}" * 50_000
    nested = span("2" * 32).replace('{"stringValue": "gpt-4o"}', deep)
    text = f"{span()}\n{nested}\n{DEEP}\n" + '{"resourceSpans":' * 50_000 + "\n"
    component(tmp_path, {"t.jsonl": text})
    card = audited(tmp_path, "--traces", "otlp:t.jsonl")
    assert card["run"]["sources"][-1]["unread"] == 3
    assert card["reconstructable"]["total"] == 1


def test_a_line_of_a_gigabyte_is_counted_unread(tmp_path: Path) -> None:
    component(tmp_path, {})
    block = gzip.compress(b"x" * (1 << 24), 1)
    with (tmp_path / "t.jsonl.gz").open("wb") as file:
        file.write(gzip.compress(span().encode() + b"\n"))
        for _ in range(64):
            file.write(block)
        file.write(gzip.compress(b"\n" + span("2" * 32).encode() + b"\n"))
    done = run(tmp_path, "scan", "--traces", "otlp:t.jsonl.gz", "--format", "json", megabytes=400)
    assert done.returncode == 0, done.stderr.decode()
    source = json.loads(done.stdout)["run"]["sources"][-1]
    assert (source["read"], source["unread"], source["responses"]) == (2, 1, 2)
    assert source["unread_places"] == [{"place": "t.jsonl.gz:2", "why": "line over 64 MB"}]
    gated = run(tmp_path, "scan", "--traces", "otlp:t.jsonl.gz", "--fail-under", "0")
    assert gated.returncode == 3


def crowd(shape: str, spans: int) -> dict[str, Any]:
    """One trace of very many steps: in one chain, side by side, each in a service of its own, or
    all failing with a log record each."""
    steps = dialects.gen_ai()
    trace_id = "ab" * 16
    resources: list[dict[str, Any]] = []
    records = []
    for number in range(spans):
        step = steps[number % len(steps)]
        above = max(0, number - 1) if shape == "chain" else 0
        made = {
            "traceId": trace_id,
            "spanId": f"{number + 1:016x}",
            "parentSpanId": f"{above + 1:016x}" if number else "",
            "name": step.name if number else "POST /ask",
            "kind": 1 if number else 2,
            "startTimeUnixNano": str(dialects.START_NS + number),
            "endTimeUnixNano": str(dialects.START_NS + dialects.SECOND - number),
            "attributes": dialects.attributes(step.attributes) if number else [],
            "status": {"code": 2} if shape == "failing" else {},
        }
        who = dialects.resource(f"{number:040x}" if shape == "services" else "ab" * 20)
        who["service.instance.id"] = str(number if shape == "services" else 0)
        if shape == "services" or not resources:
            held = {"attributes": dialects.attributes(who)}
            scope = {"scope": {"name": "planner"}, "spans": []}
            resources.append({"resource": held, "scopeSpans": [scope]})
        resources[-1]["scopeSpans"][0]["spans"].append(made)
        said = dialects.attributes({"exception.type": "E", "exception.stacktrace": "at a.py"})
        records.append(
            {"traceId": trace_id, "spanId": made["spanId"], "timeUnixNano": "5", "attributes": said}
        )
    logs = [{"resource": resources[0]["resource"], "scopeLogs": [{"logRecords": records}]}]
    return {"resourceSpans": resources, "resourceLogs": logs if shape == "failing" else []}


@pytest.mark.parametrize(
    ("shape", "spans"),
    [("chain", 20_000), ("flat", 20_000), ("services", 5_000), ("failing", 5_000)],
)
def test_a_trace_of_very_many_spans_is_bounded(tmp_path: Path, shape: str, spans: int) -> None:
    """Processor time, which a busy machine does not stretch. Where a question looks at every other
    span from each, twice the spans take four times as long, and this many take ten minutes."""
    component(tmp_path, {"t.jsonl": json.dumps(crowd(shape, spans)) + "\n"})
    traces = ("--traces", "otlp:t.jsonl", "--format", "json")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = process(tmp_path, "explain", "abab", *traces)
    assert done.returncode == 0, done.stderr.decode()
    card = json.loads(done.stdout)
    assert not card["errors"]
    assert len(card["dossiers"][0]["steps"]) == spans
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert used < spans / 400, f"{used:.1f} s"
