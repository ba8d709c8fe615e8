"""The one meaning of path patterns: `*` and `?` stay within a directory, `**` crosses them.

Patterns may come from an audited file, so none may take long: a star takes the first place that
fits and never tries another within its directory, and `**` may stand three times.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agentaudit.expressions import regex

_TOKEN = regex(r"(?:\*\*/)+|/\*\*(?=$)|\*+|\?|\[[!^]?\]?[^\]/]{0,100}\]|/|[^*?\[/]+|\[", re.DOTALL)
_LONGEST = 500
_NOTHING = regex(r"(?!)")


@lru_cache(maxsize=1024)
def compiled(*patterns: str) -> re.Pattern[str]:
    """A regular expression for whole paths that match one of the patterns; a pattern beyond bounds
    matches nothing."""
    told = [said for pattern in patterns if (said := _said(pattern))]
    try:
        return re.compile("|".join(told), re.DOTALL) if told else _NOTHING
    except re.error:
        sound = [pattern for pattern in patterns if len(patterns) > 1 and _sound(pattern)]
        return compiled(*sound) if sound else _NOTHING


def _sound(pattern: str) -> bool:
    return compiled(pattern) is not _NOTHING


def _said(pattern: str) -> str:
    """The pattern as an expression; empty for one beyond bounds."""
    if len(pattern) > _LONGEST or pattern.count("**") > 3:
        return ""
    tokens = _TOKEN.findall(pattern)
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        part, at = _part(tokens, at)
        parts.append(part)
    return "".join(parts)


def _part(tokens: list[str], at: int) -> tuple[str, int]:
    token = tokens[at]
    at += 1
    if token.startswith("**/"):
        return "(?:[^/]+/)*", at
    if token == "/**":
        return "/.+", at
    if token == "*":
        fixed, at = _fixed(tokens, at)
        more = at < len(tokens) and tokens[at] == "*"
        return (f"(?>[^/]*?{fixed})" if more and fixed else f"[^/]*{fixed}"), at
    if token.startswith("*"):
        return ".*", at
    return _literal(token), at


def _fixed(tokens: list[str], at: int) -> tuple[str, int]:
    """What follows a star up to the next star or directory."""
    parts = []
    while at < len(tokens) and tokens[at][0] not in "*/":
        parts.append(_literal(tokens[at]))
        at += 1
    return "".join(parts), at


def _literal(token: str) -> str:
    if token == "?":
        return "[^/]"
    if token.startswith("[") and len(token) > 2:
        negated = token[1] in "!^"
        inside = re.sub(r"([\\\[\]&~|^])", r"\\\1", token[2:-1] if negated else token[1:-1])
        return f"[{'^/' if negated else ''}{inside}]" if inside else re.escape(token)
    return re.escape(token)


def matches(path: str, pattern: str) -> bool:
    """Whether the whole path matches."""
    return compiled(pattern).fullmatch(path) is not None
