"""Installed extensions: loaded by entry point, and never from what is audited."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from agentaudit import plugins, testing
from agentaudit.errors import ExitCode, PluginError, SourceError
from agentaudit.finding import Outcome
from agentaudit.sources.traces import ReadOptions, TraceSource, open_traces

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "plugin"


def install(target: Path, name: str, points: Mapping[str, Mapping[str, str]], module: str) -> None:
    """What pip leaves behind: the module, and a dist-info folder that names its entry points."""
    (target / f"{name.replace('-', '_')}.py").write_text(module, encoding="utf-8")
    describe(target, name, "1.0", points)


def describe(
    target: Path, name: str, version: str, points: Mapping[str, Mapping[str, str]]
) -> None:
    info = target / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    lines = [
        f"[{group}]\n" + "".join(f"{point} = {value}\n" for point, value in named.items())
        for group, named in points.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for installed packages, forgotten after the test."""
    folder = tmp_path / "installed"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in {"agentaudit_acme", "acme", "other", "evil"}:
            del sys.modules[name]


@pytest.fixture
def acme(target: Path) -> Path:
    """The example, installed."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shutil.copytree(EXAMPLE / "agentaudit_acme", target / "agentaudit_acme")
    describe(target, project["name"], project["version"], project["entry-points"])
    return target


def refused(group: plugins.Group, builtin: tuple[str, ...] = ()) -> PluginError:
    with pytest.raises(PluginError) as caught:
        plugins.load(group, builtin)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "pass --no-plugins" in caught.value.hint
    return caught.value


def test_the_example_probe_answers_and_says_where_it_comes_from(acme: Path) -> None:
    probe = plugins.load("probes")["acme-runbook-present"]
    assert probe.package == "agentaudit-acme 0.1.0"
    assert probe.question == "Does the component have a runbook?"
    outcomes = [probe.ask(testing.build(example.given)).outcome for example in probe.examples]
    assert outcomes == [example.outcome for example in probe.examples]
    assert set(outcomes) == {Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN}


def test_the_example_report_is_one_line(acme: Path) -> None:
    card = SimpleNamespace(
        run=SimpleNamespace(as_of="2026-11-20"),
        score=SimpleNamespace(low=61.29),
        level=1,
        reconstructable=SimpleNamespace(full=61, total=100),
    )
    assert plugins.load("reports")["csv"](card) == "2026-11-20,61.2,1,61,100\r\n"


def test_the_example_source_gives_responses(acme: Path, tmp_path: Path) -> None:
    log = tmp_path / "gateway.jsonl"
    line = '{"trace": "%032x", "span": "%016x", "service": "planner", "start_ms": 1795219200000}\n'
    log.write_text("".join(line % (n, n) for n in (1, 2)), encoding="utf-8")
    factories = plugins.load("sources", ("otlp",))
    with open_traces([TraceSource(f"acme:{log}")], ReadOptions(), factories) as store:
        assert sorted(response.id for response in store.responses()) == [
            "0" * 31 + "1",
            "0" * 31 + "2",
        ]
    log.write_text("{}", encoding="utf-8")
    with pytest.raises(SourceError, match="not a call of the gateway"):
        open_traces([TraceSource(f"acme:{log}")], ReadOptions(), factories)
    with pytest.raises(SourceError, match="cannot be read"):
        open_traces([TraceSource("acme:nowhere")], ReadOptions(), factories)


def test_a_plugin_that_does_not_load_is_fatal(target: Path) -> None:
    install(target, "acme", {"agentaudit.probes": {"acme-x": "acme:nope"}}, "")
    error = refused("probes")
    assert "cannot load probe 'acme-x' from acme 1.0: AttributeError" in str(error)
    assert error.where == "acme 1.0, entry point acme-x = acme:nope"
    assert error.hint == "upgrade or uninstall acme, or pass --no-plugins"
    assert plugins.load("reports") == {}


def test_a_plugin_that_crashes_on_import_is_fatal(target: Path) -> None:
    module = "raise RuntimeError('sk-abcdefghijklmnopqrstuvwx \\x1b[2J')"
    install(target, "acme", {"agentaudit.sources": {"acme": "acme:open"}}, module)
    said = str(refused("sources"))
    assert "RuntimeError: [redacted:openai:" in said
    assert "\x1b" not in said


def test_a_plugin_cannot_end_the_run_green(target: Path) -> None:
    install(target, "acme", {"agentaudit.probes": {"x": "acme:x"}}, "raise SystemExit(0)")
    assert "SystemExit: 0" in str(refused("probes"))


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_a_plugin_of_the_wrong_kind_is_fatal(target: Path, group: plugins.Group) -> None:
    install(target, "acme", {f"agentaudit.{group}": {"x": "acme:thing"}}, "thing = 3")
    assert f"{group[:-1]} 'x' from acme 1.0 is not a" in str(refused(group))


def test_a_probe_id_that_is_taken_is_fatal(acme: Path) -> None:
    assert "from agentaudit and from agentaudit-acme 0.1.0" in str(
        refused("probes", ("acme-runbook-present",))
    )
    points = {"agentaudit.probes": {"again": "other:runbook"}}
    install(acme, "other", points, "from agentaudit_acme.runbook import runbook")
    said = str(refused("probes"))
    assert "two probes are called 'acme-runbook-present'" in said
    assert "from agentaudit-acme 0.1.0 and from other 1.0" in said


def test_two_reports_of_one_format_are_fatal(acme: Path) -> None:
    install(acme, "other", {"agentaudit.reports": {"csv": "other:draw"}}, "def draw(card): ...")
    assert "two reports are called 'csv'" in str(refused("reports"))


@pytest.mark.parametrize("start", [["-c", "import agentaudit; {}"], ["-m", "probe_plugins"]])
def test_nothing_is_loaded_from_the_current_directory(tmp_path: Path, start: list[str]) -> None:
    """The current directory is often the audited repository."""
    module = "open('ran', 'w').close()"
    install(tmp_path, "evil", {"agentaudit.probes": {"evil": "evil:probe"}}, module)
    code = "from agentaudit import plugins; print(plugins.load('probes'))"
    runner = tmp_path / "elsewhere"
    runner.mkdir()
    (runner / "probe_plugins.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *(part.replace("{}", code) for part in start)],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{runner}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "{}\n", done.stderr
    assert not (tmp_path / "ran").exists()


def test_loading_plugins_imports_nothing_heavy() -> None:
    code = (
        "import sys, agentaudit.errors, agentaudit.plugins as p; p.load('probes');"
        "print(sorted({'pydantic', 'yaml', 'git', 'rich', 'typer'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
