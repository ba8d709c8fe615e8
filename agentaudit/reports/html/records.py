"""Which examples a page shows: few, the worst first, and how many it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.finding import Outcome
from agentaudit.score.dimension import CriterionScore, ShownFinding
from agentaudit.score.scorecard import Scorecard

PLACES = 2
"""Places of one example."""
GOOD = 1
"""Examples of each kind of what passes."""
EXCERPT = 280
"""Longest excerpt, in characters."""
_ORDER = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.UNKNOWN,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)


class Records:
    """At most `most` examples per criterion."""

    places, excerpt = PLACES, EXCERPT

    def __init__(self, card: Scorecard, most: int) -> None:
        self.most = most
        every = [c for d in card.dimensions for c in d.criteria]
        self.left_out = sum(len(c.findings) - len(self.of(c)) for c in every)

    def of(self, criterion: CriterionScore) -> list[ShownFinding]:
        """One of each kind before a second of any; a kind is an outcome with its reason."""
        kinds: dict[tuple[int, str], list[ShownFinding]] = {}
        for finding in criterion.findings:
            key = (_ORDER.index(finding.outcome), finding.reason)
            kinds.setdefault(key, []).append(finding)
        ordered = [
            kinds[key][:GOOD] if key[0] > _ORDER.index(Outcome.UNKNOWN) else kinds[key]
            for key in sorted(kinds, key=lambda k: k[0])
        ]
        chosen = list(_in_turn(ordered))[: self.most]
        return sorted(chosen, key=lambda finding: _ORDER.index(finding.outcome))


def _in_turn(kinds: list[list[ShownFinding]]) -> Iterator[ShownFinding]:
    for turn in range(max(map(len, kinds), default=0)):
        for kind in kinds:
            yield from kind[turn : turn + 1]
