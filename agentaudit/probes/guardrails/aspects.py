"""Guardrails that stand around methods: aspects of Spring that change or refuse what a method is
given wherever its annotation stands."""

from __future__ import annotations

import re

from agentaudit.blocks import Block, Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.methods import asks, below, files
from agentaudit.source import Component, Repo

_AROUND = regex(
    r"@(Around|Before)\(\s{0,8}\"[^\"\n]{0,80}@annotation\((?:[\w.]{1,120}\.)?(\w{3,80})\)"
)
"""What runs before every method with an annotation."""
_JUDGED = regex(
    r"(?i)(?:pii|guard_?rail|injection|moderat|toxic|redact|profan|jail_?break|sensitive_?data)"
)
_GOES_ON = regex(r"\.proceed\(\s{0,4}([^;\n]{1,200})\)")
_GIVEN = regex(r"(?:getArgs|clone|copyOf|toArray)\(")
"""What a method was given, as it is."""
_REFUSES = regex(r"\bthrow\s{1,4}new\b")


def around_methods(repo: Repo, component: Component) -> Place | None:
    """Where a method that asks a model is marked with an annotation that leads to such an aspect,
    which no switch leaves out."""
    for text, file in files(repo, component, ("java",), ("Aspect",)):
        if "@Aspect" not in text or "@Conditional" in text:
            continue
        for found in _AROUND.finditer(text):
            advice = below(repo, file, found.end(), found[1])
            judges = advice and _JUDGED.search(f"{file.path} {found[2]}")
            acts = judges and advice and _acts(repo, file, text, advice)
            if acts and (marked := _marked(repo, component, found[2])):
                return marked
    return None


def _acts(repo: Repo, file: Place, text: str, advice: Block) -> bool:
    """Whether it goes on with something else than the method was given, or refuses to; what is
    thrown where something failed refuses nothing."""
    body = advice.body(text)
    caught = [each for each in repo.blocks(file) if each.part is Part.CATCH]
    thrown = (advice.inside + found.start() for found in _REFUSES.finditer(body))
    if any(not any(each.inside <= at < each.end for each in caught) for at in thrown):
        return True
    return any(_is_changed(body, found[1].strip()) for found in _GOES_ON.finditer(body))


def _is_changed(body: str, given: str) -> bool:
    if not re.fullmatch(r"\w{1,60}", given):
        return "(" in _GIVEN.sub("", given)
    sets = rf"(?<![\w.]){given}\s{{0,4}}(\[[^\]\n]{{1,40}}\]\s{{0,4}})?=(?!=)([^;]{{1,300}});"
    return any(
        found[1] is not None or "(" in _GIVEN.sub("", found[2]) for found in re.finditer(sets, body)
    )


def _marked(repo: Repo, component: Component, name: str) -> Place | None:
    """Where a method with the annotation asks a model."""
    mark = re.compile(rf"(?m)^[ \t]{{1,40}}@{re.escape(name)}\b")
    for text, file in files(repo, component, ("java",), (name,)):
        for found in mark.finditer(text):
            block = below(repo, file, found.end(), name)
            if block and asks(repo, file, text, block.body(text)):
                line = text.count("\n", 0, found.start()) + 1
                return Place(file.repo, file.path, line, found[0].strip())
    return None
