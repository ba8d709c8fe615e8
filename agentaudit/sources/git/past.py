"""What a commit holds, as an image is compared with it: files, build files, locked packages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from agentaudit.image import CommitTree, LockFile
from agentaudit.response import Commit, Resolution, Target
from agentaudit.sources.git.dockerfile import is_build_file
from agentaudit.sources.git.dockerignore import Unversioned, ignored
from agentaudit.sources.git.history import History
from agentaudit.sources.git.lock_pins import kind, lock_file
from agentaudit.sources.git.lookup import Lookup, not_looked
from agentaudit.sources.git.objects import Absent
from agentaudit.sources.git.process import GitTrouble
from agentaudit.sources.git.roles import foreign, is_own
from agentaudit.sources.git.stages import plans
from agentaudit.sources.git.text import LOCK_CAP

_Read = Callable[[str, History], tuple[str, object]]
_MOST_RECIPES = 30
"""Build files, and as many files that say what they leave out."""
_MOST_PLANS = 100
_MOST_LOCKS = 50
_KEPT = 8
"""Trees and sets of lock files that are kept for later questions."""


class Past:
    """Whole commits of several repositories; the last few answers are kept."""

    def __init__(self, histories: Sequence[History], lookup: Lookup) -> None:
        self._histories = {history.repo: history for history in histories}
        self._lookup = lookup
        self._trees: dict[str, Target] = {}
        self._locks: dict[str, Target] = {}

    def tree(self, sha: str) -> Target:
        """See `source.Repo.tree_at`."""
        return self._kept(self._trees, sha, self._tree)

    def locks(self, sha: str) -> Target:
        """See `source.Repo.locks_at`."""
        return self._kept(self._locks, sha, self._lock_files)

    def recent(self, limit: int) -> tuple[str, ...]:
        """See `source.Repo.recent`."""
        found: list[str] = []
        for history in self._histories.values():
            try:
                found += history.recent(limit)
            except (GitTrouble, Absent):
                continue
        return tuple(found[:limit])

    def _kept(self, known: dict[str, Target], sha: str, read: _Read) -> Target:
        if sha not in known:
            while len(known) >= _KEPT:
                known.pop(next(iter(known)))
            known[sha] = self._opened(sha, read)
        return known[sha]

    def _opened(self, sha: str, read: _Read) -> Target:
        target = self._lookup.commit(sha)
        commit = target.content
        if not isinstance(commit, Commit):
            return target
        history = self._histories[commit.repo]
        try:
            detail, content = read(commit.sha, history)
        except (GitTrouble, Absent) as trouble:
            return not_looked(f"the files of {commit.sha[:12]}: {trouble}", history.gap or "broken")
        return Target(Resolution.RESOLVED, detail, content=content, evidence=target.evidence)

    def _tree(self, sha: str, history: History) -> tuple[str, CommitTree]:
        blobs = history.blobs(sha)
        texts = _texts(history, sha, _recipes(blobs))
        found = tuple(
            plan
            for path, text in texts.items()
            if not path.endswith(".dockerignore")
            for plan in plans(path, text)
        )
        left_out = frozenset(
            path
            for file, text in texts.items()
            if file.endswith(".dockerignore")
            for path in _kept_out(file, text, blobs)
        )
        unversioned = Unversioned(_texts_by_home(history, sha, blobs))
        tree = CommitTree(sha, history.repo, blobs, found[:_MOST_PLANS], left_out, unversioned)
        return f"{len(blobs)} files at commit {sha[:12]}", tree

    def _lock_files(self, sha: str, history: History) -> tuple[str, tuple[LockFile, ...]]:
        keys = history.files(sha)
        paths = [path for path in sorted(keys) if kind(path) and not foreign(path)][:_MOST_LOCKS]
        found = (lock_file(path, history.open(keys[path], LOCK_CAP)) for path in paths)
        locks = tuple(lock for lock in found if lock is not None)
        return f"{len(locks)} lock files at commit {sha[:12]}", locks


def _recipes(blobs: Mapping[str, str]) -> list[str]:
    """Build files and what they leave out, of the application itself."""
    names = (
        path
        for path in sorted(blobs)
        if path.endswith(".dockerignore") or is_build_file(path.rpartition("/")[2])
    )
    return [path for path in names if is_own(path)][:_MOST_RECIPES]


def _texts_by_home(history: History, sha: str, blobs: Mapping[str, str]) -> dict[str, str]:
    """Directory → text of its `.gitignore`."""
    named = [path for path in sorted(blobs) if path.rpartition("/")[2] == ".gitignore"]
    found = _texts(history, sha, named[:_MOST_RECIPES])
    return {path.rpartition("/")[0]: text for path, text in found.items()}


def _texts(history: History, sha: str, paths: Sequence[str]) -> dict[str, str]:
    keys = history.files(sha)
    read = {path: history.open(keys[path]).text for path in paths if path in keys}
    return {path: text for path, text in read.items() if text is not None}


def _kept_out(file: str, text: str, blobs: Mapping[str, str]) -> Iterator[str]:
    home = file.rpartition("/")[0]
    start = f"{home}/" if home else ""
    inner = [path[len(start) :] for path in blobs if path.startswith(start)]
    return (start + path for path in ignored(text, inner))
