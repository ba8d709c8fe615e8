"""Short templates that a module of prompts registers by name, one call each."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_MODULE = regex(
    r"(?i)(?:.{0,400}/)?(?:templates?|prompt_templates?|prompts?|prompter)\.py"
    r"|.{0,400}/prompt_templates?/\w{1,60}\.py"
)
_ASIDE = regex(r"(?i)(?:^|/)(?:tests?|docs?|examples?|samples?|evals?|notebooks)/")
_REGISTERS = regex(
    r"(?m)^register_\w{0,20}(?:template|prompt)\(\s{0,20}\w{0,40}(?:Template|Prompt)\("
    r"[^()]{0,2000}?\w{0,40}(?:template|message|prompt)\s{0,4}=\s{0,4}[\"']"
)
"""A call at the top of the module, with a text of its own."""
_LONGEST = 100_000


def registered(repo: Repo, component: Component) -> Iterator[Place]:
    """Where modules of the component that are called after prompts register one."""
    home = "" if component.path == "." else f"{component.path}/"
    for file in repo.files("**/*.py"):
        own = file.repo == component.repo and file.path.startswith(home)
        if not own or not _MODULE.fullmatch(file.path) or _ASIDE.search(file.path):
            continue
        text = (repo.read(file) or "")[:_LONGEST]
        for found in _REGISTERS.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield replace(file, line=line)
