"""Regular expressions that are compiled when they are first asked.

There are hundreds, one scan asks few of them, and compiling all took a third of the time in which
a small repository is scanned.
"""

from __future__ import annotations

import re
from typing import Any, overload

_ANSWERS = (
    *("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "scanner"),
    *("flags", "groups", "groupindex"),
)


class Regex:
    """Answers like the `re.Pattern` of the same arguments, and is compiled by the first answer."""

    __slots__ = (*_ANSWERS, "_flags", "pattern")

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags

    def compiled(self) -> re.Pattern[Any]:
        """The expression itself. Raises re.error."""
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> Any:
        # reached only while nothing was asked: from then on each answer lies in its slot
        if name not in _ANSWERS:
            raise AttributeError(name)
        made = self.compiled()
        for each in _ANSWERS:
            setattr(self, each, getattr(made, each))
        return getattr(made, name)


@overload
def regex(pattern: str, flags: int = 0) -> re.Pattern[str]: ...
@overload
def regex(pattern: bytes, flags: int = 0) -> re.Pattern[bytes]: ...
def regex(pattern: str | bytes, flags: int = 0) -> Any:
    """Like `re.compile`, for the patterns of modules; a faulty one is told when first asked."""
    return Regex(pattern, flags)
