"""What stands around a row: its function, and conditions that ask for a setting."""

from __future__ import annotations

from collections.abc import Sequence

from agentaudit.blocks import Block, Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.own import CONFIGURED
from agentaudit.source import Repo

_IF = regex(r"\s*(?:\}\s*)?(?:el(?:se\s+)?)?if\b")


def function_around(repo: Repo, place: Place) -> Block | None:
    """The innermost function around a line of a file."""
    around = (b for b in repo.blocks(Place(place.repo, place.path)) if b.holds(place.line or 0))
    functions = [block for block in around if block.part is Part.FUNCTION]
    return functions[-1] if functions else None


def is_switched(rows: Sequence[str], at: int, function: Block | None) -> bool:
    """Whether a condition of the function around a row, by its number from 0, asks for a
    setting."""
    depth = len(rows[at]) - len(rows[at].lstrip())
    for row in reversed(rows[function.first if function else 0 : at]):
        here = len(row) - len(row.lstrip())
        if not row.strip() or here >= depth:
            continue
        depth = here
        if _IF.match(row) and CONFIGURED.search(row[:300]):
            return True
    return False
