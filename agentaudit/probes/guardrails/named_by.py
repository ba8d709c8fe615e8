"""Whether anything that runs names a file of cases: what nothing reads evaluates nothing."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_RUNS = regex(
    r"(?i)(?:^|/)(?:makefile|justfile|dockerfile|procfile|package\.json|[^/]{0,60}config[^/]{0,40}\.json|[^/]{1,120}\."
    r"(?:py|ipynb|[mc]?[jt]sx?|cs|java|kts?|go|rs|rb|php|scala|swift|sh|ps1|ya?ml|toml|cfg|ini|xml|mk|csproj))$"
)
"""Code, configuration, scripts and steps of CI; documents and other data read nothing."""
_ANY = frozenset(
    (
        *("data", "test", "tests", "src", "resources", "assets", "json", "input", "inputs", "main"),
        *("docs", "public", "static", "files", "lib", "app", "backend", "server", "scripts"),
    )
)
"""Directories of so many things that their names say nothing about one of them."""


def is_named(repo: Repo, place: Place) -> bool:
    """Whether code, configuration or a script names the file, or a directory that it lies in."""
    *folders, name = place.path.split("/")
    named = [re.escape(word) for word in (name, name.rpartition(".")[0]) if len(word) > 3]
    within = [re.escape(word) for word in folders if word.lower() not in _ANY]
    wanted = "|".join((*named, *(rf"{word}(?=[\"'`/\\])" for word in within)))
    asked = re.compile(rf"(?<![\w.-])(?:{wanted})(?![\w-])")
    return any(
        asked.search((repo.read(file) or "")[:_LONGEST])
        for file in repo.files("**", saying=(name.rpartition(".")[0], *folders))
        if file.path != place.path and _RUNS.search(file.path)
    )


_LONGEST = 300_000
