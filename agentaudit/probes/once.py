"""What several probes ask of the same thing, all repositories or a component, answered once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Subjects = ParamSpec("_Subjects")
_Answer = TypeVar("_Answer")
_KEPT = 8


def once(question: Callable[_Subjects, _Answer]) -> Callable[_Subjects, _Answer]:
    """The question, which remembers its answers about the last subjects; an answer is shared."""
    told: deque[tuple[tuple[object, ...], _Answer]] = deque(maxlen=_KEPT)

    @wraps(question)
    def ask(*subjects: _Subjects.args, **named: _Subjects.kwargs) -> _Answer:
        asked = (*subjects, *named.values())
        for known, answer in told:
            if all(map(_same, known, asked)):
                return answer
        found = question(*subjects, **named)
        told.append((asked, found))
        return found

    return ask


def _same(known: object, asked: object) -> bool:
    return known is asked or (type(asked) is str and known == asked)
