"""Signatures of DSPy in modules that hold nothing else: what each says of itself is what a model
is told."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.prompts.texts_only import holds_only
from agentaudit.source import Component, Repo

SIGNED = regex(r"\((?:dspy\.)?Signature\)\s{0,4}:\s{1,40}r?(?=[\"']{3})")
"""Classes whose description is what a model is told, up to it."""
_DECLARED = regex(
    r"(?m)^[ \t]{1,8}\w{1,60}[^\n=]{0,120}=[ \t]{0,4}"
    r"(?:dspy\.)?(?:Input|Output)Field\([^()]{0,600}\)"
    r"|^class\s\w{1,80}\((?:dspy\.)?Signature\)\s{0,4}:"
)
"""What a signature says of its fields, and how it begins."""


def signatures(repo: Repo, component: Component) -> Iterator[Place]:
    """Where such modules describe one."""
    home = "" if component.path == "." else f"{component.path}/"
    for file in repo.files(f"{home}**/*.py", saying=("Signature)",)):
        text = repo.read(file) or ""
        mine = file.repo == component.repo and repo.role(file) is Role.APP
        if not mine or not holds_only(_DECLARED.sub("", text), asks=False):
            continue
        for found in SIGNED.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Place(file.repo, file.path, line)
