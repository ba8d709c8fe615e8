"""Functions that fill an index and that nobody calls: written, and never run."""

from __future__ import annotations

from agentaudit.blocks import Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.callers import said
from agentaudit.source import Repo

_KINDS = ("go", "py")
"""Languages in which a function runs only where something names it; elsewhere a framework finds
methods by their annotation or by where they lie."""
_NAME = regex(r"(?!test|main|handler)\w{8,80}")
"""Names that are long enough to be of one function."""
_REMARK = regex(r"\s{0,80}(?://|#|\*)")


def is_uncalled(repo: Repo, place: Place) -> bool:
    """Whether the line stands in a function that nothing else in the repository names."""
    suffix = place.path.rpartition(".")[2]
    if suffix not in _KINDS:
        return False
    file = Place(place.repo, place.path)
    around = [
        block
        for block in repo.blocks(file)
        if block.part is Part.FUNCTION and block.name and block.holds(place.line or 0)
    ]
    if not around or around[0].marks or not _NAME.fullmatch(around[0].name):
        return False
    uses = said(repo, around[0].name, suffix)
    return all(_REMARK.match(each.text) for each in uses)
