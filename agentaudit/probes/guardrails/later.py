"""What CI does with the scores of a suite that it ran: in the step itself, and in later ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.held import held
from agentaudit.probes.guardrails.in_ci import runs
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Repo

_TOLD = regex(
    r"\s--?(?:fail[-_]?(?:under|below)|min[-_]?(?:mean[-_]?)?(?:score|pass[-_]?rate|accuracy|recall|faithfulness|precision|success[-_]?rate|hit[-_]?rate)"
    r"|(?:pass|score|eval|quality)[-_]?threshold)[=\s]\s{0,4}[\"']?(?!0+(?:\.0+)?(?:[^\d.]|$))[\d.]"
)
"""An option by which the suite is told what must be reached."""
_NAUGHT = regex(
    r"\s--?[\w-]{0,30}(?:threshold|min|under|below)[\w-]{0,30}[=\s]\s{0,4}[\"']?0+(?:\.0+)?(?![\d.])"
)
"""The same where anything is enough."""
_OTHER = regex(r"(?i)\bcov(?:erage)?\.(?:json|xml)|\blcov\b|\bpylint\b|\blighthouse\b")
"""What tells how good the code is, not what it says."""
_MOST_RUNS = 60
_NEVER = 1_000_000
_SCRIPT = regex(
    r"(?<![\w./-])(?:python3?|uv run(?: python3?)?|poetry run python3?|tsx|ts-node|node"
    r"|bun(?: run)?)\s+(?:\./)?([\w-]{1,60}(?:/[\w.-]{1,80}){0,6}\.(?:py|[cm]?[jt]s))\b"
)
"""What a step runs by its path."""


def in_steps(repo: Repo) -> Iterator[Place]:
    """Rows from the step of CI on that runs a suite, where what came out is held against a number;
    and of the scripts that later steps run over it."""
    first: dict[tuple[str, str], int] = {}
    for run in islice(runs(repo), _MOST_RUNS):
        place = run.step.place
        key = (place.repo, place.path)
        first[key] = min(first.get(key, place.line or 1), place.line or 1)
        if _TOLD.search(run.line.text[:2000]):
            yield replace(run.line.place, text=run.line.text[:200])
    for (name, path), line in first.items():
        yield from (row for row in held(repo, Place(name, path)) if (row.line or 0) >= line)
    for step in repo.steps():
        place = step.place
        if (place.line or 0) >= first.get((place.repo, place.path), _NEVER):
            told = () if _NAUGHT.search(step.text[:2000]) else _SCRIPT.findall(step.text[:2000])
            for script in dict.fromkeys(told):
                for file in islice(repo.files(script), 1):
                    other = OUTSIDE.search(script) or _OTHER.search(repo.read(file) or "")
                    yield from () if other else held(repo, file)
