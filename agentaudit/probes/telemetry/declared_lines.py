"""Lines of committed configuration that say something, found by what they are called."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import cast

from agentaudit.evidence import Place
from agentaudit.source import Repo

_FILES = (
    "**/*.yml",
    "**/*.yaml",
    "**/*.tf",
    "**/*.bicep",
    "**/*.toml",
    "**/*.conf",
    "**/*.service",
)
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|__tests__|testdata|fixtures|examples?|samples?|docs?|evals?|evaluations?"
    r"|prompts?)/|(?:^|/)(?:pnpm-lock|mkdocs)"
)
_COMMENT = re.compile(r"^\s*(?:#|//)")


def saying(repo: Repo, pattern: re.Pattern[str], hint: str) -> tuple[Place, ...]:
    """Lines that match, comments left out; only files that hold a word of `hint` are read line by
    line. Asked once for all components."""
    return _once(cast("Hashable", repo), pattern, hint)


@lru_cache(maxsize=8)
def _once(repo: Hashable, pattern: re.Pattern[str], hint: str) -> tuple[Place, ...]:
    return tuple(_lines(cast("Repo", repo), pattern, hint))


def _lines(repo: Repo, pattern: re.Pattern[str], hint: str) -> Iterator[Place]:
    words = re.compile(hint)
    for files in _FILES:
        for file in repo.files(files):
            text = "" if _ASIDE.search(file.path) else repo.read(file) or ""
            if not words.search(text):
                continue
            for number, line in enumerate(text.split("\n"), 1):
                if pattern.search(line[:1000]) and not _COMMENT.match(line):
                    yield replace(file, line=number, text=line.strip()[:300])
