"""Where own code refuses what it matches, and where such code is used so that it runs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bare import code_rows, is_dead
from agentaudit.probes.remarks import blanked
from agentaudit.source import Repo

MATCHES = regex(
    r"\.(?:search|match|findall|test|Contains|IsMatch|includes|contains|find|matches|MatchString|Any)\("
    r"|\bif\s[^\n]{0,80}\sin\s|\bany\([^\n]{0,80}\sin\s"
)
_REFUSES = regex(
    r"\b(?:raise|throw)\s|\breturn\s+new\s+ValidationResult\(|HTTPException|\bValueError\("
    r"|\breturn\s+[^\n]{0,60}(?:errors\.New|fmt\.Errorf)\("
)
"""What stops whoever asks, without a verdict that somebody must read."""
_IF = regex(r"\s*(?:\}\s*)?(?:el(?:se\s+)?)?if\b")
_NOT_IN = regex(r"\bif\s[^\n]{0,80}\snot\sin\s")
"""A condition on what is none of a list, of modes or kinds."""
_KEEPS = regex(
    r"\s*(?:(?:const|let|var|final|[A-Z][\w<>?]{0,60})\s+)?([A-Za-z_$][\w$]{0,60})"
    r"(?:\s{0,4}:[^=\n]{1,60})?(?:\s{0,4}[|+]?:?=(?!=)|\.(?:append|push|add|extend|Add)\()"
)
_WORD = regex(r"[A-Za-z_$][\w$]{0,80}")
_ROWS, _BELOW = 12, 40
"""Rows of one condition, and of what stands below it."""


def refuses_what_matches(file: Place, text: str, names: set[str]) -> bool:
    """Whether an error is raised below a condition that asks what matches, or what functions of
    these names, or what was kept of either, said."""
    rows = blanked(text, file.path).split("\n")
    told = set(names)
    for at, row in enumerate(rows[1:], 1):
        if _IF.match(row[:200]):
            whole, last = _condition(rows, at)
            asks = MATCHES.search(whole) or told & set(_WORD.findall(whole))
            if asks and not _NOT_IN.search(whole) and not is_dead(rows, at):
                below = _below(rows, last)
                if any(_REFUSES.search(each[:400]) for each in (whole, *below)):
                    return True
                told |= {found[1] for each in below if (found := _KEEPS.match(each[:300]))}
        elif (MATCHES.search(row[:400]) or told & set(_WORD.findall(row[:400]))) and (
            found := _KEEPS.match(row[:300])
        ):
            told.add(found[1])
    return False


def _condition(rows: Sequence[str], at: int) -> tuple[str, int]:
    """A condition that may go over several rows, and the last of them."""
    open_ = 0
    for number in range(at, min(at + _ROWS, len(rows))):
        open_ += rows[number].count("(") - rows[number].count(")")
        if open_ <= 0:
            return " ".join(each[:400] for each in rows[at : number + 1]), number
    return rows[at][:400], at


def _below(rows: Sequence[str], at: int) -> list[str]:
    """The block below a row, of which the bracket may stand on a row of its own."""
    depth = len(rows[at]) - len(rows[at].lstrip())
    at += rows[at + 1 : at + 2] == [f"{' ' * depth}{{"]
    block: list[str] = []
    for row in rows[at + 1 : at + 1 + _BELOW]:
        if row.strip() and len(row) - len(row.lstrip()) <= depth:
            break
        block.append(row)
    return block


def runs(repo: Repo, use: Place, name: str) -> bool:
    """Whether a row that names a function or a class calls it, marks something with it or hands it
    to who calls it: outside of comments and texts, and not below what never holds."""
    rows, at = code_rows(repo, use.path, use.repo), (use.line or 0) - 1
    if not 0 <= at < len(rows):
        return False
    known = re.escape(name)
    used = re.compile(
        rf"(?<![\w$]){known}(?:Attribute)?\s{{0,4}}(?:\(|\.\w{{1,60}}\()|[@\[<]\s{{0,4}}(?:\w{{1,40}}\.)?{known}(?![\w$])"
        rf"|\([^()\n]{{0,120}}(?<![\w$]){known}\s{{0,4}}[,)]|=\s{{0,4}}\[[^\]\n]{{0,200}}(?<![\w$]){known}\s{{0,4}}[,\]]"
        rf"|^\s{{0,80}}{known},?\s{{0,4}}$"
        rf"|(?<![\w$=]){known}\s{{1,4}}\w{{1,60}}\s{{0,4}}[;,)=]"
    )
    return used.search(rows[at][:500]) is not None and not is_dead(rows, at)
