"""A few examples of each kind of finding, the same few whatever the order they came in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from agentaudit.finding import Answer, Finding, Outcome

KEPT = 5
"""Most examples per criterion, outcome and reason."""

_ORDER = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR, Outcome.PASS, Outcome.NOT_APPLICABLE)


class Kind(NamedTuple):
    """What examples are kept for."""

    column: int
    outcome: Outcome
    reason: str


class _Example(NamedTuple):
    digest: str
    """md5 of the subject: decides which examples stay."""
    words: tuple[str, str, str]
    """Tells two answers about one subject apart."""
    finding: Finding


def place_in_order(subject: str) -> str:
    """What examples are ordered by: the md5 of the subject, in hex."""
    return hashlib.md5(subject.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


class Examples:
    """The `KEPT` findings of each kind whose subjects have the smallest md5."""

    def __init__(self) -> None:
        self._kept: dict[Kind, list[_Example]] = {}

    def keep(self, kind: Kind, digest: str, probe: str, subject: str, answer: Answer) -> None:
        """Consider one answer; a `Finding` is made only of those that stay."""
        kept = self._kept.get(kind)
        if kept is not None and len(kept) == KEPT and digest > kept[-1].digest:
            return
        finding = Finding(
            probe,
            subject,
            answer.outcome,
            answer.message,
            answer.reason,
            answer.evidence,
            answer.causes,
        )
        words = (finding.subject, finding.message, repr(finding.evidence))
        self._add(kind, [_Example(digest, words, finding)])

    def merge(self, other: Examples) -> None:
        """Take the other's examples in."""
        for kind, examples in other._kept.items():
            self._add(kind, examples)

    def of(self, column: int) -> list[Finding]:
        """Examples for one criterion: failures first, then doubts, crashes, passes."""
        kinds = [kind for kind in self._kept if kind.column == column]
        kinds.sort(key=lambda kind: (_ORDER.index(kind.outcome), kind.reason))
        return [example.finding for kind in kinds for example in self._kept[kind]]

    def _add(self, kind: Kind, new: Iterable[_Example]) -> None:
        both = {example[:2]: example for example in (*self._kept.get(kind, ()), *new)}
        self._kept[kind] = [both[key] for key in sorted(both)[:KEPT]]
