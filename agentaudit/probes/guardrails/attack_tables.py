"""Tables of what attackers say, with what was to be decided and what a guardrail decided."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Repo

SAYING = ("jailbreak", "injection", "instructions", "system prompt")
ATTACK = regex(
    r"(?i)\bjail_?break|\bprompt[ _-]injection"
    r"|\bignore (?:all |any |the |your ){0,3}(?:previous|prior|above)"
    r"|\b(?:reveal|show|tell|print|repeat|output|leak)\b[^,\n]{0,40}"
    r"\b(?:system|secret|hidden) prompt"
    r"|\b(?:reveal|print|repeat)\b[^,\n]{0,40}\binstruction|\bbypass\b|\bdeveloper mode\b"
    r"|\bdo anything now\b|系统提示|系統指令|越獄|越狱"
)
"""What an attacker says, or what such a row is said to be."""
_WANTED = regex(
    r"(?i)(?:expect\w{0,6}|suppose\w?|ground_?truth|gold|should_?(?:block|pass|refuse))"
    r"(?:[_ ].{0,30})?"
)
_CAME_OUT = regex(
    r"(?i)(?:predict\w{0,6}|actual|got|observed|verdict|decision|blocked|refused)(?:[_ ].{0,30})?"
)
"""Columns of what is right, and of what a run decided."""
_FEWEST, _ROWS, _LONGEST = 5, 5000, 1_000_000


def attack_tables(repo: Repo) -> Iterator[Place]:
    """Committed tables in which attacks stand beside what was decided of each."""
    for pattern in ("**/*.csv", "**/*.tsv"):
        for file in repo.files(pattern, saying=SAYING):
            if not OUTSIDE.search(file.path) and (line := _first(repo.read(file) or "")):
                yield replace(file, line=line)


def _first(text: str) -> int | None:
    """The line of the first attack, where there are enough and each has its verdict."""
    lines = text[:_LONGEST].splitlines()
    separator = "\t" if lines and lines[0].count("\t") > lines[0].count(",") else ","
    reader = csv.reader(lines, delimiter=separator)
    try:
        head = [name.strip() for name in next(reader, [])]
        wanted = any(map(_WANTED.fullmatch, head))
        at = next((n for n, name in enumerate(head) if _CAME_OUT.fullmatch(name)), None)
        if at is None or not wanted:
            return None
        attacks = [
            reader.line_num
            for row in islice(reader, _ROWS)
            if len(row) > at and row[at].strip() and any(map(ATTACK.search, row))
        ]
    except csv.Error:
        return None
    return attacks[0] if len(attacks) >= _FEWEST else None
