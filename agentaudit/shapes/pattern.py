"""Regular expressions whose time on hostile text is bounded beforehand."""

from __future__ import annotations

import re
import warnings

from msgspec import Struct

from agentaudit.expressions import regex

LONGEST_PATTERN = 500
LONGEST_LINE = 10_000
_LINE_COST = 10**9
"""Estimated steps that one line may take; a longer line is not searched."""
_TOTAL_COST = 2 * 10**10
"""Estimated steps that one question may take over all its files."""

_TOKEN = regex(
    r"\\.|\[\^?\]?(?:\\.|[^\\\]])*\]"
    r"|\((?:\?(?:[:=!>]|<[=!]|P<\w+>|P=\w+|\#|\(|[aiLmsux-]+:?))?|\)|\|"
    r"|[*+?][+?]?|\{(?:\d+(?:,\d*)?|,\d+)\}[+?]?|.",
    re.DOTALL,
)

_REFUSED = regex(r"\\[1-9]|\(\?(?:P=\w+|\#|\(|[a-zL-]*x[a-z-]*:?)")
"""Tokens after which this reading of the expression, or its bound, no longer holds."""


class Pattern(Struct, frozen=True):
    """A compiled expression, and how much its search costs at most."""

    expression: re.Pattern[str]
    power: int
    """A line of n characters takes at most about n to this power steps."""
    factor: int

    def cost(self, line: str) -> int:
        return int(self.factor * max(1, len(line)) ** self.power)


class Search(Struct):
    """Searches lines until its budget is spent; `cut` says that some text was not searched."""

    pattern: Pattern
    spent: int = 0
    cut: bool = False

    def first(self, text: str) -> tuple[int, str] | None:
        """1-based number and text of the first line that matches."""
        for number, line in enumerate(text.split("\n"), 1):
            cost = self.pattern.cost(line)
            if len(line) > LONGEST_LINE or cost > _LINE_COST or self.spent > _TOTAL_COST:
                self.cut = True
                continue
            self.spent += cost
            if self.pattern.expression.search(line):
                return number, line
        return None


def bounded(text: str) -> Pattern:
    """Compile an expression, or raise ValueError saying why its time could not be bounded."""
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"is longer than {LONGEST_PATTERN} characters")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            expression = re.compile(text)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            raise ValueError(f"is not a regular expression: {error}") from None
    power, factor = _growth(text)
    if power > 4 or factor > 4096:
        raise ValueError("repeats too many things: its time on hostile text could not be bounded")
    return Pattern(expression, power, factor)


def _growth(text: str) -> tuple[int, int]:
    """How search time grows: each repetition that can give characters back adds a power, each
    optional part a factor. Refuses what grows exponentially."""
    power, factor, possessive = 1, 1, False
    varies = [False]
    """Whether each open group holds something that can match in more than one way."""
    closed = False
    for token in _TOKEN.findall(text):
        quantifier = re.fullmatch(r"([*+?]|\{[\d,]+\})([+?]?)", token)
        if _REFUSED.fullmatch(token):
            raise ValueError("uses a back-reference, condition, comment or verbose mode")
        if token.startswith("("):
            varies.append(False)
        elif token == ")" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] = varies[-1] or closed
            continue
        elif token == "|":
            varies[-1], factor = True, factor * (2 if len(varies) > 1 else 1)
        elif quantifier and quantifier[1] != "{1}":
            if closed and quantifier[1] != "?":
                raise ValueError("repeats something that itself varies: this can take for ever")
            possessive |= quantifier[2] == "+"
            if quantifier[2] != "+":
                varies[-1] = varies[-1] or not re.fullmatch(r"\{\d+\}", quantifier[1])
                factor *= 2 if quantifier[1] == "?" else 1
                power += quantifier[1] != "?" and not re.fullmatch(r"\{\d+\}", quantifier[1])
        closed = False
    return max(power, 2 if possessive else 1), factor
