"""Verdicts on what somebody says, that a request asks of a provider without a library, and that
turn it away."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.probes.guardrails.within import function_around, is_switched
from agentaudit.source import Component, Repo

_POSTED = regex(
    r"\b(?:fetch|post|request|ofetch|axios)\(\s{0,40}(?:[\"']POST[\"'],\s{0,40})?f?[\"'`]"
    r"[^\"'`\n]{0,120}/v1/moderations[\"'`]"
)
_TURNED_AWAY = regex(
    r"(?m)^[ \t]{0,80}(?:\}\s)?if\b[^\n]{0,120}\bflagged\b[^\n]{0,80}(?:\n[ \t]{0,80})?"
    r"(?:throw|raise|return|abort)\b"
)
"""Where a verdict ends what is done; not where it says that nothing was found."""
_CLEAR = regex(r"\bif\b[^\n]{0,40}(?:!|not\s)")
_FAR = 2500
"""Characters between a request and what its answer decides."""
_SUFFIXES = ("ts", "tsx", "js", "mjs", "py")


def posted(repo: Repo, component: Component) -> Place | None:
    """Where such a verdict decides, whatever is set."""
    home = "" if component.path == "." else f"{component.path}/"
    for suffix in _SUFFIXES:
        for file in repo.files(f"{home}**/*.{suffix}", saying=("/v1/moderations",)):
            aside = TESTS.search(file.path) or OUTSIDE.search(file.path) or ASIDE.search(file.path)
            if file.repo != component.repo or repo.role(file) is not Role.APP or aside:
                continue
            if (place := _decides(repo, file)) is not None:
                return place
    return None


def _decides(repo: Repo, file: Place) -> Place | None:
    text = repo.read(file) or ""
    rows = text.split("\n")
    for found in _POSTED.finditer(text):
        ends = _TURNED_AWAY.search(text, found.end(), found.end() + _FAR)
        at = text.count("\n", 0, found.start())
        place = Place(file.repo, file.path, at + 1, rows[at].strip()[:200])
        around = function_around(repo, place)
        if ends and not _CLEAR.search(ends[0]) and not is_switched(rows, at, around):
            return place
    return None
