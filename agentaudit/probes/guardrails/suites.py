"""Evaluation suites: what in a repository scores the output of models, agents or retrieval."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from msgspec.structs import replace

from agentaudit.code import Call, Role, Strength, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer
from agentaudit.probe import unknown
from agentaudit.probes.asking import asks
from agentaudit.probes.commands import commands
from agentaudit.probes.guardrails.asking import SUITE_ROLES, Asking, fetching
from agentaudit.probes.guardrails.bodies import deeper, statements
from agentaudit.probes.guardrails.cloned import cloned
from agentaudit.probes.guardrails.configured import configured
from agentaudit.probes.guardrails.ended import counted
from agentaudit.probes.guardrails.ending import ending
from agentaudit.probes.guardrails.hollow import is_hollow, is_mute, is_typed, serves
from agentaudit.probes.guardrails.leads import Leads
from agentaudit.probes.guardrails.measures import EXPECTED, FOUND, MEASURES, METRIC
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.guardrails.runs import TOOL
from agentaudit.probes.guardrails.standing import standing
from agentaudit.probes.guardrails.tested import live, scripted, tested
from agentaudit.probes.once import once
from agentaudit.probes.readable import out_of_sight, unread
from agentaudit.source import Component, Repo

_SCORES = regex(
    r"(?i:(?:^|_)(?:score|grade|judge|evaluate|evaluation|eval|rate|metric|accuracy|recall|precision"
    r"|f1|ndcg|mrr|hit_rate|faithfulness|groundedness|relevance|correctness|similarity|bleu|rouge"
    r"|rubric)(?:(?:s|d|r|rs)(?-i:(?![a-z]))|_|$))|(?:Evaluator|Scorer|Judge|Grader|Metric|Rubric)[sT]?$"
    r"|(?:^|_)(?:score|judge|grade|evaluate)[A-Z]|(?:Score|Judge|Grade|Evaluate)[A-Z]"
)
"""Names of own functions that score."""
_NO_SCORE = regex(
    r"(?i)^(?:load|save|get|list|write|print|log|read|parse|format|plot|render|build_|make_table)"
    r"|^(?-i:(?:set|use|on|handle|toggle|open|close|select)(?=[A-Z]))"
    r"|(?-i:(?:Generator|Builder|Factory|Validator|Controller|Repository|Config|Options|Dto|Mapper)$)"
    r"|(?:scenario|fixture|definition|form|protocol|template)s?$"
    r"|numexpr|(?:literal|safe|simple)_?eval$|similarity_search|max_marginal|(?:^|\.)eval$|^(?:model|page|driver|browser)\.evaluate|\.(?:rate_limit|ratelimit)"
)
_SCORED = regex(
    r"(?i)[\"'.](?:\w{0,30}_)?(?:accuracy|scores?|f1|recall|precision|faithfulness|groundedness"
    r"|correctness|pass_?rate|success_?rate|hit_?rate|exact_match|ndcg|mrr)[\"']?\s{0,4}(?:[+]?=(?!=)|:)"
    r"(?!\s{0,4}[rbuf]?[\"'])"
    r"|^\s{0,40}(?:const |let |var )?(?!min_|max_|expected_)(?:\w{0,30}_)?(?:accuracy|scores?|f1"
    r"|recall|precision|(?:pass|success|hit)_?rate)\s{0,4}:?[+]?=(?!=)"
)
"""Where a score is kept under its name."""
_COMMENT = regex(r"\s{0,60}(?:#|//|\*)")
_TYPED = regex(
    r"(?<![=!<>+])[=:]\s{0,4}(?!(?:0|1)(?:\.0{0,3})?(?![\d.]))\d[\d.]{0,8}\s{0,4};?\s{0,4}$"
)
"""A score that somebody typed; none and all are what a comparison gives."""
_UNFILLED = regex(r"(?:raise|throw new)\s+NotImplemented|(?:pass|\.\.\.)$")
_MOST_ROWS = 3000
_HOSTED = regex(
    r"(?i)\.evals\.(?:runs\.)?create$|create_?evaluation_?job(?:command)?$|\.evaluate_instances$"
    r"|\.(?:create_agent_evaluation|evaluations\.create(?:_run)?)$"
)
"""Providers that evaluate for their customers: OpenAI, Bedrock, Vertex AI, Azure AI Foundry."""
_ENDPOINT = regex(
    r"/v\d/(?:evaluation/(?:jobs|live)|evals(?:/\S{1,80}/runs)?)/?$|/evaluation-jobs/?$"
)
"""The same without their libraries; NVIDIA NeMo Evaluator."""


class Suite(NamedTuple):
    """What shows that a suite is there."""

    what: str
    places: tuple[Place, ...]


@once
def suite(repo: Repo) -> Suite | None:
    """The first kind of suite that the repository shows: a library that is called, a file that a
    command line runs, or own code that asks the system and scores what it says."""
    components = repo.components()
    if called := _called(repo, components):
        return Suite(f"{called[0].library} scores what the system says", (called[0].place,))
    if files := list(configured(repo)):
        return Suite(f"{files[0].path} is a suite that a command line runs", tuple(files[:3]))
    if scoring := _scoring(repo):
        places = tuple(call.place for call in scoring[:3])
        return Suite(f"own code scores what the system says: {scoring[0].method}", places)
    rest = (_computed(repo, components), _hosted(components), _run(repo), _tested(repo))
    return next(chain(*rest), None)


def suite_files(repo: Repo) -> frozenset[str]:
    """Paths of the code that scores."""
    own = (call.place.path for call in _scoring(repo))
    called = (use.place.path for use in _called(repo, repo.components()))
    return frozenset((*called, *own, *(row.path for row in ending(repo))))


def _computed(repo: Repo, components: Iterable[Component]) -> Iterator[Suite]:
    """Own scripts of evaluation that ask the system, and name what they make of it a score."""
    files = {
        (each.place.repo, each.place.path)
        for component in components
        for asking in [Asking(component)]
        for each in component.code.imports
        if asking.asks(each) and not OUTSIDE.search(each.place.path)
    }
    fetched = {(each.repo, each.path) for each in fetching(repo)}
    measured = {
        (each.repo, each.path)
        for each in repo.files("**")
        if MEASURES.search(each.path) and not OUTSIDE.search(each.path)
    }
    own = ((METRIC, measured), (EXPECTED, measured), (FOUND, files | fetched))
    for pattern, paths in ((_SCORED, files | fetched), *own):
        for name, path in sorted(paths):
            yield from _matching(repo, Place(name, path), pattern)


def _tested(repo: Repo) -> Iterator[Suite]:
    for row in ending(repo):
        yield Suite("a script asks the system, and ends badly over what it says", (row,))
    for row in counted(repo):
        yield Suite("a script counts the expected facts that an answer has", (row,))
    for row in tested(repo):
        yield Suite("a test holds the share of right answers against a number", (row,))
    for what, rows in (("a test", live), ("a script beside the tests", scripted)):
        yield from (Suite(f"{what} asks and scores what the system says", (r,)) for r in rows(repo))


def _matching(repo: Repo, file: Place, pattern: re.Pattern[str]) -> Iterator[Suite]:
    text = "" if is_mute(repo, file) else repo.read(file) or ""
    rows = standing(text.split("\n")[:_MOST_ROWS])
    for number, row in enumerate(rows, 1):
        typed = _COMMENT.match(row) or _TYPED.search(row[:300])
        if pattern.search(row[:300]) and not typed and not _is_empty(rows, number - 1):
            place = Place(file.repo, file.path, number, row.strip()[:200])
            yield Suite("own code scores what the system says", (place,))


def _is_empty(rows: list[str], at: int) -> bool:
    """Whether a function is begun there that nobody filled."""
    said = list(statements(list(deeper(rows, at))))
    return bool(said) and all(map(_UNFILLED.match, said))


def _called(repo: Repo, components: Iterable[Component]) -> list[Use]:
    """Libraries of evaluation that are called, where their code is no empty frame."""
    found = []
    for component in components:
        for use in component.uses("evaluation"):
            if use.strength >= Strength.CALLED or _is_made(component, use):
                places = chain((use.place,), _elsewhere(component, use))
                full = (
                    place
                    for place in places
                    if not is_hollow(repo, place) and not serves(component, place)
                )
                found += [replace(use, place=place) for place in islice(full, 1)]
    return found


def _is_made(component: Component, use: Use) -> bool:
    """Whether a file that brings a namespace, of which nothing says what is of it, makes an
    evaluator and asks it."""
    if use.strength < Strength.IMPORTED or not use.place.path.endswith(".cs"):
        return False
    mine = [c for c in component.code.calls if c.place.path == use.place.path]
    return any(c.method == "EvaluateAsync" for c in mine) and any(
        c.method.endswith("Evaluator") for c in mine
    )


def pretended(repo: Repo) -> Place | None:
    """Where a suite scores only what was typed into it, if there is no other."""
    if suite(repo) is not None:
        return None
    uses = (use for component in repo.components() for use in component.uses("evaluation"))
    called = (use.place for use in uses if use.strength >= Strength.CALLED)
    return next((place for place in called if is_typed(repo, place)), None)


def _elsewhere(component: Component, use: Use) -> Iterator[Place]:
    """One place in each other file that calls the library."""
    modules = tuple({each.module for each in component.code.imports if each.library == use.library})
    calls = (c.place for c in evaluating(component) if modules and c.below(*modules))
    first = {place.path: place for place in calls if place.path != use.place.path}
    return iter(first.values())


def _hosted(components: Iterable[Component]) -> Iterator[Suite]:
    """Evaluations that a provider runs for its customers, started in code."""
    for component in components:
        for call in component.code.calls:
            first = call.argument("url") or call.at(0)
            asked = (first.text or first.written) if first is not None else ""
            ours = call.role in (Role.APP, Role.EVAL) and not OUTSIDE.search(call.place.path)
            if ours and (_HOSTED.search(call.callee) or _ENDPOINT.search(asked)):
                yield Suite("a provider scores what the system says", (call.place,))


def _run(repo: Repo) -> Iterator[Suite]:
    """Suites that stand elsewhere: a tool that CI runs, or a repository that a script fetches."""
    leads = Leads(repo)
    for step in repo.steps():
        for text, _ in commands(step):
            if found := TOOL.search(text):
                yield Suite(f"{found[0].strip()} scores what the system says", (step.place,))
    for pattern in ("**/*eval*.sh", "**/*bench*.sh"):
        for place in repo.files(pattern):
            if OUTSIDE.search(place.path):
                continue
            if (line := cloned(leads.lines(place))) is not None:
                yield Suite("a suite that is fetched scores what the system says", (line.place,))


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
        asks(each) or ((each.code.unread or not each.code.read) and any(map(each.uses, trades)))
        for each in repo.components()
    )


def nobody_asks(repo: Repo) -> Answer:
    """UNKNOWN where nothing is seen to ask a model: what was left out, or is written in a way that
    is not known, must not make a question go away."""
    message = f"no code in {repo.name} is known to ask a model"
    return unknown(message, reason="none_recognised", fact="agentic component")


def unread_code(repo: Repo) -> Answer | None:
    """UNKNOWN where the code of a component that asks models could not be read."""
    for component in repo.components():
        uses = [use for trade in ("model", "agent") for use in component.uses(trade)]
        missing = out_of_sight(component, "evaluation") or unread(component, uses, "evaluation")
        if uses and missing:
            return missing
    return None


def _uses(components: Iterable[Component], trade: str) -> list[Use]:
    return [use for component in components for use in component.uses(trade)]


@once
def _scoring(repo: Repo) -> tuple[Call, ...]:
    calls = [call for component in repo.components() for call in _own(component)]
    files = {(call.place.repo, call.place.path): call.place for call in calls}
    hollow = {key for key, place in files.items() if is_hollow(repo, place)}
    return tuple(call for call in calls if (call.place.repo, call.place.path) not in hollow)


def _own(component: Component) -> list[Call]:
    """Own scoring, in files of evaluation that also ask a model or the system itself."""
    calls = evaluating(component)
    if not any(map(Asking(component).asks, component.code.imports)):
        return []
    return [
        call
        for call in calls
        if _SCORES.search(call.method)
        and not (_NO_SCORE.search(call.callee) or _NO_SCORE.match(call.method))
        and not call.place.path.endswith((".tsx", ".jsx"))
        and not OUTSIDE.search(call.place.path)
    ]
