"""Evaluation suites: what in a repository scores the output of models, agents or retrieval."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agentaudit.code import Call, Import, Role, Strength, Use
from agentaudit.evidence import Place
from agentaudit.finding import Answer
from agentaudit.probes.asking import asks
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.readable import unread
from agentaudit.source import Component, Repo

CONFIGURED = (
    *("**/promptfooconfig*.yaml", "**/promptfooconfig*.yml", "**/promptfooconfig*.json"),
    *("**/promptfoo*.yaml", "**/promptfoo*.yml", "**/*.evalset.json", "**/*.eval.yaml"),
)
"""Files that are a suite: a command line runs them."""
_SCORES = re.compile(
    r"(?i)(?:^|_)(?:score|grade|judge|evaluate|evaluation|eval|rate|metric|accuracy|recall|precision"
    r"|f1|ndcg|mrr|hit_rate|faithfulness|groundedness|relevance|correctness|similarity|bleu|rouge"
    r"|rubric)(?:s|d|r|rs|_|$)|(?:Evaluator|Scorer|Judge|Grader|Metric)s?$|(?:score|judge|grade)[A-Z]"
)
"""Names of own functions that score."""
_NO_SCORE = re.compile(
    r"(?i)^(?:load|save|get|list|write|print|log|read|parse|format|plot|render|build_arg|make_table)"
    r"|numexpr|similarity_search|max_marginal|(?:^|\.)eval$|^(?:model|page|driver|browser)\.evaluate|\.(?:rate_limit|ratelimit)"
)
_ASKS = ("model", "agent", "evaluation")
_CLIENTS = frozenset({"httpx", "requests", "aiohttp", "axios", "undici", "urllib"})
SUITE_ROLES = frozenset({Role.EVAL})


class Suite(NamedTuple):
    """What shows that a suite is there."""

    what: str
    places: tuple[Place, ...]


def suite(repo: Repo) -> Suite | None:
    """The first kind of suite that the repository shows: a library that is called, a file that a
    command line runs, or own code that asks the system and scores what it says."""
    components = repo.components()
    called = [u for u in _uses(components, "evaluation") if u.strength >= Strength.CALLED]
    called = [use for use in called if not OUTSIDE.search(use.place.path)]
    if called:
        return Suite(f"{called[0].library} scores what the system says", (called[0].place,))
    if files := list(configured(repo)):
        return Suite(f"{files[0].path} is a suite that a command line runs", tuple(files[:3]))
    scoring = [call for component in components for call in _own(component)]
    if scoring:
        places = tuple(call.place for call in scoring[:3])
        return Suite(f"own code scores what the system says: {scoring[0].method}", places)
    return None


def configured(repo: Repo) -> Iterator[Place]:
    """Suites in files, but for examples."""
    seen: set[tuple[str, str]] = set()
    for pattern in CONFIGURED:
        for place in repo.files(pattern):
            if not OUTSIDE.search(place.path) and (place.repo, place.path) not in seen:
                seen.add((place.repo, place.path))
                yield place


def declared(repo: Repo) -> Use | None:
    """The strongest evidence for an evaluation library that is not called."""
    uses = sorted(_uses(repo.components(), "evaluation"), key=lambda use: -use.strength)
    return next(iter(uses), None)


def evaluating(component: Component) -> list[Call]:
    """Every call that stands in an evaluation suite."""
    return [call for call in component.code.calls if call.role in SUITE_ROLES]


def asks_models(repo: Repo) -> bool:
    """Whether any component asks a model, or declares what would."""
    trades = ("model", "agent")
    return any(
        asks(component) or (not component.code.read and any(map(component.uses, trades)))
        for component in repo.components()
    )


def unread_code(repo: Repo) -> Answer | None:
    """UNKNOWN where the code of a component that asks models could not be read."""
    for component in repo.components():
        trades = ("model", "agent")
        uses = [use for trade in trades for use in component.uses(trade)]
        if uses and (missing := unread(component, uses, "evaluation")):
            return missing
    return None


def _uses(components: Iterable[Component], trade: str) -> list[Use]:
    return [use for component in components for use in component.uses(trade)]


def _own(component: Component) -> list[Call]:
    """Own scoring, in files of evaluation that also ask a model or the system itself."""
    calls = evaluating(component)
    if not any(map(_Asking(component).asks, component.code.imports)):
        return []
    return [
        call
        for call in calls
        if _SCORES.search(call.method)
        and not _NO_SCORE.search(call.callee)
        and not OUTSIDE.search(call.place.path)
    ]


class _Asking:
    """What code of evaluation must import to get answers that it can score."""

    def __init__(self, component: Component) -> None:
        self._libraries = {use.library for trade in _ASKS for use in component.uses(trade)}
        paths = {call.place.path for call in component.code.calls if call.role is Role.APP}
        self._own = {part.partition(".")[0] for path in paths for part in path.split("/")}

    def asks(self, given: Import) -> bool:
        """Whether an import brings a model, the system's own code, or a way to call it."""
        root = given.module.lstrip("./@").replace("/", ".").partition(".")[0]
        return given.role in SUITE_ROLES and (
            given.library in self._libraries or root in _CLIENTS or root in self._own
        )
