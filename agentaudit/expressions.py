"""Regular expressions that are compiled when they are first asked.

There are hundreds, one scan asks few of them, and compiling all took a third of the time in which
a small repository is scanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, overload

_ANSWERS = (
    *("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "scanner"),
    *("flags", "groups", "groupindex"),
)


_SEARCHES: dict[str, Callable[[], Any]] = {
    "search": lambda: None,
    "finditer": lambda: iter(()),
    "findall": list,
}
"""What each answers where nothing is found."""


class Regex:
    """Answers like the `re.Pattern` of the same arguments, and is compiled by the first answer."""

    __slots__ = (*_ANSWERS, "_flags", "pattern", "words")

    def __init__(self, pattern: str | bytes, flags: int = 0, words: tuple[str, ...] = ()) -> None:
        self.pattern = pattern
        self._flags = flags
        self.words = words

    def compiled(self) -> re.Pattern[Any]:
        """The expression itself. Raises re.error."""
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> Any:
        # reached only while nothing was asked: from then on each answer lies in its slot
        if name not in _ANSWERS:
            raise AttributeError(name)
        if self.words and name in _SEARCHES:
            setattr(self, name, self._sparing(name))
            return getattr(self, name)
        made = self.compiled()
        for each in _ANSWERS:
            if not (self.words and each in _SEARCHES):
                setattr(self, each, getattr(made, each))
        return getattr(made, name)

    def _sparing(self, name: str) -> Callable[..., Any]:
        """The same answer, of which a text without any of the words costs a look for each."""
        words, nothing = self.words, _SEARCHES[name]
        made: Callable[..., Any] | None = None

        def answer(text: str, *bounds: int) -> Any:
            nonlocal made
            for word in words:
                if word in text:
                    made = made or getattr(self.compiled(), name)
                    return made(text, *bounds)
            return nothing()

        return answer


@overload
def regex(pattern: str, flags: int = 0, words: tuple[str, ...] = ()) -> re.Pattern[str]: ...
@overload
def regex(pattern: bytes, flags: int = 0) -> re.Pattern[bytes]: ...
def regex(pattern: str | bytes, flags: int = 0, words: tuple[str, ...] = ()) -> Any:
    """Like `re.compile`, for the patterns of modules; a faulty one is told when first asked.

    Of `words` every match holds one: a pattern that whole files are searched for gives them where
    few files hold any.
    """
    return Regex(pattern, flags, words)


def in_text(above: str) -> bool:
    """Whether a row of code that begins so has opened a text and not closed it."""
    return any(above.count(quote) % 2 for quote in "\"'`")
