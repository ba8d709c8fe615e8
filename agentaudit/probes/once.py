"""What several probes ask of all repositories together, answered once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from agentaudit.source import Repo

_Answer = TypeVar("_Answer")
_KEPT = 8


def once(question: Callable[[Repo], _Answer]) -> Callable[[Repo], _Answer]:
    """The question, which remembers what the last repositories answered; the answer is shared."""
    told: deque[tuple[Repo, _Answer]] = deque(maxlen=_KEPT)

    @wraps(question)
    def ask(repo: Repo) -> _Answer:
        for known, answer in told:
            if known is repo:
                return answer
        found = question(repo)
        told.append((repo, found))
        return found

    return ask
