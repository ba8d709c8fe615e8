"""An audit that is taken from an earlier run: the same bytes, and only where nothing changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agentaudit import audit as made
from agentaudit.audit import audit
from agentaudit.sources.git import open_repos, state
from agentaudit.sources.git.state import Unsettled, of_files
from tests.cli.system import RUBRIC, command
from tests.scanning import git, repository

FILES = {
    "pyproject.toml": '[project]\nname = "a"\ndependencies = ["openai"]\n',
    "app/main.py": "from openai import OpenAI\nOpenAI().responses.create(model='gpt-4o')\n",
    "README.md": "A system.\n",
}
SCAN = (
    *("scan", ".", "--format", "json", "--as-of", "2026-11-21", "-q"),
    *("--rubric", "../rubric.yaml"),
)
Scan = Callable[..., tuple[bytes, bool]]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(state, "_SETTLED_NS", 0)
    (tmp_path / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    repository(tmp_path / "tree", FILES)
    return tmp_path / "tree"


@pytest.fixture
def scan(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Scan:
    """Scan, and say what was written and whether anything was audited for it."""
    asked: list[object] = []

    def counted(*given: object) -> object:
        asked.append(given)
        return audit(*given)  # type: ignore[arg-type]  # the same ones

    monkeypatch.setattr(made, "audit", counted)

    def run(*flags: str) -> tuple[bytes, bool]:
        asked.clear()
        assert command(tree, *SCAN, *flags) == 0
        return capfdbinary.readouterr().out, bool(asked)

    return run


def kept(tree: Path) -> list[Path]:
    return sorted((tree.parent / "cache").rglob("*.audit"))


def test_a_second_scan_says_the_same_without_auditing(tree: Path, scan: Scan) -> None:
    first, audited = scan("--no-cache")
    assert audited
    assert not kept(tree)
    assert scan() == (first, True)
    assert len(kept(tree)) == 1
    assert scan() == (first, False)
    assert scan("--no-cache") == (first, True)


@pytest.mark.parametrize(
    "change",
    [
        "content",
        "same_size_and_time",
        "mode",
        "gone",
        "tracked",
        "commit",
        "branch",
        "rubric",
        "gate",
    ],
)
def test_whatever_changes_is_audited_anew(tree: Path, scan: Scan, change: str) -> None:
    scan()
    assert not scan()[1]
    file = tree / "app/main.py"
    before = file.stat()
    flags: tuple[str, ...] = ()
    if change == "content":
        file.write_text("import anthropic\n", encoding="utf-8")
    elif change == "same_size_and_time":
        file.write_text(FILES["app/main.py"].replace("4o", "5o"), encoding="utf-8")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert file.stat().st_size == before.st_size
    elif change == "mode":
        file.chmod(0o755)
    elif change == "gone":
        file.unlink()
    elif change == "tracked":
        (tree / "new.py").write_text("import mlflow\n", encoding="utf-8")
        git(tree, "add", "-A")
        git(tree, "commit", "-q", "-m", "more")
    elif change == "commit":
        git(tree, "commit", "-q", "--allow-empty", "-m", "nothing")
    elif change == "branch":
        git(tree, "branch", "other")
    elif change == "rubric":
        text = RUBRIC.replace("RUNBOOK.md", "README.md")
        (tree.parent / "rubric.yaml").write_text(text, encoding="utf-8")
    else:
        flags = ("--min-level", "0")
    now, audited = scan(*flags)
    assert audited
    assert now == scan("--no-cache", *flags)[0]


@pytest.mark.parametrize("damage", ["rubbish", "cut", "empty", "directory"])
def test_what_is_damaged_is_made_anew(tree: Path, scan: Scan, damage: str) -> None:
    first, _ = scan()
    (file,) = kept(tree)
    data = file.read_bytes()
    if damage == "directory":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes({"rubbish": b"x" * len(data), "cut": data[:-9], "empty": b""}[damage])
    assert scan() == (first, True)
    assert scan()[0] == first


def test_nothing_is_kept_of_what_has_just_changed(
    tree: Path, scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "_SETTLED_NS", 60_000_000_000)
    assert scan()[1]
    assert scan()[1]
    assert not kept(tree)


@pytest.mark.parametrize(
    "config", ["sources: {traces: ['otlp:none/*.jsonl']}\n", "services: {a: {agentic: true}}\n"]
)
def test_nothing_is_kept_of_what_a_digest_cannot_tell(tree: Path, config: str) -> None:
    (tree / "agentaudit.yaml").write_text(config, encoding="utf-8")
    command(tree, *SCAN)
    assert not kept(tree)


def test_the_oldest_go_first(tree: Path, scan: Scan) -> None:
    scan()
    (first,) = kept(tree)
    for number in range(70):
        (first.parent / f"{number}.audit").write_bytes(b"")
    os.utime(first, ns=(0, 0))
    scan("--seed", "7")
    assert len(kept(tree)) == 64
    assert first not in kept(tree)


def test_a_link_in_the_place_of_a_directory_is_a_change(tree: Path) -> None:
    before = of_files(tree, ["app/main.py"])
    assert of_files(tree, ["app/main.py"]) == before
    (tree / "app").rename(tree.parent / "elsewhere")
    (tree / "app").symlink_to(tree.parent / "elsewhere")
    assert of_files(tree, ["app/main.py"]) != before
    with pytest.raises(Unsettled):
        of_files(tree, ["app/none.py"])


def test_objects_that_lie_elsewhere_tell_nothing(tree: Path) -> None:
    with open_repos([str(tree)], tree) as repos:
        assert repos.state() is not None
    (tree / ".git/objects/info").mkdir(exist_ok=True)
    (tree / ".git/objects/info/alternates").write_text("/elsewhere\n", encoding="utf-8")
    with open_repos([str(tree)], tree) as repos:
        assert repos.state() is None
