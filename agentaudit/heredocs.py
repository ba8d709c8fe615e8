"""Texts that a shell script writes down and does not run: what it shows, and files that nothing of
the script names again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentaudit.expressions import regex

_OPENS = regex(
    r"(?:^|[\s;&|({@])(?:cat|tee|read)\b([^\n#]{0,400}?)(?<!<)<<-?\s{0,4}([\"']?)\\?"
    r"([A-Za-z_]\w{0,40})\2(?!\w)([^\n]{0,400})"
)
"""Where such a text begins, and the word that ends it."""
_INTO = regex(r"(?:>{1,2}|\btee\b(?:\s-a)?)\s{0,4}[\"']?([^\s\"'|;&<>]{1,200})")
_RUNS = regex(
    r"\|\s{0,4}(?:sudo\s+)?(?:\S{0,60}/)?(?:ba|z|da)?sh\b|\|\s{0,4}(?:ssh|docker|kubectl|xargs)\b"
)
"""Whom such a text is handed to where it is run after all."""
_SETS = regex(r"\s{0,40}(?:export\s{1,4})?[A-Za-z_]\w{0,60}=\S")
"""A variable in a file of them: whoever takes the file is told it."""
_SHOWN = regex(r"\$\{?[A-Z_]{1,40}\}?|/dev/\w{1,20}|-")
"""Where a text goes that is only shown: a summary of CI, a terminal."""
_MOST = 200
"""Such texts of one script; what stands in further ones counts as if it ran."""


def written_down(rows: Sequence[str]) -> frozenset[int]:
    """The indexes of such rows."""
    found: set[int] = set()
    last = {row.strip(): at for at, row in enumerate(rows)}
    at = seen = 0
    while at < len(rows) and seen < _MOST:
        opened = _OPENS.search(rows[at][:2000]) if "<<" in rows[at] else None
        at += 1
        if opened is None or rows[at - 1].lstrip().startswith("#"):
            continue
        if last.get(opened[3], 0) < at:
            continue
        seen += 1
        end = next(n for n in range(at, len(rows)) if rows[n].strip() == opened[3])
        if not _is_run(opened[1] + opened[4], rows[end + 1 :]):
            found.update(n for n in range(at, end + 1) if not _SETS.match(rows[n][:200]))
        at = end + 1
    return frozenset(found)


def _is_run(around: str, below: Sequence[str]) -> bool:
    """Whether the text is handed to a shell, or is a file that the script names again."""
    if _RUNS.search(around):
        return True
    into = _INTO.search(around)
    if into is None or _SHOWN.fullmatch(into[1]):
        return False
    name = into[1].rpartition("/")[2]
    again = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    return any(name in row and again.search(row[:2000]) for row in below)
