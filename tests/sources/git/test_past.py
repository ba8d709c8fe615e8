"""Whole commits: the same answers of a real repository and of the one in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from agentaudit.image import BuildPlan, CommitTree, LockFile
from agentaudit.response import Resolution
from agentaudit.source import Repo
from agentaudit.sources.git import GitRepos, MemoryCommit, MemoryRepo
from agentaudit.sources.git.dockerignore import ignored

from .conftest import Lab

FILES = {
    "app/main.py": "print()\n",
    "app/.dockerignore": "*.md\n!KEEP.md\n",
    "app/README.md": "a\n",
    "app/KEEP.md": "b\n",
    "Dockerfile": "FROM debian:12\nCOPY app /srv/app\n",
    "requirements.txt": "numpy==2.1.0 --hash=sha256:aa\n",
    "node_modules/x/package-lock.json": "{}",
    "tests/Dockerfile": "FROM debian\nCOPY . /all\n",
}


@pytest.fixture(params=["work tree", "bundle", "memory"])
def repo(
    request: pytest.FixtureRequest, tmp_path: Path, opened: Callable[..., GitRepos]
) -> tuple[Repo, str, str]:
    if request.param == "memory":
        commits = [MemoryCommit({"a": ""}, sha="a" * 40), MemoryCommit(FILES, sha="b" * 40)]
        return MemoryRepo(FILES, commits), "a" * 40, "b" * 40
    lab = Lab(tmp_path / "repo")
    first, second = lab.commit({"a": ""}, "Start"), lab.commit(FILES, "Go on")
    if request.param == "bundle":
        lab.git("bundle", "create", "-q", "../history.bundle", "--all")
        return opened("history.bundle", under=tmp_path), first, second
    return opened("repo", under=tmp_path), first, second


def test_a_tree_has_every_file_with_its_blob_id(repo: tuple[Repo, str, str]) -> None:
    found, _, second = repo
    target = found.tree_at(second[:12])
    tree = target.content
    assert target.resolution is Resolution.RESOLVED
    assert isinstance(tree, CommitTree)
    assert (tree.commit, tree.repo) == (second, found.name)
    assert set(FILES) <= set(tree.blobs)
    data = FILES["app/main.py"].encode()
    assert tree.blobs["app/main.py"] == hashlib.sha1(b"blob %d\0%b" % (len(data), data)).hexdigest()
    assert tree.plans == (BuildPlan("Dockerfile", ("app",)),)
    assert tree.ignored == {"app/README.md"}


def test_lock_files_of_a_commit(repo: tuple[Repo, str, str]) -> None:
    found, first, second = repo
    locks = found.locks_at(second).content
    assert isinstance(locks, tuple)
    (lock,) = locks
    assert isinstance(lock, LockFile)
    assert (lock.path, lock.pins[0].name, lock.pins[0].version) == (
        "requirements.txt",
        "numpy",
        "2.1.0",
    )
    assert lock.sha256 == hashlib.sha256(FILES["requirements.txt"].encode()).hexdigest()
    assert found.locks_at(first).content == ()


def test_a_commit_that_is_nowhere_has_neither(repo: tuple[Repo, str, str]) -> None:
    for target in (repo[0].tree_at("f" * 40), repo[0].locks_at("--all")):
        assert target.resolution is Resolution.BROKEN
        assert target.content is None


def test_recent_commits_come_newest_first(repo: tuple[Repo, str, str]) -> None:
    found, first, second = repo
    assert found.recent(10) == (second, first)
    assert found.recent(1) == (second,)


def test_a_plain_directory_has_no_past() -> None:
    plain = MemoryRepo(FILES, None)
    assert plain.tree_at("a" * 40).resolution is Resolution.NOT_LOOKED
    assert plain.recent(5) == ()


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("*\n!src\n", {"README.md", "docs/a.md"}),
        ("# no\n\n./docs/\n", {"docs/a.md"}),
        ("**/*.md", {"README.md", "docs/a.md"}),
        ("*.md", {"README.md"}),
        ("src/*.py\n!src/a.py\nsrc/a.py", {"src/a.py"}),
        ("", set()),
        ("!" * 300 + "*" * 300, set()),
    ],
)
def test_patterns_of_dockerignore(text: str, out: set[str]) -> None:
    assert ignored(text, ["README.md", "docs/a.md", "src/a.py"]) == out
