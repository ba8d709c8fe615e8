"""Evaluation suites that are fetched from another repository and run here."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.expressions import regex
from agentaudit.probes.guardrails.leads import Line

_CLONE = regex(
    r"\bgit\s+clone\s(?:\S+\s+){0,8}?[\"']?(?:https?://|ssh://|git@)\S{1,200}?[/:]([\w.-]{1,80}?)"
    r"(?:\.git)?[\"']?(?=[\s;&|)]|$)"
)
_SUITE = regex(
    r"(?i)(?:^|[-_.])(?:[a-z0-9]{0,20}evals?|evaluations?|evaluation-harness)(?:[-_.]|$)"
    r"|(?:^|[-_.])(?:ai|llms?|agents?|rag|swe|tau2?|models?|prompts?|tools?|terminal|mt)s?[-_]?bench"
    r"(?:mark)?s?(?:[-_.]|$)"
)
"""Names of repositories that hold a suite for models or agents."""
_RUNS = regex(
    r"(?:^|[\s/\"'])(?:run|eval|evaluate|bench|python3?|pytest|npx|main\.py)(?=[\s\"']|$)"
)


def cloned(lines: Iterable[Line]) -> Line | None:
    """The first line that runs a suite which the lines before it fetched."""
    suites: set[str] = set()
    for line in lines:
        if found := _CLONE.search(line.text):
            if _SUITE.search(found[1]):
                suites.add(found[1])
        elif suites and any(name in line.text for name in suites) and _RUNS.search(line.text):
            return line
    return None
