"""Functions that fill an index and that nobody calls: written, and never run."""

from __future__ import annotations

from agentaudit.blocks import Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.callers import said
from agentaudit.source import Repo

_NAME = regex(r"\w{8,80}")
"""Names that are long enough to be of one function."""
_REMARK = regex(r"\s{0,80}(?://|\*)")


def is_uncalled(repo: Repo, place: Place) -> bool:
    """Whether the line stands in a function of Go that nothing else in the repository names:
    elsewhere a framework may find it by an annotation, or by where it lies."""
    if not place.path.endswith(".go"):
        return False
    file = Place(place.repo, place.path)
    around = [
        block
        for block in repo.blocks(file)
        if block.part is Part.FUNCTION and block.name and block.holds(place.line or 0)
    ]
    if not around or not _NAME.fullmatch(around[0].name):
        return False
    uses = said(repo, around[0].name, "go")
    return all(_REMARK.match(each.text) for each in uses)
