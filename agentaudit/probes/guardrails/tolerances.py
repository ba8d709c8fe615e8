"""How far scores may fall below those of an earlier run, in a comparison that fails the run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.asking import SUITE_ROLES
from agentaudit.probes.guardrails.compared import SCORE
from agentaudit.probes.guardrails.ended import ends
from agentaudit.probes.guardrails.measures import MEASURES
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.once import once
from agentaudit.source import Repo

_NAME = (
    r"(?:[a-z]{1,20}[_-]){0,3}(?:tolerance|threshold|(?:max|allowed)[_-]?(?:drop|decrease|decline|regression)"
    r"|drop|regression[_-]?margin)"
)
_MARK = r"(?:0?\.0{0,3}[1-9]|[1-9])"
_ALLOWED = regex(
    rf"(?i)\s{{0,40}}(?:(?:export|const|final|static|let|var)\s){{0,3}}{_NAME}(?:\s?:\s?\w{{1,20}})?\s?=\s?{_MARK}"
    rf"|[^#\n]{{0,160}}[(,]\s?{_NAME}\s?:\s?\w{{1,20}}\s?=\s?{_MARK}"
    rf"|[^#\n]{{0,80}}[\"']--{_NAME}[\"'][^\n]{{0,120}}\bdefault\s?[=:]\s?{_MARK}"
)
"""A number that is given such a name: a constant, a parameter or an option."""
_OTHER = regex(r"(?i)latenc|durat|elapsed|seconds|_ms\b|cost|token|memory|similar|alpha")
"""What it may be of beside a score."""
_KINDS = ("py", "ts", "js", "mjs")
_SAYS = ("baseline", "Baseline", "BASELINE")
_LONGEST = 200_000


@once
def allowed(repo: Repo) -> tuple[Place, ...]:
    """Where scripts of evaluation that end over a regression say what they allow of scores against
    a baseline."""
    return tuple(_allowed(repo))


def _allowed(repo: Repo) -> Iterator[Place]:
    for file in (each for kind in _KINDS for each in repo.files(f"**/*.{kind}", saying=_SAYS)):
        named = repo.role(file) in SUITE_ROLES or MEASURES.search(file.path)
        if not named or OUTSIDE.search(file.path) or TESTS.search(file.path):
            continue
        text = (repo.read(file) or "")[:_LONGEST]
        if "egress" in text and SCORE.search(text) and ends(repo, file):
            rows = (
                Place(file.repo, file.path, number, row.strip()[:200])
                for number, row in enumerate(text.split("\n"), 1)
                if _ALLOWED.match(row[:400]) and not _OTHER.search(row[:400])
            )
            yield from islice(rows, 1)
