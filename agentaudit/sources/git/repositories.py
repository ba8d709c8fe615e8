"""Several repositories as one: the need `repo` of probes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from agentaudit.blocks import Block
from agentaudit.code import Role
from agentaudit.evidence import safe
from agentaudit.response import Target
from agentaudit.source import Change, Component, Ledger, Place, Step, Unread
from agentaudit.sources.git.history import History
from agentaudit.sources.git.lookup import WHY, Gap, Lookup
from agentaudit.sources.git.objects import Absent
from agentaudit.sources.git.past import Past
from agentaudit.sources.git.process import GitTrouble
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.state import Unsettled
from agentaudit.sources.git.text import CAP, DATA_CAP

if TYPE_CHECKING:
    from agentaudit.sources.git.code.outlines import Outlines
    from agentaudit.sources.git.components import Survey

_SHOWN = 10


class Repository(Struct, eq=False):
    """One configured repository, open."""

    reader: Reader
    history: History | None
    """None for a plain directory."""
    root_name: str = ""
    """What the repository is called, as it says itself; empty when it does not."""
    uri: str = "."
    revision: str = ""
    """Commit that is checked out; empty when nothing is committed."""
    notes: list[str] = field(default_factory=list)
    closing: list[Callable[[], None]] = field(default_factory=list)
    states: list[Callable[[], str]] = field(default_factory=list)
    """What its answers rest on; empty where that cannot be told."""

    @property
    def name(self) -> str:
        return self.reader.repo


class Repositories:
    """Implements `source.Repo` over any repositories: on disk, in a bundle, in memory."""

    def __init__(self, repositories: Sequence[Repository]) -> None:
        self._all = tuple(repositories)
        histories = [each.history for each in self._all if each.history is not None]
        gaps = [Gap(each.name, "no_git") for each in self._all if each.history is None]
        self._lookup = Lookup(histories, gaps)
        self._past = Past(histories, self._lookup)

    @property
    def name(self) -> str:
        return ", ".join(each.name for each in self._all)

    @cached_property
    def _surveys(self) -> tuple[Survey, ...]:
        from agentaudit.sources.git.components import Survey

        return tuple(Survey(each.reader, each.root_name) for each in self._all)

    @cached_property
    def _components(self) -> tuple[Component, ...]:
        found: list[Component] = []
        for each, survey in zip(self._all, self._surveys, strict=True):
            found += survey.components()
            each.notes += survey.notes
        return tuple(found)

    def components(self) -> tuple[Component, ...]:
        return self._components

    def files(self, pattern: str, saying: Collection[str] = ()) -> Iterator[Place]:
        for each in self._all:
            paths: Iterable[str] = each.reader.matching(pattern)
            if saying:
                paths = each.reader.saying(paths, saying)
            yield from each.reader.files(paths)

    def read(self, place: Place, *, long: bool = False) -> str | None:
        reader = self._reader(place.repo)
        return None if reader is None else reader.text(place.path, DATA_CAP if long else CAP)

    def role(self, file: Place) -> Role:
        self.components()  # They say which directories are deployed.
        reader = self._reader(file.repo)
        return Role.APP if reader is None else reader.role(file.path)

    def _reader(self, name: str) -> Reader | None:
        return self._readers.get(name)

    @cached_property
    def _readers(self) -> dict[str, Reader]:
        return {each.name: each.reader for each in reversed(self._all)}

    def blocks(self, place: Place) -> tuple[Block, ...]:
        found = self._outlines.get(place.repo)
        return () if found is None else found.of(place.path)

    @cached_property
    def _outlines(self) -> dict[str, Outlines]:
        from agentaudit.sources.git.code.outlines import Outlines

        return {each.name: Outlines(each.reader) for each in self._all}

    def steps(self) -> tuple[Step, ...]:
        return tuple(run.step for survey in self._surveys for run in survey.runs)

    def changes(self, patterns: tuple[str, ...], limit: int) -> tuple[Change, ...] | None:
        found = []
        answered = False
        for each in self._all:
            if each.history is None:
                continue
            try:
                found += each.history.changes(patterns, limit)
                answered = True
            except (GitTrouble, Absent) as trouble:
                each.notes.append(f"its history could not be searched: {trouble}")
        if not answered:
            return None
        found.sort(key=lambda dated: (-dated.committed, dated.change.sha))
        return tuple(dated.change for dated in found[:limit])

    def rows(self, changes: Iterable[Change]) -> Mapping[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        asked = list(changes)
        for each in self._all:
            mine = [change for change in asked if change.repo == each.reader.repo]
            if each.history is None or not mine:
                continue
            with suppress(GitTrouble, Absent):
                found |= each.history.rows(mine)
        return found

    def commit(self, sha: str) -> Target:
        return self._lookup.commit(sha)

    def text_at(self, sha: str, path: str) -> Target:
        return self._lookup.text_at(sha, path)

    def code_at(self, sha: str, path: str, line: int | None, symbol: str) -> Target:
        return self._lookup.code_at(sha, path, line, symbol)

    def tree_at(self, sha: str) -> Target:
        return self._past.tree(sha)

    def locks_at(self, sha: str) -> Target:
        return self._past.locks(sha)

    def recent(self, limit: int) -> tuple[str, ...]:
        return self._past.recent(limit)

    def ledgers(self) -> list[Ledger]:
        """What was read of each repository so far, and what its reader must know."""
        return [_ledger(each) for each in self._all]

    def state(self) -> str | None:
        """One word that is the same only while every answer is; None where nobody can tell."""
        try:
            return repr([_rests_on(each) for each in self._all])
        except Unsettled:
            return None

    def close(self) -> None:
        """Remove what was made to read the repositories. They cannot be asked afterwards."""
        for outlines in self.__dict__.get("_outlines", {}).values():
            outlines.keep()
        for each in self._all:
            while each.closing:
                each.closing.pop()()


def _rests_on(each: Repository) -> tuple[object, ...]:
    if not each.states:
        raise Unsettled
    named = (each.name, each.root_name, each.uri, each.revision, tuple(each.notes))
    within = None if each.history is None else (each.history.within, each.history.gap)
    return named, within, tuple(state() for state in each.states)


def _ledger(each: Repository) -> Ledger:
    problems = sorted(each.reader.problems.items())
    notes = list(dict.fromkeys(each.notes))
    gap = "no_git" if each.history is None else each.history.gap
    if gap:
        why = WHY[gap].format(repo=each.name)
        notes.insert(0, f"{why}; commits that are not found are not held against anyone")
    return Ledger(
        kind="git",
        uri=safe(each.uri),
        revision=each.revision,
        read=len(each.reader.paths),
        unread=len(problems),
        unread_places=[Unread(safe(path), safe(why)) for path, why in problems[:_SHOWN]],
        notes=[safe(note) for note in notes],
    )
