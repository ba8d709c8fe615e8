"""Rows that Drizzle inserts into a table which is declared with a column of vectors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Component, Repo

_INSERT = regex(r"\.insert\(\s{0,8}(?:\w{1,40}\.)?(\w{1,60})\s{0,8}\)\s{0,20}\.values\(")
_TABLE = regex(r"\bconst\s{1,4}(\w{1,60})\s{0,4}=\s{0,4}(?:\w{1,40}\.)?\w{0,20}[tT]able\(")
_VECTOR = regex(r"\b(?:half)?vec(?:tor)?\(|\bF32_BLOB\b")
_LONGEST = 200_000
_MOST = 100
"""Files with such a column that are looked into."""


def inserted(repo: Repo, component: Component) -> Iterator[Place]:
    """Where code below the component inserts rows into a table with a column of vectors."""
    tables = set(_tables(repo, component))
    home = "" if component.path == "." else f"{component.path}/"
    for suffix in ("ts", "js", "mjs") if tables else ():
        for file in islice(repo.files(f"{home}**/*.{suffix}", saying=(".insert(",)), _MOST):
            text = (repo.read(file) or "")[:_LONGEST] if file.repo == component.repo else ""
            for found in _INSERT.finditer(text) if repo.role(file) not in ASIDE else ():
                if _table(found[1], text) in tables:
                    line = text.count("\n", 0, found.start()) + 1
                    yield replace(file, line=line, text=" ".join(found[0].split())[:200])


def _tables(repo: Repo, component: Component) -> Iterator[str]:
    for pattern in ("**/*.ts", "**/*.js"):
        for file in islice(repo.files(pattern, saying=("vector(", "F32_BLOB")), _MOST):
            text = (repo.read(file) or "")[:_LONGEST] if file.repo == component.repo else ""
            starts = [*_TABLE.finditer(text)]
            ends = [*(each.start() for each in starts), len(text)]
            for start, end in zip(starts, ends[1:], strict=True):
                if _VECTOR.search(text, start.end(), end):
                    yield start[1]


def _table(name: str, text: str) -> str:
    """What the file that declares a table calls it, where another imports it."""
    found = re.search(rf"\b(\w{{1,60}})\s+as\s+{name}\b", text)
    return found[1] if found else name
