"""Repositories held in memory, read by the same code as real ones: for tests and examples."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from agentaudit.evidence import safe
from agentaudit.response import Commit
from agentaudit.source import Change
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.history import Dated
from agentaudit.sources.git.messages import moment, parts
from agentaudit.sources.git.objects import Absent
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.repositories import Repositories, Repository
from agentaudit.sources.git.text import CAP, MISSING, TOO_LARGE, Content
from agentaudit.sources.git.tree import decoded

_START = 1_767_225_600
"""2026-01-01T00:00:00Z: when the first commit was made; each next one a day later."""


class MemoryCommit(Struct, frozen=True):
    """One commit: everything it holds, and what it says."""

    files: Mapping[str, str | bytes]
    message: str = "change"
    sha: str = ""
    """40 hexadecimal digits; made from the content when empty."""
    reachable: bool = True
    refs: tuple[str, ...] = ("main",)
    changed: tuple[str, ...] | None = None
    """Paths that it changed; None: those that differ from the commit before it."""


class FilesInMemory:
    """A tree of given files."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {path: _bytes(content) for path, content in files.items()}
        self.paths = tuple(sorted(self._files))

    def load(self, path: str, cap: int) -> bytes | Content:
        data = self._files.get(path)
        if data is None:
            return MISSING
        return TOO_LARGE if len(data) > cap else data


class MemoryHistory(Struct):
    """A line of commits, oldest first."""

    repo: str
    commits: Sequence[MemoryCommit]
    gap: str = ""
    within: str = ""
    _by_sha: dict[str, tuple[int, MemoryCommit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_sha = {
            commit.sha or _made_up(number, commit): (number, commit)
            for number, commit in enumerate(self.commits)
        }

    def find(self, prefix: str) -> tuple[str, ...]:
        return tuple(sha for sha in self._by_sha if sha.startswith(prefix))

    def _get(self, sha: str) -> tuple[int, MemoryCommit]:
        if sha not in self._by_sha:
            raise Absent(sha)
        return self._by_sha[sha]

    def commit(self, sha: str) -> Commit:
        number, commit = self._get(sha)
        subject = safe(parts(commit.message)[0])
        reachable = True if commit.reachable else None if self.gap == "shallow" else False
        refs = commit.refs if commit.reachable else ()
        return Commit(sha, self.repo, reachable, refs, subject, moment(_time(number), "+0000"))

    def files(self, sha: str) -> dict[str, str]:
        return {path: f"{sha}:{path}" for path in self._get(sha)[1].files}

    def blobs(self, sha: str) -> dict[str, str]:
        return {path: _blob(_bytes(data)) for path, data in self._get(sha)[1].files.items()}

    def recent(self, limit: int) -> tuple[str, ...]:
        return tuple(sha for sha, (_, each) in self._by_sha.items() if each.reachable)[::-1][:limit]

    def open(self, key: str, cap: int = CAP) -> Content:
        sha, _, path = key.partition(":")
        return decoded(FilesInMemory(self._get(sha)[1].files).load(path, cap))

    def changes(self, patterns: tuple[str, ...], limit: int) -> list[Dated]:
        found = []
        before: Mapping[str, str | bytes] = {}
        for sha, (number, commit) in self._by_sha.items():
            paths = commit.changed if commit.changed is not None else _changed(before, commit.files)
            before = commit.files
            kept = tuple(sorted(p for p in paths if any(matches(p, each) for each in patterns)))
            if kept:
                subject, body = parts(commit.message)
                change = Change(sha, safe(subject), body, kept, self.repo)
                found.append(Dated(_time(number), change))
        return found[::-1][:limit]

    def rows(self, changes: Sequence[Change]) -> dict[tuple[str, str], tuple[str, ...]]:
        found = {}
        for change in changes:
            number, commit = self._get(change.sha)
            told = number == 0 or commit.changed is not None
            before = {} if told else self.commits[number - 1].files
            for path in change.paths:
                old, new = (_rows(files.get(path)) for files in (before, commit.files))
                if one := [*(r for r in old if r not in new), *(r for r in new if r not in old)]:
                    found[change.sha, path] = tuple(one)
        return found


class MemoryRepo(Repositories):
    """A repository of given files and commits.

    `commits` are oldest first; None is a plain directory without git. `gap` is `shallow` or
    `partial` for a clone that does not hold everything.
    """

    def __init__(
        self,
        files: Mapping[str, str | bytes],
        commits: Sequence[MemoryCommit] | None = (),
        *,
        name: str = "git:.",
        gap: str = "",
    ) -> None:
        history = None if commits is None else MemoryHistory(name, commits, gap)
        reader = Reader(name, FilesInMemory(files))
        super().__init__([Repository(reader, history, uri=name.removeprefix("git:"))])

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> MemoryRepo:
        """From plain data: files {path: text}, commits [{files, message, sha, reachable, refs,
        changed}] or None, name, gap; all optional."""
        listed = given.get("commits", ())
        commits = None if listed is None else [_commit(each) for each in listed]
        return cls(
            given.get("files", {}),
            commits,
            name=given.get("name", "git:."),
            gap=given.get("gap", ""),
        )


def _commit(given: Mapping[str, Any]) -> MemoryCommit:
    tuples = {key: tuple(given[key]) for key in ("refs", "changed") if given.get(key) is not None}
    return MemoryCommit(**{"files": {}, **given, **tuples})


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def _changed(
    before: Mapping[str, str | bytes], after: Mapping[str, str | bytes]
) -> tuple[str, ...]:
    names = sorted({*before, *after})
    return tuple(name for name in names if before.get(name) != after.get(name))


def _rows(content: str | bytes | None) -> list[str]:
    return _bytes(content or "").decode("utf-8", "replace").split("\n")


def _time(number: int) -> int:
    return _START + number * 86_400


def _made_up(number: int, commit: MemoryCommit) -> str:
    return hashlib.sha1(f"{number} {commit.message}".encode()).hexdigest()
