"""What is kept between runs: it changes nothing but the time, and stays out of what is scanned."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import open_repos, user_folder
from agentaudit.sources.git.code import index
from agentaudit.sources.git.code.written import Written
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.tree import FilesOnDisk, walked

ROOT = Path(__file__).parents[3]
FILES = {
    "pyproject.toml": '[project]\nname = "a"\ndependencies = ["openai"]\n',
    "a.py": "from openai import OpenAI\nOpenAI().responses.create(model='gpt-4o')\n",
    "b.ts": 'import OpenAI from "openai";\nnew OpenAI({});\n',
    "config.py": "MODEL = 'x'\n",
    "prompts/a.md": "You are helpful.\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "tree"


def read(path: Path, cache: Path | None) -> tuple[Component, ...]:
    with open_repos([str(path)], path, cache=cache) as repos:
        return repos.components()


def seal(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        status = file.stat()
        digest.update(f"{file} {status.st_mtime_ns} {status.st_mode}".encode())
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()


def test_the_second_run_parses_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = seal(tree)
    first = read(tree, tmp_path / "cache")
    assert first == read(tree, None)

    def refused(*_: object) -> Written:
        raise AssertionError("parsed again")

    monkeypatch.setattr(index, "extract", refused)
    assert read(tree, tmp_path / "cache") == first
    assert seal(tree) == before
    with pytest.raises(AssertionError, match="parsed again"):
        read(tree, None)


def test_a_changed_file_is_parsed_anew(tree: Path, tmp_path: Path) -> None:
    read(tree, tmp_path / "cache")
    (tree / "a.py").write_text(FILES["a.py"].replace("4o", "5"), encoding="utf-8")
    assert read(tree, tmp_path / "cache") == read(tree, None)


@pytest.mark.parametrize("damage", ["rubbish", "empty", "rows", "values", "directory"])
def test_a_damaged_cache_costs_time_only(tree: Path, tmp_path: Path, damage: str) -> None:
    cache = tmp_path / "cache"
    wanted = read(tree, cache)
    file = cache / "code.sqlite"
    if damage == "directory":
        file.unlink()
        file.mkdir()
    elif damage in ("rubbish", "empty"):
        file.write_bytes(b"x" * 5000 * (damage == "rubbish"))
    else:
        with sqlite3.connect(file) as database:
            column = "said" if damage == "rows" else "seal"
            database.execute(f"UPDATE files SET {column} = x'5b'")
        database.close()
    assert read(tree, cache) == wanted
    assert read(tree, cache) == wanted


def test_a_cache_that_cannot_be_written_costs_time_only(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    assert read(tree, tmp_path / "cache") == read(tree, None)


def test_the_cache_lies_with_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "agentaudit"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_folder() is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("USERPROFILE", raising=False)
    assert user_folder() is None


@pytest.mark.parametrize(("flags", "kept"), [([], ["code.sqlite"]), (["--no-cache"], [])])
def test_a_scan_writes_into_the_cache_only(
    tree: Path, tmp_path: Path, flags: list[str], kept: list[str]
) -> None:
    home, before = tmp_path / "home", seal(tree)
    home.mkdir()
    given = {k: v for k, v in os.environ.items() if k != "XDG_CACHE_HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "agentaudit", "scan", ".", *flags],
        cwd=tree,
        env={**given, "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert [path.name for path in home.rglob("*") if path.is_file()] == kept
    assert seal(tree) == before


def test_no_file_is_read_twice(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    load = FilesOnDisk.load

    def counted(self: FilesOnDisk, path: str, cap: int) -> object:
        if cap > 1024:
            seen.append(path)
        return load(self, path, cap)

    monkeypatch.setattr(FilesOnDisk, "load", counted)
    read(tree, None)
    assert sorted(seen) == sorted(set(seen))
    assert {"a.py", "b.ts", "config.py"} <= set(seen)


def test_a_commit_says_the_same_as_its_work_tree(tree: Path, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(tree)]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(tree), str(bare)], check=True)
    (there,), (here,) = read(bare, None), read(tree, None)
    assert [c.callee for c in there.code.calls] == [c.callee for c in here.code.calls]
    assert [p.name for p in there.code.prompts] == [p.name for p in here.code.prompts]
    blob = subprocess.run(
        [*git, "rev-parse", "HEAD:a.py"], check=True, capture_output=True, text=True
    ).stdout.strip()
    (bare / "objects" / blob[:2] / blob[2:]).unlink()
    (partial,) = read(bare, None)
    assert partial.code.read
    assert "1 files" in partial.code.problem


def test_plain_directories_are_walked(tree: Path) -> None:
    reader = Reader("git:.", FilesOnDisk(tree, walked(tree)))
    assert set(index.Index(reader).files) == {"a.py", "b.ts", "config.py"}
