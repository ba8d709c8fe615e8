"""Data that a trainer reads, and how it is versioned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.reader import Reader, directory
from agentaudit.sources.git.text import is_pointer

_DATA = regex(
    r"(?:.{0,2000}/)?[\w-]{0,40}(?:data|dataset|datasets|corpus|corpora|train|training|finetune|sft)"
    r"[\w-]{0,40}/.{1,2000}\.(?:csv|tsv|jsonl|ndjson|parquet|arrow|json|txt|zip|tar|gz)"
    r"|(?:.{0,2000}/)?[\w.-]{1,200}\.(?:jsonl|ndjson|parquet|arrow)",
    re.IGNORECASE,
)
_MOST = 50


def find(reader: Reader, *, look: bool = True) -> list[tuple[Place, str]]:
    """Data files with how they are versioned: dvc, lfs or plain. Without `look` no data file is
    opened: only what the rules of Git LFS and the files of DVC say."""
    found = [(reader.place(path), "dvc") for path in _dvc(reader)]
    rules = _in_large_file_storage(reader)
    for path in reader.app if rules or look else ():
        if len(found) >= _MOST:
            break
        if _DATA.fullmatch(path) and not reader.foreign(path):
            large = any(_attributed(path, home, pattern) for home, pattern in rules)
            if large or look:
                how = "lfs" if large or _pointer(reader, path) else "plain"
                found.append((reader.place(path), how))
    return found


def _dvc(reader: Reader) -> Iterator[str]:
    for path in reader.app:
        name = path.rpartition("/")[2]
        if name == "dvc.lock" or (name.endswith(".dvc") and name != ".dvc"):
            yield path


def _pointer(reader: Reader, path: str) -> bool:
    return is_pointer(reader.peek(path))


def _in_large_file_storage(reader: Reader) -> list[tuple[str, str]]:
    """Directory and pattern of every rule that keeps files in Git LFS."""
    found = []
    for path in reader.paths:
        if path.rpartition("/")[2] == ".gitattributes":
            for line in (reader.text(path) or "").split("\n"):
                words = line.split()
                if "filter=lfs" in words[1:] and not words[0].startswith("#"):
                    found.append((directory(path), words[0]))
    return found


def _attributed(path: str, home: str, pattern: str) -> bool:
    if home and not path.startswith(home + "/"):
        return False
    inner = path[len(home) :].lstrip("/")
    if "/" not in pattern:
        return matches(inner.rpartition("/")[2], pattern)
    return matches(inner, pattern.lstrip("/"))
