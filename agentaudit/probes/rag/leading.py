"""The code of a file that a call can get what it is given from."""

from __future__ import annotations

from collections.abc import Callable

from agentaudit.blocks import Block, Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.source import Repo

_NAME = regex(r"[A-Za-z_$][\w$]{0,80}")


def leading(repo: Repo, place: Place) -> str:
    """The text of a file without functions that neither lead to the line nor are asked by any that
    does; the whole of it where the line stands in none."""
    text = repo.read(Place(place.repo, place.path)) or ""
    said = _said(repo, place.repo, place.path)
    blocks = list(said)
    near = [b for b in blocks if b.holds(place.line or 0)]
    if not near:
        return text
    above = _grown(near, lambda one, other: one.name in said[other], blocks)
    kept = _grown(above, lambda one, other: other.name in said[one], blocks)
    return _without(text, kept, blocks)


@once
def _said(repo: Repo, name: str, path: str) -> dict[Block, frozenset[str]]:
    """The functions of a file that have a name, each with the names that it says."""
    file = Place(name, path)
    text = repo.read(file) or ""
    named = (each for each in repo.blocks(file) if each.part is Part.FUNCTION and each.name)
    return {block: frozenset(_NAME.findall(block.body(text))) for block in named}


def _grown(
    start: list[Block], belongs: Callable[[Block, Block], bool], blocks: list[Block]
) -> list[Block]:
    """The functions with those that belong to one of them, over as many steps as there are."""
    found, new = list(start), list(start)
    while new:
        new = [b for b in blocks if b not in found and any(belongs(each, b) for each in new)]
        found += new
    return found


def _without(text: str, kept: list[Block], blocks: list[Block]) -> str:
    """The text with what a function does only where the function is kept, or stands in one."""
    parts, at = [], 0
    for block in blocks:
        if block.start >= at and not any(_overlaps(block, each) for each in kept):
            parts.append(text[at : block.inside])
            at = block.end
    return "".join((*parts, text[at:]))


def _overlaps(one: Block, other: Block) -> bool:
    return one.start < other.end and other.start < one.end
