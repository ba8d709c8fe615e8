"""What several probes ask of all repositories together, answered once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar, cast

from agentaudit.source import Repo

_Answer = TypeVar("_Answer")


def once(question: Callable[[Repo], _Answer]) -> Callable[[Repo], _Answer]:
    """The question, which remembers what the last repositories answered; the answer is shared."""
    asked = lru_cache(maxsize=8)(question)

    @wraps(question)
    def ask(repo: Repo) -> _Answer:
        return asked(cast("Hashable", repo))

    return ask
