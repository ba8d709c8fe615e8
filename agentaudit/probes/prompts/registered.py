"""Short templates in a module of prompts: registered by name, one call each, constants, or
signatures of DSPy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.prompts.signatures import signatures
from agentaudit.source import Component, Repo

_MODULE = regex(
    r"(?i)(?:.{0,400}/)?(?:templates?|prompt_templates?|prompts?|prompter)\.py"
    r"|.{0,400}/prompt_templates?/\w{1,60}\.py"
)
_REGISTERS = regex(
    r"(?m)^register_\w{0,20}(?:template|prompt)\(\s{0,20}\w{0,40}(?:Template|Prompt)\("
    r"[^()]{0,2000}?\w{0,40}(?:template|message|prompt)\s{0,4}=\s{0,4}[\"']"
)
"""A call at the top of the module, with a text of its own."""
_LONGEST = 100_000


_DEFINES = regex(
    r"(?m)^(?:\w{0,40}_)?(?:PROMPT|INSTRUCTIONS?|SYSTEM|PERSONA)(?:_\w{1,40})?"
    r"[ ]{0,2}(?::[ ]{0,2}\w{1,20})?[ ]{0,2}=[ ]{0,2}\(?\s{0,8}f?[\"']"
)
"""A constant with a text, at the top of the module."""


def few(repo: Repo, component: Component) -> list[Place]:
    """Where modules of prompts alone hold one that is too short to be told otherwise."""
    found = (*_registered(repo, component), *_defined(repo, component))
    return [*found, *signatures(repo, component)]


def _registered(repo: Repo, component: Component) -> Iterator[Place]:
    """Where modules of the component that are called after prompts register one."""
    return _found(repo, component, _REGISTERS)


def _defined(repo: Repo, component: Component) -> Iterator[Place]:
    """Where such modules, which other code of the component imports, define one."""
    brought = {
        each.module.rpartition(".")[2]
        for each in component.code.imports
        if each.role is Role.APP and each.place.path.endswith(".py")
    }
    for place in _found(repo, component, _DEFINES):
        if place.path.rpartition("/")[2].removesuffix(".py") in brought:
            yield place


def _found(repo: Repo, component: Component, wanted: re.Pattern[str]) -> Iterator[Place]:
    home = "" if component.path == "." else f"{component.path}/"
    for file in repo.files(f"{home}**/*.py"):
        own = file.repo == component.repo
        if not own or not _MODULE.fullmatch(file.path) or repo.role(file) in ASIDE:
            continue
        text = (repo.read(file) or "")[:_LONGEST]
        for found in wanted.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield replace(file, line=line)
