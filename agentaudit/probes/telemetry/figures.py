"""Whether a figure of the memory that code reads is kept anywhere by a log."""

from __future__ import annotations

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_LOGS = regex(
    r"(?i)(?:\blog|logger|logging|logger\([^()\n]{0,60}\)|\bwandb|\brun|mlflow|console)"
    r"\.(?:info|debug|log|log_metrics?|log_artifact)\("
)
_MEMORY = regex(r"(?i)(?<![a-z])(?:rss|vms|vram|ram)(?![a-z])|mem_?(?:info|ory|_|\b)|heap")
_LONGEST = 800


def logged(repo: Repo, place: Place) -> bool:
    """Whether the file of a place writes a figure of memory into a log, and not only where it is
    too high."""
    text = (repo.read(place) or "")[:200_000]
    return any(
        _MEMORY.search(_statement(text[found.end() : found.end() + _LONGEST]))
        for found in _LOGS.finditer(text)
    )


def _statement(rest: str) -> str:
    """What stands up to the bracket that closes the call."""
    depth = 1
    for at, sign in enumerate(rest):
        depth += (sign in "([{") - (sign in ")]}")
        if not depth:
            return rest[:at]
    return rest
