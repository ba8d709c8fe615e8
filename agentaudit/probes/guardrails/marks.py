"""Pass marks of evaluations: numbers that a score is held against, and that fail a run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.asking import Asking, fetching
from agentaudit.probes.guardrails.configured import configured
from agentaudit.probes.guardrails.ended import counted, ends, none_fails, repeated
from agentaudit.probes.guardrails.ending import EXITS, ending
from agentaudit.probes.guardrails.held import held
from agentaudit.probes.guardrails.hollow import is_mute
from agentaudit.probes.guardrails.later import in_steps
from agentaudit.probes.guardrails.measures import MEASURES
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.guardrails.suites import suite, suite_files
from agentaudit.probes.guardrails.tested import pretends, tested
from agentaudit.probes.guardrails.told import told
from agentaudit.probes.guardrails.tolerances import allowed
from agentaudit.source import Component, Repo

_OF_THE_SUITE = regex(r"(?i)(?:^|/)[\w-]{0,40}evals?[\w-]{0,40}/(?:[^/]{1,80}/){0,8}tests?/")
"""Tests of the suite's own code: what they hold is no score of the system."""
_TEST = regex(r"(?:^|/)test_[^/]{1,100}$|[._]test\.\w{1,4}$|Tests?\.\w{1,4}$")
_CRITERIA = regex(
    r'(?i)"[\w-]{0,60}(?:score|match|correct|ground|safety|quality)[\w-]{0,40}"\s*:\s*(?!0?\.0*(?!\d))(?:0?\.\d+|1(?:\.0)?)\b'
)
_THRESHOLD = regex(
    r"(?i)^\s*+-?\s*+[\"']?(?:threshold|min_?score|pass_?rate|passingScore|minScore)[\"']?\s*:\s*[\"']?(?!0*(?:\.0*)?(?![\d.]))[\d.]"
)
_PASSABLE = regex(r"(?!0*(?:\.0*)?\s*$)[\d.]")
"""A number that a score can fall short of."""
_SUITE = regex(r"(?i)(?:^|/)[\w-]{0,30}evals?(?:uations?)?[\w-]{0,30}/")
_NUMBER = regex(r"[\"']?\w{1,60}[\"']?\s{0,4}:\s{0,4}(?:0?\.0{0,3}[1-9]|1\.0|[1-9]\d)")
_CONSTANT = regex(
    r"^\s{0,8}(?:const |static |final |export ){0,3}(?:\w{0,30}_)?"
    r"(?:EVAL|PASS|PASSING|SCORE|ACCURACY|QUALITY)_(?:\w{0,20}_)?(?:THRESHOLD|MIN|MARK|CUT_?OFF)\s{0,4}(?::\s?\w{1,20}\s?)?=\s{0,4}"
    r"(?!0*(?:\.0*)?(?![\d.]))[\d.]"
    r"|^\s{0,8}(?:const |static |final |export ){0,3}_?MIN(?:IMUM)?_(?:\w{0,30}_)?"
    r"(?:SCORE|RATE|ACCURACY|RECALL|PRECISION)\s{0,4}(?::\s?\w{1,20}\s?)?=\s{0,4}"
    r"(?!0*(?:\.0*)?(?![\d.]))[\d.]"
    r"|^(?:export )?(?:const )?(?:\w{0,30}_)?(?:EVAL|PASS|QUALITY|METRIC|SCORE|REGRESSION)"
    r"_THRESHOLDS\s{0,4}(?::\s?[\w.<>\[\], ]{1,80})?=\s{0,4}\{"
)
_PARAMETER = regex(
    r"^[^#\n]{0,200}\b(?:pass|passing|min|minimum|score|quality|accuracy)_(?:threshold|score|rate|mark)"
    r"\s{0,4}:\s{0,4}float\s{0,4}=\s{0,4}(?:0?\.0{0,3}[1-9]|[1-9])"
)
"""The same as what a suite is made with where nobody says another."""
_MARKS = ("MIN", "THRESHOLD", "MARK", "CUT", "_threshold", "_score", "_rate", "_mark")
"""Words of every such constant."""
_MINIMUM = regex(
    r"(?i)^\s{0,20}[\"']?(?:(?:min|max)(?:imum)?_\w{0,40}(?:score|accuracy|rate|recall|precision|faithful"
    r"|relevan|correct|ground|failures?|validity|improvement|quality)\w{0,30}"
    r"|\w{0,40}(?:score|accuracy|rate|recall|precision|faithful\w{0,10}|relevan\w{0,5}|correct\w{0,5})"
    r"_(?:min|threshold|mark|floor))[\"']?\s{0,4}[:=]\s{0,4}(?!0*(?:\.0*)?(?![\d.]))\d"
)
"""Marks in the configuration of a suite."""


_THRESHOLDS = ("threshold", "judgeThreshold", "min_score", "minScore", "passing_score")
_ASSERTS = ("assert_test", "assertTest", "describeEval")
"""What a test is held against the thresholds of its measures by."""


def marks(repo: Repo) -> Iterator[Place]:
    """Places where a pass mark of an evaluation is written down."""
    components = repo.components()
    yield from (*tested(repo), *counted(repo), *repeated(repo), *ending(repo))
    own = [place for place in _suite_files(repo, components) if not is_mute(repo, place)]
    own += [f for f in _brought(components) if f.path not in {place.path for place in own}]
    own += [f for f in fetching(repo) if f.path not in {place.path for place in own}]
    own += _scoring_scripts(repo, {place.path for place in own})
    own = [place for place in own if not _OF_THE_SUITE.search(place.path)]
    yield from _shell(repo)
    asking = _asking(repo, components)
    for place in own:
        if (not _TEST.search(place.path) or place.path in asking) and not _is_left_out(repo, place):
            yield from held(repo, place)
            yield from none_fails(repo, place)
    yield from _beside(repo, {place.path for place in own})
    yield from in_steps(repo)
    yield from allowed(repo)
    closing = {place.path for place in own if ends(repo, place)}
    verdict = bool(closing)
    for component in components:
        given = _given(component, _modules(component), closing)
        yield from (place for place in given if not is_mute(repo, place))
    yield from _written(repo, own) if verdict else ()
    yield from told(repo)
    for place in configured(repo):
        yield from (row for row in _lines(repo, place, _THRESHOLD) if not _is_spent(repo, row))
    for pattern in ("**/test_config.json", "**/*config*.json"):
        for place in repo.files(pattern):
            if pattern == "**/test_config.json" or _is_criteria(repo, place):
                yield from _lines(repo, place, _CRITERIA)


def _is_spent(repo: Repo, place: Place) -> bool:
    """Whether a threshold is one of time or money: the key beside it says of what it is."""
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")
    at = (place.line or 1) - 1
    first = next((n for n in range(at, max(at - 4, -1), -1) if rows[n].lstrip()[:1] in "-{"), at)
    last = next((n for n in range(at + 1, at + 4) if rows[n : n + 1] and "- " in rows[n]), at + 4)
    return any(_SPENT.match(row) for row in rows[first:last] if _alike(row, rows[at]))


def _alike(row: str, other: str) -> bool:
    """Whether two rows are keys of one object, a dash before the first of them."""
    return len(row) - len(row.lstrip(" -")) == len(other) - len(other.lstrip(" -"))


_SPENT = regex(r"[\s-]{0,40}[\"']?type[\"']?\s?:\s{0,4}[\"']?(?:latency|cost|perplexity)\b")


def _is_left_out(repo: Repo, place: Place) -> bool:
    """Whether all tests of a file are skipped."""
    text = repo.read(Place(place.repo, place.path)) or ""
    return bool(_LEFT_OUT.search(text)) and not _RUN_TOO.search(text)


_LEFT_OUT = regex(
    r"(?m)^(?:describe|suite)\.skip\(|^pytestmark\s?=\s?pytest\.mark\.skip\(|^@Disabled\b"
)
_RUN_TOO = regex(r"(?m)^(?:describe|suite|test|it)\(")


def _scoring_scripts(repo: Repo, own: set[str]) -> list[Place]:
    """Programs that score, wherever they lie and whatever they are called."""
    found = (place for path in sorted(suite_files(repo) - own) for place in repo.files(path))
    files = (place for place in found if not OUTSIDE.search(place.path))
    return [
        file
        for file in files
        if (EXITS.search(repo.read(file) or "") or _TEST.search(file.path))
        and not is_mute(repo, file)
    ]


def _beside(repo: Repo, own: set[str]) -> Iterator[Place]:
    """Scripts among the code that are called like a suite, and end the run over a failed case."""
    for place in repo.files("**") if suite(repo) is not None else ():
        script = MEASURES.search(place.path) and place.path not in own
        if script and not OUTSIDE.search(place.path) and not is_mute(repo, place):
            yield from none_fails(repo, place)


def _shell(repo: Repo) -> Iterator[Place]:
    """Scripts of the shell that measure and fail, often with code of another language in them."""
    for pattern in ("**/*eval*.sh", "**/*golden*.sh", "**/*regression*.sh", "**/*benchmark*.sh"):
        for place in repo.files(pattern):
            if not OUTSIDE.search(place.path) and suite(repo) is not None:
                yield from held(repo, place)


def _is_criteria(repo: Repo, place: Place) -> bool:
    """Whether a file among evaluations is the configuration of a suite of Google's ADK."""
    among = _SUITE.search(place.path) and not OUTSIDE.search(place.path)
    return bool(among) and '"criteria"' in (repo.read(place) or "")[:20_000]


def _suite_files(repo: Repo, components: Iterable[Component]) -> list[Place]:
    """One place in each file that evaluates."""
    files: dict[tuple[str, str], Place] = {}
    for component in components:
        modules = _modules(component)
        for call in component.code.calls:
            scores = call.role is Role.TEST and call.below(*modules)
            if scores or call.role is Role.EVAL:
                files.setdefault((call.place.repo, call.place.path), call.place)
        libraries = {use.library for use in component.uses("evaluation")}
        for each in component.code.imports:
            tests = each.role is Role.TEST and each.library in libraries
            if each.role is Role.EVAL or (tests and not pretends(repo.read(each.place) or "")):
                files.setdefault((each.place.repo, each.place.path), each.place)
    places = files.values()
    return [p for p in places if not OUTSIDE.search(p.path) and not _OF_THE_SUITE.search(p.path)]


def _asking(repo: Repo, components: Iterable[Component]) -> frozenset[str]:
    """Files that bring the system, a model or a library of evaluation, or what does so beside them:
    tests without are tests of the suite's own code."""
    components = tuple(components)
    itself = {
        each.place.path
        for component in components
        for asked in [Asking(component)]
        for each in component.code.imports
        if asked.asks(each) or each.library in asked.libraries
    }
    brought = {each.path for each in _brought(components, itself)}
    return frozenset(itself | brought | suite_files(repo) | {each.path for each in fetching(repo)})


def _brought(
    components: Iterable[Component], helpers: Collection[str] | None = None
) -> Iterator[Place]:
    """Files that bring what stands beside them, where that brings a library of evaluation, or is
    one of those that are given."""
    for component in components:
        libraries = {use.library for use in component.uses("evaluation")}
        imports = component.code.imports
        bringing = {each.place.path for each in imports if each.library in libraries}
        beside = {(_home(path), _stem(path)) for path in (bringing if helpers is None else helpers)}
        for each in imports:
            if (_home(each.place.path), _stem(each.module)) in beside and each.role is not Role.APP:
                yield Place(each.place.repo, each.place.path)


def _home(path: str) -> str:
    return path.rpartition("/")[0]


def _stem(path: str) -> str:
    """The last part of a module's name, or of a file's without its suffix."""
    name = path.rpartition("/")[2].removesuffix(".py").removesuffix(".ts").removesuffix(".js")
    return name.rpartition(".")[2]


def _modules(component: Component) -> tuple[str, ...]:
    """Modules of evaluation libraries, as they are imported."""
    libraries = {use.library for use in component.uses("evaluation")}
    return tuple({each.module for each in component.code.imports if each.library in libraries})


def _given(component: Component, modules: tuple[str, ...], ending: set[str]) -> Iterator[Place]:
    """Thresholds that the measures of a suite are made with, where a test is held against them, or
    the suite ends with a verdict."""
    asserting = ending | {
        call.place.path
        for call in component.code.calls
        if call.method in _ASSERTS or call.callee.endswith(".assert_passing")
    }
    for call in component.code.calls:
        if call.place.path not in asserting and not (ending and call.role is Role.EVAL):
            continue
        value = call.argument(*_THRESHOLDS)
        number = value is not None and _PASSABLE.match(value.text or value.written)
        if number and call.below(*modules):
            yield call.place


def _written(repo: Repo, files: Iterable[Place]) -> Iterator[Place]:
    """Thresholds that a suite reads from a file of its own, or keeps in constants."""
    for pattern in ("**/*threshold*.json", "**/*threshold*.yaml", "**/*threshold*.yml"):
        for place in repo.files(pattern):
            if _SUITE.search(place.path) and not OUTSIDE.search(place.path):
                yield from islice(_lines(repo, place, _NUMBER), 1)
    for pattern in ("**/*eval*.yaml", "**/*eval*.yml", "**/*eval*.json", "**/*gate*.y*ml"):
        for place in repo.files(pattern):
            if not OUTSIDE.search(place.path):
                yield from islice(_lines(repo, place, _MINIMUM), 1)
    kept = [p for name in ("const", "config") for p in repo.files(f"**/*{name}*.*")]
    for place in (*files, *(p for p in kept if _SUITE.search(p.path))):
        text = "" if OUTSIDE.search(place.path) else repo.read(place) or ""
        if any(word in text for word in _MARKS):
            yield from islice(_lines(repo, place, _CONSTANT), 1)
            yield from islice(_lines(repo, place, _PARAMETER), 1)


def _lines(repo: Repo, place: Place, pattern: re.Pattern[str]) -> Iterator[Place]:
    for number, row in enumerate((repo.read(place) or "").split("\n")):
        if pattern.search(row[:400]):
            yield replace(place, line=number + 1, text=row.strip())
