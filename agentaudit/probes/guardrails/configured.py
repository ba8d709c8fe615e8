"""Suites in files: what a command line of evaluation runs."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.once import once
from agentaudit.source import Repo

_NAMED = (
    *("**/promptfooconfig*.yaml", "**/promptfooconfig*.yml", "**/promptfooconfig*.json"),
    *("**/promptfooconfig*.js", "**/promptfooconfig*.mjs", "**/promptfooconfig*.ts"),
    *("**/promptfoo*.yaml", "**/promptfoo*.yml", "**/*.evalset.json", "**/*.eval.yaml"),
)
"""Files that are called like a suite."""
_MAYBE = ("**/*.yaml", "**/*.yml")
_ABOUT = regex(r"(?i)eval|promptfoo|prompt-?foo|red-?team|llm[_-]?tests?|\.prompt\.ya?ml$")
"""Words of a path below which the text is looked into."""
_SCHEMA = regex(r"promptfoo\.dev/config-schema\.json")
_PROVIDERS = regex(r"(?m)^(?:providers|targets)\s{0,4}:")
_CASES = regex(r"(?m)^(?:tests|scenarios|defaultTest|redteam)\s{0,4}:")
_PROMPT = regex(r"(?m)^testData\s{0,4}:")
_EVALUATORS = regex(r"(?m)^evaluators\s{0,4}:")
"""A prompt of GitHub Models with its cases."""
_MOST = 200


@once
def _configured(repo: Repo) -> tuple[Place, ...]:
    found: dict[tuple[str, str], Place] = {}
    for pattern in _NAMED:
        for place in repo.files(pattern):
            found.setdefault((place.repo, place.path), place)
    looked = 0
    for pattern in _MAYBE:
        for place in repo.files(pattern):
            key = (place.repo, place.path)
            if key not in found and _ABOUT.search(place.path) and looked < _MOST:
                looked += 1
                if _is_suite((repo.read(place) or "")[:100_000]):
                    found[key] = place
    return tuple(place for place in found.values() if not OUTSIDE.search(place.path))


def configured(repo: Repo) -> Iterator[Place]:
    """Suites in files, but for examples."""
    yield from _configured(repo)


def _is_suite(text: str) -> bool:
    if _SCHEMA.search(text[:2000]) or (_PROVIDERS.search(text) and _CASES.search(text)):
        return True
    return bool(_PROMPT.search(text) and _EVALUATORS.search(text))
