"""Evaluations that attack the system, of libraries that keep every run as an experiment."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.attack_tables import ATTACK, SAYING
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Repo

_LIBRARIES = {"braintrust": "Eval", "langsmith": "a?evaluate", "weave": "Evaluation"}
_KEPT_BY = tuple(
    (regex(rf"\b(?:from|import)\s{{1,4}}[\"']?{library}\b", words=(library,)), regex(rf"\b{run}\("))
    for library, run in _LIBRARIES.items()
)
"""How such a library is brought in, and how it is told to run."""
_COMMENT = regex(r"\s*(?:#|//|\*|/\*)")
_FEWEST = 5


def attack_experiments(repo: Repo) -> Iterator[Place]:
    """Where such an evaluation begins, in files that say enough of what attackers say."""
    for pattern in ("**/*.py", "**/*.ts", "**/*.js"):
        for file in repo.files(pattern, saying=SAYING):
            text = "" if OUTSIDE.search(file.path) else (repo.read(file) or "")[:300_000]
            runs = next((run for kept, run in _KEPT_BY if kept.search(text)), None)
            if runs is None or not _attacks(text):
                continue
            for number, row in enumerate(text.split("\n"), 1):
                if runs.search(row[:300]) and not _COMMENT.match(row):
                    yield Place(file.repo, file.path, number, row.strip()[:200])


def _attacks(text: str) -> bool:
    rows = (row[:600] for row in text.split("\n") if not _COMMENT.match(row))
    return sum(ATTACK.search(row) is not None for row in rows) >= _FEWEST
