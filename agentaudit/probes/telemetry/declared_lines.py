"""Lines of committed configuration that say something, found by what they are called."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import cast

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
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
_ASIDE = regex(r"(?:^|/)(?:prompts?|contrib)/|(?:^|/)(?:pnpm-lock|mkdocs)")
_COMMENT = regex(r"^\s*(?:#|//)")
_QUOTED = regex(r"`[^`\n]{0,300}`")
"""What advice quotes, in YAML that is a text about configuration."""


def saying(repo: Repo, pattern: re.Pattern[str], hints: tuple[str, ...]) -> tuple[Place, ...]:
    """Lines that match, comments left out; only files that hold one of `hints`, in lower case, are
    read line by line. Asked once for all components."""
    return _once(cast("Hashable", repo), pattern, hints)


@lru_cache(maxsize=8)
def _once(repo: Hashable, pattern: re.Pattern[str], hints: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(_lines(cast("Repo", repo), pattern, hints))


def _lines(repo: Repo, pattern: re.Pattern[str], hints: tuple[str, ...]) -> Iterator[Place]:
    for files in _FILES:
        for file in repo.files(files):
            aside = repo.role(file) in ASIDE or _ASIDE.search(file.path)
            text = "" if aside else repo.read(file) or ""
            lowered = text.lower()
            if not any(hint in lowered for hint in hints):
                continue
            rows = text.split("\n")
            for number, line in enumerate(rows, 1):
                if not pattern.search(line[:1000]) or _COMMENT.match(line):
                    continue
                if "`" in line and not pattern.search(_QUOTED.sub("", line[:1000])):
                    continue
                if not _left_out(repo, file, rows, number - 1) and not _chosen(rows, number - 1):
                    yield replace(file, line=number, text=line.strip()[:300])


_SERVICES = regex(r"^services:\s*(?:#.*)?$")
_PROFILES = regex(r"^\s+profiles:\s*(?:\[\s*[\"']?\w|#|$)")


def _chosen(rows: list[str], at: int) -> bool:
    """Whether the line is about a service of compose that runs only if somebody names a profile."""
    depth = _depth(rows[at])
    if not depth or not any(map(_SERVICES.match, rows)):
        return False
    for way in (reversed(rows[:at]), iter(rows[at + 1 :])):
        for row in way:
            if row.strip() and _depth(row) < depth:
                break
            if _depth(row) == depth and _PROFILES.match(row[:300]):
                return True
    return False


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip())


_CHART = regex(r"(?:^|/)(?:Chart|requirements)\.ya?ml$")
_CONDITION = regex(r"^\s*(?:-\s+)?condition:\s*[\"']?([\w-]{1,100})\.enabled\b")


def _left_out(repo: Repo, chart: Place, rows: list[str], at: int) -> bool:
    """Whether the line is about a dependency of a chart that its values switch off."""
    if not _CHART.search(chart.path):
        return False
    starts = [n for n, row in enumerate(rows) if row.lstrip().startswith("- ")]
    start = max((n for n in starts if n <= at), default=at)
    end = min((n for n in starts if n > at), default=len(rows))
    asked = next(filter(None, map(_CONDITION.match, rows[start:end])), None)
    values = chart.path.rpartition("/")[0]
    if asked is None:
        return False
    for file in repo.files(f"{values}/values.yaml".lstrip("/")):
        inside = False
        for row in (repo.read(file) or "").split("\n"):
            if row[:1].strip() and not row.startswith("#"):
                inside = row.startswith(f"{asked[1]}:")
            elif inside and re.match(r"\s+enabled:\s*false\b", row):
                return True
    return False
