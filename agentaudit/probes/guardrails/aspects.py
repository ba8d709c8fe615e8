"""Guardrails that stand around methods: aspects of Spring that change or refuse what a method is
given wherever its annotation stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.source import Component, Repo

_AROUND = regex(
    r"@(?:Around|Before)\(\s{0,8}\"[^\"\n]{0,80}@annotation\((?:[\w.]{1,120}\.)?(\w{3,80})\)"
)
"""What runs before every method with an annotation."""
_JUDGED = regex(
    r"(?i)(?:pii|guard_?rail|injection|moderat|toxic|redact|profan|jail_?break|sensitive_?data)"
)
_ACTS = regex(r"\.proceed\(\s{0,4}\w|\bthrow\s")
"""It goes on with something else than it was given, or not at all."""
_ASKS = regex(
    r"\.(?:prompt\(|call\(|chat\(|generate\(|stream\()|(?i:\b(?:chatClient|chatModel|assistant|llm\w{0,20}|agent\w{0,20})\.)"
)
_FAR = 6_000
"""Characters of a method in which a model is asked."""


def around_methods(repo: Repo, component: Component) -> Place | None:
    """Where a method that asks a model is marked with an annotation that leads to such an aspect,
    which no switch leaves out."""
    for text, file in _files(repo, component, "Aspect"):
        for found in _AROUND.finditer(text) if "@Conditional" not in text else ():
            judges = _JUDGED.search(f"{file.path} {found[1]}") and _ACTS.search(text)
            if judges and (marked := _marked(repo, component, found[1])):
                return marked
    return None


def _files(repo: Repo, component: Component, word: str) -> Iterator[tuple[str, Place]]:
    home = f"{component.path}/" if component.path != "." else ""
    for kind in ("java", "kt"):
        for file in repo.files(f"{home}**/*.{kind}", saying=(word,)):
            if not any(each.search(file.path) for each in (TESTS, OUTSIDE, ASIDE)):
                yield (repo.read(file) or "")[:200_000], file


def _marked(repo: Repo, component: Component, name: str) -> Place | None:
    """Where a method with the annotation asks a model."""
    mark = re.compile(rf"(?m)^[ \t]{{1,40}}@{re.escape(name)}\b")
    for text, file in _files(repo, component, name):
        for found in mark.finditer(text):
            if _ASKS.search(text, found.end(), found.end() + _FAR):
                line = text.count("\n", 0, found.start()) + 1
                return Place(file.repo, file.path, line, found[0].strip())
    return None
