"""Directories of which one block of Terraform packs each: those that its `for_each` names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory

_EACH = regex(r"^\s*for_each\s*=", re.MULTILINE)
_KEY = regex(r"\$\{each\.(?:key|value(?:\.\w{1,60})?)\}")
_LISTS = regex(r"\b(?:fileset|jsondecode|yamldecode)\(")
"""What makes the names of files, which stand in no text."""


def repeats(block: str) -> bool:
    """Whether a block stands for several."""
    return _EACH.search(block) is not None


def starred(written: str) -> str:
    """An expression with a star where each directory has its own name."""
    return _KEY.sub("*", written)


def each(reader: Reader, homes: Homes, path: str, block: str, named: str) -> Iterator[str]:
    """The projects of a directory, or those that a path with a star means, that files beside the
    block name."""
    base = joined(directory(path), named) if named else None
    if not base or base in homes.known:
        return
    pattern = base if "*" in base else f"{base}/*"
    found = sorted(home for home in homes.known if home and matches(home, pattern))
    texts = [block] if _LISTS.search(block) else list(_beside(reader, path)) if found else []
    listed = any(map(_LISTS.search, texts))
    for home in found:
        name = next(_stars(pattern, home), "")
        if listed or any(_names(text, name) for text in texts):
            yield home


def _stars(pattern: str, home: str) -> Iterator[str]:
    """What stands in a directory's path where the pattern has a star."""
    for part, name in zip(pattern.split("/"), home.split("/"), strict=False):
        if "*" in part:
            yield name


def _beside(reader: Reader, path: str) -> Iterator[str]:
    for other in reader.paths:
        if directory(other) == directory(path) and other.endswith((".tf", ".tfvars")):
            yield reader.text(other) or ""


def _names(text: str, name: str) -> bool:
    key = re.escape(name)
    return bool(name) and re.search(rf"\"{key}\"|(?m:^\s*{key}\s*=)", text) is not None
