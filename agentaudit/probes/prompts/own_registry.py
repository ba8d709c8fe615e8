"""Prompt registries that a team wrote itself: a service that keeps each prompt in versions, and
that the code asks for one by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer
from agentaudit.probe import passed
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.asking import asking
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo

_ASKS = regex(
    r"(?i)(?<![a-z])prompt_?(?:service|registry|repository|store|manager|provider|library)(?:_?client)?"
    r"(?:\(\w{0,20}\))?\.(?:get|fetch|load|resolve|find|read|render)_?(?!all|list|by_?user|\w{0,40}admin)\w{0,40}\("
)
_VERSIONS = ("PromptVersion", "prompt_versions", "PromptVersions", "promptVersions")
"""Tables of what each prompt said before."""
_KEEPS = regex(
    r"(?m)^\s{0,40}(?:export\s|public\s|final\s|data\s|abstract\s){0,3}"
    r"(?:class|model|type|interface|record|struct)\s+PromptVersions?\b"
    r"|(?i:create\s+table\s+(?:if\s+not\s+exists\s+)?[\"`\w.]{0,40}prompt_versions?\b)"
    r"|__tablename__\s{0,4}=\s{0,4}[\"']prompt_versions?[\"']"
)
_ASIDE = regex(r"(?i)(?:^|/)(?:frontend|web|ui)/|\.md$")
_KINDS = ("py", "ts", "js", "go", "java", "cs", "sql", "prisma")
_MOST, _LONGEST = 40, 200_000


def by_own_registry(repo: Repo, component: Component) -> Answer | None:
    """PASS where code that asks models asks such a registry for a prompt, and the registry is seen
    to keep versions."""
    keeps = _keeps(repo)
    asks = next(_asked(repo, component), None) if keeps is not None else None
    if keeps is None or asks is None:
        return None
    message = "the prompts come from a registry of its own, which keeps their versions"
    return passed(message, asks.evidence(), keeps.evidence())


@once
def _keeps(repo: Repo) -> Place | None:
    return next(_kept(repo), None)


def _asked(repo: Repo, component: Component) -> Iterator[Place]:
    used = {use.library for use in asking(component)}
    rows = (row for row in component.code.imports if row.library in used and row.role is Role.APP)
    for path in sorted({row.place.path for row in rows})[:_MOST]:
        file = Place(component.repo, path)
        yield from _matching(repo, file, _ASKS)


def _kept(repo: Repo) -> Iterator[Place]:
    found = (file for kind in _KINDS for file in repo.files(f"**/*.{kind}", saying=_VERSIONS))
    for file in islice(found, _MOST):
        if not (repo.role(file) in ASIDE or _ASIDE.search(file.path)):
            yield from _matching(repo, file, _KEEPS)


def _matching(repo: Repo, file: Place, pattern: re.Pattern[str]) -> Iterator[Place]:
    text = (repo.read(file) or "")[:_LONGEST]
    if found := pattern.search(text):
        yield replace(file, line=text.count("\n", 0, found.end()) + 1)
