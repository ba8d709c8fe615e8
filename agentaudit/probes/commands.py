"""The commands of a CI step, one by one: what is only printed, explained or commented runs not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from agentaudit.expressions import regex
from agentaudit.source import Step

_PIECE = regex(
    r"\$\{\{[^}]{0,400}\}\}|\$\([^()]{0,400}\)|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|(?<!\S)#[^\n]*"
    r"|&&|\|\||[;|\n]|.",
    re.DOTALL,
)
_SEPARATORS = frozenset(["&&", "||", ";", "|", "\n"])
_PRINTS = regex(r"\s*@?(?:\w+=\S*\s+)*(?:sudo\s+)?(?:echo|printf|cat|grep|:|true|false)(?:\s|$)")
_EXPLAINS = regex(r"(?:^|\s)(?:--help|-h|--version|--dry-run|--collect-only|--co)(?=[\s)\"']|$)")
_FAILS = regex(r"\b(?:exit|return)\s+[1-9$]|\bfalse\b")


def commands(step: Step) -> Iterator[tuple[str, bool]]:
    """Each command that the step runs, and whether its failure fails the step. An action is one."""
    if step.text.startswith("uses:"):
        yield step.text, step.gating
        return
    parts = _parts(step.text)
    for at, (text, _) in enumerate(parts):
        if text.strip() and not _PRINTS.match(text) and not _EXPLAINS.search(text):
            yield text.strip(), step.gating and not _is_forgiven(parts[at:])


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[tuple[str, str], ...]:
    """Commands, each with the separator that follows it."""
    found: list[tuple[str, str]] = []
    pieces: list[str] = []
    for match in _PIECE.finditer(text):
        if match[0] in _SEPARATORS:
            found.append(("".join(pieces), match[0]))
            pieces = []
        elif not match[0].startswith("#") or len(match[0]) == 1:
            pieces.append(match[0])
    return (*found, ("".join(pieces), ""))


def _is_forgiven(rest: Sequence[tuple[str, str]]) -> bool:
    """Whether something else is done when the first one fails, and the step goes on."""
    for at, (_, separator) in enumerate(rest):
        if separator == "||":
            return not any(_FAILS.search(text) for text, _ in rest[at + 1 :])
        if separator not in ("&&", "|"):
            return False
    return False
