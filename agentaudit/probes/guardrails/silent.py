"""Commands of tests among evaluations in which no model answers: the files that they name are not
there, or say so at their head."""

from __future__ import annotations

from itertools import islice

from agentaudit.expressions import regex
from agentaudit.source import Repo, Step

_NAMED = regex(
    r"(?<![\w./-])(?:pytest|py\.test|vitest|jest|mocha)\s([^\n;&|]{1,400})",
)
_FILE = regex(
    r"(?<![\w./*$}=-])(?:\.{1,2}/){0,4}((?:[\w-][\w.-]{0,80}/){1,8}[\w.-]{1,100}\.(?:py|[cm]?[jt]sx?))(?=::|\s|$)"
)
_BROUGHT = regex(r"\brepository:\s|\bgit\s+clone\b|\bsubmodules?\b|\bgh\s+repo\s+clone\b")
"""What puts files of another repository beside those that are committed."""
_SAYS = regex(
    r"(?i)\b(?:no|without|zero|needs no|never calls?)\s(?:a\s|an\s|any\s|real\s|live\s){0,2}"
    r"(?:llms?|models?|bedrock|openai|anthropic|gemini|network|api[ -]?keys?|gateway)\b"
    r"(?!\s(?:judge|answer|train|version|as\b))"
)
_HEAD = 600


def is_silent(repo: Repo, step: Step, text: str) -> bool:
    """Whether a command names files of tests, none of which asks a model."""
    named = [path for found in _NAMED.finditer(text) for path in _FILE.findall(found[1])]
    if not named:
        return False
    heads = [
        (repo.read(file) or "")[:_HEAD]
        for path in named
        for file in islice(repo.files(f"**/{path}"), 1)
    ]
    if heads:
        return len(heads) == len(named) and all(map(_SAYS.search, heads))
    return not any(
        _BROUGHT.search(each.text) for each in repo.steps() if each.workflow == step.workflow
    )
