"""Markdown in which outside text stays text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agentaudit.evidence import safe
from agentaudit.expressions import regex

_SPECIAL = regex(r"([\\`*_\[\]#!|~$>])")
_NEUTRAL = str.maketrans({"&": "&amp;", "<": "&lt;"})
_PIPE = regex(r"(?<!\\)\|")
_RUNS = regex(r"`+")
_BAR = r"\\|"
_CUT = "\n\n*Cut here, at the limit of the reader: the whole audit is in audit.json.*\n"


def escaped(text: str, limit: int = 400) -> str:
    """Text without markup, entity, mention or link."""
    plain = safe(" ".join(text.split()), limit).translate(_NEUTRAL)
    quiet = _SPECIAL.sub(r"\\\1", plain)
    return quiet.replace("@", "@<!-- -->").replace("://", ":<!-- -->//")


def code(text: str, limit: int = 400) -> str:
    """A code span that its text cannot leave, not even in a table cell."""
    plain = safe(" ".join(text.split()), limit).replace("\\|", "\\ |")
    if not plain:
        return ""
    fence = "`" * (1 + max(map(len, _RUNS.findall(plain)), default=0))
    room = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{room}{plain}{room}{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already, and a pipe ends none of them."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_PIPE.sub(_BAR, cell) for cell in line)} |" for line in lines)


def fitted(parts: Iterable[str], limit: int) -> str:
    """Parts, a blank line apart, as many whole lines as fit into `limit` bytes."""
    text = "\n\n".join(parts) + "\n"
    if len(text.encode()) <= limit:
        return text
    kept, size = [], len(_CUT.encode())
    for line in text.splitlines():
        size += len(line.encode()) + 1
        if size > limit:
            break
        kept.append(line)
    return "\n".join(kept) + _CUT
