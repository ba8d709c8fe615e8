"""Counting the cases of evaluation data sets that are committed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agentaudit.parse import Malformed, json, yaml
from agentaudit.source import Place, Repo

PATTERNS = tuple(f"**/*.{suffix}" for suffix in ("jsonl", "csv", "tsv", "json", "yaml", "yml"))
_WORD = (
    r"(?:evals?|evaluations?|golden(?:s|[-_]?(?:set|dataset|data))?|benchmarks?|test[-_]?set"
    r"|eval(?:uation)?[-_]?(?:set|dataset|data|cases))"
)
_DATASET = re.compile(
    rf"(?i)(?:(?:.*/)?{_WORD}/.*|(?:.*[/_.-])?{_WORD}(?:[._-][^/]*)?\.[a-z]+)", re.DOTALL
)
_RESULT = re.compile(
    r"(?i)(?:^|[/_.-])(?:results?|outputs?|reports?|runs?|logs?|predictions?|scores?|metrics|history"
    r"|baseline|cache|snapshots?|config|schema|package|package-lock|tsconfig|dashboards?)"
    r"(?=[/_.-])|20\d{2}-?[01]\d-?[0-3]\d[T_-]?\d{2}"
)
POINTER = "version https://git-lfs.github.com/spec/"
_CASES = ("cases", "tests", "examples", "samples", "questions", "items", "data", "dataset", "rows")


def datasets(repo: Repo) -> Iterator[Place]:
    """Files that by their place or name hold evaluation cases, not results."""
    for pattern in PATTERNS:
        for place in repo.files(pattern):
            if _DATASET.fullmatch(place.path) and not _RESULT.search(place.path):
                yield place


def count(text: str, path: str) -> int | None:
    """Number of cases in a file; None when it cannot be read. A pointer to large-file storage holds
    none: the cases themselves are not in git."""
    if text.startswith(POINTER):
        return 0
    reader = _READERS[path.rsplit(".", 1)[-1].lower()]
    try:
        return reader(text)
    except (Malformed, csv.Error):
        return None


def _lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def _rows(text: str) -> int:
    lines = text.splitlines(keepends=True)
    first = lines[0] if lines else ""
    separator = "\t" if first.count("\t") > first.count(",") else ","
    rows = csv.reader(lines, delimiter=separator)
    return max(sum(1 for row in rows if any(cell.strip() for cell in row)) - 1, 0)


def _listed(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    if not isinstance(value, dict):
        return 0
    return max((len(value[k]) for k in _CASES if isinstance(value.get(k), list | dict)), default=0)


_READERS: Mapping[str, Callable[[str], int]] = {
    "jsonl": _lines,
    "csv": _rows,
    "tsv": _rows,
    "json": lambda text: _listed(json(text)),
    "yaml": lambda text: _listed(yaml(text).data),
    "yml": lambda text: _listed(yaml(text).data),
}
