"""Things that are made, given a name, and never asked for."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.source import Repo

_BOUND = regex(
    r"(?:(?:final\s+)?(?:const|let|var|[A-Z][\w.<>?\[\]]{1,80})\s+)?([A-Za-z_$][\w$]{0,60})(?:\s{0,4}:\s{0,4}[^=\n]{1,80})?\s{0,4}=(?!=)"
)
_LOADED = frozenset({"root_agent", "agent", "app", "graph", "crew", "workflow", "flow", "main"})
"""Names that a framework looks for by itself."""
_CLASS = regex(
    r"\s{0,80}(?:(?:export|public|private|protected|internal|abstract|final|sealed|static|partial)\s){0,4}"
    r"(?:class|record|struct|interface)\s"
)
_OPENS = regex(r"\s{0,80}\{?\s{0,4}$")
_COMMENT = regex(r"\s{0,80}(?:#|//|\*)")
_FAR = 30
"""Rows above within which the statement begins that a row belongs to."""
_KINDS = ("py", "ts", "tsx", "js", "mjs", "json", "toml", "yaml")


def is_unused(repo: Repo, place: Place) -> bool:
    """Whether what stands there is put under a name that nothing else of the repository says;
    what is exported, and fields of classes, others may ask for in their own way."""
    if not place.path.endswith((".py", ".ts", ".js", ".mjs", ".java", ".cs")):
        return False
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:20_000]
    begins = _begins(rows, (place.line or 0) - 1)
    found = _BOUND.match(rows[begins].lstrip()[:300]) if begins is not None else None
    if begins is None or found is None or found[1] in _LOADED:
        return False
    word = re.compile(rf"(?<![\w$\"'-]){re.escape(found[1])}(?![\w$])")
    given = re.compile(
        rf"\s*(?:(?:final\s+)?(?:const|let|var|[A-Z][\w.<>?\[\]]{{1,80}})\s+)?{re.escape(found[1])}\s*(?::[^=]{{1,80}})?=(?!=)"
    )
    for row in rows:
        bound = given.match(row[:400])
        if not _COMMENT.match(row[:100]) and word.search(row[:1000], bound.end() if bound else 0):
            return False
    inner = rows[begins][:1].isspace()
    return not _is_field(rows, begins) if inner else not _is_named(repo, place, word)


def _begins(rows: list[str], at: int) -> int | None:
    """The row on which the statement begins that a row belongs to."""
    if not 0 <= at < len(rows):
        return None
    open_ = 0
    for number in range(at, max(at - _FAR, -1), -1):
        row = rows[number][:500]
        if number != at:
            open_ += sum(map(row.count, "([{")) - sum(map(row.count, ")]}"))
        if _BOUND.match(row.lstrip()) and (number == at or open_ > 0):
            within = number == at and at and rows[at - 1].rstrip().endswith((",", "(", "["))
            if not within:
                return number
    return None


def _is_field(rows: list[str], at: int) -> bool:
    depth = len(rows[at]) - len(rows[at].lstrip())
    above = (row for row in reversed(rows[:at]) if not _OPENS.match(row[:200]))
    head = next((row for row in above if len(row) - len(row.lstrip()) < depth), "")
    return _CLASS.match(head[:200]) is not None


def _is_named(repo: Repo, place: Place, word: re.Pattern[str]) -> bool:
    """Whether another file says the name."""
    for kind in _KINDS:
        for file in repo.files(f"**/*.{kind}"):
            own = (file.repo, file.path) == (place.repo, place.path)
            if own or TESTS.search(file.path):
                continue
            if word.search((repo.read(file) or "")[:300_000]):
                return True
    return False
