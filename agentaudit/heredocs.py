"""What of a shell script is not run: texts that it shows, or writes into files that nothing of it
names again, and what stands below `if false` or behind its end."""

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


_BLOCKS = {"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done"}
_PARTS = regex(r"(?:[^;'\"]|'[^']*'|\"(?:[^\"\\]|\\.)*\")+")
"""Commands of a row; what stands in quotes parts none."""
_LONGEST = 4_000
_GROUP = regex(r"(?:^|[\s)])([{(])$")
_TEXT = regex(r"(?<!<)<<-?\s{0,4}[\"']?\\?([A-Za-z_]\w{0,40})")
_EXIT = regex(r"exit(?:\s+[\"']?(?:\d{1,3}|\$\{?[\w?]{1,40}\}?)[\"']?)?\s*")
_GOES_ON = regex(r"(?:\\|&&|\|\|?)$")


def reached(rows: Sequence[str]) -> list[str]:
    """The rows of a script, with blanks for what is never come to; rows of a text that is handed to
    another program, or written into a file, end nothing."""
    script, shown, before = _Script(), list[str](), ""
    last = {row.strip(): at for at, row in enumerate(rows)}
    text = ""
    for at, row in enumerate(rows):
        if text or row.lstrip().startswith("#"):
            shown.append("" if script.is_dead else row)
            text = "" if row.strip() == text else text
            continue
        opened = _TEXT.search(row[:_LONGEST])
        text = opened[1] if opened and last.get(opened[1], 0) > at else ""
        begins = _GOES_ON.search(before) is None
        parts = _PARTS.findall(row[:_LONGEST])
        kept = [part for part in parts if script.comes_to(part.strip(), begins=begins)]
        shown.append(row if len(kept) == len(parts) else ";".join(kept))
        before = row.rstrip()[-3:]
    return shown


class _Script:
    """Where one stands in a script."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []
        """What ends each block that is open, and whether it never runs."""
        self._over = False

    @property
    def is_dead(self) -> bool:
        return self._over or any(dead for _, dead in self._open)

    def comes_to(self, part: str, *, begins: bool) -> bool:
        """Whether the next command is run."""
        word, _, rest = part.partition(" ")
        if word in ("else", "elif") and self._open:
            ending, _ = self._open.pop()
            self._open.append((ending, False))
        if word in ("then", "do", "else"):
            part = rest.strip()
            word, _, rest = part.partition(" ")
        dead = self.is_dead
        if word in _BLOCKS:
            self._open.append((_BLOCKS[word], rest.strip() == "false"))
        elif self._open and word == self._open[-1][0]:
            self._open.pop()
            self._group(part)
            return not dead
        elif not self._group(part) and begins and not self._open:
            self._over = self._over or _EXIT.fullmatch(part) is not None
        return not dead

    def _group(self, part: str) -> bool:
        """Whether a group of commands opens at the end of a part."""
        group = _GROUP.search(part)
        if group:
            self._open.append(("}" if group[1] == "{" else ")", False))
        return group is not None
