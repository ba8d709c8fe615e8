"""Suites that are scripts of cases, and end the run over a failed one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.standing import standing
from agentaudit.probes.once import once
from agentaudit.source import Repo

_NO_FAILURE = regex(
    r"(?i)^\s{0,40}if\s{0,4}\(?(?:len\()?[\w.]{0,60}(?:failed|failures|failed_?(?:count|cases))\)?(?:\.length)?"
    r"\s{0,4}(?:>\s{0,4}\d|:|\)\s{0,4}\{|>=\s{0,4}1)"
    r"|^\s{0,40}assert\s(?:not\s|len\()(?:\w{1,40}_)?(?:failed|failures|failing|violations|regressions)"
    r"(?:_\w{1,20})?(?:\)\s?==\s?0)?\s{0,4}(?:,|$)"
    r"|^\s{0,40}if\s{0,4}\(?[\w.'\"\[\]]{0,60}(?:passed|passing|passes)(?:_?(?:count|cases))?[\"'\]]{0,3}"
    r"\s{0,4}(?:<|!==?)\s{0,4}(?:len\()?[\w.'\"\[\]]{0,60}(?:total|cases|results|scenarios)\w{0,20}[\"'\]]{0,3}"
    r"(?:\)|\.length)?\s{0,4}(?::|\)|\{)"
)
"""A suite whose every case must pass."""
_CASES = (
    r"[\w.\[\]\"'()$]{0,60}(?:failed|failures|failing|errors)(?:_?(?:count|cases))?[\"'\])]{0,3}"
    r"(?:\.length)?"
)
_BY_CASES = regex(
    r"(?:\breturn\b|[eE]xit\w{0,8}\s{0,2}\(|SystemExit\(|[eE]xit_?[cC]ode\s{0,4}=)\s{0,4}\(?"
    rf"(?:0 if (?:not )?{_CASES}(?:\s?==\s?0)? else [1-9]|[1-9] if {_CASES}(?:\s?>\s?0)? else 0"
    rf"|{_CASES}\s?(?:>\s?0\s?)?\? [1-9] : 0|{_CASES}\s?===?\s?0\s?\? 0 : [1-9]"
    r"|0 if [\w.\[\]\"']{0,60}passed[\"'\]]{0,2} == [\w.()\[\]\"']{0,60} else [1-9])"
)
"""The same as the run's end."""
FAILED = regex(
    r"[eE]xit_?[cC]ode\s{0,4}=\s{0,4}1|exit\(\s{0,4}1|throw new \w{0,40}Regress|return 1\b"
    r"|SystemExit"
)
"""Where a run ends badly."""
_VERDICT = regex(
    r"^\s{0,40}(?:\}\s?else\s)?(?:if|elif)\b[^\n]{0,80}(?:passed|success|failures?\b|violat|below"
    r"|regress)|^\s{0,40}assert (?:not )?[\w.]{0,60}(?:passed|success)[\w.()]{0,40}\s{0,4}(?:,|$)"
)
"""Where the outcome of all cases is asked for."""
_ENDS = regex(
    r"(?:\breturn|\bexit\(|\bSystemExit\(|[eE]xit_?[cC]ode\s{0,4}=)\s{0,4}\(?"
    r"(?:0 if [^\n]{0,80}(?:passed|success|\bok\b)|1 if not [^\n]{0,80}(?:passed|success|\bok\b)"
    r"|1 if [^\n]{0,80}(?:fail|violat|regress)"
    r"|[\w.!]{0,60}(?:passed|success|ok|failed|failures)\b[^\n?]{0,20}\?)"
)
"""The verdict, as the run's end."""
_WITHIN = 12
_NEAR = 16
_MOST_ROWS = 6000


def none_fails(repo: Repo, place: Place) -> Iterator[Place]:
    """Rows of a suite by which more failed cases than a number fail the run."""
    rows = standing((repo.read(Place(place.repo, place.path)) or "").split("\n")[:_MOST_ROWS])
    for number, row in enumerate(rows):
        if ("xit" in row or "return" in row) and _BY_CASES.search(row[:300]):
            yield Place(place.repo, place.path, number + 1, row.strip()[:200])
        elif _NO_FAILURE.match(row[:300]):
            after = "\n".join((row, *islice(deeper(rows, number), _WITHIN)))
            if "assert " in row or FAILED.search(after):
                yield Place(place.repo, place.path, number + 1, row.strip()[:200])


def ends(repo: Repo, place: Place) -> bool:
    """Whether code of the suite fails the run over its verdict."""
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:_MOST_ROWS]
    for number, row in enumerate(rows):
        if ("return" in row or "xit" in row) and _ENDS.search(row[:300]):
            return True
        if _VERDICT.search(row[:300]):
            after = "\n".join(rows[number : number + _NEAR])
            if row.lstrip().startswith("assert") or FAILED.search(after[:6000]):
                return True
    return False


@once
def counted(repo: Repo) -> tuple[Place, ...]:
    """Rows of scripts beside the tests that bring a library of models or agents, count how many of
    the expected facts an answer has, and end the run over a failed case."""
    return tuple(_counted(repo))


def _counted(repo: Repo) -> Iterator[Place]:
    for file in repo.files("**/*.py", saying=("exit(", "SystemExit")):
        if not (TESTS.search(file.path) and _NAMED.search(file.path)) or OUTSIDE.search(file.path):
            continue
        text = repo.read(file) or ""
        if _HELD.search(text) and not _PLAYED.search(text) and _brings(repo, text):
            yield from none_fails(repo, file)


_NAMED = regex(r"(?i)(?:^|/)[^/]*(?:quality|accura|eval|golden|benchmark|scenario)[^/]*\.py$")
_HELD = regex(
    r"\bpass(?:ed|es)?\s{0,4}=\s{0,4}[^\n]{0,80}(?:found|hits?|match(?:es|ed)?|present|covered)\w{0,10}"
    r"\s{0,4}>=?\s{0,4}[1-9]"
)
"""Where a case passes by how many expected facts its answer has."""
_PLAYED = regex(
    r"(?i)\bmonkeypatch|\bpatch(?:\.object)?\(|\b(?:mock|fake|stub)_?(?:llm|model|agent|client|chat"
    r"|response|bedrock|openai)|\b(?:Async|Magic)?Mock\("
)
"""Doubles of what answers."""


_IMPORT = regex(r"(?m)^[ \t]{0,12}(?:from|import)[ \t]{1,4}(\w{2,60})")


def _brings(repo: Repo, text: str) -> bool:
    """Whether it imports what asks models."""
    roots = {
        each.module.partition(".")[0]
        for component in repo.components()
        for libraries in [{u.library for t in ("model", "agent") for u in component.uses(t)}]
        for each in component.code.imports
        if each.library in libraries
    }
    return not roots.isdisjoint(_IMPORT.findall(text))


@once
def repeated(repo: Repo) -> tuple[Place, ...]:
    """Rows that say how many attempts of a case must succeed, beside tests that are repeated since
    a model answers otherwise each time."""
    return tuple(_repeated(repo))


def _repeated(repo: Repo) -> Iterator[Place]:
    files = (file for kind in _KINDS for file in repo.files(f"**/*.{kind}"))
    for file in files:
        if not TESTS.search(file.path) or OUTSIDE.search(file.path):
            continue
        text = (repo.read(file) or "")[:100_000]
        if not any(word in text for word in _WORDS) or not _ATTEMPTS.search(text):
            continue
        for number, row in enumerate(text.split("\n"), 1):
            if _OFTEN.match(row[:300]):
                yield Place(file.repo, file.path, number, row.strip()[:200])


_KINDS = ("py", "ts", "js", "yaml", "yml", "toml")
_WORDS = ("min_passes", "min_successes", "minPasses")
_OFTEN = regex(
    r"[^#\n]{0,200}\b(?:min_passes|min_successes|minPasses)[\"']?\s{0,4}[:=]\s{0,4}(?:[2-9]|\d\d)"
)
"""One of several attempts only forgives a slow network."""
_ATTEMPTS = regex(
    r"\b(?:max_runs|max_attempts|num_runs|runs|attempts|maxRuns)[\"']?\s{0,4}[:=]\s{0,4}\d"
)
