"""Pass marks of evaluations: numbers that a score is held against, and that fail a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.guardrails.suites import configured
from agentaudit.source import Component, Repo

_SCORE = (
    r"(?:score|accuracy|pass_?rate|success_?rate|recall|precision|f1|faithful|relevan|correct|ground"
    r"|similarity|coheren|fluency|hit_?rate|ndcg|mrr|mean|avg|average|grade|quality|toxicity|halluc"
    r"|passed|winrate|win_?rate|exact_match)"
)
_MARK = (
    r"(?:0?\.\d{1,4}|1\.0|[1-9]\d(?:\.\d{1,3})?%?"
    r"|[\w.]{0,40}(?:threshold|min(?:imum)?_|_min|target|pass_mark|floor|baseline)\w{0,20})"
)
_BAD = r"(?:toxicity|halluc|error_?rate|failure_?rate|violation|leak)"
_HELD = re.compile(
    rf"(?i)\bassert\b[^#\n]{{0,160}}{_SCORE}[^#\n<>]{{0,80}}>=?\s*{_MARK}"
    rf"|\bassert\b[^#\n]{{0,160}}{_BAD}[^#\n<>]{{0,80}}<=?\s*{_MARK}"
    rf"|\b(?:if|elif)\b[^#\n]{{0,160}}{_SCORE}[^#\n<>]{{0,80}}<=?\s*{_MARK}"
    rf"|expect\([^#\n]{{0,160}}{_SCORE}[^#\n]{{0,80}}\.toBe(?:Greater|Less)Than\w{{0,20}}\(\s*{_MARK}"
    rf"|(?:assertGreater\w*|require\.Greater\w*|assert\.Greater\w*)\([^#\n]{{0,160}}{_SCORE}"
    rf"[^#\n]{{0,80}},\s*{_MARK}"
    rf"|{_SCORE}[^#\n]{{0,80}}(?:\.isGreaterThan\w{{0,20}}|BeGreater\w{{0,20}})\(\s*{_MARK}"
)
"""A score held against a number, in a statement that can fail."""
_OF_THE_SUITE = re.compile(r"(?i)(?:^|/)[\w-]{0,40}evals?[\w-]{0,40}/(?:[^/]{1,80}/){0,8}tests?/")
"""Tests of the suite's own code: what they hold is no score of the system."""
_FAILS = re.compile(
    r"(?:sys\.)?exit\(\s*[1-9]|raise\s+\w|raise$|process\.exit\(\s*[1-9]|throw\s|os\._exit|"
    r"Environment\.Exit\(|panic\(|t\.(?:Fatal|Error)|pytest\.fail|return\s+[1-9]\b|exit\(1|"
    r"System\.exit\(\s*[1-9]|SystemExit"
)
_WITHIN = 8
"""Lines after an `if` within which the run must fail."""
_CRITERIA = re.compile(
    r'(?i)"[\w-]{0,60}(?:score|match|correct|ground|safety|quality)[\w-]{0,40}"\s*:\s*(?:0?\.\d+|1(?:\.0)?)\b'
)
_THRESHOLD = re.compile(
    r"(?i)^\s*-?\s*[\"']?(?:threshold|min_?score|pass_?rate|passingScore|minScore)[\"']?\s*:\s*[\"']?\d"
)


def marks(repo: Repo) -> Iterator[Place]:
    """Places where a pass mark of an evaluation is written down."""
    files: dict[tuple[str, str], Place] = {}
    for component in repo.components():
        modules = _modules(component)
        yield from _given(component, modules)
        for call in component.code.calls:
            scores = call.role is Role.TEST and call.below(*modules)
            if scores or call.role is Role.EVAL:
                files.setdefault((call.place.repo, call.place.path), call.place)
    for place in files.values():
        if not OUTSIDE.search(place.path) and not _OF_THE_SUITE.search(place.path):
            yield from _held(repo, place)
    for place in configured(repo):
        yield from _lines(repo, place, _THRESHOLD)
    for place in repo.files("**/test_config.json"):
        yield from _lines(repo, place, _CRITERIA)


def _modules(component: Component) -> tuple[str, ...]:
    """Modules of evaluation libraries, as they are imported."""
    libraries = {use.library for use in component.uses("evaluation")}
    return tuple({each.module for each in component.code.imports if each.library in libraries})


def _given(component: Component, modules: tuple[str, ...]) -> Iterator[Place]:
    """Thresholds that the measures of a suite are made with, where a test is held against them."""
    asserting = {
        call.place.path
        for call in component.code.calls
        if call.method in ("assert_test", "assertTest") or call.callee.endswith(".assert_passing")
    }
    for call in component.code.calls:
        if call.place.path not in asserting:
            continue
        value = call.argument("threshold", "min_score", "minScore", "passing_score")
        number = value is not None and re.match(r"[\d.]", value.text or value.written)
        if number and call.below(*modules):
            yield call.place


def _held(repo: Repo, place: Place) -> Iterator[Place]:
    rows = (repo.read(replace(place, line=None, text="")) or "").split("\n")
    for number, row in enumerate(rows):
        found = _HELD.search(row[:400])
        if found is None:
            continue
        after = "\n".join(rows[number : number + _WITHIN])
        if not found[0].lower().startswith(("if", "elif")) or _FAILS.search(after[:4000]):
            yield replace(place, line=number + 1, text=row.strip())


def _lines(repo: Repo, place: Place, pattern: re.Pattern[str]) -> Iterator[Place]:
    for number, row in enumerate((repo.read(place) or "").split("\n")):
        if pattern.search(row[:400]):
            yield replace(place, line=number + 1, text=row.strip())
