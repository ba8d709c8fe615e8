"""What several probes ask of the same thing, all repositories or a component, answered once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_Subject = TypeVar("_Subject")
_Answer = TypeVar("_Answer")
_KEPT = 8


def once(question: Callable[[_Subject], _Answer]) -> Callable[[_Subject], _Answer]:
    """The question, which remembers its answers about the last subjects; an answer is shared."""
    told: deque[tuple[_Subject, _Answer]] = deque(maxlen=_KEPT)

    @wraps(question)
    def ask(subject: _Subject) -> _Answer:
        for known, answer in told:
            if known is subject:
                return answer
        found = question(subject)
        told.append((subject, found))
        return found

    return ask
