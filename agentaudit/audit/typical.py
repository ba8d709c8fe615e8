"""The typical response: the median by links that resolve, told without keeping any other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import NamedTuple

from agentaudit.finding import Answer, Outcome
from agentaudit.rubric import Rubric
from agentaudit.score.dossier import Dossier, DossierLink
from agentaudit.score.examples import place_in_order
from agentaudit.score.layout import Applicability, Applies
from agentaudit.score.responses import LinkState, link_states

MOST_STEPS = 100
MOST_FACTS = 40
"""Of one link."""
_KNOWN_SHAPES = 4_096


class _Group(NamedTuple):
    """Responses that cannot be told apart by the number of links that resolve, whatever dimensions
    turn out to apply."""

    sure: int
    """Links that resolve in dimensions that apply to every system."""
    doubtful: frozenset[str]
    """Dimensions whose link resolves and that may turn out not to apply."""


class Typical:
    """Sees every response once; keeps one told response per group, at most a few dozen."""

    def __init__(self, rubric: Rubric, doubtful: frozenset[str]) -> None:
        self._rubric = rubric
        self._doubtful = doubtful
        """Dimensions whose applicability is known only when everything was read."""
        self._sizes: Counter[_Group] = Counter()
        self._told: dict[_Group, tuple[str, Dossier]] = {}
        self._groups: dict[tuple[Outcome, ...], _Group] = {}

    def offer(self, id: str, answers: Mapping[str, Answer], tell: Callable[[], Dossier]) -> None:
        """Count one response; `tell` is called only if it stands for its group now."""
        group = self._group(answers)
        self._sizes[group] += 1
        order = place_in_order(id)
        known = self._told.get(group)
        if known is None or order < known[0]:
            self._told[group] = order, _shortened(tell())

    def chosen(self, applicability: Mapping[str, Applicability]) -> Dossier | None:
        """The median, once it is known which dimensions apply; None without responses."""
        none = frozenset(id for id, found in applicability.items() if found.applies is Applies.NO)
        sizes: Counter[int] = Counter()
        for group, size in self._sizes.items():
            sizes[_resolved(group, none)] += size
        if not sizes:
            return None
        ordered = sorted(sizes)
        middle = (sizes.total() + 1) // 2
        sums = accumulate(sizes[count] for count in ordered)
        median = next(c for c, reached in zip(ordered, sums, strict=True) if reached >= middle)
        found = (told for g, told in self._told.items() if _resolved(g, none) == median)
        return _settled(min(found, key=lambda pair: pair[0])[1], none)

    def _group(self, answers: Mapping[str, Answer]) -> _Group:
        """Responses with the same outcomes resolve alike, and there are few kinds of them."""
        shape = tuple(answer.outcome for answer in answers.values())
        if shape not in self._groups:
            states = link_states(self._rubric, answers)
            good = {id for id, state in states.items() if state is LinkState.RESOLVED}
            if len(self._groups) >= _KNOWN_SHAPES:
                self._groups.clear()
            self._groups[shape] = _Group(
                len(good - self._doubtful), frozenset(good & self._doubtful)
            )
        return self._groups[shape]


def _resolved(group: _Group, none: frozenset[str]) -> int:
    return group.sure + len(group.doubtful - none)


def _shortened(told: Dossier) -> Dossier:
    """One response must not make the scorecard grow with its spans."""
    return told.model_copy(
        update={
            "chosen": "median",
            "steps": told.steps[:MOST_STEPS],
            "left_out": max(0, len(told.steps) - MOST_STEPS),
            "links": tuple(_cut(link) for link in told.links),
        }
    )


def _cut(link: DossierLink) -> DossierLink:
    left = max(0, len(link.facts) - MOST_FACTS)
    return link.model_copy(update={"facts": link.facts[:MOST_FACTS], "left_out": left})


def _settled(told: Dossier, none: frozenset[str]) -> Dossier:
    """Without the links of dimensions that do not apply."""
    links = tuple(
        link.model_copy(update={"state": "not_applicable"}) if link.dimension in none else link
        for link in told.links
    )
    states = [link.state for link in links if link.state != "not_applicable"]
    good = states.count("resolved")
    state = "none" if not good else "full" if good == len(states) else "partial"
    return told.model_copy(update={"links": links, "state": state})
