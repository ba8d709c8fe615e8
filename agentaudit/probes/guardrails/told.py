"""Pass marks that a tool of evaluation is told where it is called: on the command line, as an input
of an action, or in its settings."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Repo

_NUMBER = r"[\"']?(?!0*(?:\.0*)?(?![\d.]))[\d.]"
"""A number that a score can fall short of."""
_FLAG = regex(
    rf"(?<![\w./-])evalite(?:@\S{{1,30}})?\s[^\n;&|#]{{0,200}}--threshold[=\s]\s{{0,4}}{_NUMBER}"
    rf"|\bfail-on-threshold[\"']?\s{{0,4}}:\s{{0,4}}{_NUMBER}"
    rf"|\bPROMPTFOO_PASS_RATE_THRESHOLD[\"']?\s{{0,4}}[:=]\s{{0,4}}{_NUMBER}"
)
"""Evalite's option; the input of promptfoo's action, and the variable that promptfoo reads."""
_SETTING = regex(rf"^\s{{0,20}}(?!//)[^/\n]{{0,100}}\bscoreThreshold\s{{0,4}}:\s{{0,4}}{_NUMBER}")
_WORDS = ("threshold", "THRESHOLD")
_CALLED = (
    *(".github/**/*.yml", ".github/**/*.yaml", ".gitlab-ci.yml", "**/package.json"),
    *("**/Makefile", "**/justfile", "**/*.sh"),
)
_SETTINGS = ("**/evalite.config.ts", "**/evalite.config.js", "**/evalite.config.mts")
_STARTED = ("runEvalite",)
"""What is called to run it out of code."""
_MOST_ROWS = 3000


def told(repo: Repo) -> Iterator[Place]:
    """Rows that tell a tool of evaluation a number below which its run fails."""
    kinds = (
        (_CALLED, _FLAG, _WORDS),
        (_SETTINGS, _SETTING, _WORDS),
        (("**/*.ts",), _SETTING, _STARTED),
    )
    for patterns, words, saying in kinds:
        for place in (each for pattern in patterns for each in repo.files(pattern, saying=saying)):
            if OUTSIDE.search(place.path):
                continue
            rows = (repo.read(place) or "").split("\n")[:_MOST_ROWS]
            for number, row in enumerate(rows, 1):
                if words.search(row[:500]) and not row.lstrip().startswith(("#", "//")):
                    yield replace(place, line=number, text=row.strip()[:200])
