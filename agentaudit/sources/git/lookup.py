"""Following references into history: a commit, a file at a commit, a place in code at a commit.

"Not there" is said only when every configured repository could have shown it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from agentaudit.evidence import Evidence, Location
from agentaudit.expressions import regex
from agentaudit.response import CodePlace, Commit, PromptText, Resolution, Target
from agentaudit.sources.git.history import History
from agentaudit.sources.git.objects import Absent
from agentaudit.sources.git.process import GitTrouble
from agentaudit.sources.git.recorded import Ambiguous, Elsewhere, candidates
from agentaudit.sources.git.symbols import bare, defines
from agentaudit.sources.git.text import NOT_FETCHED, Content, is_pointer, lines

_SHA = regex(r"[0-9a-f]{7,64}")

WHY = {
    "no_git": "{repo} is a plain directory without git history",
    "shallow": "{repo} is a shallow clone: clone with full history (fetch-depth: 0)",
    "partial": "{repo} is a partial clone: clone without a filter (fetch-depth: 0)",
}
"""What stands in the way, by reason code."""


def broken(detail: str, reason: str = "broken") -> Target:
    return Target(Resolution.BROKEN, detail, reason)


def not_looked(detail: str, reason: str) -> Target:
    return Target(Resolution.NOT_LOOKED, detail, reason)


class Gap(Struct, frozen=True):
    """A repository that cannot prove that something is missing."""

    repo: str
    reason: str

    @property
    def text(self) -> str:
        return WHY[self.reason].format(repo=self.repo)


class Lookup:
    """Answers about the past of several repositories; each distinct question is worked on once."""

    def __init__(self, histories: Sequence[History], gaps: Sequence[Gap]) -> None:
        self._histories = tuple(histories)
        self._gaps = tuple(gaps)
        """Repositories without any history."""
        self._commits: dict[str, Target] = {}
        self._files: dict[tuple[str, str], Target | _Opened] = {}

    def commit(self, sha: str) -> Target:
        """See `source.Repo.commit`."""
        key = sha.strip().lower()
        if key not in self._commits:
            self._commits[key] = self._commit(key)
        return self._commits[key]

    def _commit(self, sha: str) -> Target:
        if not _SHA.fullmatch(sha):
            return broken("not a commit id: 7 to 64 hexadecimal digits are expected", "malformed")
        found: dict[str, History] = {}
        for history in self._histories:
            try:
                for id in history.find(sha):
                    found.setdefault(id, history)
            except GitTrouble as trouble:
                return not_looked(f"{history.repo} could not be searched: {trouble}", "unreadable")
        if not found:
            return self._absent(f"commit {sha}")
        if len(found) > 1:
            some = ", ".join(id[:16] for id in sorted(found)[:3])
            return not_looked(f"{sha} is short for {len(found)} commits: {some}", "ambiguous")
        ((id, history),) = found.items()
        return _describe(id, history)

    def _absent(self, what: str) -> Target:
        gaps = [*self._gaps, *(Gap(h.repo, h.gap) for h in self._histories if h.gap)]
        if gaps:
            return not_looked(f"{what} was not found, but {gaps[0].text}", gaps[0].reason)
        where = ", ".join(history.repo for history in self._histories)
        return broken(f"{what} does not exist in {where or 'any repository'}")

    def text_at(self, sha: str, path: str) -> Target:
        """See `source.Repo.text_at`."""
        opened = self._open(sha, path)
        if isinstance(opened, Target):
            return opened
        prompt = PromptText(opened.path, opened.commit.sha, opened.text)
        return opened.resolved(f"{opened.path} opens at commit {opened.commit.sha[:12]}", prompt)

    def code_at(self, sha: str, path: str, line: int | None, symbol: str) -> Target:
        """See `source.Repo.code_at`."""
        if not path:
            return self._symbol_at(sha, symbol)
        opened = self._open(sha, path)
        return opened if isinstance(opened, Target) else opened.place(line, symbol)

    def _symbol_at(self, sha: str, symbol: str) -> Target:
        """Find `package.module.Class.function` by the file that such a module must be."""
        parts = re.sub(r"\.?<[^>]{1,40}>", "", symbol).split(".")
        if len(parts) < 2:
            return not_looked(f"{symbol!r} names no file to look in", "no_path")
        for length in range(len(parts), 0, -1):
            module = "/".join(parts[:length])
            for path in (f"{module}.py", f"{module}/__init__.py"):
                opened = self._open(sha, path)
                if isinstance(opened, _Opened):
                    return opened.place(None, ".".join(parts[length:]))
                if opened.resolution is not Resolution.BROKEN or opened.reason != "no_file":
                    return opened
        return broken(f"no file at commit {sha[:12]} is the module of {symbol}", "no_file")

    def _open(self, sha: str, path: str) -> Target | _Opened:
        key = (sha, path)
        if key not in self._files:
            if len(self._files) >= 256:
                self._files.pop(next(iter(self._files)))
            self._files[key] = self._open_anew(sha, path)
        return self._files[key]

    def _open_anew(self, sha: str, path: str) -> Target | _Opened:
        target = self.commit(sha)
        commit = target.content
        if not isinstance(commit, Commit):
            return target
        history = next(h for h in self._histories if h.repo == commit.repo)
        try:
            files = history.files(commit.sha)
            found = _locate(files, path, history.within)
        except (GitTrouble, Absent) as trouble:
            return _unreadable(f"the files of commit {commit.sha[:12]}", history, str(trouble))
        if isinstance(found, Target):
            return found
        content = history.open(files[found])
        if content.text is not None and not is_pointer(content.text):
            return _Opened(commit, found, content.text)
        return _no_text(commit, found, content, history)


def _describe(id: str, history: History) -> Target:
    try:
        commit = history.commit(id)
    except (GitTrouble, Absent) as trouble:
        return _unreadable(f"commit {id[:12]}", history, str(trouble))
    where = {
        True: f"on {', '.join(commit.refs)}",
        False: "on no branch or tag",
        None: "whether a branch holds it cannot be told",
    }[commit.reachable]
    evidence = (Evidence(Location(commit.repo, commit.sha), commit.subject),)
    detail = f"commit {commit.sha[:12]} exists in {commit.repo}, {where}"
    return Target(Resolution.RESOLVED, detail, content=commit, evidence=evidence)


def _unreadable(what: str, history: History, trouble: str) -> Target:
    if history.gap:
        return not_looked(f"{what}: {Gap(history.repo, history.gap).text}", history.gap)
    return not_looked(f"{what} could not be read in {history.repo}: {trouble}", "unreadable")


def _no_text(commit: Commit, path: str, content: Content, history: History) -> Target:
    where = f"{path} at commit {commit.sha[:12]}"
    if content.text is not None:
        return not_looked(f"{where} is a Git LFS pointer, not the file", "lfs")
    if content == NOT_FETCHED:
        return _unreadable(where, history, content.problem)
    return not_looked(f"{where} is {content.problem}", "unreadable")


def _locate(files: Mapping[str, str], path: str, within: str) -> str | Target:
    try:
        found = candidates(files, path, within)
    except Elsewhere:
        return not_looked(f"{path} belongs to an installed library, not to a commit", "third_party")
    except Ambiguous as several:
        return not_looked(f"{path} could be any of {several}", "ambiguous")
    return found or broken(f"no file {path} at that commit", "no_file")


class _Opened(Struct, frozen=True):
    """A file that was found and read at a commit."""

    commit: Commit
    path: str
    text: str

    def resolved(self, detail: str, content: object, line: int | None = None) -> Target:
        at = Location(self.commit.repo, f"{self.commit.sha[:12]}:{self.path}", line)
        shown = lines(self.text)[line - 1].strip() if line else ""
        return Target(Resolution.RESOLVED, detail, content=content, evidence=(Evidence(at, shown),))

    def place(self, line: int | None, symbol: str) -> Target:
        """The line and the symbol, where they are named."""
        where = f"{self.path} at commit {self.commit.sha[:12]}"
        count = len(lines(self.text))
        if line is not None and not 1 <= line <= count:
            return broken(f"{where} has {count} lines, not {line}", "no_line")
        if symbol and not defines(self.text, symbol):
            return broken(f"{where} defines no {bare(symbol)}", "no_symbol")
        place = CodePlace(self.path, line, symbol, self.commit.sha)
        what = f"line {line}" if line else bare(symbol) if symbol else "the file"
        return self.resolved(f"{what} stands in {where}", place, line)
