"""Real git repositories, made in a temporary directory with a fixed identity and clock."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from agentaudit.sources.git import GitRepos, open_repos

_ENV = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.invalid",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.invalid",
    "LC_ALL": "C.UTF-8",
}


class Lab:
    """A repository under construction."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        self._clock = 1_767_225_600
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        stamp = f"{self._clock} +0100"
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path,
            env={**_ENV, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp},
            input=stdin,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: Mapping[str, str | bytes], message: str = "change") -> str:
        self._clock += 86_400
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-F", "-", stdin=message.encode())
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "repo")


@pytest.fixture
def opened() -> Iterator[Callable[..., GitRepos]]:
    """Open repositories that are closed when the test ends."""
    found: list[GitRepos] = []

    def open_them(*paths: Path | str, under: Path | None = None) -> GitRepos:
        repos = open_repos([str(path) for path in paths], under or Path.cwd())
        found.append(repos)
        return repos

    yield open_them
    for repos in found:
        repos.close()
