"""A few examples of each kind of finding, the same few whatever the order they came in."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from agentaudit.finding import Answer, Finding, Outcome
from agentaudit.score.layout import Column

KEPT = 5
"""Most examples per criterion, outcome and reason."""

_ORDER = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR, Outcome.PASS, Outcome.NOT_APPLICABLE)


_Kind = tuple[int, Outcome, str]
"""What examples are kept for: number of column, outcome, reason."""


class _Example(NamedTuple):
    digest: str
    """md5 of the subject: decides which examples stay."""
    words: tuple[str, str, str]
    """Tells two answers about one subject apart."""
    finding: Finding


@lru_cache(maxsize=1024)
def place_in_order(subject: str) -> str:
    """What examples are ordered by: the md5 of the subject, in hex."""
    return hashlib.md5(subject.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


_PLACE = itemgetter(slice(2))
"""What an example is sorted by."""


class Examples:
    """The `KEPT` findings of each kind whose subjects have the smallest md5."""

    def __init__(self) -> None:
        self._kept: dict[_Kind, list[_Example]] = {}

    def keep(self, column: Column, digest: str, subject: str, answer: Answer) -> None:
        """Consider one answer; a `Finding` is made only of those that stay."""
        kind = (column.index, answer.outcome, answer.reason)
        kept = self._kept.get(kind)
        if kept is None:
            kept = self._kept[kind] = []
        elif len(kept) == KEPT and digest > kept[-1].digest:
            return
        finding = Finding(
            column.criterion.probe_id,
            subject,
            answer.outcome,
            answer.message,
            answer.reason,
            answer.evidence,
            answer.causes,
        )
        words = (finding.subject, finding.message, repr(finding.evidence))
        _add(kept, _Example(digest, words, finding))

    def merge(self, other: Examples) -> None:
        """Take the other's examples in."""
        for kind, examples in other._kept.items():
            kept = self._kept.setdefault(kind, [])
            for example in examples:
                _add(kept, example)

    def of(self, column: int) -> list[Finding]:
        """Examples for one criterion: failures first, then doubts, crashes, passes."""
        kinds = [kind for kind in self._kept if kind[0] == column]
        kinds.sort(key=lambda kind: (_ORDER.index(kind[1]), kind[2]))
        return [example.finding for kind in kinds for example in self._kept[kind]]


def _add(kept: list[_Example], new: _Example) -> None:
    """Put it in its place; of two with the same words the later one stays."""
    at = bisect_left(kept, new[:2], key=_PLACE)
    same = at < len(kept) and kept[at][:2] == new[:2]
    kept[at : at + same] = [new]
    del kept[KEPT:]
