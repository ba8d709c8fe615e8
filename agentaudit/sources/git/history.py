"""The commits of one repository, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from typing import Protocol

from msgspec import Struct

from agentaudit.evidence import safe
from agentaudit.response import Commit
from agentaudit.source import Change
from agentaudit.sources.git import patches
from agentaudit.sources.git.code.patterns import Pattern
from agentaudit.sources.git.code.patterns import compiled as wanted
from agentaudit.sources.git.globs import compiled
from agentaudit.sources.git.messages import Message, parts, split
from agentaudit.sources.git.objects import Absent, Objects
from agentaudit.sources.git.process import GitTrouble
from agentaudit.sources.git.proxy import Proxy
from agentaudit.sources.git.refs import short
from agentaudit.sources.git.text import CAP, Content
from agentaudit.sources.git.tree import committed, read_blob

_COMMIT_CAP = 8 << 20
_MOST_CHANGES = 1000
_MOST_PATHS = 500


class Dated(Struct, frozen=True):
    """A change and when it was committed, so that those of several repositories can be merged."""

    committed: int
    """Unix seconds."""
    change: Change


class History(Protocol):
    """What can be asked about the past of one repository."""

    @property
    def repo(self) -> str:
        """Name of the repository source."""
        ...

    @property
    def gap(self) -> str:
        """Why something missing proves nothing: `shallow`, `partial`; empty when complete."""
        ...

    @property
    def within(self) -> str:
        """The scanned directory inside the commits' trees; empty for all of it."""
        ...

    def find(self, prefix: str) -> tuple[str, ...]:
        """Full ids of the commits that start with `prefix`."""
        ...

    def commit(self, sha: str) -> Commit:
        """The commit with this full id; raises Absent."""
        ...

    def files(self, sha: str) -> Mapping[str, str]:
        """Path → key of its content, for every file of the commit; raises Absent."""
        ...

    def blobs(self, sha: str) -> Mapping[str, str]:
        """Path → git object id, for every file of the commit; raises Absent."""
        ...

    def recent(self, limit: int) -> tuple[str, ...]:
        """Full ids of the latest commits on any branch or tag, newest first."""
        ...

    def open(self, key: str, cap: int = CAP) -> Content:
        """A file of at most `cap` bytes by the key that `files` gave."""
        ...

    def changes(self, patterns: tuple[str, ...], limit: int) -> list[Dated]:
        """The last commits that changed files matching a pattern, newest first."""
        ...

    def rows(self, changes: Sequence[Change]) -> dict[tuple[str, str], tuple[str, ...]]:
        """(id, path) → lines that a change added to the file or took from it."""
        ...


class GitHistory:
    """The history behind a clean git directory. Its look-ups raise GitTrouble when git gives up."""

    def __init__(self, repo: str, proxy: Proxy, objects: Objects, within: str) -> None:
        self.repo = repo
        self.within = within
        self.gap = "shallow" if proxy.shallow else "partial" if proxy.partial else ""
        self._proxy = proxy
        self._git = proxy.git
        self._objects = objects
        self._files: dict[str, dict[str, str]] = {}

    def find(self, prefix: str) -> tuple[str, ...]:
        # A branch may be named like an abbreviated id: only this option never reads names.
        ids = self._git.run("rev-parse", f"--disambiguate={prefix}", most=1 << 20).split()
        return tuple(id.decode() for id in ids if self._is_commit(id.decode()))

    def _is_commit(self, id: str) -> bool:
        try:
            return self._objects.header(id).kind == "commit"
        except Absent:
            return False

    def commit(self, sha: str) -> Commit:
        message = self._message(sha)
        reachable, refs = self._reachable(sha)
        return Commit(sha, self.repo, reachable, refs, safe(message.subject), message.authored)

    def _message(self, sha: str) -> Message:
        kind, data = self._objects.read(sha, _COMMIT_CAP)
        if kind != "commit":
            raise Absent(sha)
        return split(data)

    def _reachable(self, sha: str) -> tuple[bool | None, tuple[str, ...]]:
        try:
            listed = self._git.run(
                "for-each-ref",
                "--count=3",
                f"--contains={sha}",
                "--format=%(refname)",
                "refs/heads/",
                "refs/remotes/",
                "refs/tags/",
                most=1 << 20,
            )
        except GitTrouble:
            return None, ()
        names = [line for line in listed.decode("utf-8", "replace").split("\n") if line]
        if names:
            return True, tuple(safe(short(name)) for name in names)
        return (None if self._proxy.shallow or not self._proxy.refs else False), ()

    def files(self, sha: str) -> dict[str, str]:
        if sha not in self._files:
            if len(self._files) >= 16:
                self._files.pop(next(iter(self._files)))
            self._files[sha] = committed(self._git, sha)[0]
        return self._files[sha]

    def blobs(self, sha: str) -> dict[str, str]:
        return self.files(sha)

    def recent(self, limit: int) -> tuple[str, ...]:
        if not self._proxy.refs:
            return ()
        asked = ("--branches", "--tags", "--remotes")
        listed = self._git.run("rev-list", f"--max-count={limit}", *asked, most=1 << 20)
        return tuple(listed.decode().split())

    def open(self, key: str, cap: int = CAP) -> Content:
        return read_blob(self._objects, key, cap)

    def changes(self, patterns: tuple[str, ...], limit: int) -> list[Dated]:
        if not self._proxy.head or not patterns:
            return []
        likely = _likely(patterns)
        fits = cache(compiled(*patterns).fullmatch)
        found: list[Dated] = []
        with closing(self._log()) as entries:
            for entry in entries:
                if len(found) >= min(limit, _MOST_CHANGES):
                    break
                said, _, rest = entry.strip(b"\0").partition(b"\0\n")
                if names := [match.group() for match in likely.finditer(rest)]:
                    found += self._change(said.decode("utf-8", "replace"), names, fits)
        return found

    def _log(self) -> Generator[bytes]:
        """Id, time, message and changed files of every commit that is no merge. Paths are not given
        to git: asked for patterns that begin anywhere, it takes ten times as long."""
        return self._git.pieces(
            "log",
            "-z",
            "--name-only",
            "--no-merges",
            "--no-renames",
            "--no-show-signature",
            "--format=%x00%H%n%ct%n%B",
            self._proxy.head,
            end=b"\0\0",
        )

    def _change(
        self, said: str, likely: list[bytes], fits: Callable[[str], object]
    ) -> Iterator[Dated]:
        sha, committed, message = [*said.split("\n", 2), "", ""][:3]
        # The oldest commits of a shallow history seem to add every file: they say nothing.
        if sha in self._proxy.shallow:
            return
        start = f"{self.within}/" if self.within else ""
        names = (name.decode("utf-8", "surrogateescape") for name in likely)
        paths = [
            name.removeprefix(start) for name in names if name.startswith(start) and name != start
        ]
        kept = tuple(sorted(path for path in paths if fits(path)))
        if kept:
            subject, body = parts(message)
            change = Change(sha, safe(subject), body, kept, self.repo)
            yield Dated(int(committed or 0), change)

    def rows(self, changes: Sequence[Change]) -> dict[tuple[str, str], tuple[str, ...]]:
        start = f"{self.within}/" if self.within else ""
        paths = sorted({start + path for change in changes for path in change.paths})[:_MOST_PATHS]
        shas = [change.sha for change in changes][:_MOST_CHANGES]
        return patches.rows(self._git, shas, paths, start) if paths else {}


def _likely(patterns: tuple[str, ...]) -> Pattern:
    """Finds the names, between zero bytes, that hold what every path holds that matches."""
    fixed = ([] if "[" in pattern else re.split(r"[*?]+", pattern) for pattern in patterns)
    longest = {max((part.strip("/") for part in parts), key=len, default="") for parts in fixed}
    needed = {one for one in longest if not any(other in one for other in longest - {one})}
    texts = (one.encode("utf-8", "surrogateescape") for one in sorted(needed))
    exact = ("".join(f"\\x{byte:02x}" for byte in text) for text in texts)
    return wanted(f"[^\\x00]*(?:{'|'.join(exact)})[^\\x00]*")
